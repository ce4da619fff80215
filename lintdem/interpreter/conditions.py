"""What a condition tells about the paths behind it: literal truth, checks passed, claims that failed."""

from __future__ import annotations

import re

from lintdem.interpreter.ages import TIME_WORDS, freshness
from lintdem.interpreter.altering import replace
from lintdem.interpreter.building import is_built
from lintdem.interpreter.domain import (
    EMPTY,
    AnyOf,
    Cases,
    Check,
    Claim,
    Cls,
    Derived,
    Error,
    Fact,
    Failed,
    Func,
    Given,
    Instance,
    Known,
    ListObj,
    Path,
    Ref,
    RuledOut,
    Test,
    Value,
)
from lintdem.interpreter.dynamodb.formers import first_of_all
from lintdem.interpreter.exceptions import is_another, missing
from lintdem.interpreter.flow import Flow, contradicts
from lintdem.interpreter.joins import aged, alike, changed
from lintdem.interpreter.limits import is_limit
from lintdem.interpreter.listing import is_denied, is_none_left, of_pages, tells_how_many
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.optionalguards import as_set_up, looked_for, not_asked
from lintdem.interpreter.sameness import same_or_missing, stands
from lintdem.interpreter.selections import found_some
from lintdem.interpreter.senders import alone, told
from lintdem.interpreter.values import NONE, known, leaves, members, text
from lintdem.knowledge import Kind
from lintdem.model.span import NOWHERE, Place
from lintdem.regexes import late

_FIRST = late(r"(is_new|first_time|is_first|not_seen|isNew|unseen)")
FAILED = "ConditionalCheckFailed"
REFUSALS = (FAILED, "TransactionCanceled", "DuplicateItem", "PreconditionFailed", "23505", "1062", "11000", "uplicate")
"""Codes and words by which a store says that what is claimed is taken: PostgreSQL, MySQL and MongoDB have numbers."""
PAGES = frozenset({
    "LastEvaluatedKey", "NextToken", "nextToken", "NextMarker", "Marker", "NextContinuationToken", "IsTruncated", "Truncated",
})  # fmt: skip
"""What an answer says of further pages."""
NAMED_CHECK = late(
    r"(already|seen|duplicate|processed|is_new|handled|exists|first_time|dedup|idempoten|has_been|was_)", re.IGNORECASE
)


def assume(m: Machine, value: Value, truth: bool, flow: Flow) -> bool:
    """Narrow `flow` to where `value` is `truth`; False when that cannot be."""
    value = m.counted(value)
    if isinstance(value, Cases):
        return _assume_cases(m, value, truth, flow)
    if isinstance(value, AnyOf):
        return _assume_any(m, value, truth, flow)
    if isinstance(value, Known):
        return bool(value.value) == truth
    if isinstance(value, Test):
        return _assume_test(m, value, truth, flow)
    if isinstance(value, Ref):
        return _assume_object(m, value, truth, flow)
    if isinstance(value, (Func, Cls)) or is_built(m, value):
        return truth
    if isinstance(value, Derived) and value.op.startswith("error:") and value.op.endswith("CancellationReasons"):
        # A transaction that a claim has cancelled says so.
        return truth or not any(isinstance(part, Error) and part.claim is not None for part in value.parts)
    if not truth and isinstance(value, Path) and value.root == "result" and value.steps[-2:-1] == ("Items",):
        return False  # an item that was found has at least its key in it
    place = getattr(value, "place", None)
    _learn(m, Test("truth", (value,), place if isinstance(place, Place) else _here(flow)), truth, flow)
    return True


def _here(flow: Flow) -> Place:
    return Place(flow.scope.path, NOWHERE)


def _assume_object(m: Machine, value: Ref, truth: bool, flow: Flow) -> bool:
    found = m.get(flow, value)
    if isinstance(found, Instance):
        return truth
    if truth:
        flow.must |= found_some(found)
    elif isinstance(found, ListObj) and found.open and found.place is not None:
        flow.must |= found.none
        if found.items:
            _learn(m, Test("truth", found.items, found.place), truth, flow)
    return True


def _assume_cases(m: Machine, value: Cases, truth: bool, flow: Flow) -> bool:
    chosen: list[tuple[frozenset[Fact], frozenset[Fact]]] = []
    told = EMPTY.union(*(may for _, _, may in value.cases))
    possible = [must for _, must, _ in value.cases if not contradicts(must, flow.must)]
    default = any(isinstance(case, Known) for case, _, _ in value.cases)
    for case, must, may in value.cases:
        if (default and is_denied(m, case, truth, flow)) or _is_ruled_out(case, may, flow) or (possible and must not in possible):
            continue
        branch = flow.branch()
        branch.must, branch.may = must, may
        if assume(m, case, truth, branch):
            chosen.append((branch.must, branch.may))
    if not chosen:
        return False
    may = frozenset.union(*(c[1] for c in chosen))
    certain, left_out = alike([c[0] for c in chosen]), told - may
    m.recognised |= {f.place for f in certain if isinstance(f, Claim)}
    flow.must |= certain | {RuledOut(f.claim) for f in left_out if isinstance(f, Failed)}
    flow.may = (flow.may - left_out) | may
    return True


