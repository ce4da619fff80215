"""An order for facts that come from a set, where it decides which of them is taken or told.

Sets give their members in another order in every process. Sorting by place is not enough: one call may claim two keys, and
one test may say two things of a row. What is alike by place and kind is told apart here by all that it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, Protocol, TypeVar

import msgspec

from lintdem.interpreter.domain import Claim, Cls, Func, Path
from lintdem.interpreter.values import leaves
from lintdem.model.span import Place

_PLAIN = frozenset({str, int, bool, float, bytes, type(None)})


class _Placed(Protocol):
    @property
    def place(self) -> Place: ...


F = TypeVar("F", bound=_Placed)


def _by_place(fact: _Placed) -> tuple[Any, ...]:
    return fact.place, getattr(fact, "kind", "")


def in_order(facts: Iterable[F], by: Callable[[F], tuple[Any, ...]] = _by_place) -> list[F]:
    """The facts by place and kind, or by what is asked for; those alike in that by everything else that they say."""
    found = sorted(((by(fact), fact) for fact in facts), key=itemgetter(0))
    if all(one[0] != other[0] for one, other in pairwise(found)):
        return [fact for _, fact in found]
    known: dict[int, str] = {}
    ordered: list[F] = []
    for _, same in groupby(found, key=itemgetter(0)):
        alike = [fact for _, fact in same]
        ordered += sorted(alike, key=lambda fact: _said(fact, known)) if len(alike) > 1 else alike
    return ordered


def claims_in_order(claims: Iterable[Claim]) -> list[Claim]:
    """One call may claim several keys, as a row with two unique ones does: that of the fewest parts first."""
    return in_order(claims, _by_key)


def _by_key(claim: Claim) -> tuple[Any, ...]:
    key = [".".join(leaf.steps) if isinstance(leaf, Path) else type(leaf).__name__ for leaf in leaves(claim.key)]
    return claim.place, claim.kind, len(key), key


def _said(one: object, known: dict[int, str]) -> str:
    """What tells a value or fact from others, in few letters: values share parts, which written out would have no end.
    `known` is by identity, as the facts that hold the parts are there all the while."""
    if type(one) in _PLAIN:
        return repr(one)
    if isinstance(one, (Func, Cls)):
        return f"{one.path}:{one.definition.span}"
    if not isinstance(one, (tuple, frozenset)) and not isinstance(one, msgspec.Struct) and not is_dataclass(one):
        return repr(one)
    if id(one) not in known:
        parts = [_said(part, known) for part in _parts(one)]
        words = "\0".join((type(one).__name__, *(sorted(parts) if isinstance(one, frozenset) else parts)))
        known[id(one)] = blake2b(words.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return known[id(one)]


def _parts(one: Any) -> Iterable[object]:
    if isinstance(one, msgspec.Struct):
        return [getattr(one, name) for name in one.__struct_fields__]
    return [getattr(one, part.name) for part in fields(one)] if is_dataclass(one) else one
