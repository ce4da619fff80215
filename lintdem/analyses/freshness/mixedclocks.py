"""Moments that do not fit together: one has an offset and the other none, one counts seconds and the other milliseconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from lintdem.analyses.keys import readable
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.deployed import own_function
from lintdem.interpreter.domain import AnyOf, Cases, Derived, Env, Fresh, Known, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.libraries.moments import MADE, form_of
from lintdem.interpreter.trace import Tested
from lintdem.interpreter.values import leaves, members
from lintdem.interpreter.written import dotted, encloses, nodes
from lintdem.knowledge import TimeForm, time_form
from lintdem.model.function import Try
from lintdem.model.module import Module
from lintdem.model.span import Place
from lintdem.program import Program
from lintdem.regexes import late

_MILLISECONDS = "number milliseconds"
_ORDERED = ("<", ">", "<=", ">=")
_MILLIS = late(
    r"^(?!.*(timeout|duration|interval|latency|elapsed)).*(time|stamp|epoch|created|sent|updated|occurred|expir|_at|At|ts)\w*?"
    r"(_?ms|[mM]illis|_?[mM]illi[sS]econds)$"
)
_UNITS = {
    TimeForm.SECONDS: "number seconds", TimeForm.MILLISECONDS: _MILLISECONDS,
    TimeForm.MILLISECONDS_TEXT: _MILLISECONDS,
}  # fmt: skip
_DIVIDED = {("seconds", 1000): "milliseconds", ("seconds", 10**9): "nanoseconds", ("milliseconds", 10**6): "nanoseconds",
            ("microseconds", 1000): "nanoseconds", ("seconds", 10**6): "microseconds"}  # fmt: skip
"""What a unit is made of by dividing: (the unit it gives, the number) to the unit that is divided."""


class Mixed(msgspec.Struct, frozen=True):
    """At `place` two moments are compared or subtracted that do not fit: `one` and `other` in words. `raises` is the
    exception where Python refuses to; else the result is wrong."""

    run: Run
    subject: Subject
    place: Place
    one: str
    other: str
    raises: str = ""


def mixed(run: Run, subject: Subject, program: Program) -> Iterator[Mixed]:
    """The comparisons of one run whose sides, or the sides of whose difference, tell the time differently."""
    forms = _Forms(run, subject, "elsewhere" if _has_zone(run, program) else "utc")
    for event in run.events:
        if not isinstance(event, Tested) or event.test.op not in _ORDERED or len(event.test.args) != 2:
            continue
        found = _misfit(event, forms)
        if found is not None and not _is_caught(event.place, program.modules):
            yield found


def _misfit(event: Tested, forms: _Forms) -> Mixed | None:
    run, subject = forms.run, forms.subject
    for left, right in _pairs(event.test.args):
        for side in (left, right):
            if isinstance(side, Derived) and side.op.startswith(MADE) and forms.of(side.parts[0]) == _MILLISECONDS:
                told = _told(side.parts[0], _MILLISECONDS)
                return Mixed(run, subject, event.place, told, "fromtimestamp(), which takes seconds", "ValueError")
        one, other = forms.of(left), forms.of(right)
        if _fit(one, other):
            continue
        raises = "TypeError" if _split(one)[0] != _split(other)[0] else ""
        return Mixed(run, subject, event.place, _told(left, one), _told(right, other), raises)
    return None


def _pairs(args: tuple[Value, ...]) -> Iterator[tuple[Value, Value]]:
    yield args[0], args[1]
    work = list(args)
    for _ in range(40):
        if not work:
            return
        value = work.pop()
        if isinstance(value, Derived):
            if value.op == "arith-" and len(value.parts) == 2:
                yield value.parts[0], value.parts[1]
            work.extend(value.parts)


def _has_zone(run: Run, program: Program) -> bool:
    """Whether the template gives the process a zone of its own; without it is UTC."""
    function = own_function(run.handler, program)
    given = [value for name, value in function.environment if name == "TZ"] if function is not None else []
    return any(value.kind == "text" and value.text.strip(":").upper() not in ("", "UTC", "ETC/UTC") for value in given)


def _fit(one: str, other: str) -> bool:
    """Whether moments of these forms may be compared, as far as can be told."""
    (kind, zone), (kind_too, zone_too) = _split(one), _split(other)
    if "?" in (kind, kind_too):
        return True
    if kind != kind_too:
        return False
    if kind == "number":
        return zone == zone_too or "?" in (zone, zone_too)
    return kind == "aware" or {zone, zone_too} != {"utc", "elsewhere"}


def _split(form: str) -> tuple[str, str]:
    kind, _, zone = form.partition(" ")
    return (kind, zone) if zone else ("?", "?")


class _Forms(msgspec.Struct, frozen=True):
    """Works out forms in one run; `local` is the zone of the process."""

    run: Run
    subject: Subject
    local: str

    def of(self, value: Value, depth: int = 8) -> str:
        """The form of a moment, "" when it is none or cannot be told."""
        if not depth:
            return ""
        if isinstance(value, (AnyOf, Cases)):
            found = {self.of(one, depth - 1) for one in members(value)}
            return found.pop() if len(found) == 1 else ""
        if isinstance(value, Path):
            return self._of_event(value) if value.root == "event" else ""
        form = form_of(value)
        if not form and isinstance(value, Derived):
            form = self._computed(value, depth - 1)
        kind, zone = _split(form)
        if kind == "iso":
            inner = value.parts[0] if isinstance(value, Derived) else value
            iso = isinstance(inner, Path) and time_form(self.subject.source, inner.steps) is TimeForm.ISO
            return "aware utc" if iso else ""
        return f"{kind} {self.local}" if zone == "local" else form

    def _of_event(self, value: Path) -> str:
        if any(name.endswith("Model") for name in (*self.run.classes, *self.run.event_types)):
            # The parser's models make datetimes of the source's numbers.
            return ""
        form = time_form(self.subject.source, value.steps)
        if form is not None:
            return _UNITS.get(form, "")
        return _MILLISECONDS if _MILLIS.search(readable(value.steps)) else ""

    def _computed(self, value: Derived, depth: int) -> str:
        if value.op == "call" and len(value.parts) == 1:
            inner = self.of(value.parts[0], depth)
            return inner if inner.startswith("number") else ""
        if len(value.parts) != 2:
            return ""
        left, right = value.parts
        if value.op in ("arith/", "arith//", "arith*"):
            turned = isinstance(left, Known) and value.op == "arith*"
            return self._scaled(right, left, value.op, depth) if turned else self._scaled(left, right, value.op, depth)
        if value.op not in ("arith+", "arith-"):
            return ""
        one, other = self.of(left, depth), self.of(right, depth)
        if one and not other and _is_span(right):
            return one
        return other if value.op == "arith+" and other and not one and _is_span(left) else ""

    def _scaled(self, value: Value, by: Value, op: str, depth: int) -> str:
        kind, unit = _split(self.of(value, depth))
        factor = by.value if isinstance(by, Known) and isinstance(by.value, (int, float)) else 0
        if kind != "number" or not factor:
            return ""
        for (coarse, number), fine in _DIVIDED.items():
            if number == factor and unit == (coarse if op == "arith*" else fine):
                return f"number {fine if op == 'arith*' else coarse}"
        return "number ?"


def _is_span(value: Value) -> bool:
    """Whether what is added or taken away is a length of time, by what it is made of: a literal, a setting."""
    return all(isinstance(leaf, (Known, Env)) for leaf in leaves(value))


def _is_caught(place: Place, modules: Mapping[str, Module]) -> bool:
    """Whether the program has thought of moments that cannot be compared."""
    module = modules.get(place.path)
    for node in nodes(module.body) if module is not None else ():
        if isinstance(node, Try) and encloses(Place(place.path, node.span), place):
            caught = [dotted(inner) for c in node.catches if c.type is not None for inner in nodes(c.type)]  # type: ignore[arg-type]
            if any(name[-1:] == ("TypeError",) for name in caught):
                return True
    return False


_WORDS = {
    "aware": "a datetime with an offset", "naive": "a datetime without an offset", "number": "a number of",
    "naive utc": "a datetime without an offset, in UTC", "naive elsewhere": "a datetime without an offset, not in UTC",
}  # fmt: skip


def _told(value: Value, form: str) -> str:
    """A side of the comparison in words: what it is made of and how it tells the time."""
    names = [readable(v.steps) for v in leaves(value) if isinstance(v, Path) and readable(v.steps)]
    clocks = [v.made for v in leaves(value) if isinstance(v, Fresh) and v.made]
    name = next(iter((*names, *clocks)), "the other side")
    kind, zone = _split(form)
    words = _WORDS.get(form) or f"{_WORDS[kind]} {zone if kind == 'number' else ''}".strip()
    return f"{name} ({words})"