def _is_ruled_out(case: Value, may: frozenset[Fact], flow: Flow) -> bool:
    """Whether an earlier test of the same exception has told that it is not the failure of this claim; a function that is handed
    the exception knows of no failure before."""
    failed = {f for f in may if isinstance(f, Failed)} if any(isinstance(leaf, Error) for leaf in leaves(case)) else set()
    own = {f for f in failed if any(isinstance(leaf, Error) and leaf.claim == f.claim for leaf in leaves(case))}
    return bool(own) and not own & flow.may and any(RuledOut(f.claim) in flow.must for f in own)


def _assume_any(m: Machine, value: AnyOf, truth: bool, flow: Flow) -> bool:
    found: list[Flow] = []
    defaults = 0
    for one in value.values:
        branch = flow.branch()
        if not assume(m, one, truth, branch):
            # What this exception would say is not so: it is another one.
            others = [leaf.claim for leaf in leaves(one) if isinstance(leaf, Error) and leaf.claim is not None]
            flow.may, flow.must = flow.may - set(map(Failed, others)), flow.must | set(map(RuledOut, others))
        else:
            # A literal among the alternatives is the default for "nothing there": it teaches nothing of its own.
            defaults += isinstance(one, Known)
            if not isinstance(one, Known):
                found.append(branch)
    if found:
        paths = [f.must for f in found]
        flow.must |= alike(paths)
    return bool(found) or defaults > 0


def _assume_test(m: Machine, test: Test, truth: bool, flow: Flow) -> bool:
    if test.op == "not":
        return assume(m, test.args[0], not truth, flow)
    if test.op in ("and", "or"):
        if (test.op == "and") == truth:
            return all(assume(m, arg, truth, flow) for arg in test.args)
        return _assume_some(m, test, truth, flow)
    if test.op == "some" and len(test.args) == 1 and isinstance(test.args[0], Test) and _failure_code(m, test.args[0], flow):
        # `any(reason["Code"] == "ConditionalCheckFailed" for reason in reasons)`
        return _assume_test(m, test.args[0], truth, flow)
    if test.op in ("==", "!=", "in", "not in", "text") and (error := _failure_code(m, test, flow)) is not None:
        fits = _assume_failure(m, test, error, truth == (test.op in ("==", "in", "text")), flow)
        return fits or is_another(m, test, error, flow)
    if test.op in ("==", "is", "!=", "is not", "<", ">", "<=", ">=") and any(isinstance(a, AnyOf) for a in test.args):
        return _assume_alternatives(m, test, truth, flow)
    other = _beside_nothing(m, test, flow)
    if other is not None:
        plain = other if isinstance(other, Ref) else Test("truth", (other,), test.place)
        return assume(m, plain, truth == (test.op == "!="), flow)
    _learn(m, test, truth, flow)
    for ref in (part for v in test.args if isinstance(v, Derived) and v.op == "len" for part in v.parts):
        if isinstance(ref, Ref) and _says_nothing(test, ref, truth):
            # `len(found) == 0` says of a list what `not found` does.
            _assume_object(m, ref, False, flow)
    return True


def _beside_nothing(m: Machine, test: Test, flow: Flow) -> Value | None:
    """What is compared with an empty list: `found == []` says what `not found` does."""
    for one, other in (test.args, test.args[::-1]) if test.op in ("==", "!=") else ():
        found = m.get(flow, one) if isinstance(other, Path) and other.root == "result" else None
        if isinstance(found, ListObj) and not found.items and not found.open and isinstance(one, Ref) and one.id not in m.base:
            return other
    return None


def _assume_some(m: Machine, test: Test, truth: bool, flow: Flow) -> bool:
    """`a and b` is false, or `a or b` is true: at least one of them decides, those before it do not."""
    found: list[Flow] = []
    here = flow.branch()
    for index, arg in enumerate(test.args):
        branch = here.branch()
        if assume(m, arg, truth, branch):
            branch.may -= not_asked(test.args[index + 1 :])
            found.append(branch)
        if not assume(m, arg, not truth, here):
            break
    if not found:
        return False
    # An age that is looked at beside other things ("if there is a time, and it is old") is looked at.
    paths = [f.must for f in as_set_up(m, test, found)]
    told = (changed(paths), looked_for(m, test, found, flow, assume), same_or_missing(paths), *map(aged, paths))
    flow.must |= frozenset.intersection(*paths).union(*told)
    flow.may = frozenset.union(*(f.may for f in found))
    return True


