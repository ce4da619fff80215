"""What is made where a search has found none: the next run finds it. Above all, rows of a database."""

from __future__ import annotations

from lintdem.interpreter.domain import Caught, Check, Derived, Fact, Fresh, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.libraries.requests import is_within
from lintdem.interpreter.trace import Effect, Invocation, Swallowed
from lintdem.interpreter.values import known, leaves, members

_ANY = known("…")
"""The table of a statement that could not be read."""
_ADDS = frozenset({"insert", "upsert"})


def finds_row(read: Invocation, check: Check, effect: Effect, run: Run) -> bool:
    """Whether the search that found nothing finds what is inserted, or what is inserted on the same way into the table that
    was searched: a user is looked up by a phone number, and both get a row where there was none."""
    if check.kind != "absent" or read.service != "sql" or not _is_row(effect) or asks_for_new(read):
        return False
    table = read.arg("TableName")
    rows = (e.call.write for e in run.events if isinstance(e, Effect) and _is_row(e) and check in e.must)
    return table == _ANY or any(row is not None and row.table in (table, _ANY) for row in rows)


def asks_for_new(read: Invocation) -> bool:
    """Whether a row or item is searched by an id that was made in this run: there is none, whatever the first run left."""
    asked = [members(value) for name, value in read.args if name.startswith(("where.", "Key."))]
    return any(all(any(_is_new(leaf) for leaf in leaves(one)) for one in several) for several in asked)


def _is_new(leaf: Value) -> bool:
    """Whether a value is that of no other run; a time may be one that many have, such as the day."""
    return isinstance(leaf, Fresh) and leaf.kind in ("uuid", "random")


def is_refused(read: Invocation, check: Check, run: Run) -> bool:
    """Whether of two runs that find nothing together one is refused: what was searched for is unique, or a row that is inserted
    on the same way into the table that was searched has a unique key."""
    if asks_for_new(read):
        return False
    if read.arg("unique") is not None:
        return True
    rows = (e.call.write for e in run.events if isinstance(e, Effect) and _is_row(e) and check in e.must)
    claims = (row.claim for row in rows if row is not None and row.claim is not None and row.table == read.arg("TableName"))
    lasting = (c for c in claims if not any(isinstance(leaf, Fresh) for leaf in leaves(c.key)))
    return any(claim.kind.startswith("the unique key") and not claim.tentative for claim in lasting)


def is_searched(call: Invocation, facts: frozenset[Fact], run: Run) -> bool:
    """Whether the table that a row is inserted into was searched and nothing found, perhaps by who called the function that
    inserts: the second run finds the row and does not come here."""
    asked = (f.subject.place for f in facts if isinstance(f, Check) and f.kind == "absent" and isinstance(f.subject, Path))
    sites = (run.sites.get(place) for place in asked if place is not None)
    table = call.arg("TableName") if call.service == "sql" and call.method == "insert" else None
    return table is not None and any(site is not None and site.arg("TableName") == table for site in sites)


def _is_row(effect: Effect) -> bool:
    write = effect.call.write
    return effect.call.service == "sql" and write is not None and write.kind in _ADDS


def asks_limit(check: Check, effect: Effect) -> bool:
    """Whether a test of what was stored held it against a limit: that says how much there is to have, not what was done."""
    parts = check.subject.parts if isinstance(check.subject, Derived) else (check.subject,)
    limits = (f for f in effect.must | effect.may if isinstance(f, Check) and f.kind == "limit")
    return check.kind in ("state", "changed") and any(limit.subject in parts for limit in limits)


def looks_for(read: Invocation, call: Invocation) -> bool:
    """Whether a read asks for things of the kind that a call makes: `list_executions` before `start_execution`,
    `os.path.exists` before `os.mkdir`, a GET of what a POST makes more of."""
    if call.service in _FILES:
        return read.service in _FILES
    if call.http is not None or read.http is not None:
        return call.http is not None and read.http is not None and is_within(read, call)
    made, asked = (one.method.removeprefix("admin_").partition("_")[2].removesuffix("s") for one in (call, read))
    same = made in asked or (bool(call.already) and _last(made) == _last(asked)) or (made, asked[:5]) == ("key", "alias")
    return read.service == call.service and bool(made) and same


_FILES = frozenset({"os", "pathlib", "shutil", "glob"})


def _last(noun: str) -> str:
    return noun.rpartition("_")[2]


def left_by(effect: Effect, run: Run) -> frozenset[Fact]:
    """The clauses around an effect that leave behind it: whatever follows in the same round is in them as well."""
    leaving = {e.place for e in run.events if isinstance(e, Swallowed) and e.ends and "falls" not in e.ends}
    return frozenset(f for f in effect.must if isinstance(f, Caught) and f.place in leaving)
