"""What lintdem knows of a call: `lintdem explain boto3:ecs.run_task`, `lintdem explain stripe.Charge.create`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from lintdem.config import nearest
from lintdem.errors import UsageError
from lintdem.knowledge import Kind, LibraryCall, Operation, library_call, operation, resource_method
from lintdem.knowledge.catalogue import methods, services
from lintdem.knowledge.libraries import is_known, names_in, packages, strange_part
from lintdem.knowledge.verbs import kind_of

PREFIXES = ("boto3", "aioboto3", "botocore", "aws")
"""What may stand before the colon; all mean AWS."""


class CallFacts(TypedDict):
    """The facts of one call as JSON gives them. `repeat` is what a second call does; `names` are the arguments that
    name what is made; `refused` the errors of a second call; `from` is where the facts were taken from."""

    operation: str
    class_: str
    token: str | None
    token_marked: bool
    token_max: int | None
    token_fifo: bool
    token_holds: bool
    repeat: str
    names: list[str]
    refused: list[str]
    role: str
    source: str


def is_call(word: str) -> bool:
    """Whether the word names a call, not a rule."""
    return "." in word or word.partition(":")[0] in PREFIXES


def facts_of(word: str) -> CallFacts:
    """What is known of a call; UsageError when nothing is."""
    prefix, colon, rest = word.partition(":")
    if colon and prefix in PREFIXES:
        return _of_operation(_operation(rest))
    if colon:
        raise UsageError(f'"{prefix}:" is not known; write boto3:SERVICE.METHOD or the dotted name of a call')
    strange = strange_part(word)
    if strange is not None:
        raise UsageError(f'{word.partition(".")[0]} has no "{strange[0]}"{nearest(*strange)}')
    found = _library(word)
    if found is not None:
        return _of_library(found)
    first = word.partition(".")[0]
    if first in services():
        return _of_operation(_operation(word))
    near = nearest(word, names_in(first)) if is_known(first) else nearest(first, (*packages(), *services()))
    raise UsageError(f"nothing is known of {word}{near}; its effects count when [[effects]] declares them")


def _library(word: str) -> LibraryCall | None:
    """The call, also when it is written on the class that the table knows by another name."""
    found = library_call(word)
    owner, _, rest = word.rpartition(".")
    while found is None and owner:
        made = library_call(owner)
        if made is not None and made.returns not in (None, owner):
            return _library(f"{made.returns}.{rest}")
        owner, _, step = owner.rpartition(".")
        rest = f"{step}.{rest}"
    return found


def _operation(rest: str) -> Operation:
    service, _, method = rest.partition(".")
    if service not in services():
        raise UsageError(f'AWS has no service "{service}"{nearest(service, services())}')
    if not method:
        raise UsageError(f"which call of {service}? Write boto3:{service}.METHOD")
    resource, _, action = method.rpartition(".")
    known = methods(service)
    if resource:
        behind = resource_method(service, resource, action)
        if behind is None:
            raise UsageError(f"boto3's {service} resources have no {method}")
        method = behind[0]
    elif method not in known:
        names = {one.replace("_", ""): one for one in known}
        method = names.get(method.lower(), method)
    found = operation(service, method)
    if found is None or (method not in known and found.guessed):
        raise UsageError(f'{service} has no operation "{method}"{nearest(method, known)}')
    return found


def _of_operation(found: Operation) -> CallFacts:
    named = found.identity[0] if found.already and found.identity else None
    return CallFacts(
        operation=f"{found.service}.{found.name}",
        class_=_class(found.kind, found.method),
        token=found.token or named,
        token_marked=found.token_marked,
        token_max=found.token_max,
        token_fifo=found.token_fifo,
        token_holds=found.token_holds,
        repeat=_decided(found.kind, found.phrase),
        names=list(found.identity),
        refused=[*found.already, *found.gone],
        role="call",
        source=found.source,
    )


def _of_library(found: LibraryCall) -> CallFacts:
    kind = found.kind if found.role == "call" else _KIND_OF_ROLE.get(found.role, Kind.COMPUTE)
    return CallFacts(
        operation=found.target,
        class_=_class(kind, found.target.rpartition(".")[2]),
        token=found.token,
        token_marked=False,
        token_max=None,
        token_fifo=False,
        token_holds=True,
        repeat=_decided(kind, found.phrase or _REPEAT_OF_ROLE.get(found.role, "repeats without harm")),
        names=[],
        refused=[],
        role=found.role,
        source=found.source,
    )


_KIND_OF_ROLE = {"telemetry": Kind.TELEMETRY, "env": Kind.READ}
_REPEAT_OF_ROLE = {
    "uuid": "gives another value",
    "random": "gives another value",
    "clock": "gives a later time",
    "guard": "is held back for the same key",
    "retry": "repeats what it wraps",
    "submit": "runs the callable that it is given",
    "transparent": "calls through",
    "lock": "takes the lock again once it is free",
}


def _class(kind: Kind, method: str) -> str:
    """Writes whose arguments decide are told by their verb; a query that may write is an effect."""
    told = kind_of(method) if kind is Kind.WRITE else kind
    return Kind.EFFECT.value if kind is Kind.WRITE and told is Kind.READ else told.value


def _decided(kind: Kind, phrase: str) -> str:
    return f"{phrase}, unless its statement or condition says otherwise" if kind is Kind.WRITE else phrase


def as_json(facts: CallFacts) -> dict[str, object]:
    """The facts with their JSON names."""
    return {"class" if name == "class_" else name: value for name, value in facts.items()}


def as_text(facts: CallFacts) -> str:
    """The facts for people, one on each line."""
    rows = [("a second call", facts["repeat"]), ("class", facts["class_"]), *_more(facts), ("source", facts["source"])]
    width = max(len(name) for name, _ in rows)
    return f"{facts['operation']}\n\n" + "".join(f"{name:{width}}  {value}\n" for name, value in rows)


def _more(facts: CallFacts) -> Iterator[tuple[str, str]]:
    if facts["token"]:
        notes = []
        if facts["token_max"]:
            notes.append(f"at most {facts['token_max']} characters")
        if facts["token_fifo"]:
            notes.append("on FIFO destinations only")
        if not facts["token_holds"]:
            notes.append("a second call with it runs all the same")
        if facts["token_marked"]:
            notes.append("left out, botocore fills in a random one, new in each run")
        yield "token", facts["token"] + (f" ({'; '.join(notes)})" if notes else "")
    elif facts["class_"] in ("create", "effect"):
        yield "token", "none"
    if facts["names"]:
        yield "named by", ", ".join(facts["names"])
    if facts["refused"]:
        yield "refused with", ", ".join(facts["refused"])
    if facts["role"] != "call":
        yield "role", facts["role"]
