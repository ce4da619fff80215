"""Random handlers are run twice, and lintdem has to know how that ended."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.grammar import Program, programs
from tests.fuzz.judging import held_against


@settings(
    max_examples=60, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(programs())
def test_what_a_second_delivery_does_is_told_and_nothing_else(program: Program) -> None:
    """Where the state after two deliveries is another than after one, the line is in a finding; where it cannot be, no error or
    warning says so. `tools/try_handlers.py` runs thousands."""
    _, truth, verdicts = held_against(program)
    assert not truth.broken, "a generated handler that fails when it runs first proves nothing"
    assert verdicts == [], "\n\n".join(program.files.values())
