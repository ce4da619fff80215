"""Where lintdem and the truth differ about a generated program."""

from __future__ import annotations

from dataclasses import dataclass

from lintdem.model.finding import Finding, Level, Report
from lintdem.session import check_files
from tests.fuzz.grammar import Program
from tests.fuzz.oracle import Truth, crossed, truth_of
from tests.fuzz.world import Place

AGAIN = frozenset("LDM101 LDM102 LDM103 LDM104 LDM105 LDM202 LDM203 LDM301 LDM302 LDM303 LDM305 LDM505 LDM506 LDM802".split())
"""What says that the second delivery of the same event shows."""

BROKEN = frozenset("LDM202 LDM203 LDM303".split())
"""What is said of a guard, once for all that stands behind it."""

FORGOTTEN = "LDM505"
"""What is said of the memory of a sandbox, at the first call behind it: a new sandbox may come to lines that the first run left out."""


@dataclass(frozen=True)
class Verdict:
    """One disagreement: lintdem was silent about a line, or loud where nothing can differ."""

    kind: str
    code: str
    place: Place
    words: str


def places_of(finding: Finding) -> set[Place]:
    """Every line a finding speaks of."""
    return {(finding.path, finding.span.line)} | {(step.place.path, step.place.span.line) for step in finding.why}


def held_against(program: Program) -> tuple[Report, Truth, list[Verdict]]:
    """What lintdem says of a program, what happens, and where they differ. Who is loud about two runs at once is held against all ways in
    which these may meet."""
    report, truth = check_files(program.workspace()), truth_of(program)
    itself = program.source != "api"
    found = judge(report, truth, itself=itself)
    if any(verdict.kind == "loud" for verdict in found):
        crossed(program, truth)
        found = judge(report, truth, itself=itself)
    return report, truth, found


def judge(report: Report, truth: Truth, *, itself: bool) -> list[Verdict]:
    """All disagreements; `itself` is whether the source delivers again by itself: to a caller a refusal is an answer."""
    if truth.broken:
        return []
    findings = [finding for finding in report.findings if finding.path.endswith(".py")]
    told = {place for finding in findings for place in places_of(finding)}
    broken = any(finding.code in BROKEN for finding in findings)
    forgotten = any(finding.code == FORGOTTEN for finding in findings)
    again = truth.again & truth.reached if forgotten else truth.again
    silent = [Verdict("silent", "", place, "shows again") for place in sorted(again - told) if not broken]
    if itself and "again" in truth.fails and not {finding.code for finding in findings} & {"LDM304", "LDM109"}:
        silent.append(Verdict("silent", "LDM304", ("app.py", 0), "the second run fails"))
    loud = [
        Verdict("loud", finding.code, (finding.path, finding.span.line), finding.message)
        for finding in findings
        if finding.level is not Level.NOTE and places_of(finding) & truth.reached and not places_of(finding) & _reasons(finding, truth)
    ]
    return silent + loud


def _reasons(finding: Finding, truth: Truth) -> set[Place]:
    """The lines that a finding of this rule may be about."""
    here = {(finding.path, finding.span.line)}
    if finding.code in AGAIN and not (finding.code == "LDM301" and finding.level is not Level.ERROR):
        return truth.again | truth.between | (truth.crashed if finding.code == "LDM202" else set())
    if finding.code == "LDM201":
        return here if truth.resent else set()
    if finding.code in ("LDM501",):
        return truth.between
    if finding.code == "LDM502":
        return truth.crashed | truth.between
    if finding.code in ("LDM503", "LDM504"):
        return here if truth.lost else set()
    if finding.code in ("LDM304", "LDM109"):
        return here if truth.fails else set()
    return here
