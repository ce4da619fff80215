"""Comments that silence what a report has found: placed, held against what they promise, written by `save`.

A comment is put only where it is one: the syntax tree of the code, or the contents of the template, stay the same. One that
silences nothing is taken back.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec

from lintdem.deploy import comment_mark, same_contents, template_directives
from lintdem.fixing import NotWritten, rewrite
from lintdem.model.finding import Finding, Report
from lintdem.model.module import Directive
from lintdem.model.remedy import Unremark
from lintdem.model.span import Span
from lintdem.regexes import late
from lintdem.session import Session
from lintdem.triage import ABOUT_COMMENTS

_LINE = late(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
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
    """A comment with the reason for each finding of the report, but for those that are about comments. The workspace is
    checked once more, with all of them: an analysis takes long."""
    done = Ignored(report)
    by_file: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        if finding.code not in ABOUT_COMMENTS:
            by_file[finding.path].append(finding)
    files: dict[str, _File] = {}
    for path, here in sorted(by_file.items()):
        data = session.content(path)
        file = _File.of(path, data, reason) if data is not None else None
        if file is None:
            done.left += [(finding, "the file cannot hold comments") for finding in here]
            continue
        done.left += [(finding, "no comment can stand there") for finding in file.place(here)]
        if file.spots:
            files[path] = file
    if files:
        checked = session.check({path: file.written() for path, file in files.items()})
        done.report = _take_back(checked, files, done)
    for path, file in files.items():
        if file.spots:
            done.files[path] = (file.data, file.written())
            done.comments += len(file.spots)
    return done


def commented(path: str, data: bytes, findings: Iterable[Finding], reason: str) -> bytes | None:
    """A file with a comment for each of these findings of it; None when one of them can have none. Nobody has looked yet whether
    the comments silence anything."""
    wanted = [finding for finding in findings if finding.code not in ABOUT_COMMENTS]
    file = _File.of(path, data, reason) if wanted else None
    return file.written() if file is not None and not file.place(wanted) else None


def _take_back(checked: Report, files: Mapping[str, _File], done: Ignored) -> Report:
    """Remove what silences nothing; the report of what is then left. Such a comment changes nothing else, so nobody has to
    look again."""
    idle: list[tuple[_File, _Spot, Finding]] = []
    about: set[Finding] = set()
    for told in checked.findings:
        file = files.get(told.path)
        spot = file.at(told.span) if file is not None and told.code in ABOUT_COMMENTS else None
        if file is not None and spot is not None:
            names = {change.name for remedy in told.remedies for change in remedy.changes if isinstance(change, Unremark)}
            idle += [(file, spot, one) for one in file.spots[spot] if not names or one.code in names]
            about.add(told)
    for file, spot, finding in idle:
        file.drop(spot, finding)
        done.left.append((finding, "a comment there would not silence it"))
    return msgspec.structs.replace(checked, findings=tuple(one for one in checked.findings if one not in about))


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

    def place(self, findings: Iterable[Finding]) -> list[Finding]:
        """Find a spot for the comment on each finding; those that have none. Nearly always the first spot of each is right,
        so all are tried together before they are tried one by one."""
        every = list(findings)
        wanted = [(finding, list(self._spots(finding.span.line))) for finding in every]
        for finding, spots in wanted:
            for spot in spots[:1]:
                self.spots.setdefault(spot, []).append(finding)
        if all(spots for _, spots in wanted) and self._keeps_its_word():
            return []
        self.spots.clear()
        return [finding for finding, spots in wanted if not any(self._holds(spot, finding) for spot in spots)]

    def _holds(self, spot: _Spot, finding: Finding) -> bool:
        """Put the comment on a finding in a spot, if it may stand there."""
        self.spots.setdefault(spot, []).append(finding)
        if self._keeps_its_word():
            return True
        self.drop(spot, finding)
        return False

    def drop(self, spot: _Spot, finding: Finding) -> None:
        """Take the comment on a finding out of a spot."""
        self.spots[spot].remove(finding)
        if not self.spots[spot]:
            del self.spots[spot]

    def _spots(self, line: int) -> Iterator[_Spot]:
        """Where the comment on what is found in a line could stand, the best place first."""
        if not self.path.endswith(".py"):
            yield from _in_template(self.text, line)
            return
        for first, last, word in self._statements:
            if first <= line <= last:
                # Above the head of a definition a comment would speak for all of it.
                if word not in _DEFINITIONS:
                    yield _Spot(first, above=True)
                yield _Spot(last, above=False)

    @cached_property
    def _statements(self) -> list[tuple[int, int, str]]:
        return list(_statements(self.text))

    @cached_property
    def _tree(self) -> str | None:
        return _tree(self.data)

    def _keeps_its_word(self) -> bool:
        """Whether code and contents stay what they are, and each comment is heard where it is needed."""
        try:
            after = self.written()
            text = after.decode(self.encoding)
        except ValueError:
            return False
        if self.path.endswith(".py"):
            return self._tree == _tree(after)
        said = template_directives(self.path, text)
        return same_contents(self.path, self.text, text) and all(
            any(one.span.line == self._line_of(spot) and finding.code in one.names and self._reaches(one, finding) for one in said)
            for spot, here in self.spots.items()
            for finding in here
        )

    def _reaches(self, directive: Directive, finding: Finding) -> bool:
        """Whether a comment of the written file speaks for a finding, which the comments above it have moved."""
        first, last = directive.covers
        return first <= finding.span.line + sum(one.above and one.line <= finding.span.line for one in self.spots) <= last

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
