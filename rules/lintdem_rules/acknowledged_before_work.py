"""LDM607: the message is acknowledged before the work with it is done."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Level, Pass, Place, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """Deletes of messages, commits and answers to tasks that work still follows."""
    for early in p.facts.early():
        handler, ack, work = early.run.handler, early.acknowledged, early.work
        steps = [Step(call.place, f"calls {call.text}") for call in ack.stack[1:]]
        task = ack.call.service == "stepfunctions"
        received, done, answer, lost = _TASK if task else _MESSAGE
        yield p.finding(
            early.run, ack.place, f"{ack.call.name} comes before {work.call.name}: when that fails, {lost}",
            subject=early.subject, level=Level.ERROR, about=ack.call.name,
            why=(
                Step(Place(handler.path, handler.span), f"{handler.function} receives the {received}"), *steps,
                Step(ack.place, f"the {done}"), Step(work.place, f"{work.call.name} is done only now"),
            ),
            guard=f"what is not acknowledged comes again: {ack.call.name} gives that up while {work.call.name} may still fail",
            advice=f"{answer} after the last step that may fail",
        )  # fmt: skip


_MESSAGE = ("message", "message is acknowledged", "acknowledge the message", "the message is gone")
_TASK = ("event", "task is answered", "answer the task", "the state machine has gone on without it")


RULE = Rule(
    "LDM607", "acknowledged-before-work", Group.CORRECTNESS, "0.1",
    "the message is acknowledged before the work with it is done", check, "none",
)  # fmt: skip
