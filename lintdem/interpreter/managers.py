"""`with`: context managers of the program and of libraries."""

from __future__ import annotations

from contextlib import suppress

from lintdem.interpreter.binding import bind_target
from lintdem.interpreter.domain import EMPTY, Caught, Done, Func, Instance, Made, Partial, Unknown, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.joins import merge
from lintdem.interpreter.libraries.locks import held
from lintdem.interpreter.libraries.mappers import leave_transaction
from lintdem.interpreter.machine import Args, Machine, Raised, Stop
from lintdem.interpreter.values import NONE, any_of
from lintdem.model.function import (
    Catch,
    Pass,
    Try,
    With,
)  # fmt: skip
from lintdem.model.span import Place
from lintdem.model.values import Call, Sequence


def run_with(m: Machine, s: With, flow: Flow) -> bool:
    return _with_items(m, s, 0, flow)


def _with_items(m: Machine, s: With, index: int, flow: Flow) -> bool:
    if index == len(s.items):
        return m.execute(s.body, flow)
    item = s.items[index]
    manager = m.evaluate(item.value, flow)
    place = m.place(flow, item.value.span)
    if isinstance(manager, Partial) and manager.manager and isinstance(manager.func, Func):
        return _with_generator(m, s, index, manager, flow)
    if isinstance(manager, Made) and manager.type == "contextlib.suppress" and isinstance(item.value, Call):
        return m.execute((_suppressed(s, index, item.value),), flow)
    entered = enter_manager(m, manager, place, flow)
    if item.target is not None:
        bind_target(m, item.target, entered, flow)
    lock = held(manager)
    if lock is not None:
        flow.must |= {lock}
    before = len(m.frame.returns)
    start = flow.branch()
    collected: dict[Raised, None] = {}
    m.collectors.append(collected)
    try:
        reached = _with_items(m, s, index + 1, flow)
    finally:
        m.collectors.pop()
        _thrown(m, manager, place, start, tuple(collected))
    if reached:
        _leave(m, manager, place, flow)
        flow.must -= {lock} if lock is not None else EMPTY
    elif len(m.frame.returns) > before:
        # Who returns from the block leaves it as well.
        _leave(m, manager, place, left(flow, [f for _, f in m.frame.returns[before:]]))
    return reached


def _suppressed(s: With, index: int, call: Call) -> Try:
    """`with suppress(X):` is `try … except X: pass`."""
    types = Sequence(call.span, "tuple", tuple(arg.value for arg in call.args))
    rest = s.items[index + 1 :]
    body = (With(s.span, rest, s.body, s.is_async),) if rest else s.body
    return Try(s.span, body, (Catch(call.span, types, None, (Pass(call.span),)),))


def _leave(m: Machine, manager: Value, place: Place, flow: Flow) -> None:
    if isinstance(manager, Made) and manager in m.queued:
        leave_transaction(m, manager, place, flow)
    if isinstance(m.get(flow, manager), Instance):
        m.call(m.attribute(manager, "__exit__", flow, place), Args((NONE, NONE, NONE)), place, flow, "__exit__")


def _thrown(m: Machine, manager: Value, place: Place, start: Flow, raised: tuple[Raised, ...]) -> None:
    """What `__exit__` does with an exception of the block; then it goes on."""
    m.collectors[-1].update(dict.fromkeys(raised))
    if raised and isinstance(m.get(start, manager), Instance):
        way = start.branch()
        way.must = frozenset.intersection(*(r.must for r in raised)) | {Caught(place)}
        way.may = frozenset.union(way.may, {Caught(place)}, *(r.may for r in raised))
        given = (Unknown("the class of an exception"), raised[0].error, Unknown("a traceback"))
        with suppress(Stop):
            m.call(m.attribute(manager, "__exit__", way, place), Args(given), place, way, "__exit__")


def left(flow: Flow, returned: list[Flow]) -> Flow:
    """What is known on the way out of a block that was left by `return`: what may have been done there."""
    out = flow.branch()
    out.may |= frozenset(f for one in returned for f in one.may if isinstance(f, Done))
    return out


def enter_manager(m: Machine, manager: Value, place: Place, flow: Flow) -> Value:
    """The value `with` binds: what `__enter__` gives, or the manager itself."""
    if isinstance(m.get(flow, manager), Instance):
        entered = m.call(m.attribute(manager, "__enter__", flow, place), Args(), place, flow, "__enter__")
        return manager if isinstance(entered, Unknown) else entered
    if isinstance(manager, Made) and manager.type.endswith(".batch_writer"):
        return manager
    return manager


def pass_through(m: Machine, manager: Value, place: Place, flow: Flow) -> Value:
    """Enter a context manager and leave it again: what it gives, and all that it does."""
    if isinstance(manager, Partial) and manager.manager and isinstance(manager.func, Func):
        given: list[Value] = []

        def block(value: Value, inner: Flow) -> Value:
            given.append(value)
            return NONE

        m.block = block
        m.call(Partial(manager.func, manager.args, manager.keywords), Args(), place, flow)
        return any_of(given) if given else NONE
    entered = enter_manager(m, manager, place, flow)
    _leave(m, manager, place, flow)
    return entered


def _with_generator(m: Machine, s: With, index: int, manager: Partial, flow: Flow) -> bool:
    """Run a `@contextmanager` function and the block where it yields."""
    outer = m.frame
    reached: list[bool] = []
    after: list[Flow] = []

    def block(value: Value, inner: Flow) -> Value:
        before = len(outer.returns)
        frames, m.frames = m.frames, [*m.frames, outer]
        body = flow.branch()
        body.heap, body.must, body.may = dict(inner.heap), flow.must | inner.must, flow.may | inner.may
        target = s.items[index].target
        if target is not None:
            bind_target(m, target, value, body)
        try:
            done = _with_items(m, s, index + 1, body)
        finally:
            m.frames = frames
        reached.append(done)
        if not done:
            if len(outer.returns) == before:
                raise Stop
            # A `return` in the block goes on behind the `yield`.
            inner.may = left(inner, [f for _, f in outer.returns[before:]]).may
            return NONE
        after.append(body)
        inner.heap, inner.must, inner.may = dict(body.heap), body.must, body.may
        return NONE

    m.block = block
    m.call(Partial(manager.func, manager.args, manager.keywords), Args(), m.place(flow, s.items[index].value.span), flow)
    if not reached:
        return _with_items(m, s, index + 1, flow)
    if not after:
        return False
    heap, must, may = flow.heap, flow.must, flow.may
    merge(flow, after)
    flow.heap = {**flow.heap, **heap}
    flow.must, flow.may = flow.must | must, flow.may | may
    return True
