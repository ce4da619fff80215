"""Comparisons of an age, a version or an order of the event, told by the names of what they compare."""

from __future__ import annotations

import re

from lintdem.interpreter.domain import AnyOf, Derived, Fresh, Known, Path, Test, Value
from lintdem.interpreter.values import leaves
from lintdem.regexes import late

ORDERED = frozenset({"<", ">", "<=", ">="})
TIME_WORDS = late(
    r"((?<!run)time(?!out|zone)|(?<!up)(?<!vali)date|_at$|timestamp|created|updated|modified|expir|(^|_)age(_|$)|(?-i:Age(?=$|[A-Z]))|version|sequence|sequencer|ttl"
    r"|epoch|occurred|when)",
    re.IGNORECASE,
)


def freshness(test: Test) -> Value | None:
    """The event value whose age, version or order a comparison looks at."""
    if test.op not in ORDERED:
        return None
    inner = [leaf for arg in test.args for leaf in leaves(arg)] if not any(map(_is_written_out, test.args)) else []
    from_event = [v for v in inner if isinstance(v, Path) and v.root == "event" and _is_time_like(v)]
    if not from_event or _is_range(test) or _is_sign(test):
        return None
    clock = any(isinstance(v, Fresh) and v.kind == "clock" for v in inner)
    stored = any(isinstance(v, Path) and v.root == "result" for v in inner)
    if clock or stored or len(from_event) > 1 or any(_is_duration(arg) for arg in test.args):
        return from_event[0]
    return None


_BEGINS = late(r"start|begin|arriv|check_?in|(^|_)from(_|$)|(?-i:^from[A-Z])", re.IGNORECASE)
_ENDS = late(r"(^|_)ends?(_|$)|(?-i:(^end|End)s?(?=$|[A-Z]))|until|finish|depart|check_?out", re.IGNORECASE)


def _is_range(test: Test) -> bool:
    """Whether a comparison asks how two stretches of time lie, or whether one is a stretch: where the one ends against where
    the other begins."""
    sides = [[step for leaf in leaves(arg) if isinstance(leaf, Path) for step in leaf.steps[-2:]] for arg in test.args]
    marks = [{word for word in (_BEGINS, _ENDS) if any(map(word.search, names))} for names in sides]
    return all(len(mark) == 1 for mark in marks) and set().union(*marks) == {_BEGINS, _ENDS}


def _is_sign(test: Test) -> bool:
    """Whether a time is held against a plain number: that asks whether it is a time at all, not how long ago it was."""
    plain = [isinstance(arg, Known) for arg in test.args]
    return any(plain) and not any(map(_has_difference, test.args))


def _is_written_out(value: Value) -> bool:
    """Whether a value is made of something that was written out whole, or counted: how long that is is no age."""
    return isinstance(value, Derived) and (value.op in ("dumps", "len", "hash") or any(map(_is_written_out, value.parts)))


def _has_difference(value: Value) -> bool:
    """Whether one time is taken from another in what a value is computed from."""
    if isinstance(value, Derived):
        return value.op == "arith-" or any(map(_has_difference, value.parts))
    return isinstance(value, AnyOf) and any(map(_has_difference, value.values))


def _is_time_like(value: Path) -> bool:
    return any(TIME_WORDS.search(step) for step in value.steps[-3:]) and not any(map(_LIMITS.search, value.steps[-1:]))


_LIMITS = late(r"(^|_)max|limit|allowed|threshold|tolerance", re.IGNORECASE)
"""Words of what an age is held against: how old something else may be is no age of the event."""


def _is_duration(value: Value) -> bool:
    return isinstance(value, Derived) and value.op.startswith("arith-")
