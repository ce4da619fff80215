"""Properties added to templates: nothing else moves."""

from __future__ import annotations

import json

import pytest
import yaml

from lintdem.deploy import propertied
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


def written(text: str, name: str = "t.yaml", property_name: str = "FunctionResponseTypes", line: int = 2) -> str:
    """The template with a property for what stands in its second line."""
    column = len(text.split("\n")[line - 1]) - len(text.split("\n")[line - 1].lstrip(" -")) + 1
    place = Place(name, Span(line, column, line, column + 3))
    change = Property(place, property_name, '["ReportBatchItemFailures"]', "arn")
    finding = Finding(
        path=name, span=change.place.span, code="LDM706", name="x", group=Group.NOTE, level=Level.NOTE, message="",
        remedies=(Remedy("do", False, (change,)),),
    )  # fmt: skip
    (found,) = Fixer(lambda path: text.encode(), propertied).with_fixes([finding])
    return splice(text.encode(), found.fixes[0].edits).decode() if found.fixes else ""


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


def test_property_of_a_json_template_is_json() -> None:
    """In JSON the name and the value keep their quotes, and the property a line of its own where the others have one."""
    text = json.dumps({"Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"BatchSize": 5}}}, indent=1)
    result = written(text, "t.template.json")
    assert json.loads(result)["Mapping"]["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert result == text.replace(": 5", ': 5,\n   "FunctionResponseTypes": ["ReportBatchItemFailures"]')


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("e:\n  - sqs: !GetAtt Q.Arn  # why\n  - x: 1\n",
         "e:\n  - sqs:\n      arn: !GetAtt Q.Arn  # why\n      functionResponseType: [ReportBatchItemFailures]\n  - x: 1\n"),
        ("e:\n- sqs:\n    arn: a\n\nx: 1\n", "e:\n- sqs:\n    arn: a\n    functionResponseType: [ReportBatchItemFailures]\n\nx: 1\n"),
        ("e:\n  - sqs: |\n      a\n", ""),
        ("e:\n  - sqs: {arn: a, functionResponseType: x}\n", ""),
    ],
    ids=["one word", "mapping", "text block", "there already"],
)  # fmt: skip
def test_event_of_serverless_takes_a_property(before: str, after: str) -> None:
    """An event that is only its ARN becomes a mapping; one that has the property, or is a block of text, is left."""
    assert written(before, "serverless.yml", "functionResponseType") == after


TERRAFORM = """# orders
resource "aws_lambda_event_source_mapping" "orders" {
%s
}
"""


@pytest.mark.parametrize(
    ("body", "added"),
    [
        ("  function_name           = a.b\n  maximum_retry_attempts  = 1",
         '\n  function_response_types = ["ReportBatchItemFailures"]'),
        ("  function_name = a.b # }", '\n\n  function_response_types = ["ReportBatchItemFailures"]'),
        ('  a = <<EOT\n}\nEOT\n  scaling_config {\n    maximum_concurrency = 2\n  }\n\n',
         '\n\n  function_response_types = ["ReportBatchItemFailures"]'),
        ("  filter_criteria {\n    function_response_types = 1\n  }", '\n\n  function_response_types = ["ReportBatchItemFailures"]'),
    ],
    ids=["lined up", "longer than the others", "behind a block", "another's attribute"],
)  # fmt: skip
def test_attribute_of_terraform_stands_as_its_formatter_puts_it(body: str, added: str) -> None:
    """In line with the attribute above, or apart from it where that would have to be moved."""
    text = TERRAFORM % body
    kept = body.rstrip("\n")
    assert written(text, "main.tf", "function_response_types") == text.replace(kept, kept + added)


@pytest.mark.parametrize(
    "body", ["  function_response_types = []", "  a = 1 }"], ids=["there already", "closed in the line of an attribute"]
)
def test_no_attribute_where_it_is_or_does_not_fit(body: str) -> None:
    """An attribute that is there is not given twice; a block written in another way is left as it is."""
    assert written((TERRAFORM % body).replace("1 }\n}", "1 }"), "main.tf", "function_response_types") == ""
