"""Which runs of a function are one more of the same: those of one definition, with the same functions in its closure."""

from __future__ import annotations

from lintdem.interpreter.domain import Func, Known, handed
from lintdem.interpreter.machine import Args, Machine

SAME = 2
"""So many runs of a function inside one another are followed."""
NAMED = 6
"""The same for calls with literal names, of which a program has few."""


def is_deep(m: Machine, func: Func, args: Args) -> bool:
    """Whether a function is inside of itself too often to be followed."""
    return _nested(m, func) > (NAMED if _is_named(args) else SAME)


def _nested(m: Machine, func: Func) -> int:
    """How many runs of a function are inside one another now."""
    own = (func.definition.span, func.path, handed(func.scope))
    return sum(1 for k in m.active if isinstance(k, tuple) and k and (k[0], k[1], k[-1]) == own)


def _is_named(args: Args) -> bool:
    """Whether a call says by a literal name what it wants, as a container's `get("store")` does."""
    return bool(args.positional) and all(isinstance(v, Known) and isinstance(v.value, str) for v in args.positional)
