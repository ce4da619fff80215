"""LDM209: the key path of a guard picks nothing out of its event."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.weakguards.keypaths import Unmatched
from lintdem.rule import Argument, Finding, Group, Level, Pass, Place, Remedy, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """Key paths in JMESPath that can never match."""
    for one in p.facts.unmatched_key_paths():
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        outcome = "every delivery is refused" if one.strict else "the guard is off and the second delivery runs like the first"
        yield p.finding(
            one.run, one.place, f"the key path {one.written} never matches in {one.what}: {outcome}",
            subject=one.subject, level=lower(Level.ERROR, one.subject), about=one.written,
            why=(start, Step(one.guard.place, "the guard looks for its key in what it is given")),
            guard="Powertools raises IdempotencyKeyError" if one.strict else "Powertools warns, and keeps no record",
            advice=f"write {one.better}" if one.better else "name a field that is in the event",
            remedies=_remedies(one),
        )  # fmt: skip


def _remedies(one: Unmatched) -> tuple[Remedy, ...]:
    """Where only a decoding is missing. A guard that refuses what has no key begins to let events through."""
    if one.made is None or one.better.replace("powertools_json(", "").replace(")", "") != one.written:
        return ()
    change = Argument(one.made, "event_key_jmespath", f'"{one.better}"', 0)
    remark = " (check: deliveries that were refused so far run)" if one.strict else ""
    return (Remedy(f"take the key from {one.better}{remark}", not one.strict, (change,)),)


RULE = Rule(
    "LDM209", "unmatched-key-path", Group.CORRECTNESS, "0.1",
    "the key path of a guard can never match the event of its source", check, "safe",
)  # fmt: skip
