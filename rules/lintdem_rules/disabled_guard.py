"""LDM521: an environment variable turns the guard off."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """`POWERTOOLS_IDEMPOTENCY_DISABLED` in a template or in code that runs in production."""
    for one in p.facts.disabled():
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        where = "the module sets it in every environment" if one.in_code else "the template gives it to the function"
        yield p.finding(
            one.run, one.place, f"POWERTOOLS_IDEMPOTENCY_DISABLED={one.written} turns the guard of {handler.function} off: the "
            "second delivery runs like the first",
            subject=one.subject, level=Level.ERROR, about="POWERTOOLS_IDEMPOTENCY_DISABLED",
            why=(start, Step(one.guard.place, "this guard reads no record and writes none"), Step(one.place, where)),
            guard="the decorator is there, but calls the function straight away",
            advice="take the variable out, and set it only in the environment of the tests",
        )  # fmt: skip


RULE = Rule(
    "LDM521", "disabled-guard", Group.CORRECTNESS, "0.1",
    "an environment variable turns the guards of Powertools off", check, "none",
)  # fmt: skip
