"""The partial-batch response that a loop over records lacks, as a remedy: in the code, and in the mapping that reads it.

An answer that no mapping reads turns failures into successes, so there is a remedy only where every mapping is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.batches.batches import Rerun
from lintdem.interpreter.domain import Path
from lintdem.interpreter.reporting import reported
from lintdem.interpreter.spots import at_handler
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.written import dotted, nodes
from lintdem.knowledge import Kind
from lintdem.model.function import Assign, Eval, For, Function, Return, Stmt
from lintdem.model.remedy import Change, Collected, Remedy, Rewrite
from lintdem.model.span import Place
from lintdem.model.stack import Source
from lintdem.model.values import Attr, Call, Const, Expr, Name
from lintdem.program import Handler, Program

_RECORDS = {("Records", "*"): False, ("records", "*"): True}
"""The records of a batch, and whether a data class of Powertools gives them."""
_IDS = {
    Source.SQS: (("messageId",), ("message_id",)),
    Source.SQS_FIFO: (("messageId",), ("message_id",)),
    Source.KINESIS: (("kinesis", "sequenceNumber"), ("kinesis", "sequence_number")),
    Source.DYNAMODB_STREAM: (("dynamodb", "SequenceNumber"), ("dynamodb", "sequence_number")),
}
_GOES_ON = {Source.SQS: "", Source.SQS_FIFO: "rest"}
"""A queue takes any record back; one in order those behind a failure too; a stream goes back to the first failure anyway."""
_PLAIN = frozenset({"inject_lambda_context", "capture_lambda_handler", "log_metrics", "event_source", "capture_method"})
"""Decorators that hand on what the handler returns."""
_LOGGERS = frozenset({"logger", "log", "LOGGER", "LOG", "_logger", "_LOGGER"})


def named_failures(program: Program, one: Rerun) -> tuple[Remedy, ...]:
    """Name the failed records instead of raising, and let the mappings read them."""
    handler, source = one.run.handler, one.subject.source
    function = at_handler(program, handler)
    if function is None or one.loop.place.path != handler.path or source not in _IDS or not _returns_plainly(function):
        return ()
    mappings = _mappings(program, handler)
    loop, after = _loop(function, one.loop.place)
    record = _record(one, loop)
    if mappings is None or loop is None or not record or not _ends_there(one, after):
        return ()
    text = f"{record[0]}{_steps(source, by_class=record[1])}"
    log = f'{_logger(program, handler)}("a record failed")'
    change = Collected(Place(handler.path, loop.span), text, log, _GOES_ON.get(source, "ends"))
    told = " and let the mapping read them" if mappings else ""
    check = f"(check: nobody else calls {function.name} or reads what it returned)"
    title = f"return the failed records in batchItemFailures{told} {check}"
    return (Remedy(title, False, (change, *_annotated(handler, function), *mappings)),)


def _annotated(handler: Handler, function: Function) -> tuple[Change, ...]:
    """The type of what is returned from now on, where it was said that nothing is."""
    if not isinstance(function.returns, Const) or function.returns.value is not None:
        return ()
    return (Rewrite(Place(handler.path, function.returns.span), "dict[str, list[dict[str, str]]]"),)


def _returns_plainly(function: Function) -> bool:
    """Whether what the function returns is what Lambda gets."""
    names = {dotted(one)[-1] for one in function.decorators}
    return not function.is_async and not function.is_generator and names <= _PLAIN


def _mappings(program: Program, handler: Handler) -> list[Change] | None:
    """What each mapping that calls the handler lacks; None where one is not known or would take the answer for another."""
    found: list[Change] = []
    for trigger in handler.triggers:
        if trigger.source not in _IDS or trigger.reports_failures is None or trigger.evidence is None:
            return None
        if not trigger.reports_failures:
            change = reported(program, trigger.evidence)
            if change is None:
                return None
            found.append(change)
    return found if handler.triggers else None


def _loop(function: Function, place: Place) -> tuple[For | None, tuple[Stmt, ...]]:
    """The loop in the body of the function itself, and what follows it there."""
    for number, statement in enumerate(function.body):
        if isinstance(statement, For) and statement.span == place.span:
            return statement, function.body[number + 1 :]
    return None, ()


def _record(one: Rerun, loop: For | None) -> tuple[str, bool] | None:
    """The variable that holds the record in the whole of each round, and whether it is an object of a data class."""
    if loop is None or not isinstance(loop.target, Name) or loop.is_async:
        return None
    paths = [value.steps for value in one.loop.items if isinstance(value, Path) and value.root == "event"]
    if len(paths) != 1 or paths[0] not in _RECORDS or loop.target.id in _assigned(loop.body):
        return None
    return loop.target.id, _is_object(loop.iter)


def _is_object(over: Expr) -> bool:
    return isinstance(over, Attr) and over.name == "records"


def _assigned(body: tuple[Stmt, ...]) -> Iterator[str]:
    for node in nodes(body):
        if isinstance(node, (Assign, For)):
            targets = node.targets if isinstance(node, Assign) else (node.target,)
            yield from (name.id for target in targets for name in nodes(target) if isinstance(name, Name))


def _ends_there(one: Rerun, after: tuple[Stmt, ...]) -> bool:
    """Whether nothing is done behind the loop: so far a failure kept it from being done."""
    if any(not isinstance(statement, (Assign, Eval, Return)) for statement in after):
        return False
    path = one.loop.place.path
    spans = [statement.span for statement in after]
    done = (e for e in one.run.events if isinstance(e, Effect) and e.call.kind is not Kind.TELEMETRY)
    places = (place for e in done for place in (*(step.place for step in e.stack), e.place))
    lines = {place.span.line for place in places if place.path == path}
    return not any(span.line <= line <= span.end_line for span in spans for line in lines)


def _steps(source: Source, *, by_class: bool) -> str:
    """How the id of a record is read from it."""
    plain, named = _IDS[source]
    return "".join(f".{name}" for name in named) if by_class else "".join(f'["{name}"]' for name in plain)


def _logger(program: Program, handler: Handler) -> str:
    """The call by which the module tells failures with their traceback."""
    for statement in program.modules[handler.path].body:
        if isinstance(statement, Assign) and isinstance(statement.value, Call) and isinstance(statement.targets[0], Name):
            made = dotted(statement.value.func)[-1]
            if statement.targets[0].id in _LOGGERS and "logger" in made.lower():
                return f"{statement.targets[0].id}.exception"
    return "«logging:exception»"
