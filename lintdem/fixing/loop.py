"""Apply, check again, undo what does not keep its promise, until nothing changes.

A fix promises that its finding is gone, that nothing new is found that fails a run, that what was understood still is,
and that the code around it means what it meant. What breaks a promise is left out and said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from lintdem.fixing.choice import Offer, edits_of, offers
from lintdem.fixing.splice import Unspliceable, splice
from lintdem.model.finding import Edit, Fixed, Level, Report
from lintdem.regexes import late

_ROUNDS = 20
_NUMBER = late(r"#\d+$")
_UNUSED = "LDM903"
"""A suppression of what was mended has lost its use: that is told, and is no fault of the fix."""

Check: TypeAlias = Callable[[Mapping[str, bytes]], Report]
Read: TypeAlias = Callable[[str], bytes | None]
Unmoved: TypeAlias = Callable[[bytes, bytes, Sequence[Edit]], bool]
Unused: TypeAlias = Callable[[str, bytes, bytes], Sequence[Edit]]


@dataclass
class Mended:
    """How it ended: the report of what is left, the changed files with their bytes before and after, what was done, what
    was undone with the reason, and the files that each fix has changed together."""

    report: Report
    files: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    fixed: list[Fixed] = field(default_factory=list)
    undone: list[tuple[Fixed, str]] = field(default_factory=list)
    together: list[frozenset[str]] = field(default_factory=list)

    def groups(self) -> list[dict[str, tuple[bytes, bytes]]]:
        """The changed files, those together that need each other; templates come first, for a mapping that asks for an answer
        does no harm before the code gives one."""
        parts: list[set[str]] = []
        for paths in (*map(frozenset, zip(self.files)), *self.together):
            touched = [part for part in parts if part & paths]
            parts = [part for part in parts if not part & paths] + [set(paths).union(*touched)]
        ordered = (sorted(part & self.files.keys(), key=lambda path: (path.endswith(".py"), path)) for part in parts)
        return [{path: self.files[path] for path in paths} for paths in sorted(ordered) if paths]


def mend(report: Report, check: Check, read: Read, unmoved: Unmoved, unused: Unused, *, unsafe: bool) -> Mended:
    """Mend what `report` offers fixes for. `check` gives the report, fixes included, of the workspace with these files
    in place of what is on the disk; `read` the bytes of a file there; `unmoved` whether a change stays where its edits are;
    `unused` the edits that take away the imports which a change has left without use."""
    work = _Mending(report, check, read, unmoved, unused)
    for _ in range(_ROUNDS):
        chosen = offers(work.report.findings, work.refused, unsafe=unsafe)
        if not chosen:
            break
        work.attempt(chosen)
    files = {path: (work.read(path) or b"", data) for path, data in sorted(work.overlay.items())}
    changed = {path: pair for path, pair in files.items() if pair[0] != pair[1]}
    return Mended(work.report, changed, work.fixed, work.undone, work.together)


class _Mending:
    """The state between two rounds."""

    def __init__(self, report: Report, check: Check, read: Read, unmoved: Unmoved, unused: Unused) -> None:
        self.report, self.check, self.read, self.unmoved, self.unused = report, check, read, unmoved, unused
        self.overlay: dict[str, bytes] = {}
        self.refused: set[tuple[str, str]] = set()
        self.fixed: list[Fixed] = []
        self.undone: list[tuple[Fixed, str]] = []
        self.together: list[frozenset[str]] = []

    def attempt(self, chosen: Sequence[Offer]) -> None:
        """Apply these; when together they break a promise, find out which one does."""
        try:
            overlay = self._applied(chosen)
        except Unspliceable as error:
            self._part(chosen, str(error))
            return
        report = self.check(overlay)
        broken = _broken(self.report, report, chosen)
        if broken:
            self._part(chosen, broken)
            return
        self.overlay, self.report = overlay, report
        self.fixed += [_fixed(offer) for offer in chosen]
        self.together += [frozenset(edit.place.path for edit in offer.fix.edits) for offer in chosen]

    def _part(self, chosen: Sequence[Offer], broken: str) -> None:
        """Try the halves, each offer as the report has it now: places move with every change."""
        if len(chosen) == 1:
            self.refused.add(chosen[0].key)
            self.undone.append((_fixed(chosen[0]), broken))
            return
        middle = len(chosen) // 2
        for half in (chosen[:middle], chosen[middle:]):
            wanted = {offer.key for offer in half}
            now = [Offer(f, fix) for f in self.report.findings for fix in f.fixes if (f.identity, fix.title) in wanted]
            if now:
                self.attempt(now)

    def _applied(self, chosen: Sequence[Offer]) -> dict[str, bytes]:
        overlay = dict(self.overlay)
        for path, edits in edits_of(chosen).items():
            data = overlay.get(path)
            before = data if data is not None else self.read(path)
            if before is None:
                raise Unspliceable(f"{path} cannot be read")
            after = splice(before, edits)
            if path.endswith(".py") and not self.unmoved(before, after, edits):
                raise Unspliceable("the code around it would mean something else")
            overlay[path] = splice(after, self.unused(path, before, after)) if path.endswith(".py") else after
        return overlay


def _fixed(offer: Offer) -> Fixed:
    finding = offer.finding
    return Fixed(finding.path, finding.span, finding.code, finding.name, offer.fix.title)


def _broken(before: Report, after: Report, chosen: Sequence[Offer]) -> str:
    """Which promise is broken, in words."""
    known, now = _counted(before), _counted(after)
    for problem in after.problems:
        if now[problem.code, problem.message] > known[problem.code, problem.message]:
            return f"then {problem.message}"
    for finding in after.findings:
        key = (finding.code, _NUMBER.sub("", finding.identity))
        if now[key] > known[key] and finding.code != _UNUSED and finding.level is not Level.NOTE:
            return f"then {finding.code} is found: {finding.message}"
    for key, number in Counter((o.finding.code, _NUMBER.sub("", o.finding.identity)) for o in chosen).items():
        if now[key] > known[key] - number:
            return f"{key[0]} is found all the same"
    return ""


def _counted(report: Report) -> Counter[tuple[str, str]]:
    """How often each thing is reported, numbers of alike ones and places left out."""
    found = Counter((f.code, _NUMBER.sub("", f.identity)) for f in report.findings)
    found.update((problem.code, problem.message) for problem in report.problems)
    return found