def _assume_alternatives(m: Machine, test: Test, truth: bool, flow: Flow) -> bool:
    left, right = test.args
    found: list[Flow] = []
    defaults = 0
    for a in members(left):
        for b in members(right):
            if isinstance(a, Known) and isinstance(b, Known) and test.op in ("==", "is", "!=", "is not"):
                if (a == b) == (truth == (test.op in ("==", "is"))):
                    # As in `_assume_any`: None, or what `get` gives instead, is the default for "nothing there".
                    default = a == NONE or any(map(tells_how_many, members(left)))
                    defaults += default
                    if not default:
                        found.append(flow.branch())
                continue
            if (none := is_none_left(m, Test(test.op, (a, b), test.place), flow)) is not None:
                defaults += none == truth
                continue
            if a in _EMPTY and isinstance(b, Path) and isinstance(left, AnyOf) and test.op in ("==", "!="):
                # What stands for "nothing there" is another one than what is there now.
                defaults += truth == (test.op == "!=")
                continue
            branch = flow.branch()
            if _assume_test(m, Test(test.op, (a, b), test.place), truth, branch):
                found.append(branch)
    if found:
        paths = [f.must for f in found]
        flow.must |= frozenset.union(*paths) if of_pages(m, test) else alike(paths)
    return bool(found) or defaults > 0


_EMPTY = (known("{}"), known("[]"), known(""))
_PARTLY = frozenset({"in", "not in", "text"})
"""Tests of a part of a text; "text" is `startswith` and its like."""


def _failure_code(m: Machine, test: Test, flow: Flow) -> Error | None:
    """The exception whose error code the test compares, or looks up among the reasons of a transaction, if it does."""
    for arg in test.args:
        listed = m.elements(flow, arg) if test.op in ("in", "not in") else None
        for one in (v for item in listed.items for v in members(item)) if listed is not None else members(arg):
            if isinstance(one, Derived) and one.op.startswith("error:") and isinstance(one.parts[0], Error):
                return one.parts[0]
            if isinstance(one, Error) and test.op in _PARTLY:
                return one
    return None


def _assume_failure(m: Machine, test: Test, error: Error, truth: bool, flow: Flow) -> bool:
    literals = [str(leaf.value) for arg in test.args for leaf in leaves(arg) if isinstance(leaf, Known)]
    asks_failed = any(word in v for v in literals for word in REFUSALS)
    if not literals:
        return True
    if error.claim is not None:
        asks_failed = asks_failed or any(v in error.names or f"{v}Exception" in error.names for v in literals)
        asks_failed = asks_failed or (test.op in _PARTLY and any(_is_within(v, error) for v in literals))
        if asks_failed:
            m.recognised.add(error.claim.place)
            flow.must |= {Failed(error.claim)} if truth else EMPTY
        return truth if asks_failed else not truth
    if truth:
        flow.must |= missing(m, set(literals), (error,), test.place, flow.must)
    if asks_failed and error.names[:1] != ("any",):
        return not truth
    return not (truth and asks_failed)


def _is_within(words: str, error: Error) -> bool:
    """Whether words that a message is searched for are those of the exception: `"already exists" in str(error).lower()`."""
    letters = re.sub(r"[^a-z]", "", words.lower())
    return len(letters) > 5 and any(letters in name.lower() for name in error.names)


def _learn(m: Machine, test: Test, truth: bool, flow: Flow) -> None:
    """Add the checks that a passed test stands for."""
    same = (test.op, test.place, *map(id, test.args))
    cached = m.subjects.get(same)
    if cached is None:
        cached = m.subjects[same] = (test, _subjects(test), freshness(test))
        for leaf in leaves(test):
            m.note_required(leaf)
    fresh = cached[2]
    if fresh is not None:
        # Which way it came out is part of the fact: where both ways meet again, nothing was set aside.
        flow.must |= {Check(test.place, "fresh", fresh, "held" if truth else "did not hold")}
    for value in cached[1]:
        check = _check_of(m, test, value, truth, flow)
        if check is not None:
            flow.must |= {check, replace(check, kind="limit")} if check.kind == "state" and is_limit(test) else {check}
        flow.must |= _collected(m, test, value, truth, flow)
        flow.must |= first_of_all(m, test, value, truth, _is_absence(test, value, truth), _is_absence(test, value, not truth))
    flow.must |= _undated(test, truth) | _given(test, truth) | told(test, truth) | alone(test, truth) | stands(test, truth)


