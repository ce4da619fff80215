"""LDM706: template and code do not agree on who says which records failed."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.deployment.losses import Fault
from lintdem.interpreter.reporting import reported
from lintdem.rule import Finding, Group, Pass, Remedy, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Mappings with ReportBatchItemFailures without the answer, and answers without the mapping."""
    for one in p.facts.unreported_failures():
        yield p.finding(
            one.deployed.run, one.place, one.words, subject=one.deployed.subject, why=one.why, guard=one.guard or
            "FunctionResponseTypes and batchItemFailures hold back what succeeded only when both are there",
            advice="return the failed records in batchItemFailures and set FunctionResponseTypes to ReportBatchItemFailures, both",
            about=one.name, remedies=_remedies(p, one),
        )  # fmt: skip


def _remedies(p: Pass, one: Fault) -> tuple[Remedy, ...]:
    """An answer that nobody reads: the mapping is told to. Where the answer is missing, the code has to be written."""
    if one.guard or "ReportBatchItemFailures" not in one.words:
        return ()
    change = reported(p.facts.program, one.place)
    title = "let the mapping read batchItemFailures (check: every way through the handler returns them)"
    return (Remedy(title, False, (change,)),) if change is not None else ()


RULE = Rule(
    "LDM706", "unreported-batch-failures", Group.CONFIG, "0.1",
    "the template waits for failed records that the code never names, or ignores those that it names", check, "unsafe",
)  # fmt: skip
