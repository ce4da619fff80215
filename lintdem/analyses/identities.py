"""Which of the things that a run stores share an identity that is made in it: one fault, however many calls store them."""

from __future__ import annotations

from collections.abc import Sequence

from lintdem.analyses.cases import Case, Kind
from lintdem.interpreter.written import function_at
from lintdem.model.span import Place
from lintdem.program import Program


def by_identity(program: Program, cases: Sequence[Case]) -> list[list[Case]]:
    """The cases whose key is one value, made by one run of the function that makes it or asks for it; first the one
    that is nearest to where it is made."""
    found: dict[object, list[Case]] = {}
    for case in cases:
        key = case.harm.key
        one: object = case.effect.place
        if key is not None and key.place is not None:
            handler = (case.run.handler.path, case.run.handler.function)
            one = (key.place, key.call, _made_in(program, case, key.call or key.place), handler, case.effect.call.name)
        found.setdefault(one, []).append(case)
    return [sorted(one, key=lambda case: (len(case.effect.stack), case.effect.place)) for one in found.values()]


def _made_in(program: Program, case: Case, made: Place) -> object:
    """The calls that lead to the function around a place, where the effect lies in what it does; else those of the effect."""
    stack = case.effect.stack
    module = program.modules.get(made.path)
    function = function_at(module, made.span) if module is not None else None
    for depth, place in enumerate((*(call.place for call in stack[1:]), case.effect.place), 1):
        around = function_at(module, place.span) if module is not None and place.path == made.path else None
        if function is not None and around is function:
            return stack[:depth]
    return stack


def elsewhere(program: Program, cases: Sequence[Case], told: Sequence[Case]) -> list[tuple[Case, Place]]:
    """Identities that other functions make and have stored by a call that many share, where only one of them is told at that
    call: each is a fault of its own. One for each place where one is made, of those in `cases` that are in none of `told`."""
    known = {made_at(case) for case in told}
    found: dict[Place, Case] = {}
    for case in cases:
        place = made_at(case) if case.kind is Kind.MINTED else None
        if place is None or place in known | found.keys():
            continue
        if len(case.effect.stack) > 1 and not _is_same_function(program, place, [case.effect.place, *known, *found]):
            found[place] = case
    return [(found[place], place) for place in sorted(found)]


def made_at(case: Case) -> Place | None:
    """Where an identity is made. That of the run itself, `context.aws_request_id`, is made nowhere in the code: where a row is
    handed with it to what stores it."""
    key, stack = case.harm.key, case.effect.stack
    if key is None or key.place is not None:
        return key.place if key is not None else None
    return stack[-1].place if len(stack) > 1 and case.effect.call.write is not None else None


def _is_same_function(program: Program, place: Place, others: Sequence[Place | None]) -> bool:
    """Whether one of the others stands in the function around a place."""
    module = program.modules.get(place.path)
    own = function_at(module, place.span) if module is not None else None
    near = (one for one in others if one is not None and one.path == place.path)
    return own is None or module is None or any(function_at(module, one.span) is own for one in near)
