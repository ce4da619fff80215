"""Work that is handed to a thread or task, and that nobody waits for before the handler returns.

When the handler returns, Lambda freezes the sandbox with all its threads. What they had to do is done in the middle of some later
invocation, or never.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lintdem.interpreter.domain import Call as Step
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.written import Texts, dotted, function_at, nodes
from lintdem.model.function import Return, With
from lintdem.model.module import Module
from lintdem.model.span import Place, Span
from lintdem.model.values import Attr, Await, Call, Const, Format

STARTS = {"Thread": "a thread", "Process": "a process", "submit": "an executor", "create_task": "a task",
          "ensure_future": "a task", "apply_async": "a pool"}  # fmt: skip
WAITS = frozenset(
    "result results shutdown as_completed wait gather run_until_complete wait_for join_all exception done".split()
)
"""Calls that come back when the work is done."""
GROUPS = ("Executor", "Pool", "TaskGroup", "create_task_group")
"""Managers that wait at the end of their block."""


class Unawaited(msgspec.Struct, frozen=True):
    """An effect that is left to a thread or task; `place` is where that is started, `kind` what it is."""

    place: Place
    kind: str
    effect: Effect


def unawaited(run: Run, texts: Texts) -> Iterator[Unawaited]:
    """What the threads and tasks of one run may still have to do when it is over."""
    if run.handler.part is not None:
        return
    for event in run.events:
        if not isinstance(event, Effect):
            continue
        for index, step in enumerate(event.stack):
            started = _started(step, texts)
            if started is not None and not _is_waited_for(event.stack[: index + 1], started, texts):
                yield Unawaited(step.place, STARTS[dotted(started.func)[-1]], event)
                break


def _started(step: Step, texts: Texts) -> Call | None:
    """The call that starts a thread or task with what is called at a step; a Timer only ends what takes too long. A
    function of the program may have such a name (`tasks.create_task(…)`): it runs at once."""
    module = texts.modules.get(step.place.path)
    if module is None:
        return None
    for node in nodes(module.body):
        name = dotted(node.func)[-1] if isinstance(node, Call) else ""
        starts = name in STARTS and not texts.defines(name)
        if isinstance(node, Call) and starts and _inside(step.place.span, node.span):
            own = isinstance(node.func, Attr) or dotted(node.func)[-1] in ("Thread", "Process", "create_task", "ensure_future")
            return node if own else None
    return None


def _is_waited_for(way: tuple[Step, ...], started: Call, texts: Texts) -> bool:
    """Whether a function on the way, or the file it stands in, does something that waits."""
    modules = {step.place.path: texts.modules[step.place.path] for step in way if step.place.path in texts.modules}
    if any(_waits(module.body) for module in modules.values()):
        return True
    module = modules[way[-1].place.path]
    function = function_at(module, started.span)
    body: object = function.body if function is not None else module.body
    return _is_awaited(body, started) or _is_returned(module, started)


def _waits(body: object) -> bool:
    for node in nodes(body):
        if isinstance(node, Call) and isinstance(node.func, Attr):
            name, owner = node.func.name, node.func.value
            if name in WAITS or (name == "join" and not isinstance(owner, (Const, Format))):
                return True
        elif isinstance(node, Call) and dotted(node.func)[-1] in WAITS:
            return True
        if isinstance(node, With) and any(dotted(one.value)[-1].endswith(GROUPS) for one in node.items):
            return True
    return False


def _is_awaited(body: object, started: Call) -> bool:
    """Whether the task itself, or a name in the same function, is awaited later."""
    later = (node for node in nodes(body) if isinstance(node, Await) and (node.span.line, node.span.column) >= _start(started.span))
    return any(not isinstance(node.value, Call) or node.value.span == started.span for node in later)


def _is_returned(module: Module, started: Call) -> bool:
    returned = (node.value for node in nodes(module.body) if isinstance(node, Return) and node.value is not None)
    return any(inner is started for value in returned for inner in nodes(value))


def _start(span: Span) -> tuple[int, int]:
    return span.line, span.column


def _inside(inner: Span, outer: Span) -> bool:
    return _start(outer) <= _start(inner) and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
