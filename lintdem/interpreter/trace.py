"""What one run of a handler does, in order: effects, claims, reads, comparisons, swallowed failures.

Every event carries what holds at its place on all paths (`must`) and on some path (`may`), the calls
that lead there (`stack`) and the loops and `try` blocks around it. Places of one function come from
one file; the stack is relative to the function that is being summarised until its caller takes it over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from lintdem.interpreter.domain import EMPTY, Call, Claim, Error, Fact, Fresh, Func, Path, Test, Value, Wrapper
from lintdem.knowledge import Kind
from lintdem.model.function import Stmt
from lintdem.model.span import Place

HANDED_ON = "handed on"
"""What stands for the written call where a function is called by what it was handed to."""


class HandedOn(Call, frozen=True, cache_hash=True):
    """A step that is no call of the program: at `place` the function was handed to what is outside, which runs it some time."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call that touches the world. `name` is what users read ("dynamodb.PutItem", "requests.post");
    `args` are the arguments by name, positional ones under their number; `target` the receiver; `held` what the
    lists and dicts among the arguments of a read or a command hold, by argument."""

    name: str
    service: str
    method: str
    kind: Kind
    phrase: str
    args: tuple[tuple[str, Value], ...]
    target: Value | None = None
    token: str | None = None
    token_marked: bool = False
    token_fifo: bool = False
    token_max: int | None = None
    identity: tuple[str, ...] = ()
    destination: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    guessed: bool = False
    write: Write | None = None
    http: str | None = None
    places: tuple[tuple[str, Place], ...] = ()
    held: tuple[tuple[str, Value], ...] = field(default=(), compare=False)

    def arg(self, name: str) -> Value | None:
        """An argument by name; the first letter's case is significant, as in the API."""
        for key, value in self.args:
            if key == name:
                return value
        return None


class Write(msgspec.Struct, frozen=True, cache_hash=True):
    """What a store write does to its item. `kind`: "put", "update", "delete", "accumulate" (adds to what is
    there), "check". `key` are the values of the key by attribute; `values` everything stored, by
    attribute; `whole` items that are put as they came; `condition` the condition as text if it could be
    read, `given` as it is passed; `conditional` whether there is one at all; `accumulates` the expression
    that adds; `orders` the attributes that the condition compares by less or greater, with operator and value."""

    kind: str
    table: Value | None
    key: tuple[tuple[str, Value], ...] = ()
    values: tuple[tuple[str, Value], ...] = ()
    condition: str = ""
    conditional: bool = False
    accumulates: str = ""
    claim: Claim | None = None
    opaque: bool = False
    creates: bool = False
    compares: tuple[Value, ...] = ()
    places: tuple[tuple[str, Place], ...] = ()
    whole: tuple[Value, ...] = ()
    given: Value | None = None
    orders: tuple[tuple[str, str, Value], ...] = ()
    unnamed: tuple[Value, ...] = ()


class Origin(msgspec.Struct, frozen=True, cache_hash=True):
    """What a write puts back: `attribute` is computed from (`computed`), or is, what `path` read from the same
    place of the same store earlier in the run, and nothing else if it is `kept`. `attribute` is empty for a whole item,
    object or key. `left`: it is what was left of others when the stored part was taken away."""

    attribute: str
    path: Path
    computed: bool
    arithmetic: bool = False
    kept: bool = False
    left: bool = False


class Loop(msgspec.Struct, frozen=True, eq=False):
    """A loop around an event: what it runs over, and the values that make up one round's item. `apart` when a framework
    goes on with the next item after one has failed."""

    place: Place
    over: Value | None
    items: tuple[Value, ...] = ()
    apart: bool = False

    def __hash__(self) -> int:
        return hash((self.place, self.over))

    def __eq__(self, other: object) -> bool:
        """By where it stands and what it runs over."""
        return self is other or (type(other) is Loop and self.place == other.place and self.over == other.over)


