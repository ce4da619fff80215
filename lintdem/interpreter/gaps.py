"""Gaps: what was not understood and could hide an effect or a guard, by its cause.

A call behind something unknown is not followed, nor is any call on its result. The cause is what a user
can mend: an import that is not there, a module or a function chosen at run time, an argument that
nothing in the program gives.
"""

from __future__ import annotations

import re
from collections import deque
from io import BytesIO, StringIO

from lintdem.interpreter.domain import Method, Unknown, Value
from lintdem.interpreter.trace import Gap
from lintdem.knowledge import Kind, is_known, kind_of
from lintdem.model.span import Place
from lintdem.regexes import late

MISSING = "is not found in"
"""What the reason of an unresolved import says."""
CHOSEN = "chosen at run time"
ARGUMENT = "argument "

EMPTY = frozenset({"nothing", "no value", "recursion", "never returns"})
"""Reasons that are no cause of their own: nothing is there, or the calls are followed elsewhere."""

_DATES = """strftime strptime isoformat timestamp total_seconds astimezone date time utcnow now today fromtimestamp
weekday year month day hour minute second seconds days"""
PLAIN = frozenset(
    {name for kind in (str, bytes, bytearray, list, dict, set, deque, StringIO, BytesIO, int, float) for name in dir(kind)}
    | set(_DATES.split())
)
"""Methods of plain data: text, containers, buffers, times."""
DOES = frozenset(
    """
        send publish notify post invoke start run execute submit dispatch trigger emit push enqueue produce charge
        pay refund handle process call perform ship book order
    """.split()
)
"""First words of the names of methods that do something, beside those of the AWS operations."""


UNREAD = "what the library "
"""What the reason of a call into a library begins with of which nothing is known."""
_SENDS = frozenset("send publish charge pay refund transfer submit insert create post notify".split())
_SPEAKS = late(r"client|api|service|gateway|sdk|producer|publisher|sender|connector|messenger|notifier", re.IGNORECASE)


def library_gap(name: str, made: str, place: Place) -> Gap | None:
    """The gap that a call of a client is that an unknown library made: `made` is its type, `name` the method's dotted name."""
    package, first = name.partition(".")[0], name.rpartition(".")[2].split("_")[0].lower()
    class_ = next((step for step in reversed(made.split(".")) if step[:1].isupper()), "")
    if not package or is_known(package) or first not in _SENDS or not _SPEAKS.search(class_):
        return None
    words = "does is not known, so its calls are not judged; [[effects]] can declare them"
    return Gap(place, f"{UNREAD}{package} {words}")


def gap_of(receiver: Value, name: str, place: Place) -> Gap | None:
    """The gap that a call of `name` on something unknown is; None when nothing is hidden by it."""
    root = cause_of(receiver)
    if root is None or root.reason in EMPTY:
        return None
    if MISSING in root.reason:
        return Gap(place, f"{root.reason}, so what is done through it is not judged", root.place)
    if name in PLAIN or name.startswith("__"):
        return None
    if root.reason.endswith(CHOSEN):
        return Gap(place, f"{root.reason} is not followed", root.place)
    if not _does(name):
        return None
    if root.reason.startswith(ARGUMENT) and root.place is not None:
        words = f"nothing in the program says what {root.reason.removeprefix(ARGUMENT)} is, so {name} is not followed"
        return Gap(place, words, root.place)
    return Gap(place, f"it is not known what {name} is called on", root.place)


def cause_of(value: Value) -> Unknown | None:
    """The first thing that was not known: what a call on something unknown returned is not a cause of its own."""
    while True:
        if isinstance(value, Method):
            value = value.receiver
        elif isinstance(value, Unknown) and value.parts and value.reason.startswith("what "):
            if not isinstance(value.parts[0], (Unknown, Method)):
                return None
            value = value.parts[0]
        else:
            return value if isinstance(value, Unknown) else None


def _does(name: str) -> bool:
    """Whether the name of a method says that it does something."""
    first = name.strip("_").split("_")[0].lower()
    return first in DOES or kind_of(first) in (Kind.SET, Kind.CREATE, Kind.DELETE)
