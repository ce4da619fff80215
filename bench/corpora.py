"""What is checked: a copy of a folder, and a workspace that is made.

The copy leaves out version control, so that no tool reads its rules on ignored files, and is what one file is changed in:
the folder itself is only read.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

_LEFT_OUT = (".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".lintdem_cache", "*.pyc")


@dataclass(frozen=True)
class Corpus:
    """A folder to be checked, and how much Python is in it."""

    name: str
    folder: Path
    files: int
    lines: int


def copied(source: Path, place: Path) -> Corpus:
    """A copy of a folder. An empty `.semgrepignore` takes the place of the default, which leaves tests out: all read the same
    files. Settings of other linters go, for each is to run with what it is given here."""
    folder = place / source.name
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(*_LEFT_OUT), ignore_dangling_symlinks=True, symlinks=True)
    for name in (".semgrepignore", ".bandit", ".pylintrc", "pylintrc", "ruff.toml", ".ruff.toml"):
        for file in folder.rglob(name):
            file.unlink()
    return _counted(source.name, folder)


def generated(handlers: int, place: Path) -> Corpus:
    """A workspace of so many handlers: one in five sends without a guard, all reach a service and a repository."""
    folder = place / f"generated-{handlers}"
    (folder / "shop").mkdir(parents=True)
    (folder / "shop" / "__init__.py").write_text("", encoding="utf-8")
    (folder / "shop" / "orders.py").write_text(_SERVICE, encoding="utf-8")
    resources = ["AWSTemplateFormatVersion: '2010-09-09'", "Transform: AWS::Serverless-2016-10-31", "Resources:"]
    for number in range(handlers):
        name = f"handler_{number:04}"
        effect = _LOUD if number % 5 == 0 else _QUIET
        (folder / f"{name}.py").write_text(_HANDLER.format(effect=effect, number=number), encoding="utf-8")
        resources.append(_FUNCTION.format(name=name, number=number))
    (folder / "template.yaml").write_text("\n".join(resources) + "\n", encoding="utf-8")
    return _counted(folder.name, folder)


def _counted(name: str, folder: Path) -> Corpus:
    (folder / ".semgrepignore").write_text("", encoding="utf-8")
    files = [file for file in folder.rglob("*.py") if file.is_file()]
    return Corpus(name, folder, len(files), sum(file.read_bytes().count(b"\n") for file in files))


_SERVICE = '''"""Orders and what is done with them."""

import boto3

table = boto3.resource("dynamodb").Table("orders")
topic = boto3.client("sns")


def store(order):
    table.put_item(Item=order, ConditionExpression="attribute_not_exists(id)")


def announce(order):
    topic.publish(TopicArn="arn:aws:sns:eu-west-1:1:orders", Message=order["id"])
'''
_HANDLER = '''"""Handler {number}."""

import json

from shop import orders


def total(order):
    amount = 0
    for line in order.get("lines", []):
        amount += line["price"] * line["quantity"]
        if line.get("discount"):
            amount -= line["discount"]
    return amount


def handler(event, context):
    for record in event["Records"]:
        order = json.loads(record["body"])
        order["total"] = total(order)
        {effect}
    return {{"done": {number}}}
'''
_QUIET = "orders.store(order)"
_LOUD = "orders.announce(order)"
_FUNCTION = """  Function{number}:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: {name}.handler
      Events:
        Queue:
          Type: SQS
          Properties: {{Queue: !GetAtt Queue{number}.Arn}}
  Queue{number}:
    Type: AWS::SQS::Queue"""
