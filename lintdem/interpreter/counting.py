"""Numbers that one call after another counts up or down, `visit(depth - 1)`: with each call they would be another argument, so
that functions which call one another were run anew for every way through them and never seen to call themselves."""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.arguments import Args
from lintdem.interpreter.domain import Derived, Known, Unknown, Value
from lintdem.interpreter.written import encloses

STEPS = Unknown("a number of steps")


def settled(args: Args) -> Args:
    """The arguments of a call; a number that was counted further in more than one place is that number after some steps."""
    if not any(isinstance(value, Derived) for value in args.all()):
        return args
    return replace(
        args, positional=tuple(map(_settled, args.positional)), keywords=tuple((name, _settled(v)) for name, v in args.keywords)
    )  # fmt: skip


def _settled(value: Value) -> Value:
    inner = _counted(value)
    if not isinstance(value, Derived) or not isinstance(inner, Derived):
        return value
    first = _counted(inner)
    # Both in one expression, `now + 3600 + 60`, are a number that is written down, not one of so many steps.
    if first is None or (value.place is not None and inner.place is not None and encloses(value.place, inner.place)):
        return value
    return Derived(value.op, (first, STEPS))


def _counted(value: Value) -> Value | None:
    """What a number or some steps are added to or taken from."""
    if not isinstance(value, Derived) or value.op not in ("arith+", "arith-") or len(value.parts) != 2:
        return None
    first, step = value.parts
    return first if step == STEPS or (isinstance(step, Known) and step.type == "int") else None
