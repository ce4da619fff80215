"""Where a test that is not atomic stands for its reader: in the innermost function that both asks and acts.

What is asked is often read by a repository that many share, and what is done by a service that is right for others:
the fault is theirs who ask the one before they call the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from lintdem.analyses.guards import looked_at
from lintdem.interpreter.domain import Call, Check
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Asked, Effect
from lintdem.interpreter.written import function_at
from lintdem.model.span import Place
from lintdem.program import Program

Way: TypeAlias = tuple[Call, ...]


class Act(msgspec.Struct, frozen=True):
    """An effect behind a test that is not atomic; the loudest come first where several are given."""

    check: Check
    effect: Effect


class Asking(msgspec.Struct, frozen=True):
    """Where a question is asked, with the calls that lead to the function that asks."""

    place: Place
    way: Way = ()


def askings(acts: Sequence[Act], run: Run, program: Program) -> list[Asking]:
    """For each act how its question is asked, the same for all that hang on one question."""
    asked = [(act, _question(act, run, program)) for act in acts]
    depths: dict[tuple[Place, Way], int] = {}
    for act, question in asked:
        if question is not None:
            depths[question] = max(depths.get(question, 0), shared(question[1], act.effect.stack))
    found: dict[tuple[Place, Way], Asking] = {}
    for act, question in asked:
        if question is not None and question not in found:
            depth = depths[question]
            found[question] = Asking(_place(act.check, *question, depth, program), question[1][:depth])
    return [Asking(act.check.place) if question is None else found[question] for act, question in asked]


def _question(act: Act, run: Run, program: Program) -> tuple[Place, Way] | None:
    """The read that was tested, with the way to it: of several ways the one that is nearest to what is done."""
    subject = looked_at(act.check)
    place = subject.place if subject is not None else None
    ways = [e.stack for e in run.events if isinstance(e, Asked) and e.place == place]
    if place is None or not ways:
        return None
    return place, max(ways, key=lambda way: _nearness(way, place, act.effect, program))


def _nearness(way: Way, read: Place, effect: Effect, program: Program) -> tuple[int, bool]:
    """How far a read and an effect go together, and whether they part in one function: a call may mean several."""
    depth = shared(way, effect.stack)
    return depth, _is_one_function(_at(way, depth, read), _at(effect.stack, depth, effect.place), program)


def _at(way: Way, depth: int, end: Place) -> Place:
    return way[depth].place if depth < len(way) else end


def _is_one_function(one: Place, other: Place, program: Program) -> bool:
    module = program.modules.get(one.path)
    if module is None or one.path != other.path:
        return False
    return function_at(module, one.span) == function_at(module, other.span)


def shared(one: Way, other: Way) -> int:
    """How many calls two ways have in common."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _place(check: Check, read: Place, way: Way, depth: int, program: Program) -> Place:
    """The test, where the function at this depth makes it itself; else its call on the way to the read."""
    here = _at(way, depth, read)
    return check.place if _is_one_function(check.place, here, program) else here
