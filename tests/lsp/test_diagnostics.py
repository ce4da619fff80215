"""What an editor is shown: findings of the whole program in the files that are open, as they are in the buffers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.wire import Wire, codes

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
PLAIN = """\
import boto3

sns = boto3.client("sns")


def save(body):
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:orders", Message=body)
"""
HARMLESS = """\
def save(body):
    return body
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A handler that sends a message through a module that it shares with others."""
    (tmp_path / "lintdem.toml").write_text('select = ["LDM101"]\n')
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "app.py").write_text(HANDLER)
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "__init__.py").write_text("")
    (tmp_path / "shared" / "db.py").write_text(PLAIN)
    return tmp_path


class TestOpen:
    def test_an_open_file_shows_its_findings(self, project: Path) -> None:
        """A finding has its code, its page, its level and the version of the buffer it is about."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py", version=7)
            (found,) = wire.diagnostics(uri, 7)
        assert (found["code"], found["source"], found["range"]["start"]["line"]) == ("LDM101", "lintdem", 6)
        assert found["codeDescription"]["href"].endswith("/unguarded_effect.md")
        assert found["message"].startswith("sns.Publish")

    def test_the_way_leads_from_the_handler(self, project: Path) -> None:
        """Related places are the steps from the handler to the effect, also in other files."""
        with Wire(project) as wire:
            (found,) = wire.diagnostics(wire.open(project / "shared" / "db.py"))
        places = [(Path(one["location"]["uri"]).name, one["message"]) for one in found["relatedInformation"]]
        assert places[0] == ("app.py", "handler receives the event")
        assert places[-1][0] == "db.py"

    def test_a_closed_file_shows_nothing(self, project: Path) -> None:
        """What was said of a file is taken back when it is closed."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            assert wire.diagnostics(uri)
            wire.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
            assert wire.diagnostics(uri) == []


class TestBuffers:
    def test_an_unsaved_change_shows_in_another_file(self, project: Path) -> None:
        """A buffer stands over the disk for the whole program: what a handler no longer calls is no longer found in it."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            handler = wire.open(project / "app.py")
            assert codes(wire.diagnostics(uri)) == [("LDM101", 7)]
            wire.change(handler, 2, {"text": HANDLER.replace("db.save(", "print(")})
            assert wire.diagnostics(handler, 2) == []
            assert wire.diagnostics(uri) == []

    def test_a_file_that_cannot_be_parsed_keeps_the_rest(self, project: Path) -> None:
        """While a line is being typed the others keep their findings, in their new places, and the fault is told."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            assert codes(wire.diagnostics(uri)) == [("LDM101", 7)]
            wire.change(uri, 2, {"text": f"def half(\n{PLAIN}"})
            assert codes(wire.diagnostics(uri, 2)) == [("LDM101", 8), ("LDM901", 1)]
            wire.change(uri, 3, {"text": PLAIN})
            assert codes(wire.diagnostics(uri, 3)) == [("LDM101", 7)]
