"""LDM805: events are set aside for their age, and no metric says so."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.freshness.measuring import unmeasured
from lintdem.analyses.freshness.mixedclocks import mixed
from lintdem.analyses.freshness.wrongclocks import wrong as wrong_clocks
from lintdem.rule import Finding, Group, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Freshness checks whose work is counted nowhere; a check that is wrong itself is told as that (402, 403, 404, 406)."""
    program = p.facts.program
    wrong = {event.place for _, event in p.facts.wrapped_ages()} | {late.place for late in p.facts.late_checks()}
    wrong |= {one.place for one in p.once(lambda judged: mixed(judged.run, judged.subject, program))}
    wrong |= {one.place for one in p.once(lambda judged: wrong_clocks(judged.run, judged.subject, program.modules))}
    for one in p.once(lambda judged: unmeasured(judged.run, judged.subject, p.facts.texts, p.facts.program)):
        if one.place in wrong:
            continue
        handler = one.run.handler
        yield p.finding(
            one.run, one.place, "a stale event is set aside here and no metric says so: a consumer that lags drops its work unseen",
            subject=one.subject, about="age",
            why=(
                Step(Place(handler.path, handler.span), f"{handler.function} receives the event"),
                Step(one.place, "its age is compared"),
            ),
            guard="setting aside ends well: neither retries nor dead letters show it",
            advice="send the age of each event as a metric, such as EventAge in seconds, and put an alarm on it",
        )  # fmt: skip


RULE = Rule(
    "LDM805", "unmeasured-lag", Group.PEDANTIC, "0.1",
    "events are set aside for their age, and no metric says how many or how old", check, "none",
)  # fmt: skip
