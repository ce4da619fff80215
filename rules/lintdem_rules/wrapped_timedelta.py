"""LDM402: an age is read from `.seconds`, which forgets whole days."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.interpreter.spots import around, last_name, within
from lintdem.model.values import Attr
from lintdem.rule import Finding, Group, Level, Pass, Place, Remedy, Rewrite, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Comparisons of the `seconds` of a difference of times."""
    seen = set()
    for judged, test in p.facts.wrapped_ages():
        if test.place in seen:
            continue
        seen.add(test.place)
        handler = judged.run.handler
        calls = (Step(call.place, f"calls {call.text}") for call in test.stack[1:])
        yield p.finding(
            judged.run, test.place, "a day-old event looks fresh: `.seconds` leaves out whole days, so an age of "
            "24 hours and 1 second is 1", subject=judged.subject, level=Level.ERROR,
            guard="the comparison is true again for every age just over a whole number of days",
            advice="compare `.total_seconds()`", about="seconds",
            remedies=_remedies(p, test.place),
            why=(
                Step(Place(handler.path, handler.span), f"{handler.function} receives the event"), *calls,
                Step(test.place, "the age is compared by its `.seconds`"),
            ),
        )  # fmt: skip


def _remedies(p: Pass, place: Place) -> tuple[Remedy, ...]:
    """In the comparison itself a float for an int changes nothing; a variable may be used elsewhere too."""
    ages = _ages(p, place)
    if ages:
        return (Remedy("compare .total_seconds()", True, ages),)
    function = around(p.facts.program, place)
    ages = _ages(p, Place(place.path, function.span)) if function is not None else ()
    title = "take .total_seconds() for the age (check: it is a float, which not every use of it may take)"
    return (Remedy(title, False, ages),) if len(ages) == 1 else ()


def _ages(p: Pass, place: Place) -> tuple[Rewrite, ...]:
    found = (attr for attr in within(p.facts.program, place, Attr) if attr.name == "seconds")
    return tuple(Rewrite(last_name(place.path, attr), "total_seconds()") for attr in found)


RULE = Rule(
    "LDM402", "wrapped-timedelta", Group.CORRECTNESS, "0.1",
    "an age is compared by `.seconds`, which forgets whole days", check, "safe",
)  # fmt: skip
