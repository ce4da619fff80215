"""SQL text as a program puts it together: literals, templates and what is put into them, parameters."""

from __future__ import annotations

import re
from collections.abc import Callable

from lintdem.interpreter.domain import AnyOf, Cases, Derived, Known, Made, Unknown, Value
from lintdem.interpreter.dynamodb.updates import entries
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.sql.clauses import hole_of
from lintdem.interpreter.values import known, members, parts_of, text
from lintdem.model.span import Place
from lintdem.regexes import late


def spelled_rows(sql: Value) -> Value:
    """`INSERT INTO t (a, b) VALUES %s` of execute_values, with one parameter for each column."""
    written = text(sql)
    match = re.search(r"into\s+\S+\s*\(([^)]*)\)\s*values\s+%s", written or "", re.IGNORECASE)
    if written is None or match is None:
        return sql
    row = ", ".join("%s" for _ in match[1].split(","))
    return known(re.sub(r"(values\s+)%s", rf"\g<1>({row})", written, count=1, flags=re.IGNORECASE))


def parameters(
    m: Machine, given: Value | None, flow: Flow, place: Place
) -> tuple[tuple[Value, ...], tuple[tuple[str, Value], ...]]:
    """The parameters of a statement: by position or by name."""
    if given is None:
        return (), ()
    for one in members(given):
        listed = m.elements(flow, one)
        if listed is not None:
            return (
                listed.items if not listed.open else tuple(Unknown("a parameter", listed.items) for _ in range(40))
            ), ()
        if m.dict_entries(flow, one) is not None:
            return (), tuple(entries(m, one, flow).items())
    return tuple(m.item(given, known(i), flow, place) for i in range(40)), ()


def spelled(value: Value) -> tuple[str, tuple[Value, ...]]:
    """SQL text with holes for what is put into it, and the values of these."""
    holes: list[Value] = []

    def hole(one: Value) -> str:
        holes.append(one)
        return hole_of(len(holes) - 1)

    def put(one: Value) -> str:
        if isinstance(one, Known):
            return str(one.value)
        if isinstance(one, Derived) and one.op == "format":
            return _filled(one.parts, put, hole)
        if (
            isinstance(one, (AnyOf, Cases))
            and (worded := next((v for v in members(one) if _has_text(v)), None)) is not None
        ):
            return put(worded)
        if isinstance(one, Made):
            inner = next((v for k, v in one.args if k in ("self", "0", "text", "string") and _has_text(v)), None)
            return put(inner) if inner is not None else hole(one)
        if isinstance(one, Derived) and one.op in ("call", "slice", "encode") and one.parts and _has_text(one.parts[0]):
            return put(one.parts[0])
        return hole(one)

    written = put(value)
    return written, tuple(holes)


def _has_text(value: Value) -> bool:
    if isinstance(value, Made):
        return any(_has_text(v) for k, v in value.args if k in ("self", "0", "text", "string"))
    return text(value) is not None or (
        isinstance(value, (AnyOf, Cases, Derived)) and any(_has_text(p) for p in parts_of(value))
    )


_FIELDS = late(r"\{[^{}]*\}|%s|%\(\w+\)s|%d")


def _filled(parts: tuple[Value, ...], put: Callable[[Value], str], hole: Callable[[Value], str]) -> str:
    """`template % values` and `template.format(values)` have their fields in the first part."""
    first, rest = parts[0], parts[1:]
    written = put(first) if _has_text(first) else None
    if (
        written is None
        or not rest
        or any(isinstance(p, Known) and isinstance(p.value, str) and " " in p.value for p in rest)
    ):
        return "".join(put(p) for p in parts)
    fields = _FIELDS.findall(written)
    if not fields or len(fields) < len(rest):
        return written + "".join(put(p) for p in rest)
    exact = iter(rest) if len(fields) == len(rest) else iter(())
    return _FIELDS.sub(lambda _: put(v) if (v := next(exact, None)) is not None else hole(Unknown("a value")), written)
