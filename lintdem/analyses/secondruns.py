"""Second runs that fail where they should succeed: what is refused, spent or gone, and nobody catches it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lintdem.analyses.commits import is_stored_later
from lintdem.analyses.guards import looked_at, same_store
from lintdem.analyses.keys import Grade, provenance
from lintdem.analyses.lookedup import is_searched, looks_for
from lintdem.analyses.subjects import Subject
from lintdem.analyses.switches import touches
from lintdem.interpreter.domain import Caught, Check, Claim, Done, Fact, Failed, Known, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.exceptions import ABSENCE
from lintdem.interpreter.machine import Raised
from lintdem.interpreter.ordering import claims_in_order, in_order
from lintdem.interpreter.trace import Asked, Claimed, Effect, Invocation, Swallowed, Tested, Threw
from lintdem.interpreter.values import known, leaves
from lintdem.interpreter.written import encloses
from lintdem.knowledge import Kind
from lintdem.model.span import Place
from lintdem.model.stack import Source

_BROKEN = frozenset({Grade.ATTEMPT, Grade.ENVELOPE})


class Refused(msgspec.Struct, frozen=True):
    """A call at `place` that the second run makes in vain; `words` says why it fails, `claim` is set when it is the
    condition of a write that fails; `message` says the whole otherwise, and `because` what happened at `step`;
    `advice` and `guard` replace the usual words; `keys` are what tells the writes of a batch apart."""

    run: Run
    subject: Subject
    place: Place
    name: str
    words: str
    claim: Claim | None = None
    message: str = ""
    step: Place | None = None
    because: str = ""
    advice: str = ""
    guard: str = ""
    keys: tuple[str, ...] = ()


def refused(run: Run, subject: Subject) -> Iterator[Refused]:
    """The calls whose second run fails and takes the handler down with it."""
    yield from _uncaught(run, subject)
    yield from _taken(run, subject)
    yield from _consumed(run, subject)
    yield from _removed(run, subject)
    yield from _found(run, subject)


def _uncaught(run: Run, subject: Subject) -> Iterator[Refused]:
    tried = {e.claim: e for e in run.events if isinstance(e, Claimed)}
    thrown = thrown_at(run)
    for raised in run.raises:
        for claim in behind(raised, run, thrown):
            call = run.sites.get(claim.place)
            if call is None or claim.tentative or provenance(claim.key, subject, run.sites).grade in _BROKEN:
                continue
            if _is_held_back(raised, claim, run, subject) or _is_looked_into(raised, tried.get(claim), call, run):
                continue
            if raised.error.place == claim.place and is_stored_later(call, run):
                continue
            if _is_waited_for(raised, call, run) or _is_left_before(claim, tried.get(claim), run):
                continue
            if claim in tried and is_searched(call, tried[claim].must, run):
                continue
            if claim.record and not claim.useless and _is_answer(raised, subject):
                continue
            if claim.record and not claim.useless:
                again = any(isinstance(f, Caught) for f in raised.may)
                end = "what catches it raises it again" if again else ""
                yield Refused(run, subject, claim.place, call.name, f"{claim.kind} fails", claim, end)
            elif claim.record or _has_token(call):
                continue
            elif not _is_new(claim.key, call, run) and not _is_looked_up(claim.place, run):
                known = [*call.already, *call.gone]
                names = known[0] if "." not in known[0] and known[0].islower() else " or ".join(known[:3])
                plain = raised.error.claim == claim and not any(isinstance(f, Caught) for f in raised.may)
                end = "nothing catches it" if plain else "that ends the run as a failure"
                message = f"{call.name} raises {names} in the second run, and {end}"
                yield Refused(run, subject, claim.place, call.name, names, None, message)


def _is_answer(raised: Raised, subject: Subject) -> bool:
    """Whether an exception of the program's own tells a state machine that it was refused, which may catch it by its name."""
    return subject.source is Source.STEP_FUNCTIONS and raised.error.claim is None


def _taken(run: Run, subject: Subject) -> Iterator[Refused]:
    """A row that the first run inserted: an `except` for its unique key raises an exception of its own."""
    threw = thrown_at(run)
    tried = [e for e in run.events if isinstance(e, Claimed) and e.claim.tentative and e.claim.kind.startswith("the unique key")]
    for raised in run.raises if tried else ():
        if raised.error.claim is not None or raised.error.place not in threw:
            continue
        clauses = [f.place for f in raised.must if isinstance(f, Caught) and encloses(f.place, raised.error.place)]
        for event in tried:
            claim, call = event.claim, run.sites.get(event.claim.place)
            inside = any(encloses(block, clause) for block in event.caught for clause in clauses)
            broken = provenance(claim.key, subject, run.sites).grade in _BROKEN
            if call is None or broken or not inside or claim not in raised.must or _is_held_back(raised, claim, run, subject):
                continue
            message = f"{call.name} meets the row of the first run in the second run, and that is raised as an error"
            yield Refused(run, subject, claim.place, call.name, "the unique key", None, message)


