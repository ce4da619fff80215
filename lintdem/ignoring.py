"""Comments that silence what a report has found: placed, held against what they promise, written by `save`.

A comment is put only where it is one: the syntax tree of the code, or the contents of the template, stay the same. One that
silences nothing is taken back.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lintdem.deploy import comment_mark, same_contents, template_directives
from lintdem.fixing import NotWritten, rewrite
from lintdem.model.finding import Finding, Report
from lintdem.model.span import Span
from lintdem.session import Session
from lintdem.triage import RUN_CODES

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_OF_THE_RUN = frozenset(code.code for code in RUN_CODES)
_DEFINITIONS = ("@", "def", "class", "async")


@dataclass(frozen=True)
class _Spot:
    """Where a comment goes: above a line, counted from 1, or behind it."""

    line: int
    above: bool


@dataclass
class Ignored:
    """What was done. `files` are their bytes before and after; `left` the findings that stay, and why."""

    report: Report
    files: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    comments: int = 0
    left: list[tuple[Finding, str]] = field(default_factory=list)

    def save(self, root: Path) -> Iterator[tuple[str, str]]:
        """Write the files; those that could not be written, and why."""
        for path, (before, after) in self.files.items():
            try:
                rewrite(root / path, root, before, after)
            except NotWritten as error:
                yield path, str(error)


def ignore_findings(session: Session, report: Report, reason: str) -> Ignored:
    """A comment with the reason for each finding of the report, but for those that are about comments or the run."""
    wanted = [finding for finding in report.findings if finding.code not in _OF_THE_RUN]
    done = Ignored(report)
    files: dict[str, _File] = {}
    for path in sorted({finding.path for finding in wanted}):
        data = session.contents.get(path)
        file = _File.of(path, data, reason) if data is not None else None
        here = [finding for finding in wanted if finding.path == path]
        if file is None:
            done.left += [(finding, "the file cannot hold comments") for finding in here]
            continue
        done.left += [(finding, "no comment can stand there") for finding in here if not file.place(finding)]
        files[path] = file
    if files:
        _take_back(session, files, done)
    for path, file in files.items():
        if file.spots:
            done.files[path] = (file.data, file.written())
            done.comments += len(file.spots)
    done.report = session.check({path: after for path, (_, after) in done.files.items()}) if done.files else report
    return done


def _take_back(session: Session, files: Mapping[str, _File], done: Ignored) -> None:
    """Remove the comments that silence nothing."""
    checked = session.check({path: file.written() for path, file in files.items() if file.spots})
    for finding in checked.findings:
        file = files.get(finding.path)
        spot = file.at(finding.span) if file is not None and finding.code in _OF_THE_RUN else None
        if file is not None and spot is not None:
            done.left += [(one, "a comment there would not silence it") for one in file.spots.pop(spot)]


@dataclass
class _File:
    """A file and the comments it gets."""

    path: str
    data: bytes
    text: str
    encoding: str
    reason: str
    spots: dict[_Spot, list[Finding]] = field(default_factory=dict)

    @classmethod
    def of(cls, path: str, data: bytes, reason: str) -> _File | None:
        """The file, if it can hold comments at all."""
        is_code = path.endswith(".py")
        if not is_code and comment_mark(path) is None:
            return None
        try:
            encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0] if is_code else "utf-8"
            encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else encoding
            text = data.decode(encoding)
            return cls(path, data, text, encoding, reason) if text.encode(encoding) == data else None
        except (SyntaxError, ValueError, LookupError):
            return None

    def place(self, finding: Finding) -> bool:
        """Find a spot for the comment on a finding; whether there is one."""
        spots = _in_code if self.path.endswith(".py") else _in_template
        for spot in spots(self.text, finding.span.line):
            before = list(self.spots.get(spot, ()))
            self.spots[spot] = [*before, finding]
            if self._keeps_its_word(spot, finding):
                return True
            self.spots[spot] = before
            if not before:
                del self.spots[spot]
        return False

    def _keeps_its_word(self, spot: _Spot, finding: Finding) -> bool:
        try:
            after = self.written().decode(self.encoding)
        except ValueError:
            return False
        if self.path.endswith(".py"):
            return _tree(self.data) == _tree(self.written())
        line = self._line_of(spot)
        moved = finding.span.line + sum(other.above and other.line <= finding.span.line for other in self.spots)
        heard = (one for one in template_directives(self.path, after) if one.span.line == line and finding.code in one.names)
        return same_contents(self.path, self.text, after) and any(one.covers[0] <= moved <= one.covers[1] for one in heard)

    def at(self, span: Span) -> _Spot | None:
        """The spot whose comment stands on a line of the written file."""
        return next((spot for spot in self.spots if self._line_of(spot) == span.line), None)

    def _line_of(self, spot: _Spot) -> int:
        return spot.line + sum(other.above and other.line < spot.line for other in self.spots) + (
            0 if spot.above else (_Spot(spot.line, True) in self.spots)
        )

    def written(self) -> bytes:
        """The file with its comments."""
        lines = _LINE.findall(self.text)
        for spot in sorted(self.spots, key=lambda one: (one.line, one.above), reverse=True):
            codes = ", ".join(sorted({finding.code for finding in self.spots[spot]}))
            comment = f"# lintdem: ignore[{codes}] {self.reason}"
            line = lines[spot.line - 1]
            body = line.rstrip("\r\n")
            end = line[len(body) :]
            if spot.above:
                lines.insert(spot.line - 1, line[: len(line) - len(line.lstrip(" \t\f"))] + comment + (end or "\n"))
            else:
                lines[spot.line - 1] = f"{body}  {comment}{end}"
        return "".join(lines).encode(self.encoding)


def _in_code(text: str, line: int) -> Iterator[_Spot]:
    """Above the statement, or behind it when it is the head of a definition: above that a comment speaks for all of it."""
    for first, last, word in _statements(text):
        if first <= line <= last:
            if word not in _DEFINITIONS:
                yield _Spot(first, above=True)
            yield _Spot(last, above=False)


def _statements(text: str) -> Iterator[tuple[int, int, str]]:
    """First and last line of each logical line, and its first word."""
    first, word = 0, ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline=None).readline):
            if token.type == tokenize.NEWLINE:
                yield first, token.start[0], word
                first = 0
            elif not first and token.type not in _BETWEEN:
                first, word = token.start[0], token.string
    except (tokenize.TokenError, SyntaxError):
        return


_BETWEEN = (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING)


def _in_template(text: str, line: int) -> Iterator[_Spot]:
    """Behind the line, above it, or above the nearest line that holds it."""
    lines = text.split("\n")
    yield _Spot(line, above=False)
    depth = len(lines[line - 1]) + 1
    for number in range(line, 0, -1):
        inner = lines[number - 1]
        here = len(inner) - len(inner.lstrip())
        if inner.strip() and here < depth:
            depth = here
            yield _Spot(number, above=True)


def _tree(data: bytes) -> str | None:
    try:
        return ast.dump(ast.parse(data))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
