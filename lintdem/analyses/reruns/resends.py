"""Synchronous invocations that the SDK sends again while the first one is still at work.

botocore waits 60 seconds for an answer and then sends the request again, three or five times in all.
https://docs.aws.amazon.com/botocore/latest/reference/config.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from lintdem.analyses.cases import REPEATS, Case
from lintdem.analyses.guards import Answer
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.deployed import function_of, own_function
from lintdem.interpreter.domain import Client, Known, Made, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import NONE, text
from lintdem.model.stack import Lambda
from lintdem.program import Program

WAITS = 60
"""Seconds that botocore waits for an answer by default."""


class Resent(msgspec.Struct, frozen=True):
    """An invocation that may take longer than its client waits (`limit` seconds). `callee` is the function in the
    template; `own` the seconds that the calling function has; `sure` whether either is known to be longer."""

    run: Run
    subject: Subject
    effect: Effect
    limit: int
    callee: Lambda | None
    own: int | None

    @property
    def sure(self) -> bool:
        """Whether a template says that the time is there."""
        return self.callee is not None or self.own is not None


def resent(run: Run, subject: Subject, deployed: Mapping[str, Sequence[Case]], program: Program) -> Iterator[Resent]:
    """The invocations of one run that the SDK may send again; `deployed` the diagnoses of all handlers by their
    resources."""
    caller = own_function(run.handler, program)
    own = caller.timeout if caller is not None else None
    if caller is not None and any(name == "AWS_MAX_ATTEMPTS" for name, _ in caller.environment):
        return
    for event in run.events:
        if not isinstance(event, Effect) or (event.call.service, event.call.method) != ("lambda", "invoke"):
            continue
        limit = _limit(event.call.target)
        kind = event.call.arg("InvocationType")
        if limit is None or event.call.arg("**") is not None or not (kind is None or text(kind) == "RequestResponse"):
            continue
        if own is not None and own <= limit:
            # Lambda ends the caller first.
            continue
        callee = function_of(event.call.arg("FunctionName"), run.handler, program)
        if callee is not None and ((callee.timeout or 0) <= limit or not _does(callee, deployed)):
            continue
        yield Resent(run, subject, event, limit, callee, own)


def _limit(client: Value | None) -> int | None:
    """The seconds a client waits before it sends again; None when it does not, or when that cannot be told."""
    if not isinstance(client, Client):
        return None
    if not client.config or client.config[0] == NONE:
        return WAITS
    config = client.config[0]
    if not isinstance(config, Made) or not config.type.endswith(".Config"):
        return None
    named = dict(config.args)
    once = named.get("retries.total_max_attempts") == Known(1, "int") or named.get("retries.max_attempts") == Known(0, "int")
    given = named.get("read_timeout", Known(WAITS, "int"))
    if once or not isinstance(given, Known) or not isinstance(given.value, (int, float)):
        return None
    return int(given.value)


def _does(callee: Lambda, deployed: Mapping[str, Sequence[Case]]) -> bool:
    """Whether the function does something that a second run of it doubles; one that is not read may."""
    if callee.name not in deployed:
        return True
    return any(c.harm.repeat in REPEATS and c.cover.answer is not Answer.YES for c in deployed[callee.name])
