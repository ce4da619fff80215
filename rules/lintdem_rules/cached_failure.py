"""LDM518: an `except` below a guard turns a failure into an answer, and the guard keeps it."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.weakguards.powertools import cached_failures
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """Broad `except` clauses inside of guarded functions that do not raise again."""
    for one in p.once(lambda judged: cached_failures(judged.run, judged.subject, p.facts.texts)):
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        failing = Step(one.other or one.place, f"{one.words} may fail")
        yield p.finding(
            one.run,
            one.place,
            f"the failure of {one.words} is kept as a success: every later delivery gets the same answer, and the work is "
            "never done",
            subject=one.subject,
            level=lower(Level.ERROR, one.subject),
            why=(
                start,
                Step(one.guard, "the guard keeps what comes back"),
                failing,
                Step(one.place, "the failure ends here"),
            ),
            guard=f"{one.name} deletes its record when the function raises, and completes it when it returns",
            advice="raise again, or let the failure pass; answer it outside of the guard",
            about=one.words,
        )


RULE = Rule(
    "LDM518", "cached-failure", Group.CORRECTNESS, "0.1",
    "a failure is answered below a guard, which keeps the answer as that of a success", check, "none",
)  # fmt: skip
