"""Handlers that no failure of their work leaves: it ends in one `except` around all of it, or in a decorator."""

from __future__ import annotations

from lintdem.analyses.failures import BROAD, is_broad
from lintdem.interpreter.domain import Caught, Fact
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Asked, Effect, Swallowed, Threw
from lintdem.interpreter.written import dotted, function_at, nodes, only_tells
from lintdem.model.function import Catch, DefineFunction, For, Function, If, Import, Raise, Stmt, Try
from lintdem.model.span import Place
from lintdem.model.values import Attr, Call, Const, Item, Name
from lintdem.program import Program

WORDS = "every failure of the work ends in the code as if it had succeeded: only a crash or a timeout comes this far"
EACH = (
    "each call of the work stands in a try whose except ends its failure: only an event that cannot be read, a crash or a timeout "
    "comes this far"
)
_QUIET = frozenset({"client", "resource", "getLogger", "setLevel", "Session", "session", "items", "append", "start", "begin"})
"""What is called before the work without much that could fail."""
_SURE = frozenset({"Records", "detail", "requestContext"})
"""What every event of a source has."""


def ends_inside(run: Run, program: Program) -> bool:
    """Whether no failure that the code knows of leaves the handler."""
    function = _function(Place(run.handler.path, run.handler.span), program)
    if not run.complete or function is None:
        return False
    sealed = not run.raises and not any(_leaks(statement) for statement in function.body)
    return sealed or _is_wrapped(run, function, program)


def ends_each(run: Run) -> bool:
    """Whether each call of the work stands in a `try` that takes its failure, and nothing is raised that leaves the handler.
    What is done in a clause, once something has failed already, is not the work."""
    calls = [e for e in run.events if isinstance(e, (Effect, Asked))]
    beside = {e.place for e in calls if _is_late(e.must)}
    work = [e for e in calls if not _is_late(e.must)]
    leaving = {one.error.place for one in run.raises if not (_is_late(one.must) and one.error.place in beside)}
    thrown = (e.place for e in run.events if isinstance(e, Threw))
    return run.complete and bool(work) and leaving.isdisjoint((*thrown, *(e.place for e in work)))


def _is_late(must: frozenset[Fact]) -> bool:
    """Whether something has failed before."""
    return any(isinstance(fact, Caught) for fact in must)


def _is_wrapped(run: Run, function: Function, program: Program) -> bool:
    """Whether a decorator takes whatever the function raises."""
    calls = [e for e in run.events if isinstance(e, (Effect, Asked))]
    if {e.place for e in calls} & {r.error.place for r in run.raises}:
        return False
    for one in run.events:
        if isinstance(one, Swallowed) and one.block is not None and is_broad(one) and calls:
            depth = len(one.stack) + 1
            if all(one.block in e.caught and function in _deeper(e, depth, program) for e in calls):
                return _function(one.place, program) != function
    return False


def _deeper(event: Effect | Asked, depth: int, program: Program) -> list[Function | None]:
    """The functions that lead to an event, from so many calls deep on."""
    return [_function(place, program) for place in (*(step.place for step in event.stack[depth:]), event.place)]


def _function(place: Place, program: Program) -> Function | None:
    module = program.modules.get(place.path)
    return function_at(module, place.span) if module is not None else None


def _leaks(statement: Stmt) -> bool:
    """Whether a statement may raise something that nothing in the function takes."""
    if isinstance(statement, Try):
        catches = statement.catches
        eats = any(_takes_all(one) for one in catches) and not any(isinstance(n, Raise) for one in catches for n in nodes(one.body))
        inner = (*statement.other, *statement.final, *(s for one in catches for s in one.body))
        return any(_leaks(s) for s in (inner if eats else (*inner, *statement.body)))
    if isinstance(statement, If):
        return _may_raise(statement.test) or any(_leaks(s) for s in (*statement.then, *statement.other))
    if isinstance(statement, For):
        return _may_raise(statement.iter) or any(_leaks(s) for s in (*statement.body, *statement.other))
    return not isinstance(statement, (Import, DefineFunction)) and (isinstance(statement, Raise) or _may_raise(statement))


def _takes_all(one: Catch) -> bool:
    """Whether a clause takes whatever goes wrong."""
    if one.type is None:
        return True
    return isinstance(one.type, (Name, Attr)) and dotted(one.type)[-1] in BROAD & {"Exception", "BaseException"}


def _may_raise(part: object) -> bool:
    for node in nodes(part):
        if isinstance(node, Call) and not _is_quiet(dotted(node.func)):
            return True
        if isinstance(node, Item) and not (isinstance(node.index, Const) and node.index.value in _SURE):
            return True
    return False


def _is_quiet(call: tuple[str, ...]) -> bool:
    return call[-1] not in ("int", "float") and (only_tells(call) or call[-1] in _QUIET)
