"""LDM107: the body of a module has an effect."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Pass, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """One finding for each call that a module makes while it is imported."""
    for judged, effect in p.facts.import_effects():
        call = effect.call
        calls = tuple(Step(step.place, f"calls {step.text.removesuffix('()')}()") for step in effect.stack)
        where = effect.stack[0].place if effect.stack else effect.place
        end = Step(effect.place, f"{call.name} {call.phrase or 'runs again'}")
        yield p.finding(
            judged.run,
            where,
            f"{call.name} {call.phrase or 'runs again'} on every cold start, whether or not an event asks for it",
            subject=judged.subject,
            why=(*calls, end),
            about=call.name,
            guard="a module is imported before the event is there: no guard inside of the handler comes before it",
            advice="move the call into the handler, behind a guard",
        )


RULE = Rule(
    "LDM107",
    "effect-at-import",
    Group.SUSPICIOUS,
    "0.1",
    "a module has an effect while it is imported, so every cold start repeats it",
    check,
    "none",
)
