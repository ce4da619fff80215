"""LDM604: the SDK sends an invocation again while the first one is still at work."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.reruns.resends import Resent
from lintdem.interpreter.domain import Client
from lintdem.interpreter.spots import exactly
from lintdem.model.values import Call
from lintdem.rule import Argument, Finding, Group, Level, Pass, Place, Remedy, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Synchronous invocations that may last longer than their client waits for an answer."""
    for one in p.facts.resent():
        handler, call = one.run.handler, one.effect.call
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        name = one.callee.name if one.callee is not None else "the function"
        if one.callee is not None:
            known = Step(one.callee.place, f"{name} may run for {one.callee.timeout} seconds")
        else:
            known = Step(one.effect.place, f"how long {name} may run is not known" + (
                f"; {handler.function} has {one.own} seconds to wait for it" if one.own is not None else ""))  # fmt: skip
        yield p.finding(
            one.run, one.effect.place,
            f"{call.name} invokes {name} again when it runs for more than {one.limit} seconds: the SDK sends what "
            "is not answered anew",
            subject=one.subject, level=Level.WARNING if one.sure else Level.NOTE, why=(start, known),
            guard="Lambda has no token for an invocation: each one that is sent is a run of its own",
            advice='make the client with Config(read_timeout=<the function\'s timeout>, retries={"total_max_attempts": 1}), '
            'or invoke with InvocationType="Event"', about=call.name,
            remedies=_remedies(p, one),
        )  # fmt: skip


def _remedies(p: Pass, one: Resent) -> tuple[Remedy, ...]:
    """A client without a configuration gets one that waits as long as the function may run, and asks once."""
    client = one.effect.call.target
    made = exactly(p.facts.program, client.place, Call) if isinstance(client, Client) else None
    seconds = one.callee.timeout if one.callee is not None else None
    if not isinstance(client, Client) or made is None or client.config or any(arg.star == "**" for arg in made.args):
        return ()
    waits = (seconds or _LONGEST) + _MARGIN
    text = f'«botocore.config:Config»(read_timeout={waits}, retries={{"total_max_attempts": 1}})'
    title = f"make the client wait {waits} seconds and ask once (check: throttled calls of this client are not sent again)"
    return (Remedy(title, False, (Argument(client.place, "config", text),)),)


_LONGEST = 900
"""Seconds that a function may run at most."""
_MARGIN = 5

RULE = Rule(
    "LDM604", "resent-invoke", Group.SUSPICIOUS, "0.1",
    "the SDK sends an invocation again while the first one is still at work", check, "unsafe",
)  # fmt: skip
