"""Functions that other functions of the program invoke without waiting: Lambda queues such an event and delivers it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lintdem.analyses.subjects import Subject
from lintdem.interpreter.altering import replace
from lintdem.interpreter.deployed import function_of, own_function
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import NONE, text
from lintdem.model.finding import Redelivers
from lintdem.model.span import Place
from lintdem.model.stack import Source
from lintdem.program import Handler, Program

WORDS = "Lambda queues an asynchronous invocation, delivers it at least once and runs a failed one twice more"
"""https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html"""


def queued(runs: Sequence[Run], program: Program) -> dict[Place, Place]:
    """The functions of templates that a run invokes without waiting, by their resource, with the call that does."""
    found: dict[Place, Place] = {}
    for run in runs:
        for event in run.events:
            if isinstance(event, Effect) and _is_queued(event):
                callee = function_of(event.call.arg("FunctionName"), run.handler, program)
                if callee is not None:
                    found[callee.place] = min(event.place, found.get(callee.place, event.place))
    return found


def _is_queued(effect: Effect) -> bool:
    call = effect.call
    return (call.service, call.method) == ("lambda", "invoke") and text(call.arg("InvocationType") or NONE) == "Event"


def graded(subject: Subject, handler: Handler, called: Mapping[Place, Place], program: Program) -> Subject:
    """The delivery of a function that another one queues, where its template names no other: that of the queue, whatever
    the event looks like."""
    own = own_function(handler, program) if subject.learned not in ("template", "setting") else None
    call = called.get(own.place) if own is not None else None
    if call is None:
        return subject
    return replace(
        subject, source=Source.DIRECT, learned="code", redelivers=Redelivers.ITSELF, words=WORDS, late=True, ordered=False,
        batch_size=1, batch=False, reports_failures=None, evidence=call, triggers=(),
    )  # fmt: skip
