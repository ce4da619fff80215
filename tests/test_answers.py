"""Answers that were given before serve again only where they would be the same: after each kind of change the report that the
server has is that of a cold run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from lintdem.lsp.project import Project, Watched
from lintdem.model.finding import Report
from lintdem.session import CheckRequest, Session

SAMPLE = Path(__file__).parents[1] / "sample"
WORKER = "functions/order_worker/app.py"
API = "functions/orders_api/app.py"
ORDERS = "layers/shared/python/shop/orders.py"
CLAIMS = "layers/shared/python/shop/claims.py"
FRONT = """import boto3, json, os

functions = boto3.client("lambda")


def handler(event, context):
    body = json.loads(event["body"])
    functions.invoke(FunctionName=os.environ["BILLING"], InvocationType="RequestResponse", Payload=json.dumps(body))
    return {"statusCode": 202}
"""
BILLING = """import boto3

sns = boto3.client("sns")


def handler(event, context):
    print(event["httpMethod"], event["headers"])
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:1:bills", Message=event["body"])
"""
INVOKING = """Resources:
  Front:
    Type: AWS::Serverless::Function
    Properties:
      Handler: front.handler
      Runtime: python3.12
      Environment: {Variables: {BILLING: !Ref Billing}}
      Events: {Order: {Type: Api, Properties: {Path: /orders, Method: post}}}
  Billing:
    Type: AWS::Serverless::Function
    Properties: {Handler: billing.handler, Runtime: python3.12}
"""
IMPORTED = """import boto3

prices = boto3.resource("dynamodb").Table("prices")


def handler(event, context):
    with prices.batch_writer() as batch:
        for price in event["detail"]["prices"]:
            batch.put_item(Item={"sku": price["sku"], "edition": price["edition"]})
"""
FEED = """import boto3

prices = boto3.resource("dynamodb").Table("prices")


def handler(event, context):
    price = event["detail"]
    prices.put_item(
        Item={"sku": price["sku"], "edition": price["edition"]},
        ConditionExpression="attribute_not_exists(sku)",
    )
"""
GIVEN_UP = """import boto3
from desk import hand_over

sqs = boto3.client("sqs")


def handler(event, context):
    for record in event["Records"]:
        try:
            sqs.send_message(QueueUrl="q", MessageBody=record["body"])
        except Exception:
            hand_over(record)
"""
TOLD = """import boto3

sns = boto3.client("sns")


def tell(order_id):
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:1:t", Message=order_id)


def handler(event, context):
    tell(event["detail"]["order_id"])
"""
QUEUE = """Resources:
  Told:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.12
      Events: {Work: {Type: SQS, Properties: {Queue: "arn:aws:sqs:eu-west-1:1:q"}}}
