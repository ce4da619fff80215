"""Functions that call one another crosswise: every way through them is not a run of its own."""

from __future__ import annotations

from pathlib import Path

from lintdem.session import CheckRequest, Session

_HEAD = """\
import os

import boto3

TABLE = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    part0(event, event["depth"])
"""
_PART = """

def part{n}(order, depth):
    if depth > {n}:
        return part{next}(order, depth - 1)
    if order.get("kind") == {n}:
        TABLE.put_item(Item={{"id": order["id"], "part": {n}}})
    return part{other}(order, depth - 2)
"""
_TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.12
      Events:
        Orders:
          Type: SQS
          Properties:
            Queue: arn:aws:sqs:eu-west-1:123456789012:orders
"""
SIZE = 40


def test_each_write_in_a_circle_of_functions_is_judged(tmp_path: Path) -> None:
    """A number counted down from call to call and calls that may be skipped do not multiply the ways: the run comes to an end
    and has been in every function."""
    parts = [_PART.format(n=n, next=(n + 1) % SIZE, other=(n * 7 + 3) % SIZE) for n in range(SIZE)]
    code = _HEAD + "".join(parts)
    (tmp_path / "app.py").write_text(code)
    (tmp_path / "template.yaml").write_text(_TEMPLATE)

    report = Session(CheckRequest(folder=tmp_path, cache=False, jobs=1)).check()

    writes = {number for number, line in enumerate(code.splitlines(), 1) if "put_item" in line}
    assert {f.span.line for f in report.findings if f.code == "LDM301"} == writes