def _collected(m: Machine, test: Test, value: Value, truth: bool, flow: Flow) -> frozenset[Fact]:
    """The checks that a test of a collection stands for, which what was read has been put into."""
    found = m.elements(flow, value) if isinstance(value, Ref) and value.id not in m.base else None
    read = [v for one in found.items for v in leaves(one)] if found is not None else []
    missing = truth == (test.op == "not in") and test.op in ("in", "not in") and value == test.args[1]
    outcome = "held" if truth else "did not hold"
    checks = (_check_of(m, test, v, truth, flow) for v in read if isinstance(v, Path))
    return frozenset(
        replace(c, kind="absent") if missing else replace(c, kind="state", words=outcome) for c in checks if c is not None
    )


def _given(test: Test, truth: bool) -> frozenset[Fact]:
    """What the event surely has after a test: `if not order.get("id"): return`, `"id" in order`."""
    # A test of a list that may be empty has no subject.
    subject = (test.args[-1] if test.op in ("in", "not in") else test.args[0]) if test.args else None
    if not isinstance(subject, Path) or subject.root != "event" or not _is_absence(test, subject, not truth):
        return EMPTY
    if test.op in ("in", "not in"):
        return frozenset(Given((*subject.steps, name)) for one in members(test.args[0]) if (name := text(one)))
    return frozenset({Given(subject.steps)})


def _undated(test: Test, truth: bool) -> frozenset[Fact]:
    """The event carries no time to compare: `if sent is None`, `"sent_at" not in order`."""
    for value in test.args:
        if isinstance(value, Path) and value.root == "event":
            named = (text(test.args[0]) or "",) if test.op in ("in", "not in") else value.steps[-1:]
            if any(TIME_WORDS.search(name) for name in named) and _is_absence(test, value, truth):
                return frozenset({Check(test.place, "undated", value)})
    return EMPTY


def _subjects(test: Test) -> list[Value]:
    """What a test is about, of what its outcome may say anything: answers, objects, and what a name promises."""
    found: list[Value] = []
    for arg in test.args:
        found += [arg, *leaves(arg)] if not isinstance(arg, (Known, Ref)) else [arg]
    named = ("from memory", "unread")
    return [
        value for value in dict.fromkeys(found)
        if (isinstance(value, Path) and value.place is not None) or isinstance(value, Ref)
        or (isinstance(value, Derived) and value.op in named)
    ]  # fmt: skip


def _check_of(m: Machine, test: Test, value: Value, truth: bool, flow: Flow) -> Check | None:
    if isinstance(value, Path) and value.root == "result" and value.place is not None:
        call = m.sites.get(value.place)
        if call is not None and call.kind is Kind.READ and not _is_paging(test, value):
            if _is_absence(test, value, truth):
                return Check(test.place, "absent", value, call.name)
            # As with ages, where both outcomes meet again nothing was decided.
            return Check(test.place, "state", value, "held" if truth else "did not hold")
    if isinstance(value, Ref) and test.op in ("in", "not in") and value.id in m.base and truth == (test.op == "not in"):
        return Check(test.place, "memory", value)
    if isinstance(value, Derived) and value.op == "from memory" and _is_absence(test, value, truth):
        return Check(test.place, "memory", value.parts[0])
    if isinstance(value, Derived) and value.op == "unread" and value.parts:
        name = text(value.parts[0]) or ""
        if NAMED_CHECK.search(name) and truth == bool(_FIRST.search(name)):
            return Check(value.place or test.place, "named", value, name)
    return None


def _is_paging(test: Test, value: Path) -> bool:
    """Whether the test asks for the next page: it says nothing about what was found."""
    asked = {str(a.value) for a in test.args if isinstance(a, Known)} | set(value.steps[-1:])
    return not PAGES.isdisjoint(asked)


def _is_absence(test: Test, value: Value, truth: bool) -> bool:
    """Whether the test, with this outcome, says that nothing was found."""
    if test.op in ("truth", "some"):
        return not truth
    if test.op in ("in", "not in"):
        return value == test.args[1] and truth == (test.op == "not in")
    return _says_nothing(test, value, truth)


_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _says_nothing(test: Test, value: Value, truth: bool) -> bool:
    """Whether a comparison of `value`, or of how many it holds, with a literal says that there is none."""
    first, second = test.args[0], test.args[-1]
    turned = isinstance(first, Known) and test.op in _MIRRORED
    subject, other = (second, first) if isinstance(first, Known) else (first, second)
    op = _MIRRORED[test.op] if turned else test.op
    if not isinstance(other, Known) or not (subject == value or subject == Derived("len", (value,))):
        return False
    if other.value == 200 and isinstance(value, Path) and value.steps[-1:] in (("status_code",), ("status",)):
        return op in ("==", "!=") and truth == (op == "!=")
    if other.value is None or other.value in (0, 404):
        return truth if op in ("is", "==", "<=") else not truth if op in ("is not", "!=", ">", "<") else False
    return other.value == 1 and ((op == "<" and truth) or (op == ">=" and not truth))
