"""Duplicates that answer with success while the first run is still at work: if it dies, nobody does the work again."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lintdem.analyses.keys import Grade, provenance
from lintdem.analyses.plans import duration, first_retry
from lintdem.analyses.releases import touches_claim
from lintdem.analyses.subjects import Subject
from lintdem.analyses.weakguards.unfinished import is_released, is_work, leaves_quietly
from lintdem.analyses.weakguards.windows import from_now
from lintdem.interpreter.domain import Caught, Claim, Failed, Fresh
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Claimed, Effect, Swallowed
from lintdem.interpreter.values import leaves
from lintdem.interpreter.written import calls, changes, nodes, only_tells
from lintdem.model.finding import Redelivers
from lintdem.model.span import Place
from lintdem.model.values import Const
from lintdem.program import Program

_REFUSED = "IdempotencyAlreadyInProgressError"
"""https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/#handling-concurrent-executions-with-the-same-payload"""
_FAILURES = frozenset({"itemIdentifier", "batchItemFailures"})


class Dismissed(msgspec.Struct, frozen=True):
    """A duplicate sent away at `place` while the claim made at `claimed` is held; `held` says for how long, in words."""

    run: Run
    subject: Subject
    place: Place
    claimed: Place
    name: str
    held: str


def dismissed(run: Run, subject: Subject, program: Program) -> Iterator[Dismissed]:
    """The duplicates of one run that are taken for done before the first is."""
    if subject.redelivers is not Redelivers.ITSELF:
        return
    yield from _of_powertools(run, subject)
    effects = [e for e in run.events if isinstance(e, Effect)]
    for event in run.events:
        if isinstance(event, Claimed):
            found = _of_lease(event.claim, effects, run, subject, program)
            if found is not None:
                yield found


def _of_powertools(run: Run, subject: Subject) -> Iterator[Dismissed]:
    """`except IdempotencyAlreadyInProgressError` that ends in success."""
    guard = next((e for e in run.events if isinstance(e, Claimed) and e.claim.kind.startswith("Powertools")), None)
    for event in run.events:
        if guard is None or not isinstance(event, Swallowed) or not event.types:
            continue
        if [name.rpartition(".")[2] for name in event.types] != [_REFUSED] or "raises" in event.ends:
            continue
        says = any(isinstance(node, Const) and node.value in _FAILURES for node in nodes(event.body))
        if not says and not changes(event.body) and all(map(only_tells, calls(event.body))):
            held = "until the run that holds it must be over"
            yield Dismissed(run, subject, event.place, guard.place, guard.claim.kind, held)


def _of_lease(claim: Claim, effects: list[Effect], run: Run, subject: Subject, program: Program) -> Dismissed | None:
    """A claim with a lease that the work completes, whose duplicates leave as if it were complete."""
    held = _lease(claim, run)
    retry = first_retry(subject, program)
    if held is None or retry is None or held <= retry or not claim.record or claim.useless:
        return None
    if provenance(claim.key, subject, run.sites).grade in (Grade.ATTEMPT, Grade.ENVELOPE) or not leaves_quietly(claim, run):
        return None
    if any(r.error.claim == claim or (Failed(claim) in r.may and claim not in r.must) for r in run.raises):
        # What is thrown for the duplicate makes the source deliver again.
        return None
    own = next((e for e in effects if e.place == claim.place and e.call.write is not None), None)
    inside = [e for e in effects if claim in e.must and e.place != claim.place]
    touching = [e for e in inside if touches_claim(e, claim, own)]
    work = [e for e in inside if is_work(e) and e not in touching]
    usual = [e for e in touching if not any(isinstance(f, Caught) for f in e.must)]
    done = [e for e in usual if not is_released(e)]
    if not work or not done or len(done) < len(usual) or effects.index(done[-1]) < effects.index(work[0]):
        return None
    site = run.sites.get(claim.place)
    name = site.name if site is not None else claim.kind
    return Dismissed(run, subject, claim.place, claim.place, name, f"for {duration(held)}")


def _lease(claim: Claim, run: Run) -> int | None:
    """For how many seconds a claim is held, if it can be taken over after that."""
    if claim.kind.startswith("Redis"):
        return claim.seconds
    site = run.sites.get(claim.place)
    write = site.write if site is not None else None
    if write is None or not any(isinstance(leaf, Fresh) for value in write.compares for leaf in leaves(value)):
        return None
    return min((seconds for _, value in write.values if (seconds := from_now(value)) is not None), default=None)
