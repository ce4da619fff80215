"""LDM308: DynamoDB's time to live is relied on where it does nothing."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step

_FORMS = {
    "milliseconds": (
        "milliseconds",
        "some fifty thousand years ahead",
        "whole seconds: int(time.time()) + span, or the milliseconds // 1000",
    ),
    "text": ("a date as text", "no number, so never", "int(moment.timestamp()) instead of isoformat()"),
    "span": ("a span of seconds", "in 1970, which is too long ago to count", "int(time.time()) + the span"),
}


def check(p: Pass) -> Iterator[Finding]:
    """Expiries that are not seconds since 1970."""
    for one in p.facts.unreadable_expiries():
        handler, (words, when, advice) = one.run.handler, _FORMS[one.form]
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        yield p.finding(
            one.run, one.place, f"{one.attribute} is {words}, and DynamoDB reads seconds since 1970: the row is never deleted, "
            "and every later event finds it",
            subject=one.subject, level=Level.WARNING, about=one.attribute,
            why=(start, Step(one.effect.place, f"{one.effect.call.name} stores {one.attribute}")),
            guard=f"read as seconds it ends {when}", advice=advice,
        )  # fmt: skip


RULE = Rule(
    "LDM308", "trusted-ttl", Group.SUSPICIOUS, "0.1",
    "a row is to end by DynamoDB's time to live, which does not end it in time", check, "none",
)  # fmt: skip
