"""Which exceptions a handler catches."""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import (
    EMPTY,
    AnyOf,
    Cases,
    Check,
    Cls,
    Derived,
    Error,
    External,
    Fact,
    Failed,
    Instance,
    Known,
    Made,
    Method,
    Path,
    RuledOut,
    Test,
    Unknown,
    Value,
)
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine, Raised, result_of
from lintdem.interpreter.trace import Swallowed
from lintdem.interpreter.values import any_of, leaves, members
from lintdem.knowledge import Kind
from lintdem.model.function import Catch, Try
from lintdem.model.span import Place

EVERYTHING = frozenset({"Exception", "BaseException"})
FAILED = ("ConditionalCheckFailedException", "ClientError", "Boto3Error")
UNIQUE = frozenset({"UniqueViolation", "UniqueViolationError", "IntegrityError", "DuplicateKeyError", "DuplicateItemException"})
"""What databases raise when a key is taken already."""
CANCELED = ("TransactionCanceledException", "ClientError")


def catches(m: Machine, types: Value | None, error: Error, flow: Flow) -> bool | None:
    """True when the handler surely catches the error, None when it may, False when it does not."""
    if types is None:
        return True
    names = type_names(m, types, flow)
    if names is None or names & EVERYTHING:
        return True
    if names & set(error.names):
        if error.claim is not None and names & (UNIQUE | _refusals(error)):
            m.recognised.add(error.claim.place)
        return True
    if error.names[:1] == ("any",):
        # A failed request may be anything, but classes of the program are raised by the program.
        return None if not all(name.startswith("program:") for name in names) else False
    return False


def _refusals(error: Error) -> frozenset[str]:
    """The names by which a service refuses what it has already."""
    return frozenset(error.names[:-1]) if error.names[-1:] == ("ClientError",) else frozenset()


def type_names(m: Machine, types: Value, flow: Flow) -> set[str] | None:
    """The class names of an `except` clause; None when one cannot be told."""
    found: set[str] = set()
    listed = m.elements(flow, types)
    for one in listed.items if listed is not None else members(types):
        if isinstance(one, External):
            found.add(one.name.rpartition(".")[2])
        elif isinstance(one, Method):
            found.add(one.name)
        elif isinstance(one, Cls):
            found.add(f"program:{one.key}")
        elif isinstance(one, Path) and one.steps:
            found.add(one.steps[-1])
        elif isinstance(one, (Unknown, Made)):
            return None
    return found


ABSENCE = frozenset({
    "DoesNotExist", "NoResultFound", "NoSuchKey", "NotFound", "NotFoundError", "NotFoundException", "ObjectDoesNotExist",
    "ResourceNotFoundException", "404",
})  # fmt: skip
"""Exceptions and error codes by which a store says that it has no record."""
_ASKS = frozenset({"head_object"})
"""Reads whose failure, whatever it is, is taken for "not there"."""


def missing(
    m: Machine, types: set[str] | None, errors: tuple[Error, ...], place: Place, known: frozenset[Fact]
) -> frozenset[Fact]:  # fmt: skip
    """What an `except` says of the one read that it catches: there is no record, or nobody knows."""
    found = {e.place: m.sites[e.place] for e in errors if e.place in m.sites and m.sites[e.place].kind is Kind.READ}
    if len(found) != 1 or types is None:
        return EMPTY
    (asked, call), *_ = found.items()
    if any(isinstance(f, Check) and f.kind == "absent" and f.subject == result_of(asked) for f in known):
        return EMPTY
    any_way = call.method in _ASKS and bool(types & (EVERYTHING | {"ClientError"}))
    if not types & (ABSENCE | EVERYTHING) and not any_way:
        return EMPTY
    return frozenset({Check(place, "absent" if types & ABSENCE or any_way else "unasked", result_of(asked), call.name)})


def told_missing(m: Machine, entering: tuple[Raised, ...]) -> frozenset[Fact]:
    """What an `except` knows by the program's own `raise` where a read has found nothing, when all else that it catches is a
    failure of that read: `find_by_name` raises, and its caller makes what is not there."""
    reads = {place for r in entering if (place := r.error.place) in m.sites}
    own = [r for r in entering if r.error.place not in m.sites and r.error.names[:1] != ("any",)]
    if not own or any(m.sites[place].kind is not Kind.READ for place in reads):
        return EMPTY
    told = frozenset.intersection(*(r.must for r in own))
    return frozenset(f for f in told if isinstance(f, Check) and f.kind == "absent" and reads <= _asked(f))


def _asked(check: Check) -> set[Place | None]:
    """The reads whose answer a test looked at."""
    return {leaf.place for leaf in leaves(check.subject) if isinstance(leaf, Path) and leaf.root == "result"}


