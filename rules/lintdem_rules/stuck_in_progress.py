"""LDM504: a claim that is completed after the work, and that nobody can take over when its run has died."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """Claims that a crash leaves in progress for ever."""
    for one in p.facts.unfinished():
        if one.finish is None:
            continue
        handler, work, finish = one.run.handler, one.work, one.finish
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        yield p.finding(
            one.run, one.place, f"{one.name} leaves its record in progress when the run dies before {finish.call.name}: "
            "every later delivery is turned away",
            subject=one.subject, level=lower(Level.WARNING, one.subject), about=one.name,
            why=(
                start, Step(one.place, f"{one.words} is taken here"), Step(work.place, f"{work.call.name} is done"),
                Step(finish.place, "the record is completed only here"),
            ),
            guard="the record has no time after which another run may take it over",
            advice="store until when the run holds it, and claim also what has expired: `attribute_not_exists(id) OR lease < :now`",
        )  # fmt: skip


RULE = Rule(
    "LDM504", "stuck-in-progress", Group.SUSPICIOUS, "0.1",
    "a run that dies leaves its record in progress for ever", check, "none",
)  # fmt: skip