def thrown_at(run: Run) -> frozenset[Place]:
    """Where the program raises."""
    return frozenset(e.place for e in run.events if isinstance(e, Threw))


def behind(raised: Raised, run: Run, thrown: frozenset[Place]) -> list[Claim]:
    """The claims whose failure an exception is, or was made of in an `except`; `thrown` is where the program raises."""
    if raised.error.claim is not None:
        return [raised.error.claim]
    if raised.error.place not in thrown:
        return []
    clauses = [f.place for f in raised.must if isinstance(f, Caught) and encloses(f.place, raised.error.place)]
    failed = {f.claim for f in raised.may if isinstance(f, Failed)} if clauses else set()
    blocks = {e.place: e.caught for e in run.events if isinstance(e, (Claimed, Effect))} if failed else {}
    found = [c for c in failed if any(encloses(b, clause) for b in blocks.get(c.place, ()) for clause in clauses)]
    return claims_in_order(found)


def _is_looked_into(raised: Raised, tried: Claimed | None, call: Invocation, run: Run) -> bool:
    """Whether the program asks what the first run came to: before it raises, as one that is still at work may be
    waited for, or before it creates what it then finds."""
    before = tried.must if tried is not None and tried.claim.record else frozenset()
    checks = [f for f in raised.must - before if isinstance(f, Check) and f.kind in ("state", "absent", "changed")]
    asked = any(not _only_finds_subject(check, call, run) for check in checks)
    return asked or call.arg("ReturnValuesOnConditionCheckFailure") is not None


def _is_left_before(claim: Claim, tried: Claimed | None, run: Run) -> bool:
    """Whether the second run leaves before it is refused: it looks first at a row that the first one has moved on, such as the
    number of the last event."""
    effects = [e for e in run.events if isinstance(e, Effect) and e.place != claim.place]
    if tried is not None and any(isinstance(f, Check) and f.kind == "absent" and _asks_for(f, claim, run) for f in tried.must):
        return True  # it is made where it was looked for and is not there: the next run finds it
    for check in tried.must if tried is not None else ():
        asked = looked_at(check) if isinstance(check, Check) and check.kind == "changed" else None
        read = run.sites.get(asked.place) if asked is not None and asked.place is not None else None
        if read is not None and any(same_store(read, e) and touches(check, e, read) for e in effects):  # type: ignore[arg-type]
            return True
    return False


def _asks_for(check: Check, claim: Claim, run: Run) -> bool:
    """Whether what a test has found missing is the very thing that a claim makes."""
    asked, made = looked_at(check), run.sites.get(claim.place)
    read = run.sites.get(asked.place) if asked is not None and asked.place is not None else None
    if read is None or made is None or read.service != made.service:
        return False
    if made.write is None:
        named = [(read.arg(name), made.arg(name)) for name in ("Bucket", "Key")]
        return all(one is not None and one == other for one, other in named)
    keys = {name.removeprefix("Key."): value for name, value in read.args if name.startswith("Key.")}
    values = dict((*made.write.values, *made.write.key))
    return read.arg("TableName") == made.write.table and bool(keys) and all(values.get(k) == v for k, v in keys.items())


def _is_waited_for(raised: Raised, call: Invocation, run: Run) -> bool:
    """Whether the `except` for the duplicate looks at what the first run has come to, and goes on with that where it can:
    it raises only when there was nothing to go on with."""
    clauses = {f.place for f in raised.must if isinstance(f, Caught)}
    ended = {e.place for e in run.events if isinstance(e, Swallowed)} & clauses
    tests = [e.test for e in run.events if isinstance(e, Tested)] if ended else []
    within = [test for test in tests if any(encloses(clause, test.place) for clause in ended)]
    read = {leaf.place for test in within for leaf in leaves(test) if isinstance(leaf, Path) and leaf.root == "result"}
    return any(place in run.sites and run.sites[place].service == call.service for place in read if place is not None)


def _only_finds_subject(check: Check, call: Invocation, run: Run) -> bool:
    """Whether a test looks whether there is a record that holds what the call is given (its task token, say), and
    nothing of this run changes the record, so the second run finds it as the first one did."""
    found = check.subject
    given = [leaf for name in (*call.identity, *call.destination) if (v := call.arg(name)) is not None for leaf in leaves(v)]
    if not isinstance(found, Path) or found.place is None or not call.already or call.kind is Kind.CREATE:
        return False
    read = run.sites.get(found.place)
    if read is None or not any(isinstance(v, Path) and v.place == found.place for v in given):
        return False
    return not any(isinstance(e, Effect) and same_store(read, e) for e in run.events)


