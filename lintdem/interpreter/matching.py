"""`match`: what a pattern binds, and when it matches."""

from __future__ import annotations

from lintdem.interpreter.domain import Derived, Error, Test, Unknown, Value
from lintdem.interpreter.exceptions import catches
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.joins import merge
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.operators import compared
from lintdem.interpreter.values import FALSE, known, members
from lintdem.model.function import (
    Match,
    Pattern,
)  # fmt: skip
from lintdem.model.span import Place


def run_match(m: Machine, s: Match, flow: Flow) -> bool:
    subject = m.evaluate(s.subject, flow)
    ends: list[Flow] = []
    here = flow.branch()
    exhausted = False
    for case in s.cases:
        branch = here.branch()
        test = _pattern(m, case.pattern, subject, branch, m.place(flow, case.span))
        possible = test is None or m.assume(test, True, branch)
        if possible and case.guard is not None:
            asked = m.evaluate(case.guard, branch)
            # What takes everything is passed by only where its guard says no.
            passed = branch.branch() if test is None else here
            possible, left = m.assume(asked, True, branch), test is not None or m.assume(asked, False, passed)
            here, exhausted = passed, not left
        if possible and m.execute(case.body, branch):
            ends.append(branch)
        exhausted = exhausted or (test is None and case.guard is None)
        if exhausted:
            break
        if test is not None and case.guard is None and not m.assume(test, False, here):
            exhausted = True
            break
    if not exhausted:
        ends.append(here)
    if not ends:
        return False
    merge(flow, ends)
    return True


def _pattern(m: Machine, pattern: Pattern, subject: Value, flow: Flow, place: Place) -> Value | None:
    """Bind what a pattern binds; the condition under which it matches, None when it always does."""
    tests: list[Value] = []
    if pattern.kind == "value" and pattern.value is not None:
        return compared(m, "==", subject, m.evaluate(pattern.value, flow), place, flow)
    if pattern.kind == "bind":
        if pattern.name:
            flow.scope.names[pattern.name] = subject
        return _pattern(m, pattern.parts[0], subject, flow, place) if pattern.parts else None
    if pattern.kind == "or":
        found = [_pattern(m, part, subject, flow, place) for part in pattern.parts]
        if any(f is None for f in found):
            return None
        return Test("or", tuple(f for f in found if f is not None), place)
    if pattern.kind in ("any", "star"):
        return None
    if pattern.kind == "class" and pattern.value is not None and all(isinstance(one, Error) for one in members(subject)):
        wanted = m.evaluate(pattern.value, flow)
        caught = {catches(m, wanted, one, flow) for one in members(subject) if isinstance(one, Error)}
        if True not in caught:
            return Unknown("a pattern") if None in caught else FALSE
    for index, part in enumerate(pattern.parts):
        if pattern.kind == "mapping" and index < len(pattern.keys):
            inner = m.item(subject, m.evaluate(pattern.keys[index], flow), flow, place)
        elif pattern.kind == "class" and index >= len(pattern.parts) - len(pattern.keywords):
            keyword = pattern.keywords[index - (len(pattern.parts) - len(pattern.keywords))]
            inner = m.attribute(subject, keyword, flow, place)
        else:
            inner = m.item(subject, known(index), flow, place)
        test = _pattern(m, part, inner, flow, place)
        if test is not None:
            tests.append(test)
    # Of an exception its code decides, not the shape of what holds it.
    shape = () if all(map(_is_failure, members(subject))) else (Unknown("a pattern"),)
    return Test("and", (*shape, *tests), place) if shape or tests else None


def _is_failure(value: Value) -> bool:
    """Whether a value is an exception or a part of what it says."""
    return isinstance(value, Error) or (isinstance(value, Derived) and value.op.startswith("error:"))