class Retry(msgspec.Struct, frozen=True, cache_hash=True):
    """What makes a call again within one run. `name` is the library's ("backoff.on_exception"), empty for a loop
    written by hand; `extent` the part of the loop that is repeated; `answers` when it follows an answer that was
    not the one wanted, not a failure; `types` the exceptions it follows, None when that cannot be told."""

    place: Place
    name: str
    answers: bool = False
    extent: Place | None = None
    types: tuple[str, ...] | None = None


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What every event carries: the facts at its place, the way there, and the loops, `try` blocks and retries around it."""

    must: frozenset[Fact] = EMPTY
    may: frozenset[Fact] = EMPTY
    stack: tuple[Call, ...] = ()
    loops: tuple[Loop, ...] = ()
    caught: tuple[Place, ...] = ()
    repeated: tuple[Retry, ...] = ()


class Effect(Seen, frozen=True):
    """A call that changes the world."""

    place: Place
    call: Invocation
    origins: tuple[Origin, ...] = ()


class Asked(Seen, frozen=True):
    """A store was read; the result is `Path("result", (), place)`."""

    place: Place
    call: Invocation


class Claimed(Seen, frozen=True):
    """A claim was tried here; `config` is the configuration of a Powertools guard, `data` what it picks its key from,
    `wrapper` its decorator and `around` the function inside."""

    place: Place
    claim: Claim
    config: Value | None = None
    data: Value | None = None
    wrapper: Wrapper | None = None
    around: Func | None = None


class Misused(Seen, frozen=True):
    """The guard at `place` was called in a way in which it fails; `fault`: "record argument", "positional", "missing",
    "coroutine", "generator". `wanted` is the argument it takes its key from, `name` the function inside, `call` where it
    was called."""

    place: Place
    fault: str
    name: str
    wanted: str = ""
    call: Place | None = None


class Kept(Seen, frozen=True):
    """A Powertools guard let its function run to the end and is to keep what it returned; `refused` says what of that
    JSON cannot hold."""

    place: Place
    claim: Claim
    refused: str = ""


class Timed(Seen, frozen=True):
    """A Powertools configuration was given the Lambda context, by which it knows when the run must be over."""

    place: Place
    config: Value


class Operated(Seen, frozen=True):
    """An operation of a durable context, after which the function may be run again from its start: `outer` are the fresh
    values that it is handed from outside; `config` is what it was configured with."""

    place: Place
    name: str
    config: Value | None = None
    outer: frozenset[Fresh] = frozenset()


class Configured(Seen, frozen=True):
    """The program sets an environment variable of its own process."""

    place: Place
    name: str
    value: Value


class Tested(Seen, frozen=True):
    """A condition was evaluated."""

    place: Place
    test: Test


class Recorded(Seen, frozen=True):
    """Something was put into a container of the process that is tested elsewhere."""

    place: Place
    container: Value
    value: Value


class Swallowed(Seen, frozen=True):
    """An `except` at `place` ended the failure of these errors without raising again.

    `block` is its `try`; `types` the names it catches, None when one cannot be told; `ends` how it goes
    on ("falls", "returns", "continues", "breaks"); `values` what it returns; `body` what it does; `refuses` when what it
    returns is an answer that says by its status that it failed."""

    place: Place
    errors: tuple[Error, ...]
    block: Place | None = None
    types: tuple[str, ...] | None = None
    ends: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    body: tuple[Stmt, ...] = ()
    refuses: bool = False


class Threw(Seen, frozen=True):
    """A `raise` statement was reached; `names` are the classes that what it raises may be caught under."""

    place: Place
    names: tuple[str, ...] = ()


class Left(Seen, frozen=True):
    """A `return` that stands in a loop was reached."""

    place: Place


class Gap(Seen, frozen=True):
    """Something was not understood: `reason` says what; `cause` where that lies, when it is not here."""

    place: Place
    reason: str
    cause: Place | None = None


Event: TypeAlias = (
    Effect | Asked | Claimed | Misused | Kept | Timed | Operated | Configured | Tested | Recorded | Swallowed | Threw | Left | Gap
)
