"""Guards of Powertools that are there and do not guard: seen by running aws-lambda-powertools 3.37.

Each function looks at one run of one handler, but for `shared_prefixes`, which compares the guards of all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import msgspec

from lintdem.analyses.cases import REPEATS, Case
from lintdem.analyses.failures import DOES, FRAMEWORK, is_broad, reports_failures
from lintdem.analyses.guards import Answer
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import Caught, Claim, Done, Made, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.ordering import in_order
from lintdem.interpreter.trace import Claimed, Effect, Kept, Misused, Swallowed, Threw
from lintdem.interpreter.values import NONE, text
from lintdem.interpreter.written import Texts, encloses, function_at
from lintdem.knowledge import Kind
from lintdem.knowledge.keypaths import Refused, Unread, parsed
from lintdem.model.span import Place
from lintdem.program import Program

POWERTOOLS = "Powertools "
_LIBRARY = "aws_lambda_powertools."
_OPTIONS = (
    "event_key_jmespath", "payload_validation_jmespath", "jmespath_options", "raise_on_no_idempotency_key", "expires_after_seconds",
    "use_local_cache", "local_cache_max_items", "hash_function", "lambda_context", "response_hook",
)  # fmt: skip
"""The parameters of `IdempotencyConfig`, in order."""
_NAMED = ("record argument", "positional", "missing")
"""Misuses that are about the argument which the guard looks for."""
_RUN_OWN = ("lambda_context", "response_hook", "local_cache_max_items")
"""Options that two configurations may differ in without harm."""


class GuardFault(msgspec.Struct, frozen=True):
    """What is wrong with a guard, at `place`; `other` is a second place that has to do with it, `words` the details,
    `store` where its records are."""

    run: Run
    subject: Subject
    place: Place
    guard: Place
    name: str
    words: str = ""
    other: Place | None = None
    store: Value | None = None


def claims(run: Run) -> list[Claimed]:
    """The guards of Powertools that a run meets, in order."""
    return [e for e in run.events if isinstance(e, Claimed) and e.wrapper is not None and e.wrapper.name.startswith(_LIBRARY)]


def options(config: Value | None) -> dict[str, Value]:
    """The options that a configuration was made with, by name."""
    if not isinstance(config, Made):
        return {}
    return {_OPTIONS[int(k)] if k.isdigit() and int(k) < len(_OPTIONS) else k: v for k, v in config.args}


def _name(event: Claimed) -> str:
    return str(getattr(getattr(event.around, "definition", None), "name", "the function"))


# --- stores that two guards share ---


def shared_stores(run: Run, subject: Subject, program: Program) -> Iterator[GuardFault]:
    """A store keeps the configuration of the guard that runs first: what the others are configured with is dropped."""
    first: dict[Value, Claimed] = {}
    for event in claims(run):
        store = event.claim.store
        if not isinstance(store, Made) or not _is_one_object(store, program):
            continue
        before = first.setdefault(store, event)
        nested = before.claim in event.must
        if before.place != event.place and not nested and _differ(before.config, event.config):
            words = ", ".join(sorted(_differences(before.config, event.config)))
            yield GuardFault(run, subject, event.place, before.place, _name(event), words, before.place, store)


def nested_stores(run: Run, subject: Subject, program: Program) -> Iterator[GuardFault]:
    """Inside of one guard another one runs with the same store: it changes the prefix under which the outer record is."""
    events = claims(run)
    for event in events:
        store = event.claim.store
        if not isinstance(store, Made) or not _is_one_object(store, program):
            continue
        for outer in events:
            if outer.claim in event.must and outer.claim.store == store and outer.place != event.place:
                yield GuardFault(run, subject, event.place, outer.place, _name(event), _name(outer), outer.place, store)
                break


def _is_one_object(store: Made, program: Program) -> bool:
    """Whether a store is made once: a function that makes one may make another each time."""
    module = program.modules.get(store.place.path)
    return module is not None and function_at(module, store.place.span) is None


def _differ(one: Value | None, other: Value | None) -> bool:
    readable = all(value is None or value == NONE or isinstance(value, Made) for value in (one, other))
    return readable and bool(_differences(one, other))


def _differences(one: Value | None, other: Value | None) -> set[str]:
    left, right = options(one), options(other)
    return {name for name in left.keys() | right.keys() if name not in _RUN_OWN and left.get(name) != right.get(name)}


def shared_prefixes(found: Sequence[tuple[Run, Subject]]) -> Iterator[GuardFault]:
    """Two functions with one key prefix and one table: what the one returned is given to who asks the other."""
    first: dict[tuple[str, object], tuple[Claimed, Run]] = {}
    for run, subject in found:
        for event in claims(run):
            assert event.wrapper is not None
            prefix = text(dict(event.wrapper.args).get("key_prefix", NONE))
            table = _table(event.claim.store)
            if not prefix or table is None or event.around is None:
                continue
            before, _ = first.setdefault((prefix, table), (event, run))
            if before.around != event.around and before.place != event.place:
                yield GuardFault(run, subject, event.place, before.place, _name(event), prefix, before.place)


def _table(store: Value | None) -> object | None:
    """What names the table or cache of a store."""
    if not isinstance(store, Made):
        return None
    named = dict(store.args)
    return named.get("table_name", named.get("0", store.place))


# --- guards that fail when they are called ---


def misused(run: Run, subject: Subject, faults: tuple[str, ...]) -> Iterator[GuardFault]:
    """Guards that were called in one of these ways."""
    events = [e for e in run.events if isinstance(e, Misused)]
    renamed = {e.place for e in events if e.fault == "record argument"}
    for event in events:
        if event.fault in faults and (event.fault == "record argument" or event.place not in renamed):
            words = event.wanted if event.fault in _NAMED else event.fault
            yield GuardFault(run, subject, event.place, event.place, event.name, words, event.call)


def invalid(run: Run, subject: Subject) -> Iterator[GuardFault]:
    """Guards whose arguments Powertools refuses, when the module is loaded or at the first event."""
    for event in claims(run):
        wrong = _wrong(event)
        if wrong:
            place = event.claim.key_place if wrong[0] == "config" and event.claim.key_place else event.place
            yield GuardFault(run, subject, place, event.place, _name(event), wrong[1])


def _wrong(event: Claimed) -> tuple[str, str] | None:
    assert event.wrapper is not None
    given = dict(event.wrapper.args)
    if "persistence_store" not in given and "**" not in given:
        return "guard", "no persistence_store is passed"
    if event.wrapper.kind == "idempotent_function" and "data_keyword_argument" not in given and "**" not in given:
        return "guard", "no data_keyword_argument is passed"
    config = options(event.config)
    unknown = sorted(name for name in config if name not in _OPTIONS and name != "**")
    if unknown:
        return "config", f"IdempotencyConfig has no option {unknown[0]}"
    for name in ("event_key_jmespath", "payload_validation_jmespath"):
        written = text(config.get(name, NONE))
        if written and (error := _jmespath_error(written)):
            return "config", f"{name}={written!r} is no JMESPath: {error}"
    hashing = text(config.get("hash_function", NONE))
    if hashing is not None and not hasattr(hashlib, hashing):
        return "config", f"hashlib has no {hashing}"
    return None


def _jmespath_error(written: str) -> str:
    try:
        parsed(written)
    except Refused as error:
        return str(error)
    except Unread:
        return ""
    return ""


# --- records that are kept, and should not be ---


def guarded_batches(run: Run, subject: Subject) -> Iterator[GuardFault]:
    """One record for all messages of a batch: which messages come together changes, and the answer of the first time is kept."""
    if not subject.batch:
        return
    for event in claims(run):
        assert event.wrapper is not None
        data, key = event.data, text(options(event.config).get("event_key_jmespath", NONE))
        whole = event.wrapper.kind == "idempotent" and isinstance(data, Path) and data.root == "event" and not data.steps
        if whole and key and key.replace(" ", "").startswith(("Records[]", "Records[*]", "[Records[]", "[Records[*]")):
            yield GuardFault(run, subject, event.place, event.place, _name(event), key)


def unserialisable_results(run: Run, subject: Subject) -> Iterator[GuardFault]:
    """Results that JSON cannot hold: the work is done, the record is never completed."""
    for event in run.events:
        if isinstance(event, Kept) and event.refused:
            yield GuardFault(run, subject, event.place, event.place, event.claim.kind, event.refused)


def cached_failures(run: Run, subject: Subject, texts: Texts) -> Iterator[GuardFault]:
    """An `except` below a guard that ends the failure: the guard keeps the answer as that of a success."""
    partial = reports_failures(run, subject, texts)
    effects = [e for e in run.events if isinstance(e, Effect) and e.call.kind in DOES]
    ended = {Caught(e.place) for e in run.events if isinstance(e, Swallowed)}
    for one in run.events:
        if not isinstance(one, Swallowed) or not is_broad(one) or (partial and all(s.text != FRAMEWORK for s in one.stack)):
            continue
        if any(isinstance(f, Caught) and f not in ended for f in one.must) or _is_selective(one, run):
            continue  # Another failure is raised again behind this one, or all are but one that was foreseen.
        guard = next(iter(in_order(f for f in one.must if isinstance(f, Claim) and f.kind.startswith(POWERTOOLS))), None)
        inside = [e for e in effects if guard is not None and one.block in e.caught and guard in e.must]
        if guard is not None and inside:
            yield GuardFault(run, subject, one.place, guard.place, guard.kind, inside[0].call.name, inside[0].place)


def _is_selective(one: Swallowed, run: Run) -> bool:
    """Whether a clause looks at what it has caught and raises some of it again."""
    return any(isinstance(e, Threw) and Caught(one.place) in e.must and encloses(one.place, e.place) for e in run.events)


def repeated_by_failure(cases: Sequence[Case]) -> Iterator[tuple[Case, Effect]]:
    """Effects that run again when a later one below the same guard fails, each with that one: the failure deletes the record."""
    for case in cases:
        claim = case.cover.claim
        if case.cover.answer is not Answer.YES or claim is None or not claim.kind.startswith(POWERTOOLS):
            continue
        if case.harm.repeat in REPEATS and (later := _later(case, claim)) is not None:
            yield case, later


def _later(case: Case, claim: Claim) -> Effect | None:
    done = Done(case.effect.place, case.effect.call.name)
    for event in case.run.events:
        if not isinstance(event, Effect) or event.call.kind not in (*DOES, Kind.DELETE) or event.caught:
            continue
        if claim in event.must and done in event.may and event.place != case.effect.place:
            return event
    return None


def unvalidated(run: Run, subject: Subject) -> Iterator[GuardFault]:
    """Guards keyed on a part of what they guard, without a look at the rest."""
    for event in claims(run):
        config = options(event.config)
        key = text(config.get("event_key_jmespath", NONE))
        partial = not any(_holds(event.claim.key, path) for path in run.paths)
        if key and partial and "payload_validation_jmespath" not in config and "**" not in config:
            yield GuardFault(run, subject, event.claim.key_place or event.place, event.place, _name(event), key)


def _holds(key: Value, path: tuple[str, ...]) -> bool:
    """Whether a key holds something that the code reads: then it is the payload itself, not a part that names it."""
    return isinstance(key, Path) and len(path) > len(key.steps) and path[: len(key.steps)] == key.steps
