"""What a store holds already: a test has told that it is the very value that the run has in its hands."""

from __future__ import annotations

from lintdem.interpreter.domain import EMPTY, Check, Derived, Fact, Path, Test

SAME = "same"
"""The kind of check that says so; its subject has what was read and what it is like."""


def stands(test: Test, truth: bool) -> frozenset[Fact]:
    """That something of a store is what the event says, or another value that does not come from a store."""
    if test.op not in ("==", "!=") or truth != (test.op == "=="):
        return EMPTY
    pairs = (test.args, test.args[::-1])
    found = ((one, other) for one, other in pairs if _is_stored(one) and isinstance(other, Path) and not _is_stored(other))
    return frozenset(Check(test.place, SAME, Derived(SAME, pair)) for pair in found)


def _is_stored(value: object) -> bool:
    return isinstance(value, Path) and value.root == "result"


def same_or_missing(paths: list[frozenset[Fact]]) -> frozenset[Fact]:
    """What is the same on some paths and missing on all others: `not stored or stored == new`."""
    told = {f for must in paths for f in must if isinstance(f, Check) and f.kind == SAME}
    return frozenset(f for f in told if all(f in must or _is_missing(f, must) for must in paths))


def _is_missing(fact: Check, must: frozenset[Fact]) -> bool:
    stored = fact.subject.parts[0] if isinstance(fact.subject, Derived) else None
    return any(isinstance(f, Check) and f.kind == "absent" and f.subject == stored for f in must)
