"""LDM531: a durable function does something outside of a step, and does it again with every replay."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, Step, way

_OPERATIONS = {"result": "the result of a callback"}


def check(p: Pass) -> Iterator[Finding]:
    """Effects that stand before an operation of the durable context, inside no step."""
    for case in p.cases(Kind.REPLAYED):
        call, later = case.effect.call, case.key_place
        assert later is not None
        waited = _OPERATIONS.get(case.reason, f"context.{case.reason}")
        line = f"in line {later.span.line}" if later.path == case.effect.place.path else f"at {later.path}:{later.span.line}"
        yield p.finding(
            case, case.effect.place, f"{call.name} runs again with every replay: it is in no step, and {waited} {line} may "
            "end the invocation", subject=case.subject, level=Level.ERROR,
            why=(*way(case), Step(later, f"{waited} suspends, and the next invocation starts from the top")),
            guard="the durable execution keeps what its steps returned; nothing is kept of what is done between them",
            advice="put the call into a step of its own: context.step(...)", about=call.name,
        )  # fmt: skip


RULE = Rule(
    "LDM531", "effect-outside-step", Group.CORRECTNESS, "0.1",
    "a durable function has an effect outside of its steps, which every replay repeats", check, "none",
)  # fmt: skip
