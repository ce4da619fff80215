"""Keys of the configuration do what they say, seen from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]

TELL = """import boto3

sns = boto3.client("sns")


def tell(text):
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:chat", Message=text)
"""
APP = """from chat import tell


def handler(event, context):
    for record in event["Records"]:
        tell(record["body"])
"""
TEMPLATE = """Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      CodeUri: .
      Runtime: python3.12
"""
QUEUED = """      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: arn:aws:sqs:eu-west-1:123456789012:orders
"""
GUARDED = """import os

from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function

import boto3

sns = boto3.client("sns")
store = DynamoDBPersistenceLayer(table_name=os.environ["TABLE"])
config = IdempotencyConfig(event_key_jmespath="id", expires_after_seconds=86400)


@idempotent_function(data_keyword_argument="order", persistence_store=store, config=config)
def tell(order):
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:chat", Message=order["id"])


def handler(event, context):
    config.register_lambda_context(context)
    for record in event["Records"]:
        tell(order=record["messageAttributes"]["order"])
"""


def write(root: Path, **files: str) -> None:
    """Files; `__` in a name is a folder."""
    for name, text in files.items():
        stem, _, ending = name.rpartition("_")
        file = root / f"{stem.replace('__', '/')}.{ending}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def messages(lintdem: Run, code: str) -> list[str]:
    """What a rule says."""
    findings = json.loads(lintdem("check", "--format", "json", "--extend-select", "LDM507").out)["findings"]
    return [finding["message"] for finding in findings if finding["code"] == code]


def test_retention_is_the_horizon_of_a_queue_elsewhere(project: Path, lintdem: Run) -> None:
    """A record of one day is too short for a queue that the configuration says to keep messages for four, and long enough
    for one of twelve hours."""
    write(project, app_py=GUARDED, template_yaml=TEMPLATE + QUEUED, lintdem_toml='[sources.sqs]\nretention = "4d"\n')
    (told,) = messages(lintdem, "LDM507")
    assert "4 days" in told
    write(project, lintdem_toml='[sources.sqs]\nretention = "12h"\n')
    assert messages(lintdem, "LDM507") == []


def test_layers_are_searched_for_imports(project: Path, lintdem: Run) -> None:
    """Of two modules with one name the one in the configured layer is meant."""
    write(project, app_py=APP, template_yaml=TEMPLATE, shared__chat_py=TELL, zzz__chat_py="def tell(text):\n    return text\n")
    write(project, lintdem_toml='layers = ["zzz"]\n')
    assert lintdem("check", "--format", "json").codes == []
    write(project, lintdem_toml='layers = ["shared"]\n')
    assert "LDM101" in lintdem("check", "--format", "json").codes


def test_a_handler_that_is_not_there_is_noted(project: Path, lintdem: Run) -> None:
    """A pattern that names no function changes no result, so it is told, with its line and the name that is nearest."""
    write(project, app_py=APP, chat_py=TELL)
    table = '[[handlers]]\npattern = "{}"\nsource = "sqs"\n'
    write(project, lintdem_toml="".join(map(table.format, ("app.py:handler", "*.py:hand*", "app.py:handlr", "ap.py:handler", "app.py"))))
    told = lintdem("check").err
    assert "lintdem.toml:8: handlers: no function of app.py is called handlr; did you mean \"handler\"?" in told
    assert "lintdem.toml:11: handlers: no Python file is ap.py; did you mean \"app.py\"?" in told
    assert 'lintdem.toml:14: handlers: "app.py" names no function; a pattern is path:function' in told
    assert told.count("handlers:") == 3


def test_templates_narrow_what_is_read_as_one(project: Path, lintdem: Run) -> None:
    """Only the templates that the patterns name tell of handlers; a pattern without a file is noted with its line."""
    write(project, app_py=APP, chat_py=TELL, infra__prod_yaml=TEMPLATE.replace("app.h", "app.gone"), infra__old_yaml=TEMPLATE)
    assert "LDM906" in lintdem("check", "--format", "json").codes
    write(project, lintdem_toml='templates = [\n  "infra/old.yaml",\n]\n')
    assert "LDM906" not in lintdem("check", "--format", "json").codes
    write(project, lintdem_toml='templates = ["infra/none.yaml"]\n')
    assert "lintdem.toml:1: templates: no file matches infra/none.yaml" in lintdem("check", "--verbose").err