def is_another(m: Machine, test: Test, error: Error, flow: Flow) -> bool:
    """Whether what a test looks at may also be of a failure that is none of a claim: then that is what was caught."""
    listed = [found.items for arg in test.args if (found := m.elements(flow, arg)) is not None]
    held = [leaf for arg in (*test.args, *(v for items in listed for v in items)) for leaf in leaves(arg)]
    other = any(isinstance(leaf, Error) and leaf.claim is None for leaf in held)
    if error.claim is not None and other:
        flow.may -= {Failed(error.claim)}
        # Also where only the caller knows that the claim may have failed.
        flow.must |= {RuledOut(error.claim)}
    return error.claim is not None and other


def class_names(m: Machine, cls: Value) -> tuple[str, ...]:
    """The names a class may be caught under, itself first."""
    if isinstance(cls, Cls):
        found = [f"program:{cls.key}"]
        for base in cls.bases:
            found += class_names(m, base)
        return tuple(dict.fromkeys(found))
    if isinstance(cls, External):
        return (cls.name.rpartition(".")[2],)
    return ()


def error_of(m: Machine, value: Value, place: Place, flow: Flow) -> Error:
    """The exception that `raise value` raises."""
    if isinstance(value, Error):
        return value
    found = m.get(flow, value)
    if isinstance(found, Instance):
        return Error((*class_names(m, found.cls), "Exception"), place, value=value)
    if isinstance(value, Cls):
        return Error((*class_names(m, value), "Exception"), place)
    if isinstance(value, Made):
        return Error((value.type.rpartition(".")[2], "Exception"), place)
    if isinstance(value, External):
        return Error((value.name.rpartition(".")[2], "Exception"), place)
    if isinstance(value, (AnyOf, Cases)):
        return error_of(m, members(value)[0], place, flow)
    return Error(("any", "Exception"), place)


def exits(m: Machine) -> tuple[int, int, int]:
    """How many ways out of the function and its innermost loop have been met so far."""
    frame = m.frame
    inner = (frame.continues[-1:], frame.breaks[-1:])
    continues, breaks = (sum(map(len, flows)) for flows in inner)
    return len(frame.returns), continues, breaks


def swallow(
    m: Machine, s: Try, catch: Catch, types: Value | None, start: Flow, entering: tuple[Raised, ...],
    before: tuple[int, int, int], reached: bool,
) -> None:  # fmt: skip
    """Record that an `except` was left in another way than by an exception."""
    counts = zip(("returns", "continues", "breaks"), before, exits(m), strict=True)
    left = (name for name, old, new in counts if new > old)
    ends = (*left, *(("falls",) if reached else ()))
    if not ends:
        return
    names = type_names(m, types, start) if types is not None else {"BaseException"}
    m.record(Swallowed(
        m.place(start, catch.span), tuple(r.error for r in entering), must=start.must, may=start.may,
        block=m.place(start, s.span), types=tuple(sorted(names)) if names is not None else None, ends=ends,
        values=tuple(v for v, _ in m.frame.returns[before[0]:]), body=catch.body,
        refuses=any(_refuses(m, v, flow) for v, flow in m.frame.returns[before[0]:]),
    ))  # fmt: skip


def _refuses(m: Machine, value: Value, flow: Flow) -> bool:
    """Whether an answer says by its status that it failed: `{"statusCode": 500}`."""
    found = m.dict_entries(flow, value)
    status = found.entries.get("statusCode") if found is not None else None
    return isinstance(status, Known) and isinstance(status.value, int) and status.value >= 400


_SAME_TEXT = frozenset({"lower", "upper", "casefold", "strip", "lstrip", "rstrip", "replace", "title"})


def of_text(func: Value, args: Args, place: Place) -> Value | None:
    """A method of the text or code of an exception: `str(error).lower()` still tells which exception it is, and
    `code.endswith("AlreadyExists")` asks for that. None for any other function."""
    found = members(func)
    if not all(isinstance(one, Derived) and one.op.startswith("error:") for one in found):
        return None
    steps = {one.op.rpartition(":")[2].rpartition(".")[2] for one in found if isinstance(one, Derived)}
    name = steps.pop() if len(steps) == 1 else ""
    if name not in _SAME_TEXT and name not in ("startswith", "endswith"):
        return None
    return _each(func, () if name in _SAME_TEXT else args.positional, place)


def _each(func: Value, asked: tuple[Value, ...], place: Place) -> Value:
    """What a method is called on, or whether it has what is `asked` for, with the paths that lead to each exception."""
    if isinstance(func, Cases):
        return Cases(tuple((_each(value, asked, place), must, may) for value, must, may in func.cases))
    if isinstance(func, AnyOf):
        return any_of([_each(one, asked, place) for one in func.values])
    if not isinstance(func, Derived):
        return func
    steps = func.op.removeprefix("error:").split(".")[:-1]
    owner = replace(func, op=f"error:{'.'.join(steps)}") if steps else func.parts[0]
    return Test("text", (owner, *asked), place) if asked else owner
