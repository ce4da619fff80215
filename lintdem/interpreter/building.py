"""Calls of the AWS CDK while an application is run: kept with their arguments, for `constructs` to read."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.interpreter.domain import Derived, DictObj, External, Made, Super, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.lineage import outside_bases
from lintdem.interpreter.machine import Args, Machine, Plain
from lintdem.interpreter.values import NONE
from lintdem.model.span import Place
from lintdem.model.spelling import TYPESCRIPT, snake

CDK = "aws_cdk."
SOLUTION = "aws_solutions_constructs."
KEPT = (CDK, SOLUTION)
"""Beginnings of the names of what is kept."""

DEEPEST = 12
_OF_DICT = frozenset({"items", "values", "keys"})
_SCOPES = frozenset({"App", "Stage", "Stack", "NestedStack", "Construct", "Aspect", "IAspect"})
"""What only holds other constructs."""
FUNCTIONS = frozenset(
    {"Function", "PythonFunction", "DockerImageFunction", "SingletonFunction", "TriggerFunction", "EdgeFunction", "CfnFunction"}
)


def keep(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    """Keep a call of the CDK; what it gives is an object of its own."""
    own = (("self", receiver),) if receiver is not None else ()
    named = tuple(_named(m, args, place, flow))
    given = tuple((key, m.constructs.get(one, one)) for key, one in named)
    value = Made(name, place, (*own, *given), args.places)
    itself = m.constructs.pop(External(name), None)
    if itself is not None:
        m.constructs[itself] = value
    written = {key: plain(m, one, flow) for key, one in named}
    for spread in args.spreads:
        more = plain(m, spread, flow)
        written |= more if isinstance(more, dict) else {}
    if m.built is not None:
        m.built.append((name, value, written, place, receiver))
    return value


def _named(m: Machine, args: Args, place: Place, flow: Flow) -> Iterator[tuple[str, Value]]:
    """All arguments by name. In TypeScript the properties of a construct come in an object, most often the last argument."""
    for key, value in args.named():
        found = m.dict_entries(flow, value) if place.path.endswith(TYPESCRIPT) else None
        if found is None:
            yield key, value
            continue
        for more in found.spread:
            inner = m.dict_entries(flow, more)
            yield from ((snake(str(name)), one) for name, one in (inner.entries if inner is not None else {}).items())
        yield from ((snake(str(name)), one) for name, one in found.entries.items())


def field_of(held: object, name: str, place: Place) -> Value | None:
    """What an object of TypeScript that is a dict to us has under a name."""
    if not (place.path.endswith(TYPESCRIPT) and isinstance(held, DictObj)):
        return None
    found = next((value for key, value in held.entries.items() if isinstance(key, str) and snake(key) == name), None)
    whole = not (held.rest or held.spread) and name not in _OF_DICT
    return NONE if found is None and whole else found


def is_built(m: Machine, value: Value) -> bool:
    """Whether a value is an object that the CDK made."""
    return m.built is not None and isinstance(value, Made) and value.type.startswith(KEPT)


def base_construct(m: Machine, value: Super, name: str) -> Value | None:
    """The construct that `super().__init__` of an own kind of function, queue or task makes: the object stands for it from
    then on."""
    if m.built is None or name != "__init__":
        return None
    bases = sorted(base for base in outside_bases(value.cls) if base.startswith(KEPT))
    base = next((base for base in bases if base.rpartition(".")[2] not in _SCOPES), None)
    if base is None:
        return None
    m.constructs[External(base)] = value.bound
    return External(base)


def plain(m: Machine, value: Value, flow: Flow, depth: int = 0) -> Plain:
    """The value with its lists and dicts written out, also those that are made JSON of."""
    value = m.constructs.get(value, value) if m.constructs else value
    if isinstance(value, Derived) and value.op == "dumps" and m.dict_entries(flow, value.parts[0]) is not None:
        value = value.parts[0]
    if depth < DEEPEST:
        listed = m.elements(flow, value)
        if listed is not None:
            return [plain(m, item, flow, depth + 1) for item in listed.items]
        entries = m.dict_entries(flow, value)
        if entries is not None:
            return {str(key): plain(m, item, flow, depth + 1) for key, item in entries.entries.items()}
    return value
