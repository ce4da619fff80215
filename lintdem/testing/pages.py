"""A Markdown page as cases: the fences below one heading are the files of one small workspace.

What the page expects stands in the files themselves, as a comment at the end of the line where the finding
stands (or alone above it): `# error`, `# warning: [LDM301]`, `# note: [unresolved-guard] "text of the message"`.
Nothing is run here; `lintdem.testing.runner` does that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lintdem.errors import UsageError
from lintdem.regexes import late

_HEADING = late(r"(#{1,6}) +(.+?) *$")
_LABEL = late(r"`([^`]+)`: *$")
_FENCE = late(r"(`{3,}) *([\w+-]*) *(?:\{(.*)\})? *$")
_IGNORE = late(r'lintdem="ignore: *([^"]+)"')
_MARKER = late(r'(.*)# *(error|warning|note)(?:: *(?:\[([\w-]+)\])? *(?:"([^"]*)")?)? *$')
FIX = "The fix"
"""The heading below which a page shows patches for its bad examples, each under the name of the example."""
_NO_FILES = ("toml", "console", "text", "diff")
_DEFAULT_NAMES = {"python": "handler.py", "yaml": "template.yaml", "json": "template.json", "hcl": "main.tf"}


@dataclass(frozen=True)
class Marker:
    """One expected finding. `code` is a code or a rule's name, None for the rule the page is about."""

    path: str
    line: int
    level: str
    code: str | None
    text: str | None

    def __str__(self) -> str:
        text = f' "{self.text}"' if self.text else ""
        return f"{self.path}:{self.line}: {self.level} [{self.code or 'the rule of this page'}]{text}"


@dataclass(frozen=True)
class Case:
    """One heading with fences: an isolated workspace. `section` is the first heading ("Bad", "Good"); `diff` what the
    fixes of the page's rule change, as a patch, where the page shows that; `mend` the patch that is shown for it below
    "The fix", which somebody wrote."""

    title: str
    section: str
    line: int
    files: dict[str, str]
    config: str
    markers: tuple[Marker, ...]
    diff: str = ""
    mend: str = ""


@dataclass(frozen=True)
class Page:
    """A page: its title, the first paragraph, the headings of the second level, its cases."""

    title: str
    summary: str
    headings: tuple[str, ...]
    cases: tuple[Case, ...]
    ignored: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Fence:
    """A fenced block as written."""

    line: int
    language: str
    label: str | None
    ignored: str | None
    text: str


@dataclass
class _Section:
    """A heading while its fences are gathered; `above` are the headings it stands under."""

    above: tuple[_Section, ...]
    depth: int
    heading: str
    line: int
    fences: list[_Fence] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)

    @property
    def trail(self) -> tuple[_Section, ...]:
        """This section and those above it, outermost first, without the page's title."""
        return tuple(section for section in (*self.above, self) if section.depth > 1)


def parse_page(text: str, path: str) -> Page:
    """Read a page; raises `UsageError` with file and line for anything that is not understood."""
    sections = _sections(text, path)
    tops = [section for section in sections if section.depth == 1]
    if len(tops) != 1 or sections[0].depth != 1:
        raise UsageError(f"{path}:1: a page starts with its one title (# …)")
    ignored = tuple((_title(s), f.ignored) for s in sections for f in s.fences if f.ignored is not None)
    cases = _mended([case for section in sections if (case := _case(section, path)) is not None], sections, path)
    titles = [case.title for case in cases]
    for title in titles:
        if titles.count(title) > 1:
            raise UsageError(f"{path}: two cases are called {title!r}")
    headings = tuple(section.heading for section in sections if section.depth == 2)
    return Page(tops[0].heading, _paragraph(tops[0].prose), headings, cases, ignored)


