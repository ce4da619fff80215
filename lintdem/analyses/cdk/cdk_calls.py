"""The calls of one CDK application, looked up by the object they gave, were called on or were given.

An application of some size makes thousands of calls; whoever asks about one object does not go through all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lintdem.analyses.cdk.constructs import Built
from lintdem.interpreter.building import FUNCTIONS
from lintdem.interpreter.cdk_values import functions_in, mades
from lintdem.interpreter.domain import Known, Made, Value
from lintdem.interpreter.values import text

NOTIFIERS = frozenset({"add_event_notification", "add_object_created_notification", "add_object_removed_notification"})
TARGETED = frozenset({"add_target", "Rule", "Schedule", *NOTIFIERS})
"""What is given an object that holds the function."""


class Calls:
    """All calls in the order they are made, with what each is about."""

    def __init__(self, built: Sequence[Built]) -> None:
        self._built = tuple(built)
        self._gave: dict[Value, Built] = {}
        self._on: dict[Value, list[int]] = {}
        self._given: dict[Value, list[int]] = {}
        self._number = {id(one): n for n, one in enumerate(self._built)}
        for n, one in enumerate(self._built):
            self._gave.setdefault(one.value, one)
            if one.receiver is not None:
                self._on.setdefault(one.receiver, []).append(n)
            for function in _functions(one):
                self._given.setdefault(function, []).append(n)

    def __iter__(self) -> Iterator[Built]:
        """Every call, in order."""
        return iter(self._built)

    def that_gave(self, value: Value) -> Built | None:
        """The first call that gave this object."""
        return self._gave.get(value)

    def on(self, value: Value) -> list[Built]:
        """The calls of methods of an object."""
        return [self._built[n] for n in self._on.get(value, ())]

    def about(self, function: Built) -> list[Built]:
        """The calls that have to do with a function: the one that makes it, those on it, those that it is given to."""
        found = {self._number[id(function)], *self._on.get(function.value, ()), *self._given.get(function.value, ())}
        return [self._built[n] for n in sorted(found)]


def _functions(one: Built) -> dict[Value, None]:
    """The objects that a call is given, and those inside what is to hold a function."""
    found: dict[Value, None] = dict.fromkeys(functions_in(one.args.values()))
    if one.name in TARGETED:
        for made in mades(one.args.values()):
            found.update(dict.fromkeys(functions_in(v for _, v in made.args)))
    return found


def _called(one: Built) -> str:
    """The id of a construct; where that is not known, what a function is called or runs."""
    told = (one.args.get("1", one.args.get("id")), one.args.get("function_name"), one.args.get("handler"))
    chosen = told if one.name in FUNCTIONS else told[:1]
    return next((written for value in chosen if isinstance(value, Known) and (written := text(value))), one.name)


def named(calls: Calls) -> Mapping[Value, str]:
    """What every construct is called, with a number where that is used again."""
    found: dict[Value, str] = {}
    used: set[str] = set()
    last: dict[str, int] = {}
    for one in calls:
        if not isinstance(one.value, Made) or one.type.endswith(".__init__") or one.value in found:
            continue
        name = _called(one)
        if name in used:
            number = last.get(name, 2)
            while f"{name}{number}" in used:
                number += 1
            last[name] = number
            name = f"{name}{number}"
        used.add(name)
        found[one.value] = name
    return found
