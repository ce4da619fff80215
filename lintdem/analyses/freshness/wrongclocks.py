"""Ages and orders that are told by another time than the event's: when it was received, when the run began, when the last
run wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from lintdem.analyses.guards import same_store
from lintdem.analyses.keys import readable
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.ages import freshness
from lintdem.interpreter.domain import Check, Fresh, Known, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Tested, Write
from lintdem.interpreter.values import leaves
from lintdem.interpreter.written import encloses, function_at, nodes
from lintdem.knowledge import is_handed
from lintdem.knowledge.events import normal
from lintdem.model.function import Assign, Continue, If, Raise, Return
from lintdem.model.module import Module
from lintdem.model.span import Place
from lintdem.model.values import Attr, Binary, Compare, Const, Expr, Name, Unary
from lintdem.regexes import late

_ORDERED = ("<", ">", "<=", ">=")
_AGED = late(r"(stale|fresh(?!_?token)|outdated|too_?old|(event|message|order|record|max|min)_?age(?!nt))", re.IGNORECASE)
_BUDGET = late(
    r"(time_?out|elapsed|budget|retr(y|ies)|deadline|poll|wait|cach|ttl|lease|token|session|interval|sleep|start_?up|remaining)",
    re.IGNORECASE,
)
_LEASE = late(r"(lease|lock|expir|until|ttl|deadline|next|retry)", re.IGNORECASE)
_IDENTITY = late(r"((^|_)(id|key|pk|sk|name)|Id|Key|ID)$")
_WROTE = "the run that wrote it, not of its event"


class Wrong(msgspec.Struct, frozen=True):
    """At `place` the time `name` is taken for that of the event, and it is that of `means`; `effect` depends on it. When it
    `drops`, an event may be set aside that is newer than what is stored; else an old one is let pass."""

    run: Run
    subject: Subject
    place: Place
    name: str
    means: str
    effect: Effect | None = None
    drops: bool = False


def wrong(run: Run, subject: Subject, modules: Mapping[str, Module]) -> Iterator[Wrong]:
    """The comparisons and conditions of one run that go by another time than the event's."""
    effects = [e for e in run.events if isinstance(e, Effect)]
    for event in run.events:
        if isinstance(event, Tested) and event.test.op in _ORDERED and len(event.test.args) == 2:
            yield from _handed_over(event, effects, run, subject, modules)
            yield from _stored(event, effects, run, subject)
            yield from _of_run(event, effects, run, subject, modules)
    for effect in effects:
        yield from _conditional(effect, run, subject)


def _handed_over(
    event: Tested, effects: list[Effect], run: Run, subject: Subject, modules: Mapping[str, Module]
) -> Iterator[Wrong]:  # fmt: skip
    """The age since the event was handed over: nothing but that is asked before the effect."""
    time = freshness(event.test)
    inner = [leaf for arg in event.test.args for leaf in leaves(arg)]
    if not isinstance(time, Path) or not is_handed(subject.source, time.steps) or not any(map(_is_clock, inner)):
        return
    if _BUDGET.search(_names(event.place, modules)):
        return
    for effect in effects:
        fresh = [f for f in effect.must if isinstance(f, Check) and f.kind == "fresh"]
        others = [f for f in fresh if not (isinstance(f.subject, Path) and is_handed(subject.source, f.subject.steps))]
        if any(f.place == event.place for f in fresh) and not others:
            means = "the request, which a client makes anew" if subject.by_caller else "the delivery, not of the event"
            yield Wrong(run, subject, event.place, readable(time.steps), means, effect)
            return


def _stored(event: Tested, effects: list[Effect], run: Run, subject: Subject) -> Iterator[Wrong]:
    """The event's time is compared with what the last run stored of its own clock."""
    inner = [leaf for arg in event.test.args for leaf in leaves(arg)]
    if not subject.late or subject.by_caller:
        return
    for leaf in inner:
        read = run.sites.get(leaf.place) if isinstance(leaf, Path) and leaf.root == "result" and leaf.place is not None else None
        if read is None or not isinstance(leaf, Path) or not any(_is_time_apart(v, readable(leaf.steps)) for v in inner):
            continue
        for effect in effects:
            if effect.call.write is not None and same_store(read, effect) and _stamps(effect.call.write, readable(leaf.steps)):
                yield Wrong(run, subject, event.place, readable(leaf.steps), _WROTE, effect, True)
                return


def _conditional(effect: Effect, run: Run, subject: Subject) -> Iterator[Wrong]:
    """The same in the condition of the write; or it compares two times of runs, so that it holds for every late event."""
    write = effect.call.write
    if write is None or not subject.late or subject.by_caller:
        return
    for name, op, value in write.orders:
        if not _stamps(write, name) or _LEASE.search(name):
            continue
        if any(_is_time_apart(leaf, name) for leaf in leaves(value)):
            yield Wrong(run, subject, effect.place, name, _WROTE, effect, True)
        elif op in ("<", "<=") and _is_now(value) and not _asks_more(write):
            yield Wrong(run, subject, effect.place, name, "the run, which is later in every late run", effect)


