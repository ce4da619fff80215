"""LDM606: a call says in its answer what failed, and nobody looks."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.failures import STATUS
from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step, lower


def check(p: Pass) -> Iterator[Finding]:
    """Batch calls and HTTP requests whose answer is dropped."""
    eaten = {effect.place for lost in p.facts.lost() for effect in lost.effects}
    for one in p.facts.unread():
        if one.effect.place in eaten and one.field == STATUS:
            continue  # What would be raised ends there, too: that comes first, and is told.
        handler, call = one.run.handler, one.effect.call
        status = one.field == STATUS
        what = f"succeeds although entries failed ({one.field})"
        if status:
            what = "does not raise when the answer is an error"
        steps = [Step(call.place, f"calls {call.text}") for call in one.effect.stack[1:]]
        yield p.finding(
            one.run, one.effect.place, f"{call.name} {what}, and nobody looks: what failed is taken as done",
            subject=one.subject, level=lower(Level.WARNING, one.subject), about=call.name,
            why=(
                Step(Place(handler.path, handler.span), f"{handler.function} receives the event"), *steps,
                Step(one.effect.place, f"the answer of {call.name} is not tested"),
            ),
            guard=f"nothing is raised by {call.name}, so no retry and no except sees that it failed",
            advice=_advice(call.service) if status else f"test {one.field} and send again or raise",
        )  # fmt: skip


def _advice(library: str) -> str:
    """What to ask of an answer; that of urllib3 has no method which raises."""
    return "test the status of the answer and raise" if library == "urllib3" else "call raise_for_status() on the answer"


RULE = Rule(
    "LDM606", "unchecked-partial-failure", Group.SUSPICIOUS, "0.1",
    "an answer says what failed, nobody looks at it, and the work is taken as done", check, "none",
)  # fmt: skip