def _sections(text: str, path: str) -> list[_Section]:
    """Split a page at its headings."""
    sections: list[_Section] = [_Section((), 0, "", 1)]
    label: str | None = None
    lines = enumerate(text.splitlines(), 1)
    for number, line in lines:
        if fence := _FENCE.match(line):
            sections[-1].fences.append(_read_fence(fence, number, label, lines, path))
            label = None
        elif heading := _HEADING.match(line):
            depth = len(heading[1])
            above = tuple(s for s in (*sections[-1].above, sections[-1]) if 0 < s.depth < depth)
            sections.append(_Section(above, depth, heading[2], number))
        elif label is not None and line.strip():
            raise UsageError(f"{path}:{number}: the file name `{label}` is not followed by a fence")
        elif named := _LABEL.match(line):
            label = named[1]
        else:
            sections[-1].prose.append(line)
    if len(sections) == 1:
        raise UsageError(f"{path}:1: a page starts with its one title (# …)")
    return sections[1:]


def _read_fence(
    opening: re.Match[str], number: int, label: str | None, lines: Iterator[tuple[int, str]], path: str
) -> _Fence:
    """Read up to the closing fence."""
    ignored = _IGNORE.search(opening[3] or "")
    if opening[3] and ignored is None:
        raise UsageError(f'{path}:{number}: only {{lintdem="ignore: reason"}} may follow the language')
    body: list[str] = []
    for _, line in lines:
        if line.startswith(opening[1]) and not line.strip("` "):
            text = "".join(f"{row}\n" for row in body)
            return _Fence(number, opening[2], label, ignored[1].strip() if ignored else None, text)
        body.append(line)
    raise UsageError(f"{path}:{number}: this fence is never closed")


def _case(section: _Section, path: str) -> Case | None:
    """The case of a section; None when it has no file of its own to check."""
    files: dict[str, str] = {}
    for fence in section.fences:
        if fence.ignored is not None or (fence.label is None and fence.language in _NO_FILES):
            continue
        name = fence.label or _DEFAULT_NAMES.get(fence.language)
        if name is None:
            raise UsageError(f"{path}:{fence.line}: name this file with `path`: on the line above")
        if name in files:
            raise UsageError(f"{path}:{fence.line}: `{name}` is written twice in one case")
        files[name] = fence.text
    if not files:
        return None
    markers = tuple(marker for name, text in files.items() for marker in _markers(name, text))
    return Case(
        _title(section), section.trail[0].heading, section.line, files, _config(section), markers, _diff(section)
    )


def _mended(cases: list[Case], sections: list[_Section], path: str) -> tuple[Case, ...]:
    """The cases, each with the patch that is shown for it."""
    shown = [section for section in sections if section.trail and section.trail[0].heading == FIX and section.fences]
    mends = {f"Bad / {section.heading}": section for section in shown}
    for title, section in mends.items():
        if title not in [case.title for case in cases]:
            raise UsageError(f"{path}:{section.line}: no bad example is called {section.heading!r}")
    return tuple(replace(c, mend=_diff(mends[c.title])) if c.title in mends else c for c in cases)


def _diff(section: _Section) -> str:
    return "".join(fence.text for fence in section.fences if fence.language == "diff" and fence.label is None)


def _config(section: _Section) -> str:
    """The configuration of a case: that of the headings above it, then its own."""
    fences = [fence for part in (*section.above, section) for fence in part.fences]
    return "".join(f.text for f in fences if f.language == "toml" and f.label is None and f.ignored is None)


def _title(section: _Section) -> str:
    return " / ".join(part.heading for part in section.trail) or section.heading


def _paragraph(prose: list[str]) -> str:
    """The first paragraph as one line."""
    words: list[str] = []
    for line in prose:
        if line.strip():
            words.append(line.strip())
        elif words:
            break
    return " ".join(words)


def _markers(path: str, text: str) -> Iterator[Marker]:
    """The markers of one file; those alone on their line speak for the next line of code."""
    waiting: list[tuple[str, str | None, str | None]] = []
    number = 0
    for number, line in enumerate(text.splitlines(), 1):
        rest, here = line, list[tuple[str, str | None, str | None]]()
        while found := _MARKER.match(rest):
            here.insert(0, (found[2], found[3], found[4]))
            rest = found[1]
        waiting += here
        if rest.strip():
            yield from (Marker(path, number, *marker) for marker in waiting)
            waiting = []
    yield from (Marker(path, number + 1, *marker) for marker in waiting)