def _asks_more(write: Write) -> bool:
    """Whether the condition also looks at a state, or at something that the event brings: that may refuse a late one."""
    brought = (leaf for _, _, value in write.orders for leaf in leaves(value) if isinstance(leaf, Path))
    return len(write.compares) > len(write.orders) or any(leaf.root == "event" for leaf in brought)


def _of_run(
    event: Tested, effects: list[Effect], run: Run, subject: Subject, modules: Mapping[str, Module]
) -> Iterator[Wrong]:  # fmt: skip
    """An age that is the time since the run began, by what the program calls it."""
    inner = [leaf for arg in event.test.args for leaf in leaves(arg) if not isinstance(leaf, Known)]
    clocks = {leaf.place: leaf for leaf in inner if isinstance(leaf, Fresh) and leaf.kind == "clock"}
    if len(clocks) < 2 or any(isinstance(leaf, Path) for leaf in inner) or not subject.late:
        return
    names = _names(event.place, modules)
    inside = all((module := modules.get(p.path)) is not None and function_at(module, p.span) is not None for p in clocks)
    if inside and _AGED.search(names) and not _BUDGET.search(names) and _leaves_behind(event, modules):
        first = min(clocks.values(), key=lambda clock: clock.place)
        yield Wrong(run, subject, event.place, first.made, "this run, not of the event")


def _is_clock(value: Value) -> bool:
    return isinstance(value, Fresh) and value.kind == "clock"


def _is_time_apart(value: Value, stored: str) -> bool:
    """Whether a value is a time that the event brings, and not what was stored, read by the sender and sent back."""
    if not isinstance(value, Path) or value.root != "event":
        return False
    name = readable(value.steps)
    return bool(_TIME.search(name)) and normal(name) != normal(stored)


_TIME = late(r"(time|_at$|At$|timestamp|modified|updated|occurred|_on$|date)", re.IGNORECASE)


def _is_now(value: Value) -> bool:
    """Whether a value is the time of the run and nothing else: not a limit in the past, not the end of a lease."""
    return {type(leaf) for leaf in leaves(value)} == {Fresh} and all(map(_is_clock, leaves(value)))


def _stamps(write: Write, name: str) -> bool:
    """Whether a write stores the time of the run under a name, beside what the event says."""
    keys = {key for key, _ in write.key}
    stored = [value for attribute, value in write.values if attribute == name]
    said = [leaf for attribute, value in write.values if attribute not in keys | {name} for leaf in leaves(value)]
    told = (v for v in said if isinstance(v, Path) and v.root == "event" and not _IDENTITY.search(readable(v.steps)))
    return any(map(_is_now, stored)) and any(told)


def _names(place: Place, modules: Mapping[str, Module]) -> str:
    """The names around a comparison: of its function, of what stands in it, of what it is kept under."""
    module = modules.get(place.path)
    if module is None:
        return ""
    function = function_at(module, place.span)
    found = [function.name] if function is not None and function.name not in ("handler", "lambda_handler") else []
    for node in nodes(function.body if function is not None else module.body):
        around = node.test if isinstance(node, If) else node if isinstance(node, (Assign, Return)) else None
        if around is not None and encloses(Place(place.path, around.span), place):
            found += [n.id for n in nodes(around) if isinstance(n, Name)] + [n.name for n in nodes(around) if isinstance(n, Attr)]
    return " ".join(found)


def _leaves_behind(event: Tested, modules: Mapping[str, Module]) -> bool:
    """Whether an `if` around the comparison, or around the call that makes it, leaves; or holds the rest of its function for
    when it is young enough, which says the same."""
    for place in (event.place, *(call.place for call in event.stack)):
        module = modules.get(place.path)
        for node in nodes(module.body) if module is not None else ():
            if isinstance(node, If) and encloses(Place(place.path, node.test.span), place):
                ends = bool(node.then) and isinstance(node.then[-1], (Return, Raise, Continue)) and not _reckons(node.then[-1])
                return ends or (_holds_rest(node, module) and _is_young(node.test))
    return False


def _reckons(last: object) -> bool:
    """Whether a function only gives back a number there, as one does that says how much something still counts."""
    number = last.value if isinstance(last, Return) else None
    counted = isinstance(number, Const) and isinstance(number.value, (int, float)) and not isinstance(number.value, bool)
    return counted or isinstance(number, Binary)


def _holds_rest(node: If, module: Module | None) -> bool:
    """Whether nothing follows an `if` in its function, and nothing stands in its other branch."""
    function = function_at(module, node.span) if module is not None else None
    return function is not None and function.body[-1] is node and not node.other


def _is_young(test: Expr) -> bool:
    """Whether a test is written as one of what is young enough: `not age > limit`, `age < limit`."""
    return (isinstance(test, Unary) and test.op == "not") or (isinstance(test, Compare) and test.ops[0] in ("<", "<="))
