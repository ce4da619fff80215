"""LDM402: an age is read from `.seconds`, which forgets whole days."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Comparisons of the `seconds` of a difference of times."""
    seen = set()
    for judged, test in p.facts.wrapped_ages():
        if test.place in seen:
            continue
        seen.add(test.place)
        yield p.finding(
            judged.run, test.place, "a day-old event looks fresh: `.seconds` leaves out whole days, so an age of "
            "24 hours and 1 second is 1", subject=judged.subject, level=Level.ERROR,
            guard="the comparison is true again for every age just over a whole number of days",
            advice="compare `.total_seconds()`", about="seconds",
        )  # fmt: skip


RULE = Rule(
    "LDM402", "wrapped-timedelta", Group.CORRECTNESS, "0.1",
    "an age is compared by `.seconds`, which forgets whole days", check, "none",
)  # fmt: skip
