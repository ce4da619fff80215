"""What happens when a generated handler runs again: the truth that lintdem is held against.

A program is run in four ways. *Again*: the same event once more, in the same sandbox and in a new one. *Resent*: the producer sends the fact
again, under another message id. *Between*: a second run comes at any call of the first. *Crashed*: the first run ends at any call, the second
is a whole one. What differs from one whole run is told by the lines that made it differ. `crossed` adds to that what two runs do that change
over twice, at any call of each: there are as many ways as the square of the calls, so it is asked where it decides something.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

from tests.fuzz.grammar import Order, Program, event_of, request_id
from tests.fuzz.world import Crash, Place, World, modules_of


@dataclass
class Truth:
    """The lines whose repetition shows, by the way in which the second run came; `fails` are the ways in which the second run, and not the
    first, ended in an error; `lost` are lines that never ran to their end although both deliveries are over; `reached` are lines that
    changed something in a whole run."""

    again: set[Place] = field(default_factory=set)
    resent: set[Place] = field(default_factory=set)
    between: set[Place] = field(default_factory=set)
    crashed: set[Place] = field(default_factory=set)
    lost: set[Place] = field(default_factory=set)
    reached: set[Place] = field(default_factory=set)
    fails: set[str] = field(default_factory=set)
    broken: bool = False


@dataclass
class _Sandbox:
    """A world and the modules that were imported in one sandbox of it."""

    program: Program
    order: Order
    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """A new sandbox: what modules remembered is gone."""
        self.load = modules_of(self.world, self.program.modules())

    def deliver(self, delivery: int, sending: int) -> BaseException | None:
        """One delivery of the event; the error it ended in."""
        world, source = self.world, self.program.source
        before = world.delivery, world.minted
        world.delivery, world.minted = delivery, 0
        context = SimpleNamespace(aws_request_id=request_id(source, delivery, sending), get_remaining_time_in_millis=lambda: 3000)
        try:
            self.load("app").handler(event_of(source, self.order, delivery, sending), context)
        except (Exception, Crash) as error:
            return error
        finally:
            world.delivery, world.minted = before
        return None


def truth_of(program: Program) -> Truth:
    """Run the program in all ways, with an order of every kind."""
    truth = Truth()
    for order in program.orders():
        _tell(program, order, truth)
    return truth


def _tell(program: Program, order: Order, truth: Truth) -> None:
    first = _Sandbox(program, order)
    if first.deliver(0, 0) is not None:
        truth.broken = True
        return
    once = first.world.state()
    calls = first.world.calls
    whole = {change.place for change in first.world.changes if not change.what[0].startswith("item marks")}
    truth.reached |= whole
    for name, sending, shown in (("again", 0, truth.again), ("resent", 1, truth.resent)):
        for cold in (False, True):
            run = _Sandbox(program, order)
            run.deliver(0, 0)
            if cold:
                run.restart()
            if run.deliver(1, sending) is not None:
                truth.fails.add(name)
            shown.update(_differing(run.world, once))
    for sending, shown in ((0, truth.between), (1, truth.resent)):
        shown.update(_differing(_together(program, order, sending).world, once))
    for number in [*range(2, 2 * calls + 1, 2), 2 * calls + 1]:
        run = _between(program, order, number)
        truth.between |= _differing(run.world, once)
        crashed = _crashed(program, order, number)
        truth.crashed |= _differing(crashed.world, once)
        truth.lost |= whole - {change.place for change in crashed.world.changes}
        truth.resent |= _differing(_between(program, order, number, 1).world, once)


def crossed(program: Program, truth: Truth) -> None:
    """Add what differs when the second run comes at any call of the first, and gives way again at any call of its own."""
    for order in program.orders():
        first = _Sandbox(program, order)
        first.deliver(0, 0)
        once, calls = first.world.state(), range(1, 2 * first.world.calls + 1)
        for stops in itertools.product(calls, calls):
            truth.between |= _differing(_taking_turns(program, order, 0, _at(stops)).world, once)


def _at(stops: tuple[int, int]) -> Callable[[int, int], bool]:
    """Each run gives way once, at one of its calls."""
    return lambda run, call: call == stops[run]


def _differing(world: World, once: dict[str, object]) -> set[Place]:
    """The lines of the second delivery that touched what is now other than after one run. What guards write for themselves shows nobody."""
    after = world.state()
    names = {name for name in after.keys() | once.keys() if after.get(name) != once.get(name)}
    return {change.place for change in world.changes if change.delivery == 1 and set(change.what) & names and not change.what[0].startswith("item marks")}


def _between(program: Program, order: Order, number: int, sending: int = 0) -> _Sandbox:
    """A run into which a second one comes, in a sandbox of its own, at one of its calls."""
    run = _Sandbox(program, order)
    other = _Sandbox(program, order, run.world)

    def second(at: int) -> None:
        if at == number:
            run.world.at_call = lambda at: None
            calls = run.world.calls
            other.deliver(1, sending)
            run.world.calls = calls

    run.world.at_call = second
    run.deliver(0, 0)
    return run


def _together(program: Program, order: Order, sending: int) -> _Sandbox:
    """Two runs that take turns at every call: both pass whatever both can pass."""
    return _taking_turns(program, order, sending, lambda _, call: call % 2 == 0)


def _taking_turns(program: Program, order: Order, sending: int, gives_way: Callable[[int, int], bool]) -> _Sandbox:
    """Two runs, of which one works at a time; `gives_way` says whether a run lets the other one work at its nth moment, which are two
    around each call."""
    runs = [_Sandbox(program, order)]
    runs.append(_Sandbox(program, order, runs[0].world))
    world, turns, over = runs[0].world, [threading.Semaphore(0), threading.Semaphore(0)], [False, False]
    mine = threading.local()

    def hand_over(_: int) -> None:
        mine.moment += 1
        if over[1 - mine.number] or not gives_way(mine.number, mine.moment):
            return
        kept = world.delivery, world.minted
        turns[1 - mine.number].release()
        turns[mine.number].acquire()
        world.delivery, world.minted = kept

    def run(number: int) -> None:
        mine.number, mine.moment = number, -1
        turns[number].acquire()
        runs[number].deliver(number, number * sending)
        over[number] = True
        turns[1 - number].release()

    world.at_call = hand_over
    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in (0, 1)]
    for thread in threads:
        thread.start()
    turns[0].release()
    for thread in threads:
        thread.join(10)
    return runs[0]


def _crashed(program: Program, order: Order, number: int) -> _Sandbox:
    """A run that ends at one of its calls, and a whole one after it."""
    run = _Sandbox(program, order)

    def end(at: int) -> None:
        if at == number:
            run.world.at_call = lambda at: None
            raise Crash

    run.world.at_call = end
    run.deliver(0, 0)
    run.world.at_call = lambda at: None
    run.restart()
    run.deliver(1, 0)
    return run
