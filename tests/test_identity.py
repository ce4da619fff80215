"""A finding keeps its `identity` while the code around it moves, so that baselines and trackers know it again."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

from lintdem.session import check_files
from lintdem.testing.pages import parse_page

ROOT = Path(__file__).parents[1]

TEMPLATE = """Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      CodeUri: .
      Runtime: python3.12
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt Orders.Arn
  Orders:
    Type: AWS::SQS::Queue
"""

HEAD = """import uuid
from datetime import datetime, timezone

import boto3
import requests

sns = boto3.client("sns")
table = boto3.resource("dynamodb").Table("orders")
counts = boto3.resource("dynamodb").Table("counts")
seen = set()


"""

HANDLER = """def handler(event, context):
    for record in event["Records"]:
        tell(record["body"], record["messageId"])
        store(record["body"])
        count(record["body"])


"""

TELL = """def tell(order, message):
    if order not in seen:
        seen.add(order)
        requests.post("https://mail.example.com/send", json={"order": order})
    sns.publish(TopicArn="orders", Message=order)
    sns.publish(TopicArn="audit", Message=order)


"""

STORE = """def store(order):
    order_id = str(uuid.uuid4())
    entry = {"pk": order_id, "order": order, "at": datetime.now(timezone.utc).isoformat()}
    table.put_item(Item=entry)
    sns.publish(TopicArn="stored", Message=order)


"""

COUNT = """def count(order):
    key = {"pk": "total"}
    counts.update_item(Key=key, UpdateExpression="ADD orders :one", ExpressionAttributeValues={":one": 1})
"""

CODE = HEAD + HANDLER + TELL + STORE + COUNT


def identities(files: Mapping[str, str]) -> list[str]:
    """The identities of all findings."""
    return [finding.identity for finding in check_files(files).findings]


def of(code: str) -> dict[str, str]:
    """The identity of each finding by its rule and the source line it stands on, whatever that line's number."""
    files = {"app.py": code, "template.yaml": TEMPLATE}
    report = check_files(files)
    return {f"{f.code} {files[f.path].splitlines()[f.span.line - 1].strip()}": f.identity for f in report.findings}


def spread(code: str) -> str:
    """The code with a blank line and a comment above every statement."""
    starts: dict[int, int] = {}
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.stmt):
            decorators = getattr(node, "decorator_list", [])
            starts[min([node.lineno, *(decorator.lineno for decorator in decorators)])] = node.col_offset
    result = []
    for number, line in enumerate(code.splitlines(), 1):
        if number in starts:
            result += ["", f"{' ' * starts[number]}# what follows was further up"]
        result.append(line)
    return "\n".join(result) + "\n"


def sample() -> dict[str, str]:
    """The sample application."""
    files = [*(ROOT / "sample").rglob("*.py"), ROOT / "sample/template.yaml"]
    return {file.relative_to(ROOT / "sample").as_posix(): file.read_text(encoding="utf-8") for file in files}


def test_the_example_has_what_the_tests_need() -> None:
    """Several rules find something, one of them several times, also in one function."""
    found = of(CODE)
    assert {key.split()[0] for key in found} >= {"LDM101", "LDM102", "LDM104", "LDM505"}
    assert len([key for key in found if key.startswith("LDM101 sns.publish(")]) == 3


def test_blank_lines_and_comments_change_nothing() -> None:
    """Everything stands on another line and is the same finding."""
    assert of(spread(CODE)) == of(CODE)


def test_blank_lines_and_comments_in_a_whole_application_change_nothing() -> None:
    """The same for findings whose way leads through several files."""
    before = sample()
    after = {path: spread(text) if path.endswith(".py") else f"\n# moved\n{text}" for path, text in before.items()}
    assert len(identities(before)) > 10
    assert identities(after) == identities(before)


def test_renamed_locals_change_nothing() -> None:
    """Names that only a function sees are no part of what a finding is about."""
    renamed = re.sub(r"\border_id\b", "number", CODE)
    renamed = re.sub(r"\bentry\b", "row", re.sub(r"\bkey\b", "total", re.sub(r"\brecord\b", "message_of_queue", renamed)))
    assert renamed != CODE
    assert sorted(of(renamed).values()) == sorted(of(CODE).values())


def test_moved_functions_change_nothing() -> None:
    """Functions in another order keep their findings, though several make the same call."""
    assert of(HEAD + COUNT + "\n\n" + STORE + TELL + HANDLER) == of(CODE)


def test_a_finding_that_goes_leaves_the_others_alone() -> None:
    """Mending one call renames no finding of another function."""
    mended = CODE.replace('    sns.publish(TopicArn="orders", Message=order)\n', "")
    before, after = of(CODE), of(mended)
    kept = 'LDM101 sns.publish(TopicArn="stored", Message=order)'
    assert after[kept] == before[kept]


def test_no_two_findings_share_one() -> None:
    """In all examples of all pages together every identity names one finding."""
    files = sample()
    for page in [*(ROOT / "rules/lintdem_rules").glob("*.md"), *(ROOT / "tests/cases").glob("*.md")]:
        for number, case in enumerate(parse_page(page.read_text(encoding="utf-8"), page.name).cases):
            files.update({f"{page.stem}/{number}/{name}": text for name, text in case.files.items()})
    found = identities(files)
    assert len(found) > 100
    assert sorted(found) == sorted(set(found))
