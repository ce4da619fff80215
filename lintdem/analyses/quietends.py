"""Where failures come to an end without anybody hearing of them: sources that take a quiet return as success, clauses that raise
only for the sake of those below them."""

from __future__ import annotations

from collections.abc import Iterable

from lintdem.analyses.subjects import Subject
from lintdem.interpreter.trace import Swallowed, Threw
from lintdem.interpreter.written import encloses
from lintdem.model.stack import Source

TAKES_SUCCESS = frozenset(
    {
        Source.SQS, Source.SQS_FIFO, Source.SNS, Source.EVENTBRIDGE, Source.PIPES, Source.KINESIS,
        Source.DYNAMODB_STREAM, Source.KAFKA, Source.MQ, Source.S3, Source.IOT, Source.LOGS, Source.SES,
    }
)  # fmt: skip
"""Sources that drop the event, or go on behind it, when the handler returns."""


def takes_success(subject: Subject) -> bool:
    """Whether the event ends when the handler returns; of direct calls only those end that Lambda has queued."""
    return subject.queued or subject.source in TAKES_SUCCESS


def ends_in(threw: Threw, ends: Iterable[Swallowed]) -> bool:
    """Whether what is raised ends in a clause of the same function: `try: raise e`, to have `except` tell the kinds apart."""
    return any(one.stack == threw.stack and one.block is not None and encloses(one.block, threw.place) for one in ends)
