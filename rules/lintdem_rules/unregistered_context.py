"""LDM519: a guard does not know when its run is over, so the record of a run that died stays in progress."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.remedies.guardmends import registered_context
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """Powertools `idempotent_function` without a registered Lambda context, or with one that comes too late."""
    for one in p.facts.untimed():
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        guard = Step(one.guard.place, "the guard writes its record before it calls the function")
        call = "config.register_lambda_context(context)"
        refused = "after a timeout the second delivery is refused as in progress"
        if one.late is not None:
            words, said = "comes after the record is written", "the context is registered only now"
            refused = "the second delivery is refused as in progress, or runs at the same time on the deadline of an earlier run"
        elif one.configured:
            words = f"is never registered with the configuration of {one.guard.claim.kind}"
            said = "no context is registered"
        else:
            words = f"cannot be registered, as {one.guard.claim.kind} has no configuration"
            said = "the guard is made without config="
            call = f"pass config=IdempotencyConfig(), and call {call}"
        yield p.finding(
            one.run, one.place, f"the Lambda context {words}: {refused}",
            subject=one.subject, level=lower(Level.ERROR, one.subject),
            why=(start, guard, Step(one.place, said)),
            guard="without the time that is left the record has no in-progress expiry and locks the key until it expires itself",
            advice=f"{call} in the handler, before the guarded function is called", about="register_lambda_context",
            remedies=registered_context(p.facts.program, one),
        )  # fmt: skip


RULE = Rule(
    "LDM519", "unregistered-context", Group.CORRECTNESS, "0.1",
    "a guard is not told when its run is over, so the record of a run that died stays locked", check, "unsafe",
)  # fmt: skip
