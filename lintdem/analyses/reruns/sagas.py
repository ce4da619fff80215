"""Steps that belong together: what takes an earlier one back, what sends a dead letter again, what is left half done.

Each of these says more of an effect than that it repeats, so it takes the place of that in the diagnosis.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintdem.analyses.cases import REPEATS, Case, Kind
from lintdem.analyses.failures import DOES
from lintdem.analyses.guards import Answer
from lintdem.analyses.reruns.deadletters import consumes_dead_letters, resends
from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Caught, Claim, Done, Env, Made, Method, Path, Value
from lintdem.interpreter.libraries.requests import only_asks
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import leaves, text
from lintdem.model.span import Place
from lintdem.program import Program
from lintdem.regexes import late

_PLAIN = frozenset({Kind.UNGUARDED, Kind.TOKENLESS, Kind.ACCUMULATES})
"""Diagnoses that say only that a call repeats."""

_TAKES_BACK = frozenset(
    "refund refunds refunded compensate compensates compensation rollback undo reversal reverse restock unreserve unbook".split()
)
"""Words that name a call or function which takes back what was done."""
_FREES = frozenset("release releases cancel cancels void restore restores revert reverts return returns rollback credit".split())
_HELD_BACK = frozenset(
    "inventory stock seat seats reservation reservations hold booking payment order credit funds coupon charge ticket room".split()
)
"""Things that are taken and given back; a word of freeing counts beside one of them."""
_TAKES = frozenset(
    "charge charges pay payment payments capture debit withdraw transfer transfers reserve book booking reservation payout payouts"
    .split()
)  # fmt: skip
"""Words that name a step which somebody has to undo when what follows it fails."""
_STAYS_AT_HOME = frozenset({"dynamodb", "sql", "s3", "os", "builtins", "shutil", "subprocess", "file", "pathlib", "io", "tempfile"})
"""Services whose calls are no step of somebody else's."""
_WORD = late(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def in_sequence(cases: Sequence[Case], program: Program) -> tuple[Case, ...]:
    """The diagnoses of one run, with what is known of them from the steps around."""
    minted = {case.effect.place for case in cases if case.kind is Kind.MINTED}
    return tuple(_placed(case, cases, minted, program) for case in cases)


def _placed(case: Case, cases: Sequence[Case], minted: set[Place], program: Program) -> Case:
    claim = case.cover.claim
    if case.kind is Kind.ATTEMPT_KEY and claim is not None and claim.place in minted and claim.place != case.effect.place:
        # The new name is told where it is given; what stands behind it belongs to that fault.
        return replace(case, kind=Kind.NOTHING)
    if case.kind not in _PLAIN:
        return case
    if resends(case.effect) and (words := consumes_dead_letters(case.run, case.subject, program)):
        return replace(case, kind=Kind.RESENT_DEAD, reason=words)
    if words := takes_back(case, cases):
        return replace(case, kind=Kind.NOTHING if _takes_back_its_own(case, cases) else Kind.TAKEN_BACK, reason=words)
    if (later := left_half_done(case, cases)) is not None:
        return replace(case, kind=Kind.HALF_DONE, reason=later.call.name, key_place=later.place)
    return case


# --- what takes an earlier step back ---


def takes_back(case: Case, cases: Sequence[Case]) -> str:
    """Why an effect is taken for one that gives back, empty when it is not: by its own name, by that of a function on
    the way, or because it undoes in an `except` what was counted before."""
    effect = case.effect
    steps = (step.text.rpartition(".")[2] for step in effect.stack)
    table = effect.call.write.table if effect.call.write is not None else None
    held = words_of(table.name if isinstance(table, Env) else text(table) or "") if table is not None else set()
    for name in (*effect.call.name.split("."), effect.call.method, *_resources(effect), *steps, case.run.handler.function):
        found = words_of(name)
        if found & _TAKES_BACK or (found & _FREES and (found | held) & _HELD_BACK):
            return f"{name} gives back what was taken"
    undone = any(_counted(other.effect, effect) for other in _before(case, cases))
    return "the failure of a later step takes back what was counted before" if undone else ""


def _before(case: Case, cases: Sequence[Case]) -> Iterator[Case]:
    """The steps of the same run whose failure, or that of what came after them, an effect in an `except` answers."""
    effect = case.effect
    if any(isinstance(fact, Caught) for fact in effect.must):
        for other in cases:
            if other.effect.place != effect.place and Done(other.effect.place, other.effect.call.name) in effect.may:
                yield other


def _counted(earlier: Effect, effect: Effect) -> bool:
    """Whether both count in the same item."""
    one, other = earlier.call.write, effect.call.write
    both = one is not None and other is not None and bool(one.accumulates) and bool(other.accumulates)
    return both and one is not None and other is not None and (one.table, one.key) == (other.table, other.key)


def _takes_back_its_own(case: Case, cases: Sequence[Case]) -> bool:
    """Whether each run gives back what it took itself: the step before repeats as well, so the two stay even."""
    given = {place for _, value in case.effect.call.args for one in (value, *leaves(value)) if (place := _gave(one)) is not None}
    return any(
        other.harm.repeat in REPEATS and other.cover.answer is not Answer.YES
        and (other.effect.place in given or _counted(other.effect, case.effect))
        for other in _before(case, cases)
    )  # fmt: skip


def _resources(effect: Effect) -> list[str]:
    """The last parts of the address of a request: `POST /payments/7/refunds` gives back."""
    written = [found for _, value in effect.call.args if effect.call.http for leaf in leaves(value) if (found := text(leaf))]
    return [one.partition("?")[0].rstrip("/").rpartition("/")[2] for one in written if "/" in one]


def words_of(name: str) -> set[str]:
    """The words of a name written in snake or camel case; nobody is given credit by a credit card."""
    found = {word.lower() for word in _WORD.findall(name)}
    return found - {"credit"} if found & {"card", "cards"} else found


def _gave(value: Value) -> Place | None:
    """The call of this run that gave a value, such as the id of what was made."""
    if isinstance(value, Method):
        return _gave(value.receiver)
    return value.place if isinstance(value, Made) or (isinstance(value, Path) and value.root == "result") else None


# --- what is left half done ---


def left_half_done(case: Case, cases: Sequence[Case]) -> Effect | None:
    """The later step whose failure leaves this one done alone: nothing takes it back, and the caller who tries again does
    it a second time."""
    if not case.subject.by_caller or case.cover.answer is Answer.YES or not _is_step(case.effect) or not _takes(case.effect):
        return None
    if any(takes_back(other, cases) for other in cases if _is_step(other.effect)):
        return None
    mark = Done(case.effect.place, case.effect.call.name)
    for other in cases:
        later = other.effect
        apart = (later.call.service, later.call.method) != (case.effect.call.service, case.effect.call.method)
        if apart and _is_step(later) and mark in later.must | later.may and _fails_alone(later, case.effect):
            return later
    return None


def _is_step(effect: Effect) -> bool:
    """Whether a call asks somebody else to do something."""
    call = effect.call
    return call.kind in DOES and call.service not in _STAYS_AT_HOME and call.write is None and not only_asks(effect)


def _takes(effect: Effect) -> bool:
    """Whether a call, or a function on the way to it, is named like one that takes money or a place."""
    names = [*effect.call.name.split("."), *(step.text.rpartition(".")[2] for step in effect.stack)]
    return any(words_of(name) & _TAKES for name in names)


def _fails_alone(later: Effect, first: Effect) -> bool:
    """Whether the failure of the later step ends the run: no `try` of its own holds it, and it does not run for a failure."""
    held = set(later.caught) - set(first.caught)
    return not held and not any(isinstance(fact, (Caught, Claim)) for fact in later.must - first.must)
