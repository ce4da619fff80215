"""Properties added to templates: nothing else moves."""

from __future__ import annotations

import pytest
import yaml

from lintdem.fixing.splice import splice
from lintdem.model.finding import Finding, Group, Level
from lintdem.model.remedy import Property, Remedy
from lintdem.model.span import Place, Span
from lintdem.syntax import Fixer

FLOW = "Events:\n  Orders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}  # why\n"
BLOCK = """Events:
  Orders:  # why
    Type: SQS
    Properties:
      Queue: !GetAtt Orders.Arn  # the queue
      BatchSize: 5 # small

  # the others
  Else: 1
"""
NESTED = """Events:
  Orders:
    Properties:
      Queue: a
      FilterCriteria:
        Filters:
          - Pattern: "x"
      # end
    Type: SQS
Else: 1"""
LAST = "Events:\n  Orders:\n    Type: SQS\n    Properties:\n      Queue: a"


def written(text: str) -> str:
    """The template with a property for what stands in its second line."""
    change = Property(Place("t.yaml", Span(2, 3, 2, 9)), "FunctionResponseTypes", "[ReportBatchItemFailures]")
    finding = Finding(
        path="t.yaml", span=change.place.span, code="LDM706", name="x", group=Group.NOTE, level=Level.NOTE, message="",
        remedies=(Remedy("do", False, (change,)),),
    )  # fmt: skip
    (found,) = Fixer(lambda path: text.encode()).with_fixes([finding])
    return splice(text.encode(), found.fixes[0].edits).decode()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "before"),
    [(FLOW, "}}  # why"), (BLOCK, "\n\n  # the others"), (NESTED, "\n      # end"), (LAST, "")],
    ids=["flow", "block", "nested", "last line"],
)
def test_property_is_written_as_the_others_are(text: str, before: str, newline: str) -> None:
    """One insertion behind the last property; remarks, blank lines and line endings stay where they were."""
    text, before = text.replace("\n", newline), before.replace("\n", newline)
    result = written(text)
    at = text.index(before) if before else len(text)
    added = ", FunctionResponseTypes: [ReportBatchItemFailures]"
    if "{Type" not in text:
        added = f"{newline}      FunctionResponseTypes: [ReportBatchItemFailures]"
    assert result == text[:at] + added + text[at:]
    loaded = yaml.safe_load(result.replace("!GetAtt ", ""))
    assert loaded["Events"]["Orders"]["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
