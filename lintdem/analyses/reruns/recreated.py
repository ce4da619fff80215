"""What one run deletes and creates again under the same name: the next run finds it there to delete, and may create it, so neither
call is refused and the creation holds nothing back."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Claim, Done, Fact, Failed, Tried
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Claimed, Effect, Event, Invocation
from lintdem.interpreter.values import NONE
from lintdem.model.span import Place

_DELETES = "delete"
_CREATES = "create"


def settled(run: Run) -> Run:
    """The run without what the creation of something claims that it has just deleted, and without the failures of both."""
    places = frozenset(place for pair in _pairs(run) for place in pair)
    if not places:
        return run
    events = [event for event in run.events if not (isinstance(event, Claimed) and event.place in places)]
    kept = [raised for raised in run.raises if raised.error.claim is None or raised.error.claim.place not in places]
    return replace(
        run,
        events=tuple(_freed(event, places) for event in events),
        raises=tuple(replace(one, must=_others(one.must, places), may=_others(one.may, places)) for one in kept),
        returns=tuple((value, _others(must, places)) for value, must in run.returns),
    )


def _pairs(run: Run) -> Iterator[tuple[Place, Place]]:
    """The calls that delete something and those that create it again, later in the same run."""
    effects = [e for e in run.events if isinstance(e, Effect) and _noun(e.call) is not None]
    for created in effects:
        for deleted in effects:
            before = Done(deleted.place, deleted.call.name) in created.may
            if before and _is_same(deleted.call, created.call):
                yield deleted.place, created.place


def _noun(call: Invocation) -> tuple[str, str] | None:
    """What a call makes or unmakes: `Table` of `dynamodb.create_table`, the indices of `indices.create`."""
    verb, _, noun = call.method.rpartition(".")[2].partition("_")
    return (verb, noun or call.name.rpartition(".")[0]) if verb in (_DELETES, _CREATES) else None


def _is_same(deleted: Invocation, created: Invocation) -> bool:
    """Whether one call deletes what the other creates: the same kind of thing, by the same name."""
    gone, made = _noun(deleted), _noun(created)
    alike = gone is not None and made is not None and (gone[0], made[0]) == (_DELETES, _CREATES) and gone[1] == made[1]
    named = [v for _, v in deleted.args if v != NONE]
    return alike and deleted.service == created.service and any(
        created.arg(name) in named for name in (*created.identity, "Name", "name", "index", "0")
    )


def _freed(event: Event, places: frozenset[Place]) -> Event:
    return replace(event, must=_others(event.must, places), may=_others(event.may, places))


def _others(facts: frozenset[Fact], places: frozenset[Place]) -> frozenset[Fact]:
    """The facts that say nothing of these calls."""
    return frozenset(fact for fact in facts if _place(fact) not in places)


def _place(fact: Fact) -> Place | None:
    claim = fact if isinstance(fact, Claim) else fact.claim if isinstance(fact, (Failed, Tried)) else None
    return claim.place if claim is not None else None