def _has_token(call: Invocation) -> bool:
    """With its token the second creation is answered like the first."""
    return bool(call.token) and call.arg(str(call.token)) is not None


def _is_new(key: Value, call: Invocation, run: Run) -> bool:
    """Whether the next run asks for something else: a token it is handed, or what it lists, without what is deleted."""
    results = [leaf for leaf in leaves(key) if isinstance(leaf, Path) and leaf.root == "result"]
    given = [site for r in results if r.place is not None and (site := run.sites.get(r.place)) is not None]
    return any(site.kind is not Kind.READ or site.service == call.service or call.kind is Kind.DELETE for site in given)


def _is_looked_up(place: Place, run: Run) -> bool:
    """Whether the run asks for things of this kind before, as one does to see whether it is there."""
    call = run.sites[place]
    for event in run.events:
        if event.place == place:
            break
        if isinstance(event, Asked) and looks_for(event.call, call):
            return True
    return False


def _is_held_back(raised: Raised, own: Claim | None, run: Run, subject: Subject) -> bool:
    """Whether a guard before the call keeps the second run away from it."""
    for fact in raised.must:
        if not isinstance(fact, Claim) or fact.useless or fact == own:
            continue
        if provenance(fact.key, subject, run.sites).grade not in _BROKEN:
            return True
    return False


# --- what the first run removed ---


def _consumed(run: Run, subject: Subject) -> Iterator[Refused]:
    """An object that is read first and deleted at the end: the second run does not find it."""
    failing = {r.error.place for r in run.raises if not _is_held_back(r, None, run, subject)}
    effects = [e for e in run.events if isinstance(e, Effect) and e.call.service == "s3"]
    deleted = {(e.call.arg("Bucket"), e.call.arg("Key")): e for e in effects if e.call.method == "delete_object"}
    told: dict[tuple[Value | None, Value | None], list[frozenset[Fact]]] = {}
    for event in run.events if deleted else ():
        if not isinstance(event, (Asked, Effect)) or event.place not in failing or event.call.service != "s3":
            continue
        address = _source(event.call)
        gone = deleted.get(address) if address is not None else None
        if address is None or gone is None or gone.place == event.place:
            continue
        if not _is_probed(run, event.call) and not _is_missed(run, event.place) and _is_named(address, subject, run):
            if any(facts <= event.must for facts in told.get(address, ())):
                continue  # The second run has ended before, at another call for the same object.
            told.setdefault(address, []).append(event.must)
            code = "a 404" if event.call.method in _HEADS else "NoSuchKey"
            message = f"{event.call.name} raises {code} in the second run: the first has deleted the object"
            yield Refused(run, subject, event.place, event.call.name, code, None, message, gone.place,
                          "the object is deleted at the end of the first run")  # fmt: skip


_HEADS = frozenset({"head_object", "download_file", "download_fileobj"})
"""What asks for the head of an object first, whose absence has no name of its own."""


def _removed(run: Run, subject: Subject) -> Iterator[Refused]:
    """An item that is read, and deleted at the end: the second run takes `["Item"]` of an answer without one."""
    writes = [(e, e.call.write) for e in run.events if isinstance(e, Effect) and e.call.write is not None]
    deletes = [(e, write) for e, write in writes if write.kind == "delete" and e.call.service == "dynamodb"]
    for event in run.events if deletes else ():
        if not isinstance(event, Asked) or event.place not in run.demanded or event.call.method != "get_item":
            continue
        if any(isinstance(f, (Check, Claim)) for f in event.must):
            continue
        key = {name.removeprefix("Key."): value for name, value in event.call.args if name.startswith("Key.")}
        grades = {provenance(value, subject, run.sites).grade for value in key.values()}
        if not key or grades & {*_BROKEN, Grade.STORED, Grade.UNKNOWN}:
            continue
        table = event.call.arg("TableName")
        gone = next((e for e, write in deletes if write.table == table and dict(write.key) == key), None)
        if gone is not None:
            message = f"{event.call.name} finds no item in the second run, and [\"Item\"] raises KeyError: the first has deleted it"
            yield Refused(run, subject, event.place, event.call.name, "KeyError", None, message, gone.place,
                          "the item is deleted at the end of the first run")  # fmt: skip


