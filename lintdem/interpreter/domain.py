"""The abstract values and facts that the interpreter of handlers works with.

A value says where something comes from rather than what it is: a path into the event, a fresh identifier, the result of a
read. Facts are what holds on every path to a point (`Flow.must`) or on some path (`Flow.may`).
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from lintdem.model.function import Class, Function
from lintdem.model.span import Place
from lintdem.model.stack import Source
from lintdem.model.values import Lambda


class Known(msgspec.Struct, frozen=True, cache_hash=True):
    """A literal: None, bool, int, float, str, bytes or `...`. `type` keeps 1 and True apart."""

    value: object
    type: str


class Path(msgspec.Struct, frozen=True, cache_hash=True):
    """What is reached from a root by keys and attributes.

    `root`: "event", "context", or "result" of the call at `place`. Steps are keys and attribute names as written; "*" is any
    element; "json()" and "b64()" are decodings."""

    root: str
    steps: tuple[str, ...] = ()
    place: Place | None = None


class Fresh(msgspec.Struct, frozen=True, eq=False):
    """A value made new in each run. `kind`: "uuid", "random", "clock", "salted" (builtin hash), "attempt"; `made`: by what; `form`:
    how a clock tells the time (`libraries.moments`); `call`: of the function that makes it, which makes another for each."""

    kind: str
    place: Place
    made: str = ""
    form: str = ""
    call: Place | None = None

    def __hash__(self) -> int:
        return hash((self.kind, self.place, self.call))

    def __eq__(self, one: object) -> bool:
        return self is one or (type(one) is Fresh and (self.kind, self.place, self.call) == (one.kind, one.place, one.call))


class Env(msgspec.Struct, frozen=True, cache_hash=True):
    """An environment variable: the same in every run."""

    name: str


class External(msgspec.Struct, frozen=True, cache_hash=True):
    """Something imported from outside the program, by dotted name."""

    name: str


class Made(msgspec.Struct, frozen=True, eq=False):
    """What calling something external gave: `type` is the dotted type or callable; `args` its arguments."""

    type: str
    place: Place
    args: tuple[tuple[str, Value], ...] = ()
    places: tuple[tuple[str, Place], ...] = ()

    def __hash__(self) -> int:
        """Of the parts only what is written out: the others would cost too much. Equality still compares them all."""
        return hash((self.type, self.place, *[value for _, value in self.args if type(value) is Known]))

    def __eq__(self, one: object) -> bool:
        return self is one or (type(one) is Made and (self.type, self.place, self.args) == (one.type, one.place, one.args))


class Client(msgspec.Struct, frozen=True, cache_hash=True):
    """A boto3 client (`resource` None), service resource ("") or resource object ("Table").

    `params` are the identifying arguments by operation parameter name (TableName, QueueUrl …)."""

    service: str
    resource: str | None
    place: Place
    params: tuple[tuple[str, Value], ...] = ()
    config: tuple[Value, ...] = ()


class Scope(msgspec.Struct, frozen=True, eq=False):
    """Variables of one function activation or module, shared by the closures made in it."""

    path: str
    names: dict[str, Value]
    parent: Scope | None = None
    globals: frozenset[str] = frozenset()
    nonlocals: frozenset[str] = frozenset()
    of_class: bool = False


class Func(msgspec.Struct, frozen=True, eq=False):
    """A function of the program, perhaps bound to an object, perhaps wrapped by guards such as Powertools."""

    path: str
    definition: Function | Lambda
    scope: Scope | None = None
    bound: Value | None = None
    owner: str = ""
    wrappers: tuple[Wrapper, ...] = ()

    def __hash__(self) -> int:
        """Hash by the place of the definition: hashing the body would cost too much."""
        return hash((self.path, self.definition.span, self.bound, self.wrappers))

    def __eq__(self, other: object) -> bool:
        """Equality by the place of the definition, what is bound and, of what a decorator made, what it was made of."""
        return self is other or (
            isinstance(other, Func)
            and self.definition.span == other.definition.span
            and (self.path, self.bound, self.wrappers) == (other.path, other.bound, other.wrappers)
            and (self.scope is other.scope or handed(self.scope) == handed(other.scope))
        )


def handed(scope: Scope | None, depth: int = 3) -> tuple[object, ...]:
    """The functions that an activation was given, and what these were made of, which may be one another."""
    given = scope.names.values() if depth and scope is not None and scope.parent is not None else ()
    funcs = [getattr(one, "func", one) for v in given for one in (v.values if isinstance(v, AnyOf) else (v,))]
    made = (f for f in funcs if isinstance(f, Func) and f.scope is not scope)
    return tuple((f.path, f.definition.span, handed(f.scope, depth - 1)) for f in made)


class Wrapper(msgspec.Struct, frozen=True, cache_hash=True):
    """A known decorator around a function: `kind` "idempotent", "idempotent_function", "retry", "cache",
    "contextmanager", "event"; `args` its arguments."""

    kind: str
    place: Place
    args: tuple[tuple[str, Value], ...] = ()
    name: str = ""


class Partial(msgspec.Struct, frozen=True, cache_hash=True):
    """`functools.partial(func, *args, **keywords)`; with `manager`, the call of a `@contextmanager` function."""

    func: Value
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    manager: bool = False


class Cls(msgspec.Struct, frozen=True, eq=False):
    """A class of the program, the same as another of the same definition; its attributes live in `scope`."""

    path: str
    definition: Class
    scope: Scope
    bases: tuple[Value, ...] = ()
    decorators: tuple[Value, ...] = ()

    def __hash__(self) -> int:
        return hash((self.path, self.definition.span))

    def __eq__(self, one: object) -> bool:
        return self is one or (isinstance(one, Cls) and self.definition.span == one.definition.span and self.path == one.path)

    @property
    def key(self) -> str:
        """A name that identifies the class in the program."""
        return f"{self.path}:{self.definition.qualname}"


class Mod(msgspec.Struct, frozen=True, cache_hash=True):
    """A module of the program."""

    path: str


class Ref(msgspec.Struct, frozen=True, cache_hash=True):
    """A reference to an object on the heap: an instance, a dict or a list."""

    id: int


class Method(msgspec.Struct, frozen=True, cache_hash=True):
    """A method of something that is not a function of the program: `receiver.name`."""

    receiver: Value
    name: str


class Super(msgspec.Struct, frozen=True, cache_hash=True):
    """`super()`: look methods up after `cls`, bound to `bound`."""

    cls: Cls
    bound: Value


class Derived(msgspec.Struct, frozen=True, cache_hash=True):
    """Computed from `parts`: `op` "format", "hash", "arith", "call", "slice", "encode", …"""

    op: str
    parts: tuple[Value, ...]
    place: Place | None = None


class Test(msgspec.Struct, frozen=True, cache_hash=True):
    """A condition: `op` is a comparison operator, "truth", "not", "and", "or"."""

    op: str
    args: tuple[Value, ...]
    place: Place


class Cases(msgspec.Struct, frozen=True, cache_hash=True):
    """One of several values, each with the facts that hold when it is that one."""

    cases: tuple[tuple[Value, frozenset[Fact], frozenset[Fact]], ...]


class AnyOf(msgspec.Struct, frozen=True, cache_hash=True):
    """One of several values; never nested, never with one member."""

    values: tuple[Value, ...]


class Error(msgspec.Struct, frozen=True, cache_hash=True):
    """An exception. `names` are the class names it may carry, most exact first ("any" when not known); `claim` is set when it
    means that a claim failed; `place` is where it arises."""

    names: tuple[str, ...]
    place: Place
    claim: Claim | None = None
    value: Value | None = None


class Unknown(msgspec.Struct, frozen=True, eq=False):
    """Not known, and why; `place` is where the cause lies."""

    reason: str
    parts: tuple[Value, ...] = ()
    place: Place | None = None

    def __hash__(self) -> int:
        """Shallow: the parts would cost too much; equality still compares them."""
        return hash((self.reason, len(self.parts)))

    def __eq__(self, other: object) -> bool:
        return self is other or (type(other) is Unknown and self.reason == other.reason and self.parts == other.parts)


Value: TypeAlias = (
    Known | Path | Fresh | Env | External | Made | Client | Func | Partial | Cls | Mod | Ref | Method | Super
    | Derived | Test | Cases | AnyOf | Error | Unknown
)  # fmt: skip


class Instance(msgspec.Struct, frozen=True, eq=False):
    """An object of a class of the program."""

    cls: Cls
    attrs: dict[str, Value]


class DictObj(msgspec.Struct, frozen=True, eq=False):
    """A dict: `entries` by literal key; `rest` the values under keys that are not literals, with their keys; `factory`
    what makes the entries of a defaultdict; `passed` what held whenever something was put in; `without` what was taken
    away from where its keys come from."""

    entries: dict[Any, Value]
    rest: tuple[tuple[Value, Value], ...] = ()
    spread: tuple[Value, ...] = ()
    places: tuple[tuple[object, Place], ...] = ()
    without: frozenset[Value] = frozenset()
    factory: Value | None = None
    passed: frozenset[Fact] = frozenset()


class ListObj(msgspec.Struct, frozen=True, eq=False):
    """A list, tuple or set: `items` in order; `open` when it may hold any number of them; `passed` what every item has
    passed, a comparison of its age or a claim; `none` what holds where nothing was put in; `without` what of a store was
    taken away from it."""

    kind: str
    items: tuple[Value, ...]
    open: bool = False
    place: Place | None = None
    module_level: bool = False
    passed: frozenset[Fact] = frozenset()
    none: frozenset[Fact] = frozenset()
    without: frozenset[Value] = frozenset()


HeapObject: TypeAlias = Instance | DictObj | ListObj


class Claim(msgspec.Struct, frozen=True, cache_hash=True):
    """An atomic claim that the work was not done before: after it, only the first run goes on.

    `kind` names the mechanism in words; `useless` says why it does not hold a redelivery back, if so.
    """

    place: Place
    kind: str
    key: Value
    store: Value | None = None
    useless: str = ""
    stack: tuple[Call, ...] = ()
    expires: bool | None = None
    seconds: int | None = None
    """How long it is held, when it expires and that is known."""
    record: bool = True
    key_place: Place | None = None
    strict: bool = False
    """Refuses to run without a key."""
    tentative: bool = False
    """Counts only where the program looks whether it failed (`Machine.recognised`)."""


class Check(msgspec.Struct, frozen=True, cache_hash=True):
    """A test that was passed and is not atomic. `kind`: "absent" (a store was asked and has no record), "found" (it has some),
    "left" (for one of those left when the stored ones are taken away; `words` say so where that is true of some ways only),
    "state" (what a store said was compared), "limit" (with a number, too), "same" (it is what the event says), "changed" (absent,
    or something in it compared: `subject` has both), "unasked" (the store failed, and an `except` goes on), "memory" (not in a
    container of the process), "named" (a function that cannot be read but is named like a check), "fresh" (age, version or order
    of the event compared), "undated" (no time in it), "alone" (one record only). Of a comparison, `words` say how it came out."""

    place: Place
    kind: str
    subject: Value
    words: str = ""


class Failed(msgspec.Struct, frozen=True, cache_hash=True):
    """On this path the claim failed: the work was done before."""

    claim: Claim


class RuledOut(msgspec.Struct, frozen=True, cache_hash=True):
    """On this path the claim did not fail, as an answer told: also where only the caller saw that it may have failed."""

    claim: Claim


class Tried(msgspec.Struct, frozen=True, cache_hash=True):
    """The claim was asked for on every path to here; a store that could not answer may have let one through."""

    claim: Claim


class Done(msgspec.Struct, frozen=True, cache_hash=True):
    """An effect at this place may have happened already."""

    place: Place
    operation: str


class Caught(msgspec.Struct, frozen=True, cache_hash=True):
    """On this path the `except` at this place has ended a failure."""

    place: Place


class Held(msgspec.Struct, frozen=True, cache_hash=True):
    """A lock, made at `place`, is held: nobody else has it now, and whoever comes later takes it again."""

    place: Place
    kind: str
    lock: Value


class Given(msgspec.Struct, frozen=True, cache_hash=True):
    """On this path the event has something at `steps`: a test of it said so."""

    steps: tuple[str, ...]


class Arrived(msgspec.Struct, frozen=True, cache_hash=True):
    """On this path the event is from one of these sources, or, without `truth`, from none of them: a test told so."""

    sources: frozenset[Source]
    truth: bool


Fact: TypeAlias = Claim | Check | Failed | RuledOut | Tried | Done | Caught | Held | Given | Arrived


class Call(msgspec.Struct, frozen=True, cache_hash=True):
    """One step of the way: at `place`, `text` was called."""

    place: Place
    text: str


EMPTY: frozenset[Fact] = frozenset()
