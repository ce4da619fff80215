"""What arrives in a batch, and what runs before any event does: first records, effects of module bodies."""

from __future__ import annotations

import msgspec

from lintdem.analyses.effects import Repeat, harm_of
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import Claim, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Claimed, Effect, HandedOn
from lintdem.interpreter.values import leaves
from lintdem.model.span import Place
from lintdem.program import Program

_LOCAL = frozenset({"subprocess", "os", "shutil", "file"})
"""Services whose effects at import stay in the execution environment."""
_REPEATS = frozenset(
    {Repeat.DUPLICATES, Repeat.MINTS, Repeat.ACCUMULATES, Repeat.INSERTS, Repeat.LACKS_TOKEN, Repeat.STALE_TOKEN}
)


class First(msgspec.Struct, frozen=True):
    """The first of several records is picked at `place`; `claim` is the guard that it keys, None when the others are
    dropped."""

    place: Place
    claim: Claim | None = None


def import_effects(run: Run, subject: Subject, program: Program) -> list[Effect]:
    """Effects of module bodies that a second cold start makes again; what a decorator or a library is given runs later, with an
    event."""
    return [
        event
        for event in run.imported
        if isinstance(event, Effect)
        and event.call.service not in _LOCAL
        and not any(isinstance(step, HandedOn) or step.text == "decorator" for step in event.stack)
        and harm_of(event, run, subject, program).repeat in _REPEATS
    ]


def first_records(run: Run, subject: Subject) -> list[First]:
    """Where a handler of batches looks at the first record only, or guards all of them by the first."""
    if not subject.batch or not run.firsts:
        return []
    effects = [e for e in run.events if isinstance(e, Effect)]
    if not effects:
        return []
    claims = [e.claim for e in run.events if isinstance(e, Claimed) and _of_first(e.claim.key)]
    if _sees_all(run, effects):
        keyed = next((c for c in claims if any(c in e.must for e in effects if _of_each(e))), None)
        return [First(run.firsts[0][0], keyed)] if keyed is not None else []
    used = any(_of_first(v) for e in effects for v in values_of(e))
    return [First(run.firsts[0][0])] if used else []


def values_of(effect: Effect) -> list[Value]:
    """The arguments of an effect and what it stores."""
    write = effect.call.write
    stored = [v for _, v in (*write.key, *write.values)] if write is not None else []
    return [*(v for _, v in effect.call.args), *stored]


def _records(value: Value) -> list[tuple[str, ...]]:
    return [leaf.steps for leaf in leaves(value) if isinstance(leaf, Path) and leaf.root == "event"]


def _of_first(value: Value) -> bool:
    return any(steps[:2] == ("Records", "0") for steps in _records(value))


def _of_each(effect: Effect) -> bool:
    return any(steps[:2] == ("Records", "*") for v in values_of(effect) for steps in _records(v))


def _sees_all(run: Run, effects: list[Effect]) -> bool:
    """Whether the records are looped over, counted, or handed on whole."""
    if any(
        steps[:2] in (("Records", "*"), ("Records", "len()"), ("Records", "1"), ("Records", "-1"))
        for steps in run.paths
    ):
        return True
    whole = ((), ("Records",))
    loops = [loop.over for e in run.events for loop in e.loops if loop.over is not None]
    if any(isinstance(over, Path) and over.root == "event" and over.steps in whole for over in loops):
        return True
    return any(steps in whole for e in effects for v in values_of(e) for steps in _records(v))
