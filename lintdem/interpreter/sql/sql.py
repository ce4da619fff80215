"""SQL statements: what a second execution of the same text does.

Only text that changes rows is parsed (`sqltrees`); text that no dialect accepts is read by its first
words, and is of kind "unknown", and says so, when these do not suffice.
"""

from __future__ import annotations

import re
from functools import cache

from lintdem.interpreter.altering import replace
from lintdem.interpreter.sql.clauses import BOOKKEEPING, Comparison, Operand, Statement, plain_name
from lintdem.interpreter.sql.parsed import TEXTS
from lintdem.interpreter.sql.selects import listed, selected
from lintdem.regexes import late

_COMMENTS = late(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_READS = frozenset({"select", "show", "explain", "describe", "desc", "values", "fetch", "pragma", "list", "table"})
_DEFINES = frozenset(
    """
        begin start commit rollback savepoint release set reset use create alter drop grant revoke comment
        analyze vacuum lock listen unlisten discard refresh reindex cluster checkpoint deallocate prepare
        close declare end abort optimize unload msck
    """.split()
)
_WORD = late(r"[\s(;]*([A-Za-z]+)")


_UNLOADS = late(r"\bto\s+(stdout\b|program\b|')", re.IGNORECASE)
"""`COPY … TO` hands rows out: https://www.postgresql.org/docs/current/sql-copy.html"""


@cache
def read_sql(written: str) -> tuple[Statement, ...]:
    """The statements of a text; holes in it are written as `hole_of` gives them."""
    bare = _COMMENTS.sub(" ", written)
    match = _WORD.match(bare)
    word = match[1].lower() if match else ""
    single = ";" not in bare.rstrip().rstrip(";")
    if word in _READS and single and not _changes_inside(bare):
        held = (Comparison(LOCKED, "=", Operand("", literal="locked")),) if _LOCKS.search(bare) else ()
        return (Statement("read", _table_read(bare), listed(bare), where=(*selected(_numbered(bare)), *held)),)
    if word == "copy" and single and _UNLOADS.search(bare):
        return (Statement("read"),)
    if word in _DEFINES and single:
        return (Statement("define", made_empty(bare)),)
    if not word:
        return (Statement("unknown", why="the SQL text is not known"),)
    found = _parsed(_numbered(bare), word)
    # Who takes rows that nobody else holds counts how often they were taken.
    return tuple(map(_taken, found)) if _TAKES.search(bare) else found


LOCKED = "…locked"
"""What a SELECT seems to ask for, in place of a column, that locks the rows it finds."""
_LOCKS = late(r"\bfor\s+(?:no\s+key\s+)?update\b", re.IGNORECASE)
_TAKES = late(r"\bskip\s+locked\b", re.IGNORECASE)


def _taken(statement: Statement) -> Statement:
    return replace(statement, kind="update", adds="") if statement.kind == "accumulate" else statement


_EMPTY = late(
    r"[\s(;]*(?:create\s+(?:or\s+replace\s+)?(?:(?:global|local)\s+)?(?P<own>temp(?:orary)?\s+)?(?:unlogged\s+)?table"
    r"(?P<kept>\s+if\s+not\s+exists)?|drop\s+table(?:\s+if\s+exists)?)\s+(?P<name>[\w.\"`\[\]#]+)", re.IGNORECASE
)


def made_empty(bare: str) -> str:
    """The table that has no rows behind this: made new, a temporary one of the session, or dropped."""
    match = _EMPTY.match(bare)
    kept = match is not None and match["kept"] and not match["own"] and not match["name"].startswith("#")
    return plain_name(match["name"]) if match is not None and not kept else ""


def _changes_inside(bare: str) -> bool:
    return re.search(r"\b(insert\s+into|update\s+\S+\s+set|delete\s+from)\b", bare, re.IGNORECASE) is not None


def _table_read(bare: str) -> str:
    match = re.search(r"\bfrom\s+([\w.\"`\[\]]+)", bare, re.IGNORECASE)
    return plain_name(match[1]) if match else ""


_QUOTED = late(r"('(?:[^']|'')*')")
_PARAMETER = late(r"%\((\w+)\)s|%s|%[bt](?!\w)|\?(?!\|)|\$(\d+)|(?<![:\w])[:@](\w+)")


def _numbered(bare: str) -> str:
    """The text with every parameter written as `:pN` or `:name`, whatever the driver's style."""
    counter = iter(range(10_000))

    def named(match: re.Match[str]) -> str:
        if match[1] or match[3]:
            return f":n_{match[1] or match[3]}"
        return f":p_{int(match[2]) - 1}" if match[2] else f":p_{next(counter)}"

    pieces = _QUOTED.split(bare)
    return "".join(p if i % 2 else _PARAMETER.sub(named, p) for i, p in enumerate(pieces))


def _parsed(text: str, word: str) -> tuple[Statement, ...]:
    return TEXTS.statements(text) or (_by_first_words(text, word),)


def _by_first_words(text: str, word: str) -> Statement:
    """What no dialect parses whole, as far as its first words are plain."""
    if word in ("copy", "load") or re.search(r"\bload\s+data\b", text, re.IGNORECASE):
        match = re.search(r"\b(?:copy|into\s+table|into)\s+([\w.\"]+)", text, re.IGNORECASE)
        return Statement("load", plain_name(match[1]) if match else "")
    if word == "replace":
        match = re.match(r"\s*replace\s+(?:into\s+)?([\w.\"`]+)", text, re.IGNORECASE)
        return Statement("upsert", plain_name(match[1]) if match else "")
    if word in ("insert", "update", "delete") and ";" not in text.rstrip("; \n"):
        return _by_pattern(text, word)
    if word in _READS and not _changes_inside(text):
        return Statement("read", _table_read(text))
    return Statement("unknown", why=f"the SQL statement {word.upper()} … could not be read")


_TARGET = late(r"(?:insert\s+(?:ignore\s+)?into|update|delete\s+from)\s+([\w.\"`]+)", re.IGNORECASE)
_SELF = late(r"\b(\w+)\s*=\s*(?:\w+\.)?\1\s*[-+*|]", re.IGNORECASE)


def _by_pattern(text: str, word: str) -> Statement:
    """A change whose text has a gap where grammar is needed: its verb and table still stand at its head."""
    match = _TARGET.search(text)
    table = plain_name(match[1]) if match else ""
    added = _SELF.search(text)
    if word == "insert":
        kind = "ignore" if re.search(r"\bignore\b|do\s+nothing", text, re.IGNORECASE) else "insert"
        kind = "upsert" if re.search(r"do\s+update|duplicate\s+key", text, re.IGNORECASE) else kind
    else:
        kind = word
    if added is not None and kind in ("update", "upsert") and not BOOKKEEPING.match(added[1].lower()):
        return Statement("accumulate", table, adds=f"{added[1]} = {added[1]} …")
    return Statement(kind, table)
