"""The state of one abstract run: heap, events, frames, collectors of exceptions, budget. The parts of the interpreter
(expressions, statements, calls, AWS, libraries) are functions that take the machine; they reach one another through
`Parts`, so that none imports another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeAlias

import msgspec

from lintdem.interpreter.altering import replace
from lintdem.interpreter.arguments import Args, Registered
from lintdem.interpreter.domain import (
    EMPTY,
    Call,
    Cases,
    Claim,
    DictObj,
    Done,
    Error,
    Fact,
    Failed,
    Func,
    HeapObject,
    Known,
    ListObj,
    Made,
    Path,
    Ref,
    Scope,
    Test,
    Value,
    Wrapper,
)
from lintdem.interpreter.flow import Flow, ruled_out
from lintdem.interpreter.news import News, is_news
from lintdem.interpreter.trace import Claimed, Effect, Event, Invocation, Loop, Origin, Retry
from lintdem.interpreter.worlds import World
from lintdem.model.function import Stmt
from lintdem.model.span import Place, Span
from lintdem.model.values import Expr
from lintdem.program import Program

__all__ = [
    "BUDGET", "COUNTS", "DEPTH", "Args", "Frame", "Loading", "Machine", "Parts", "Plain", "Raised", "Registered", "Stop",
    "answered", "result_of", "wrapped",
]  # fmt: skip

SPENT, OWN = 1_200, 300
"""After so many statements run for one function in one handler, another calling context of it adds nothing. Of what looks
functions up in a container, as a bus of commands does, only its own statements count: each time something else is behind it."""

BUDGET = 60_000
"""Statements one handler may cost before its remaining calls are taken as unknown."""
DEPTH = 48
"""Calls inside calls that are followed."""
COUNTS = frozenset({"rowcount", "modified_count", "matched_count", "upserted_id"})
"""Attributes of a cursor or result that tell whether a statement did anything."""


class Stop(Exception):
    """This path ends here: an exception was raised or the call never returns."""


class Raised(msgspec.Struct, frozen=True, cache_hash=True):
    """An exception that leaves a place, with what holds there, and the loops that it leaves on its way."""

    error: Error
    must: frozenset[Fact]
    may: frozenset[Fact]
    loops: frozenset[Place] = frozenset()


class Frame(msgspec.Struct, eq=False):
    """One activation of a function."""

    path: str
    name: str
    line: int = 0
    bound: Value | None = None
    returns: list[tuple[Value, Flow]] = []
    breaks: list[list[Flow]] = []
    continues: list[list[Flow]] = []
    yields: list[tuple[Value, frozenset[Fact]]] = []
    on_yield: Callable[[Value, Flow], Value] | None = None
    handling: list[tuple[Raised, ...]] = []
    events: list[Event] = []
    seen: News = {}
    loops: list[Loop] = []
    tries: list[Place] = []
    retries: list[Retry] = []
    retried: dict[Span, Span] = {}
    demanded: set[Place] = set()
    """Reads whose item is taken here, or by what is called from here, without a look whether there is one."""
    called: Place | None = None
    makes: bool = False
    """Whether a statement of its own makes something new: two calls then give two things."""


class Parts(msgspec.Struct, frozen=True):
    """The parts of the interpreter."""

    evaluate: Callable[[Machine, Expr, Flow], Value]
    execute: Callable[[Machine, tuple[Stmt, ...], Flow], bool]
    call: Callable[[Machine, Value, Args, Place, Flow, str], Value]
    attribute: Callable[[Machine, Value, str, Flow, Place], Value]
    item: Callable[[Machine, Value, Value, Flow, Place], Value]
    assume: Callable[[Machine, Value, bool, Flow], bool]
    module: Callable[[Machine, str], Scope]
    library: Callable[[Machine, str, Args, Place, Flow, Value | None], Value]
    typed: Callable[[Machine, Value, Place, Flow], Value | None]
    origins: Callable[[Machine, Invocation, Flow], tuple[Origin, ...]]


Plain: TypeAlias = "Value | list[Plain] | dict[str, Plain]"
"""A value whose lists and dicts are written out."""


class Loading(Protocol):
    """What loads the modules of a program, each once for all worlds."""

    searched: dict[tuple[str, str], tuple[tuple[str, ...], Any]]

    def bring(self, m: Machine, path: str) -> bool:
        """Load a module into a world; False when its body has to be run there."""


class Machine(World):
    """Runs code abstractly, in a world of its own. With a loader it serves one run; without, module after module is run in it."""

    def __init__(self, program: Program, parts: Parts, loader: Loading | None = None) -> None:
        super().__init__({} if loader is None else loader.searched)
        self.program = program
        self.parts = parts
        self.loader = loader
        self.ids = 0
        self.built: list[tuple[str, Value, dict[str, Plain], Place, Value | None]] | None = None
        self.instantiated: set[str] = set()
        self.begin()

    def begin(self) -> None:
        """Forget what belongs to the last run; what modules are stays."""
        if self.loader is None:
            self.leave()
        self.shared: dict[Value, None] = {}
        self.lasting: dict[int, HeapObject] = {}
        self.frames: list[Frame] = [Frame("", "")]
        self.block: Callable[[Value, Flow], Value] | None = None
        self.collectors: list[dict[Raised, None]] = [{}]
        self.active: list[object] = []
        self.spent, self.importing, self.globals_version, self.mutations = 0, 0, 0, 0
        self.constructs: dict[Value, Value] = {}
        self.paths: set[tuple[str, ...]] = set()
        self.provided: set[str] = set()
        self.constants, self.words = set[str](), dict[Value, set[str]]()
        self.classes = set()
        self.memo: dict[object, object] = {}
        self.makers: set[object] = set()
        self.runs: dict[object, tuple[int, int]] = {}
        self.below, self.homes, self.forwards = 0, list[object](), set[object]()
        self.recursed: set[object] = set()
        self.assumed: dict[object, object] = {}
        self.subjects: dict[tuple[object, ...], tuple[Test, list[Value], Value | None]] = {}
        self.outcomes: dict[Value, tuple[Claim | None, Invocation | None]] = {}
        self.recognised: set[Place] = set()
        self.never: set[Claim] = set()
        self.batches: dict[Value, Args] = {}
        self.put_on: dict[tuple[Value, str], Value] = {}
        self.queued: dict[Value, list[Invocation]] = {}
        self.stored, self.cleared = set[Value](), set[Value]()
        self.begun: dict[Value, frozenset[Fact]] = {}
        self.altered: set[Path] = set()
        self.told: set[Path] = set()
        self.firsts: dict[Place, tuple[str, ...]] = {}
        self.optional: dict[tuple[str, ...], Place] = {}
        self.reads: dict[tuple[str, Span], Path] = {}
        self.required: dict[tuple[str, ...], set[str]] = {}

    # --- the parts, as methods ---

    def evaluate(self, expr: Expr, flow: Flow) -> Value:
        """The value of an expression; raises `Stop` when it never has one."""
        return self.parts.evaluate(self, expr, flow)

    def execute(self, body: tuple[Stmt, ...], flow: Flow) -> bool:
        """Run statements; False when their end is not reached."""
        return self.parts.execute(self, body, flow)

    def call(self, func: Value, args: Args, place: Place, flow: Flow, text: str = "") -> Value:
        """Call a value; raises `Stop` when the call never returns."""
        return self.parts.call(self, func, args, place, flow, text)

    def attribute(self, value: Value, name: str, flow: Flow, place: Place) -> Value:
        """`value.name`."""
        return self.parts.attribute(self, value, name, flow, place)

    def item(self, value: Value, index: Value, flow: Flow, place: Place) -> Value:
        """`value[index]`."""
        return self.parts.item(self, value, index, flow, place)

    def assume(self, value: Value, truth: bool, flow: Flow) -> bool:
        """Narrow `flow` to where `value` is true or false; False when it cannot be."""
        return self.parts.assume(self, value, truth, flow)

    def typed(self, annotation: Value, place: Place, flow: Flow) -> Value | None:
        """A value of the type that an annotation names, when that says something."""
        return self.parts.typed(self, annotation, place, flow)

    # --- heap ---

    def new(self, flow: Flow, obj: HeapObject) -> Ref:
        """Put an object on the heap."""
        self.ids += 1
        flow.heap[self.ids] = obj
        return Ref(self.ids)

    def get(self, flow: Flow, value: Value) -> HeapObject | None:
        """The object behind a reference."""
        if not isinstance(value, Ref):
            return None
        return flow.heap.get(value.id) or self.base.get(value.id) or self.lasting.get(value.id)

    def put(self, flow: Flow, ref: Ref, obj: HeapObject) -> None:
        """Replace the object behind a reference."""
        if ref.id not in flow.heap or ref.id in self.base:
            self.mutations += 1
        self.mutations += 1
        flow.heap[ref.id] = obj

    def share(self, scope: Scope, name: str, value: Value, flow: Flow) -> None:
        """Set a global or a class attribute: it outlives the branch and the call that set it, and ends with the run."""
        if not self.importing:
            self.lasting.update(flow.heap)
            self.shared[value] = None
        self.globals_version += 1
        self.set_outside(scope, name, value)

    def set_outside(self, scope: Scope, name: str, value: Value) -> None:
        """Set a name from outside of the body that defines it, until the run ends."""
        if scope.path in self.loading or (self.importing and self.loader is None):
            scope.names[name] = value
        else:
            self.change(scope.names, name, value)

    def dict_entries(self, flow: Flow, value: Value) -> DictObj | None:
        """The dict behind a value, if it is one."""
        found = self.get(flow, value)
        return found if isinstance(found, DictObj) else None

    def elements(self, flow: Flow, value: Value) -> ListObj | None:
        """The list, tuple or set behind a value, if it is one."""
        found = self.get(flow, value)
        return found if isinstance(found, ListObj) else None

    def counted(self, value: Value) -> Value:
        """The number of rows that a statement touched, for its result; any other value as it is."""
        claim = self.outcomes[value][0] if isinstance(value, Made) and value in self.outcomes else None
        if claim is None or claim.place != getattr(value, "place", None):
            return value
        return answered(claim, Known(1, "int"), Known(0, "int"))

    def answer(self, value: Value, name: str) -> Value | None:
        """What an attribute such as `cursor.rowcount` says of the last statement, if that was a claim."""
        claim = self.outcomes[value][0] if isinstance(value, Made) and value in self.outcomes else None
        if claim is None or name not in COUNTS:
            return None
        return answered(claim, Known(1, "int"), Known(None, "NoneType") if name == "upserted_id" else Known(0, "int"))

    def note_optional(self, value: Value, place: Place) -> None:
        """Something of the event was read with `get`: it may be absent."""
        if isinstance(value, Path) and value.root == "event":
            self.optional.setdefault(value.steps, place)

    def note_required(self, value: Value, how: str = "tested") -> None:
        """Something of the event was tested, or read so that its absence raises."""
        if isinstance(value, Path) and value.root == "event":
            self.required.setdefault(value.steps, set()).add(how)

    # --- frames and places ---

    @property
    def loops(self) -> list[Loop]:
        """The loops around the statement that is being run, in its function."""
        return self.frames[-1].loops

    def buffer(self, place: Place) -> None:
        """Remember the loops around something that gathers writes, in all functions that lead there."""
        around = frozenset(loop.place for frame in self.frames for loop in frame.loops)
        self.buffers[place] = self.buffers.get(place, around) & around

    @property
    def tries(self) -> list[Place]:
        """The `try` blocks around the statement that is being run, in its function."""
        return self.frames[-1].tries

    @property
    def frame(self) -> Frame:
        """The function that is being run."""
        return self.frames[-1]

    def has_cost(self, home: object) -> bool:
        """Whether a function has cost too much for another run of it."""
        spent, own = self.runs.get(home, (0, 0))
        return spent >= SPENT and (own >= OWN or home not in self.forwards)

    def note_forward(self, text: str) -> None:
        """Remember, when a function is called that was looked up in a container, what looks it up, and what asks that."""
        if text.endswith("]"):
            self.forwards.update(self.homes[-2:])

    @contextmanager
    def costing(self, home: object) -> Iterator[None]:
        """Count what a run of a function costs, with and without what it calls."""
        spent, outside, self.below = self.spent, self.below, 0
        self.homes.append(home)
        try:
            yield
        finally:
            self.homes.pop()
            cost, (before, own) = self.spent - spent, self.runs.get(home, (0, 0))
            self.runs[home] = before + cost, own + cost - self.below
            self.below = outside + cost

    @contextmanager
    def retrying(self, *retries: Retry | None) -> Iterator[None]:
        """While this is open, what happens may happen again in the same run."""
        found = [r for r in retries if r is not None]
        frame = self.frame
        frame.retries.extend(found)
        try:
            yield
        finally:
            del frame.retries[len(frame.retries) - len(found) :]

    def place(self, flow: Flow, span: Span) -> Place:
        """A place in the file that is being run."""
        return Place(flow.scope.path, span)

    # --- events ---

    def record(self, event: Event, step: Call | None = None, must: frozenset[Fact] = EMPTY, may: frozenset[Fact] = EMPTY) -> None:
        """Add an event as seen from the function that is being run; with `step`, one that a callee made."""
        frame = self.frame
        if step is not None and not is_news(frame.seen, event, must):
            return
        seen = replace(
            event,
            must=event.must | must,
            may=(event.may | may) - ruled_out(event.must),
            stack=(step, *event.stack) if step else event.stack,
            loops=(*frame.loops, *event.loops),
            caught=(*frame.tries, *event.caught),
            repeated=(*frame.retries, *event.repeated),
        )
        frame.events.append(seen)

    def effect(self, call: Invocation, place: Place, flow: Flow) -> None:
        """Record an effect; from here on it may have happened."""
        self.sites[place] = call
        self.record(Effect(place, call, must=flow.must, may=flow.may, origins=self.parts.origins(self, call, flow)))
        flow.may |= {Done(place, call.name)}

    def claim(self, claim: Claim, flow: Flow, config: Value | None = None) -> None:
        """Record that a claim was tried; the caller adds it to the paths where it succeeded."""
        self.record(Claimed(claim.place, claim, config, must=flow.must, may=flow.may))

    def can_raise(self, error: Error, flow: Flow, may: frozenset[Fact] = frozenset()) -> None:
        """Note that this exception may leave here; the path goes on."""
        self.collectors[-1][Raised(error, flow.must, flow.may | may, self.around())] = None

    def around(self) -> frozenset[Place]:
        """The loops around the statement that is being run, in its function."""
        return frozenset(loop.place for loop in self.frames[-1].loops) if self.frames else frozenset()


def result_of(place: Place, *steps: str) -> Path:
    """What the call at `place` returned, or a part of it."""
    return Path("result", steps, place)


def answered(claim: Claim, first: Value, later: Value) -> Cases:
    """What a claim answers: one value to whoever comes first, another to all later ones."""
    return Cases(((first, frozenset({claim}), EMPTY), (later, EMPTY, frozenset({Failed(claim)}))))


def wrapped(func: Func, wrapper: Wrapper) -> Func:
    """The function inside one more known decorator."""
    return replace(func, wrappers=(wrapper, *func.wrappers))


