"""Comments that silence and declare, in code, in templates and in code inside templates, seen from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

APP = """import boto3

sns = boto3.client("sns")


def handler(event, context):
    for record in event["Records"]:
        sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:chat", Message=record["body"])
"""
TEMPLATE = """Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      CodeUri: .
      Runtime: python3.12
      Timeout: 60
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt Orders.Arn
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 30
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Dead.Arn
        maxReceiveCount: 5
  Dead:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: 1209600
"""
TERRAFORM = """resource "aws_lambda_function" "worker" {
  function_name = "worker"
  filename      = "app.zip"
  handler       = "app.handler"
  runtime       = "python3.12"
  timeout       = 60
}

resource "aws_sqs_queue" "orders" {
  name                       = "orders"
  visibility_timeout_seconds = 30
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })
}

resource "aws_sqs_queue" "dead" {
  name                      = "dead"
  message_retention_seconds = 1209600
}

resource "aws_lambda_event_source_mapping" "queue" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.worker.arn
}
"""


def codes(lintdem: Run) -> list[str]:
    """The codes of what is reported about the template."""
    findings = json.loads(lintdem("check", "--format", "json").out)["findings"]
    return [finding["code"] for finding in findings if not finding["path"].endswith(".py")]


def place(lintdem: Run, code: str) -> tuple[str, int]:
    """Where a rule reports."""
    findings = json.loads(lintdem("check", "--format", "json").out)["findings"]
    return next((finding["path"], finding["line"]) for finding in findings if finding["code"] == code)


@pytest.fixture(params=["template.yaml", "main.tf"])
def template(request: pytest.FixtureRequest, project: Path) -> Path:
    """A project whose queue hides its messages for too short a time."""
    (project / "app.py").write_text(APP, encoding="utf-8")
    file: Path = project / request.param
    file.write_text(TEMPLATE if file.suffix == ".yaml" else TERRAFORM, encoding="utf-8")
    return file


class TestTemplates:
    """`# lintdem: ignore[…]` in YAML and Terraform."""

    def test_on_the_line(self, template: Path, lintdem: Run) -> None:
        """A comment at the end of the line silences the finding that stands there."""
        path, line = place(lintdem, "LDM705")
        assert path == template.name
        lines = template.read_text(encoding="utf-8").split("\n")
        lines[line - 1] += "  # lintdem: ignore[LDM705] the function is quick"
        template.write_text("\n".join(lines), encoding="utf-8")
        assert "LDM705" not in codes(lintdem)

    def test_above_a_resource(self, template: Path, lintdem: Run) -> None:
        """A comment above a resource speaks for all of it, and not for the next one."""
        text = template.read_text(encoding="utf-8")
        words = "# lintdem: ignore[short-visibility] the function is quick\n"
        start, other = ('  Orders:\n', '  Dead:\n') if template.suffix == ".yaml" else ('resource "aws_sqs_queue" "o', 'resource "aws_sqs_queue" "d')
        template.write_text(text.replace(start, words + start), encoding="utf-8")
        result = lintdem("check", "--format", "json")
        assert "LDM705" not in result.codes
        assert json.loads(result.out)["summary"]["suppressed"] == 1
        template.write_text(text.replace(other, words + other), encoding="utf-8")
        assert {"LDM705", "LDM903"} <= set(codes(lintdem))

    def test_of_the_file(self, template: Path, lintdem: Run) -> None:
        """ignore-file speaks for the whole template."""
        text = template.read_text(encoding="utf-8")
        template.write_text("# lintdem: ignore-file[LDM7] x\n" + text, encoding="utf-8")
        assert "LDM904" in codes(lintdem)
        template.write_text("# lintdem: ignore-file[LDM705] our functions are quick\n" + text, encoding="utf-8")
        assert "LDM705" not in codes(lintdem)

    def test_what_says_nothing_is_told(self, template: Path, lintdem: Run) -> None:
        """Unknown names, comments that silence nothing, and declarations, which belong to code."""
        text = template.read_text(encoding="utf-8")
        for words, code in {
            "ignore[short-visibilty] quick": "LDM904",
            "ignore[LDM301] no such thing": "LDM903",
            "idempotent": "LDM904",
            "ignore": "LDM904",
        }.items():
            template.write_text(f"# lintdem: {words}\n{text}", encoding="utf-8")
            assert (code, 1) in [(c, place(lintdem, c)[1]) for c in codes(lintdem) if c == code], words

    def test_text_is_no_comment(self, template: Path, lintdem: Run) -> None:
        """Quoted texts, blocks and heredocs that look like one silence nothing and are not told."""
        text = template.read_text(encoding="utf-8")
        if template.suffix == ".yaml":
            text += '  Other:\n    Type: AWS::SNS::Topic\n    Metadata:\n      A: "x # lintdem: nonsense"\n      B: |\n        # lintdem: nonsense\n'
        else:
            text += 'locals {\n  a = "x # lintdem: nonsense"\n  b = <<EOT\n# lintdem: nonsense\nEOT\n}\n'
        template.write_text(text, encoding="utf-8")
        assert "LDM904" not in codes(lintdem)


def test_code_inside_a_template_has_its_own(project: Path, lintdem: Run) -> None:
    """Inline code is silenced by a comment in it, or by one above the key that holds it."""
    inline = "".join(f"        {line}\n" if line else "\n" for line in APP.splitlines())
    text = TEMPLATE.replace("      CodeUri: .\n", f"      InlineCode: |\n{inline}").replace("app.handler", "index.handler")
    file = project / "template.yaml"
    file.write_text(text, encoding="utf-8")
    assert "LDM101" in codes(lintdem)
    file.write_text(text.replace("        sns.publish", "        # lintdem: ignore[LDM101] fine\n                sns.publish"), encoding="utf-8")
    assert "LDM101" not in codes(lintdem)
    file.write_text(text.replace("      InlineCode", "      # lintdem: ignore[LDM101] fine\n      InlineCode"), encoding="utf-8")
    assert "LDM101" not in codes(lintdem)


class TestDeclarations:
    """What is declared above a `def`."""

    def test_they_are_trusted_and_shown(self, project: Path, lintdem: Run) -> None:
        """The overview tells the declared source with its line, and the guard in the author's words."""
        app = APP.replace("def handler", "# lintdem: guarded-by[the subscriber drops what it has seen]\n# lintdem: source[sqs]\ndef handler")
        (project / "app.py").write_text(app, encoding="utf-8")
        assert "LDM101" not in lintdem("check", "--format", "json").codes
        shown = " ".join(lintdem("handlers").out.split())
        assert "trigger sqs, declared (app.py:8)" in shown
        assert "declared guarded-by the subscriber drops what it has seen" in shown

    def test_a_declaration_that_declares_nothing_is_told(self, project: Path, lintdem: Run) -> None:
        """A source that does not exist, with the one that was meant, and one that no function follows."""
        app = APP.replace("def handler", "# lintdem: source[sqss]\ndef handler") + "\n\n# lintdem: source[sqs]\nLIMIT = 3\n"
        (project / "app.py").write_text(app, encoding="utf-8")
        out = lintdem("check", "--format", "concise").out
        assert 'app.py:6:1: LDM904 no event source is called "sqss"; did you mean "sqs"?' in out
        assert "app.py:12:1: LDM903 source stands above no function" in out
