"""LDM406: the age or order of an event is told by another time than the event's."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.freshness.mixedclocks import mixed
from lintdem.analyses.freshness.wrongclocks import wrong
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """Comparisons and conditions that go by when an event was received, a run began or the last run wrote."""
    program = p.facts.program
    told = {one.place for one in p.once(lambda judged: mixed(judged.run, judged.subject, program))}
    for one in p.once(lambda judged: wrong(judged.run, judged.subject, program.modules)):
        if one.place in told:
            continue
        handler = one.run.handler
        steps = [Step(Place(handler.path, handler.span), f"{handler.function} receives the event"),
                 Step(one.place, f"{one.name} is taken for the time of the event")]  # fmt: skip
        if one.effect is not None and one.effect.place != one.place:
            steps.append(Step(one.effect.place, f"{one.effect.call.name} depends on that"))
        harm = "an event may be set aside that is newer than what is stored" if one.drops else "a late event looks new"
        yield p.finding(
            one.run, one.place, f"{harm}: {one.name} is the time of {one.means}", subject=one.subject,
            level=lower(Level.ERROR, one.subject), why=tuple(steps), guard="it compares, but not with the time of the event",
            advice="compare, and store, the time or version that the producer gave the event", about=one.name,
        )  # fmt: skip


RULE = Rule(
    "LDM406", "wrong-clock", Group.CORRECTNESS, "0.1",
    "the age or order of an event is told by when it was received or processed", check, "none",
)  # fmt: skip