"""
ELSEWHERE = {
    "another function queues it": ({"front.py": FRONT, "billing.py": BILLING, "template.yaml": INVOKING}, "front.py", "RequestResponse", "Event"),
    "another function does no harm any more": (
        {"front.py": FRONT, "billing.py": BILLING, "template.yaml": INVOKING}, "billing.py", "sns.publish(", "print(",
    ),
    "another function writes the table": (
        {"import/app.py": IMPORTED, "feed/app.py": FEED, "lintdem.toml": 'select = ["ALL"]\n'},
        "feed/app.py", 'ConditionExpression="attribute_not_exists(sku)",', "",
    ),
    "another file defines what is called": (
        {"app.py": GIVEN_UP, "template.yaml": QUEUE, "other/desk2.py": "def hand(it):\n    print(it)\n"}, "other/desk2.py", "hand", "hand_over",
    ),
    "another file uses a name": ({"app.py": TOLD, "other/desk.py": "def run(it):\n    it.say(1)\n"}, "other/desk.py", "say", "tell"),
}  # fmt: skip
"""Files, and a change in one that the handler in question does not look into when it runs."""


def put(path: str, old: str, new: str) -> Callable[[Path], None]:
    """A change of a text of a file."""

    def change(root: Path) -> None:
        file = root / path
        before = file.read_text(encoding="utf-8")
        assert old in before
        file.write_text(before.replace(old, new), encoding="utf-8")

    return change


def add(path: str, text: str) -> Callable[[Path], None]:
    """A new file, or more at the end of one."""

    def change(root: Path) -> None:
        file = root / path
        file.parent.mkdir(exist_ok=True)
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(before + text, encoding="utf-8")

    return change


def gone(path: str) -> Callable[[Path], None]:
    """A file that is there no more."""
    return lambda root: (root / path).unlink()


CHANGES = {
    "effect added": put(API, "import ", "import boto3\nboto3.client('sns').publish(TopicArn='t', Message='m')\nimport "),
    "effect added in a shared module": put(ORDERS, "    def set_status(", "    def put(self):\n        table.put_item(Item={})\n\n    def set_status("),
    "effect moved": put(WORKER, "def handler(", "# one line more\n\n\ndef handler("),
    "guard removed": put(WORKER, 'if not claims.claim("refund", message_id):', "if False:"),
    "guard broken in a shared module": put(CLAIMS, "attribute_not_exists(id)", "attribute_exists(id)"),
    "trigger changed": put("template.yaml", "Type: SQS\n", "Type: SNS\n"),
    "timeout changed": put("template.yaml", "Timeout: 20", "Timeout: 29"),
    "handler removed": gone("functions/projector/app.py"),
    "finding silenced": put(ORDERS, "self._table.put_item(", "self._table.put_item(  # lintdem: ignore[LDM102] the caller names it\n            "),
    "settings: rule left out": add("lintdem.toml", 'ignore = ["LDM103"]\n'),
    "settings: all rules": add("lintdem.toml", 'select = ["ALL"]\n'),
    "settings: a safe call": add("lintdem.toml", '[[safe]]\nof = ["shop.mailer.Mailer"]\nnames = ["confirmation"]\nreason = "it is known by its order"\n'),
    "settings: time of delivery": add("lintdem.toml", '[sources.sqs]\nretention = "1d"\n'),
}


def plain(report: Report) -> bytes:
    """A report without the time it took."""
    return msgspec.json.encode(msgspec.structs.replace(report, seconds=0.0))


def checked(project: Project, root: Path) -> Report:
    """The report of the server, which is that of a cold run."""
    found = project.look({}, Watched()).report
    cold = Session(CheckRequest(folder=root, cache=False)).check()
    assert plain(found) == plain(cold)
    return found


@pytest.mark.parametrize("name", CHANGES)
def test_after_a_change(name: str, tmp_path: Path) -> None:
    """The report is that of a cold run after a change, with another one beside it, and when the change is taken back."""
    root = tmp_path / "project"
    shutil.copytree(SAMPLE, root)
    (root / ".git").mkdir()
    project = Project(root)
    first = checked(project, root)
    before = {file: file.read_bytes() for file in files(root)}
    CHANGES[name](root)
    project.renew()
    checked(project, root)
    add("functions/receipts/app.py", "\n\ndef more():\n    return None\n")(root)
    checked(project, root)
    for file in files(root) - before.keys():
        file.unlink()
    for file, data in before.items():
        file.write_bytes(data)
    project.renew()
    assert plain(checked(project, root)) == plain(first)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_after_a_change_elsewhere(name: str, tmp_path: Path) -> None:
    """A handler is asked again when what it depends on has changed in a file that its run does not look into."""
    texts, path, old, new = ELSEWHERE[name]
    (tmp_path / ".git").mkdir()
    for file, text in texts.items():
        add(file, text)(tmp_path)
    project = Project(tmp_path)
    first = checked(project, tmp_path)
    put(path, old, new)(tmp_path)
    assert plain(checked(project, tmp_path)) != plain(first)


@pytest.mark.parametrize("name", [*CHANGES, *ELSEWHERE])
def test_on_the_command_line(name: str, tmp_path: Path) -> None:
    """What an earlier check has left in the cache changes nothing in a report either, nor when the change is taken back."""
    texts, *edit = ELSEWHERE.get(name, ({}, "", "", ""))
    root = tmp_path / "project"
    if texts:
        root.mkdir()
    else:
        shutil.copytree(SAMPLE, root)
    (root / ".git").mkdir()
    for path, text in texts.items():
        add(path, text)(root)
    first = Session(CheckRequest(folder=root)).check()
    before = {file: file.read_bytes() for file in files(root)}
    (put(*edit) if texts else CHANGES[name])(root)
    warm, cold = (Session(CheckRequest(folder=root, cache=cache)).check() for cache in (True, False))
    assert plain(warm) == plain(cold)
    for file in files(root) - before.keys():
        file.unlink()
    for file, data in before.items():
        file.write_bytes(data)
    add("more.py", "MORE = 1\n")(root)
    (root / "more.py").unlink()
    assert plain(Session(CheckRequest(folder=root)).check()) == plain(first)


def files(root: Path) -> set[Path]:
    """The files of a project, without those of a cache."""
    return {file for file in root.rglob("*") if file.is_file() and ".lintdem_cache" not in file.parts}
