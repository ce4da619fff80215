"""A small project: a handler behind a queue that sends a message through a module it shares with others."""

from __future__ import annotations

from pathlib import Path

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Queue:
    Type: AWS::SQS::Queue
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      Events:
        Orders:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue.Arn
            BatchSize: 1
"""
HANDLER = """\
from shared import db


def handler(event, context):
    for record in event["Records"]:
        db.save(record["body"])
"""
SHARED = """\
import boto3

sns = boto3.client("sns")


def save(body):
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:orders", Message=body)
"""


def made(folder: Path, select: str = '"LDM101"') -> Path:
    """The project in a folder, with these rules."""
    (folder / "shared").mkdir(parents=True)
    (folder / "lintdem.toml").write_text(f"select = [{select}]\n")
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "app.py").write_text(HANDLER)
    (folder / "shared" / "__init__.py").write_text("")
    (folder / "shared" / "db.py").write_text(SHARED)
    return folder


def packed(folder: Path, name: str, module: str) -> Path:
    """A rule pack, installed in a folder as pip would, with one module."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text("")
    (folder / name / "only.py").write_text(module)
    about = folder / f"{name}-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[lintdem.rules]\n{name} = {name}\n")
    return folder
