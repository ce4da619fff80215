"""Partial-batch responses: what the template promises against what the code returns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintdem.analyses.deployment.deployments import QUEUES, STREAMS, Deployed
from lintdem.analyses.deployment.losses import Fault, fault
from lintdem.analyses.failures import REPORTS
from lintdem.interpreter.domain import External, Method, Unknown
from lintdem.interpreter.libraries.frameworks import BATCH
from lintdem.interpreter.values import leaves
from lintdem.interpreter.written import Texts
from lintdem.model.finding import Step
from lintdem.model.span import Place
from lintdem.model.stack import Event
from lintdem.program.imports import is_test

POLLED = QUEUES | STREAMS
ANSWERS = REPORTS | BATCH | {"batch_processor", "async_batch_processor"}
"""Words of code that names the records that failed."""


def unreported(functions: Sequence[Deployed], texts: Texts) -> Iterator[Fault]:
    """Mappings whose template and code do not agree on who says which records failed."""
    for one in functions:
        for event in one.function.events:
            if event.source in POLLED:
                yield from _disagreement(one, event, texts)


def _disagreement(one: Deployed, event: Event, texts: Texts) -> Iterator[Fault]:
    name = one.function.name
    if event.reports_failures and event.batch_size != 1 and "batch_size" not in event.unread and not _may_answer(one, texts):
        words = (
            f"the mapping waits for batchItemFailures, which {one.run.handler.function} never returns: a run that ends counts as "
            "all done, one that raises brings the whole batch back"
        )
        yield from fault(one, event.place, name, words, event)
    elif event.reports_failures is False and texts.holds(one.run.handler.path, ANSWERS):
        kept = "deleted" if event.source in QUEUES else "skipped"
        words = (
            f"the records that {one.run.handler.function} returns in batchItemFailures are {kept} all the same: "
            "the mapping has no ReportBatchItemFailures"
        )
        # Code that names failed records has work to lose, also where lintdem does not know what that is.
        why = (
            Step(event.place, f"{event.source.value} calls {name}"),
            Step(Place(one.run.handler.path, one.run.handler.span), f"which runs {one.run.handler.function}"),
        )
        yield Fault(event.place, name, words, one, one.work, why)


def _may_answer(one: Deployed, texts: Texts) -> bool:
    """Whether anything in the function's code or in what it was seen to call may name failed records."""
    run = one.run
    if not run.complete or any(isinstance(leaf, (Unknown, External, Method)) for value, _ in run.returns for leaf in leaves(value)):
        return True
    paths = {run.handler.path, *(event.place.path for event in run.events)}
    folders = (*one.function.code, *one.function.layers)
    inside = tuple(f"{folder}/" if folder else "" for folder in folders)
    words = [word.encode() for word in ANSWERS]
    code = texts.modules.where(
        lambda data: any(word in data for word in words), lambda path: path.startswith(inside) and not is_test(path)
    )
    return any(texts.holds(path, ANSWERS) for path in (*sorted(paths), *(path for path, _ in code)))
