"""A look at the text before it is parsed: can the parser be trusted with it in this process?

The parser recurses once per nesting level in native code: too deep a file ends the process, and a
long chain takes quadratic time. This scan is cheap and errs on the side of caution; it does not know
the grammar, only brackets, strings and what links the terms of one expression. No libcst here.
"""

from __future__ import annotations

import re
from enum import IntEnum

import msgspec

from lintdem.regexes import late

CALM_DEPTH = 60
MOST_DEPTH = 200
"""Python itself refuses more brackets inside one another."""

CALM_BLOCKS = 30
MOST_BLOCKS = 100
"""Python itself refuses more blocks inside one another."""

CALM_CHAIN = 300
MOST_CHAIN = 2000
CALM_TEXTS = 1000
MOST_TEXTS = 4000
"""Literals side by side nest as well, but cost the parser little, and whole documents are written like that."""

MOST_LAMBDAS = 3000
"""Python itself refuses more lambdas inside one another, and the parser takes longer than it is given."""

CALM_SIZE = 1_000_000
MOST_SIZE = 5_000_000


class Risk(IntEnum):
    """What may be done with a text."""

    CALM = 0
    """Parse it here."""
    RISKY = 1
    """Parse it in a process of its own."""
    HOPELESS = 2
    """Do not parse it."""


class Hazard(msgspec.Struct, frozen=True):
    """How risky a text is, why, and the line of the worst place."""

    risk: Risk
    reason: str = ""
    line: int = 1


CALM = Hazard(Risk.CALM)

_TOKEN = late(
    r"""
      (?P<comment> \#[^\n]* )
    | (?P<text> \"{3} [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* \"{3}
              | '{3} [^'\\]* (?: (?: \\. | '(?!'') ) [^'\\]* )* '{3}
              | " (?!"") [^"\\\n]* (?: \\. [^"\\\n]* )* "
              | ' (?!'') [^'\\\n]* (?: \\. [^'\\\n]* )* ' )
    | (?P<broken> ["'] )
    | (?P<open> [(\[{] )
    | (?P<close> [)\]}] )
    | (?P<lambda> \blambda\b )
    | (?P<link> [*/<>]{2} | [-+*/%@&|^~<>!=]=? | \. | \b (?: and | or | not | if | else | for | in | is | await ) \b )
    | (?P<joined> \\\n )
    | (?P<comma> , )
    | (?P<end> [;\n] )
    """,
    re.VERBOSE | re.DOTALL,
)
_IF_OR_ELIF = late(r"^([ \t]*)(if|elif)\b", re.MULTILINE)
_DEEP_LINE = late(rf"^[ \t]{{{CALM_BLOCKS}}}", re.MULTILINE)
_INDENT = late(r"^([ \t]*)[^\s#]", re.MULTILINE)
_OPENING = late(r"[(\[{]")
_LAMBDA = late(r"\blambda\b|(?P<opens>:[ \t]*(?=lambda\b))|[:()\[\]{}\n]")
_LINKING = late(r"[-+*/%@&|^~<>!=.(\[\"']|\b(?:and|or|not|if|else|for|in|is|await|lambda)\b")


def weigh(text: str) -> Hazard:
    """How risky it is to parse `text`."""
    if len(text) > MOST_SIZE:
        return Hazard(Risk.HOPELESS, f"too large: {len(text):,} characters (at most {MOST_SIZE:,})")
    scan = _Scan(text)
    elifs, elif_line = _longest_elif(text)
    blocks, block_line = _deepest_block(text)
    hazards = [
        _grade("brackets inside one another", scan.depth, _line(text, scan.depth_at), CALM_DEPTH, MOST_DEPTH),
        _grade("blocks inside one another", blocks, block_line, CALM_BLOCKS, MOST_BLOCKS),
        _grade("terms chained in one expression", scan.chain, _line(text, scan.chain_at), CALM_CHAIN, MOST_CHAIN),
        _grade("literals side by side", scan.texts, _line(text, scan.text_at), CALM_TEXTS, MOST_TEXTS),
        _grade("`elif` in one chain", elifs, elif_line, CALM_CHAIN, MOST_CHAIN),
        _grade("lambdas inside one another", *_deepest_lambda(text, scan.lambdas), MOST_LAMBDAS, MOST_LAMBDAS),
        _grade("lambdas in one statement", scan.lambdas, _line(text, scan.lambda_at), CALM_DEPTH, MOST_SIZE),
    ]
    if len(text) > CALM_SIZE:
        hazards.append(Hazard(Risk.RISKY, "very large"))
    if scan.broken >= 0:
        hazards.append(Hazard(Risk.RISKY, "string without an end", _line(text, scan.broken)))
    return max(hazards, key=lambda hazard: hazard.risk)


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _grade(what: str, count: int, line: int, calm: int, most: int) -> Hazard:
    if count <= calm:
        return CALM
    if count <= most:
        return Hazard(Risk.RISKY, f"{count} {what}", line)
    return Hazard(Risk.HOPELESS, f"nested too deeply for the parser: {count} {what} (at most {most})", line)


