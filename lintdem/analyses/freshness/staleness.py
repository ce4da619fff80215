"""Stale events that are told as failures: the source brings them back, older each time, until they are dead."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lintdem.analyses.failures import is_broad, reports_failures
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import AnyOf, Cases, Check, Derived, Fresh, Method, Path, Test, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Swallowed, Tested, Threw
from lintdem.interpreter.values import leaves, members
from lintdem.interpreter.written import COLLECTS, Texts, calls, encloses, nodes
from lintdem.model.finding import Redelivers
from lintdem.model.function import Raise, Try
from lintdem.model.span import Place
from lintdem.model.stack import Source

_WAITS = frozenset({Source.STEP_FUNCTIONS, Source.CUSTOM_RESOURCE, Source.COGNITO})
"""Callers that are told of the failure and decide themselves what comes of it."""


class Raised(msgspec.Struct, frozen=True):
    """The comparison at `place` finds that an event is stale, and `thrown` makes a failure of it."""

    run: Run
    subject: Subject
    place: Place
    thrown: Place
    name: str


def raised(run: Run, subject: Subject, texts: Texts) -> Iterator[Raised]:
    """The comparisons of one run that end in a failure when the event is stale."""
    if not subject.late or subject.redelivers is not Redelivers.ITSELF or subject.source in _WAITS:
        return
    tests = {e.place: e.test for e in run.events if isinstance(e, Tested)}
    leaving = {one.error.place for one in run.raises}
    for event in run.events:
        if not isinstance(event, Threw) or not _comes_back(event, leaving, run, subject, texts):
            continue
        found = [f for f in event.must if isinstance(f, Check) and f.kind == "fresh" and _is_stale(f, tests.get(f.place))]
        if found and _is_said(event.place, texts):
            place = max(f.place for f in found)
            name = event.names[0].rpartition(":")[2].rpartition(".")[2] if event.names else "an exception"
            yield Raised(run, subject, place, event.place, name)


def _comes_back(event: Threw, leaving: set[Place], run: Run, subject: Subject, texts: Texts) -> bool:
    """Whether the failure reaches the source: it leaves the handler, or its record is named among the failed ones."""
    ended = [e for e in run.events if isinstance(e, Swallowed) and any(error.place == event.place for error in e.errors)]
    if not ended:
        return event.place in leaving or any(loop.apart for loop in event.loops)
    return reports_failures(run, subject, texts) and all(
        is_broad(one) and any(call[-1] in COLLECTS for call in calls(one.body)) for one in ended
    )


def _is_said(place: Place, texts: Texts) -> bool:
    """Whether the `raise` speaks for itself: it passes on no failure of something else."""
    module = texts.modules.get(place.path)
    for node in nodes(module.body) if module is not None else ():
        if isinstance(node, Raise) and node.span == place.span and node.error is None:
            return False
        if isinstance(node, Try) and any(encloses(Place(place.path, c.span), place) for c in node.catches):
            return False
    return module is not None


def _is_stale(check: Check, test: Test | None) -> bool:
    """Whether a comparison of the event's time with a clock or with what is stored came out so that the event is old."""
    if test is None or len(test.args) != 2:
        return False
    others = [leaf for arg in test.args for leaf in leaves(arg)]
    if not any(isinstance(v, Fresh) or (isinstance(v, Path) and v.root == "result") for v in others):
        return False
    left, right = (_sign(arg, check.subject) for arg in test.args)
    greater = (test.op in (">", ">=")) == (check.words == "held")
    return (left - right) * (1 if greater else -1) < 0


def _sign(value: Value, wanted: Value, depth: int = 8) -> int:
    """1 when a value grows with `wanted`, -1 when it shrinks, 0 when it has nothing to do with it."""
    if value == wanted:
        return 1
    if not depth:
        return 0
    if isinstance(value, Method):
        return _sign(value.receiver, wanted, depth - 1)
    if wanted not in leaves(value):
        return 0
    if isinstance(value, (AnyOf, Cases)):
        return next((s for one in members(value) if (s := _sign(one, wanted, depth - 1))), 0)
    if not isinstance(value, Derived):
        return 0
    signs = [_sign(part, wanted, depth - 1) for part in value.parts]
    if value.op == "arith-" and len(signs) == 2:
        return signs[0] or -signs[1]
    return next((s for s in signs if s), 0)