def _source(call: Invocation) -> tuple[Value | None, Value | None] | None:
    """Bucket and key of what a call reads."""
    if call.method in ("copy_object", "copy"):
        return call.arg("CopySource.Bucket"), call.arg("CopySource.Key")
    if call.kind is Kind.READ and call.arg("Key") is not None:
        return call.arg("Bucket"), call.arg("Key")
    return None


def _is_probed(run: Run, call: Invocation) -> bool:
    """Whether the program asks somewhere whether the object is there, and goes on if it is not."""
    return any(isinstance(e, Asked) and e.caught and _source(e.call) == _source(call) for e in run.events)


def _is_missed(run: Run, place: Place) -> bool:
    """Whether an `except` takes it for an answer that the object is not there, and goes on."""
    ended = [e for e in run.events if isinstance(e, Swallowed) and not ABSENCE.isdisjoint(e.types or ())]
    return any(error.place == place for e in ended for error in e.errors)


def _is_named(address: tuple[Value | None, Value | None] | None, subject: Subject, run: Run) -> bool:
    key = address[1] if address is not None else None
    return key is not None and provenance(key, subject, run.sites).grade not in (*_BROKEN, Grade.STORED, Grade.UNKNOWN)


# --- found, so raise ---


def _found(run: Run, subject: Subject) -> Iterator[Refused]:
    """A record that is looked up, that the run writes when it is missing, and that raises when it is there."""
    leaving = {r.error.place for r in run.raises}
    effects = [e for e in run.events if isinstance(e, Effect)]
    writes = [e for e in effects if (e.call.write is not None and e.call.write.kind in ("put", "insert")) or _is_posted(e)]
    for event in run.events:
        if not isinstance(event, Threw) or event.place not in leaving:
            continue
        done = {f.place for f in event.may if isinstance(f, Done)}
        if not all(_is_kept_elsewhere(e) for e in effects if e.place in done):
            # Something was done before: the raise reports how that went, not what was found.
            continue
        checks = [f for f in event.must if isinstance(f, Check) and f.kind == "state"]
        if _is_about_another(event) or not all(_is_left_so(check, effects, run) for check in checks):
            continue
        for check in in_order(checks, lambda c: (c.place, str(getattr(c.subject, "steps", "")))):
            if _records(check, writes, run):
                call = run.sites[check.subject.place]  # type: ignore[union-attr,index]
                message = f"the second run finds by {call.name} what the first one stored, and raises"
                because = "the record is found"
                yield Refused(run, subject, event.place, call.name, "found", None, message, check.place, because)
                break


def _is_about_another(raised: Threw) -> bool:
    """Whether an exception is about something that is missing, or about a failure: what was found before was only passed."""
    return any(isinstance(f, Caught) or (isinstance(f, Check) and f.kind == "absent") for f in raised.must)


def _is_left_so(check: Check, effects: list[Effect], run: Run) -> bool:
    """Whether a word that has to stand in a store is written by this handler, as far as the word is known: what another one
    writes, such as the last step of a workflow, a retry of this one does not find."""
    tests = [e.test for e in run.events if isinstance(e, Tested) and e.test.op == "said" and e.test.place == check.place]
    asked = {t.args[1] for t in tests if t.args[0] == check.subject and (t.args[2] == known("==")) == (check.words == "held")}
    values = [pair for e in effects if e.call.write is not None for pair in e.call.write.values]
    name = check.subject.steps[-1:] if isinstance(check.subject, Path) else ()
    mine = [v for key, v in values if (key,) == name and check.words == "held"]
    if mine and all(isinstance(v, Known) and not v.value for v in mine):
        return False  # What has to be true there is written as false.
    return not asked or any(leaf in asked for _, v in values for leaf in leaves(v))


def _is_kept_elsewhere(effect: Effect) -> bool:
    """Whether a call only stores something, which sets nothing going that could be asked about."""
    return effect.call.write is not None or (effect.call.service == "s3" and effect.call.kind is not Kind.EFFECT)


def _is_posted(effect: Effect) -> bool:
    """Whether a request makes something on the other side."""
    return effect.call.http is not None and effect.call.kind in (Kind.EFFECT, Kind.CREATE)


def _records(check: Check, writes: list[Effect], run: Run) -> bool:
    """Whether the other outcome of the test writes the record that was looked for."""
    if not isinstance(check.subject, Path) or check.subject.place is None:
        return False
    read = run.sites.get(check.subject.place)
    for write in writes:
        if read is not None and (looks_for(read, write.call) if _is_posted(write) else same_store(read, write)):
            missing = (f for f in write.must if isinstance(f, Check) and f.kind == "absent")
            if any(f.place == check.place and f.subject == check.subject for f in missing):
                return True
    return False
