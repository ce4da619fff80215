"""Any Python at all: lintdem reads it, says what it has to say, and comes to an end."""

from __future__ import annotations

import warnings

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lintdem.session import check_files

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import hypothesmith

HANDLER = """
def handler(event, context):
    for record in event["Records"]:
        print(record)
"""


@settings(
    max_examples=200, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(st.one_of(hypothesmith.from_node(), hypothesmith.from_grammar()), st.booleans())
def test_any_python_is_checked(source: str, inside: bool) -> None:
    """No rule fails on a program that Python's grammar allows, in the module of a handler or in its body."""
    body = "".join(f"    {line}\n" for line in source.splitlines())
    files = {"app.py": f"def handler(event, context):\n{body}    return event\n" if inside else source + HANDLER}
    report = check_files(files)
    assert [problem for problem in report.problems if problem.code == "LDM905"] == []
