"""Values of a CDK application as a template would have them: texts, numbers, durations, and which object one means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from lintdem.interpreter.domain import External, Known, Made, Method, Value
from lintdem.interpreter.machine import Plain
from lintdem.interpreter.values import members, text


def each_of(given: Plain | None) -> list[Plain]:
    """The items of a list; one value is a list of one."""
    return given if isinstance(given, list) else [] if given is None else [given]


def mades(values: Iterable[Plain | None]) -> Iterator[Made]:
    """Every object among values and inside their lists and dicts."""
    for value in values:
        if isinstance(value, list):
            yield from mades(value)
        elif isinstance(value, dict):
            yield from mades(value.values())
        elif value is not None:
            yield from (one for one in members(value) if isinstance(one, Made))


def functions_in(values: Iterable[Plain | None]) -> Iterator[Made]:
    """The functions among values; an alias or a version stands for its function."""
    for made in (*mades(values), *(owner_of(one) for one in _attributes(values))):
        if made is None:
            continue
        yield made
        if made.type.rpartition(".")[2] in ("Alias", "Version", "add_alias"):
            yield from functions_in(value for _, value in made.args)


def _attributes(values: Iterable[Plain | None]) -> Iterator[Value]:
    """The values that are read from an object, such as the ARN of a function."""
    for value in values:
        if isinstance(value, (list, dict)):
            yield from _attributes(value if isinstance(value, list) else value.values())
        elif value is not None:
            yield from (one for one in members(value) if isinstance(one, Method))


def owners(given: Plain | None) -> Iterator[Made]:
    """The objects that a value, or the attribute it was read from, belongs to."""
    if given is None or isinstance(given, (list, dict)):
        return
    for one in members(given):
        owner = owner_of(one)
        if owner is not None and owner.type.rpartition(".")[2] in _ENVELOPES:
            inner = dict(owner.args)
            yield from owners(inner.get("queue") or inner.get("topic") or inner.get("0"))
        elif owner is not None:
            yield owner


_ENVELOPES = frozenset({"SqsDlq", "SqsDestination", "SnsDlq", "SnsDestination", "DeadLetterQueue"})


def owner_of(value: Value) -> Made | None:
    """The object whose attribute a value is, or which it is itself."""
    while isinstance(value, Method):
        value = value.receiver
    return value if isinstance(value, Made) else None


def text_in(given: Plain | None) -> str | None:
    """A text that is known."""
    return text(given) if given is not None and not isinstance(given, (list, dict)) else None


def number_in(given: Plain | None) -> int | None:
    """A whole number that is known."""
    return given.value if isinstance(given, Known) and isinstance(given.value, int) and not isinstance(given.value, bool) else None


def flag_in(given: Plain | None) -> bool | None:
    """A boolean that is known."""
    return given.value if isinstance(given, Known) and isinstance(given.value, bool) else None


def unread(read: Callable[[Plain | None], object], args: Mapping[str, Plain], **fields: str) -> tuple[str, ...]:
    """The fields whose argument is given but cannot be read."""
    return tuple(field for field, name in fields.items() if args.get(name) is not None and read(args.get(name)) is None)


_UNITS = {"millis": 0.001, "seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}


def seconds(given: Plain | None) -> int | None:
    """A `Duration`, or the plain number of a resource as CloudFormation has it."""
    if (plain := number_in(given)) is not None:
        return plain
    if not isinstance(given, Made) or ".Duration." not in f".{given.type}":
        return None
    amount = number_in(dict(given.args).get("0"))
    unit = _UNITS.get(given.type.rpartition(".")[2])
    return int(amount * unit) if amount is not None and unit is not None else None


def runtime_in(given: Plain | None) -> str | None:
    """The runtime as a template writes it."""
    name = given.name if isinstance(given, External) else ""
    return name.rpartition(".")[2].lower().replace("_", "").replace("python3", "python3.") or None