class _Scan:
    """One pass over the tokens that matter; the attributes are the worst that was met."""

    def __init__(self, text: str) -> None:
        self.depth = self.chain = self.texts = self.lambdas = 0
        # Places, not lines: counting lines at every new record would take quadratic time.
        self.depth_at = self.chain_at = self.text_at = self.lambda_at = 0
        self.broken = -1
        self._text = text
        self._run()

    def _run(self) -> None:
        text = self._text
        links = [0]
        texts = lambdas = 0
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup
            if kind == "text":
                texts += 1
                if texts > self.texts:
                    self.texts, self.text_at = texts, match.start()
                self._look_inside(match)
                continue
            if kind not in ("end", "comment", "joined"):
                texts = 0
            if kind == "link":
                links[-1] += 1
            elif kind == "comma" or (kind == "end" and len(links) == 1):
                self._ended(links[-1], match)
                links[-1] = 0
                lambdas = lambdas if kind == "comma" else 0
            elif kind == "open":
                links[-1] += 1
                links.append(0)
                if len(links) - 1 > self.depth:
                    self.depth, self.depth_at = len(links) - 1, match.start()
            elif kind == "close":
                self._ended(links[-1], match)
                if len(links) > 1:
                    links.pop()
            elif kind == "lambda":
                lambdas += 1
                if lambdas > self.lambdas:
                    self.lambdas, self.lambda_at = lambdas, match.start()
            elif kind == "broken":
                # The tokenizer will refuse the file; what follows cannot be told apart from a string.
                self.broken = match.start()
                break
        self.chain = max(self.chain, *links)

    def _ended(self, links: int, match: re.Match[str]) -> None:
        if links > self.chain:
            self.chain, self.chain_at = links, match.start()

    def _look_inside(self, match: re.Match[str]) -> None:
        """An f-string holds code: count what could nest there, as if all of it did."""
        start, end = match.span()
        if end - start < CALM_DEPTH or not {"f", "F", "t", "T"} & set(self._text[max(0, start - 2) : start]):
            return
        depth = len(_OPENING.findall(self._text, start, end))
        if depth > CALM_DEPTH and self.depth <= CALM_DEPTH:
            # Not more than risky: most of these brackets stand side by side.
            self.depth, self.depth_at = CALM_DEPTH + 1, start
        if len(_LINKING.findall(self._text, start, end)) > CALM_CHAIN >= self.chain:
            self.chain, self.chain_at = CALM_CHAIN + 1, start


def _longest_elif(text: str) -> tuple[int, int]:
    """The longest run of `elif` at one indentation, and the line it ends on."""
    if text.count("elif") <= CALM_CHAIN:
        return 0, 1
    runs: dict[str, int] = {}
    longest, place = 0, 0
    for match in _IF_OR_ELIF.finditer(text):
        indent, word = match.groups()
        runs[indent] = runs.get(indent, 0) + 1 if word == "elif" else 0
        if runs[indent] > longest:
            longest, place = runs[indent], match.start()
    return longest, _line(text, place)


def _deepest_lambda(text: str, most: int) -> tuple[int, int]:
    """How many lambdas are all that is in another one at most, and on which line: side by side there may be any number.
    `most` are in one statement."""
    if most <= MOST_LAMBDAS:
        return 0, 1
    deepest = place = run = 0
    inside = opened = False
    for match in _LAMBDA.finditer(text):
        if match[0] == "lambda":
            run = run + 1 if opened else 1
            if run > deepest:
                deepest, place = run, match.start()
        opened = inside and match.lastgroup == "opens"
        inside = match[0] == "lambda"
    return deepest, _line(text, place)


def _deepest_block(text: str) -> tuple[int, int]:
    """How many indents stand inside one another at most, and on which line; continued lines count as well."""
    if not _DEEP_LINE.search(text):
        return 0, 1
    indents = [0]
    deepest, place = 0, 0
    for match in _INDENT.finditer(text):
        width = match.end(1) - match.start(1)
        while indents[-1] > width:
            indents.pop()
        if indents[-1] < width:
            indents.append(width)
            if len(indents) - 1 > deepest:
                deepest, place = len(indents) - 1, match.start()
    return deepest, _line(text, place)
