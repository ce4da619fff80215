"""What is told of an open file before the rest of a program is analysed is what the whole report says of it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from lintdem.lsp.project import Project, Seen, Watched
from lintdem.model.finding import Report
from tests.test_answers import ELSEWHERE, add, put

IDLE = "def handler(event, context):\n    print(event['detail'])\n"
"""A handler that has nothing to do with any other."""
SHARING = """from shop import stock


def handler(event, context):
    stock.take(event["detail"]["sku"])
"""
STOCK = """import boto3

table = boto3.resource("dynamodb").Table("stock")


def take(sku):
    table.update_item(Key={"sku": sku}, UpdateExpression="ADD taken :one", ExpressionAttributeValues={":one": 1})
"""
CHOOSING = """import importlib


def handler(event, context):
    importlib.import_module("shop.stock").take(event["detail"]["sku"])
"""
INTERFACE = """from abc import ABC, abstractmethod


class Notice(ABC):
    @abstractmethod
    def send(self, text): ...


def tell(notice: Notice, text):
    notice.send(text)
"""
MAIL = """import boto3
from notices.base import Notice


class Mail(Notice):
    def send(self, text):
        boto3.client("sns").publish(TopicArn="arn:aws:sns:eu-west-1:1:t", Message=text)
"""
TELLING = """from notices.base import Notice, tell


def handler(event, context, notice: Notice = None):
    tell(notice, event["detail"]["text"])
"""
KEPT = """import boto3

claims = boto3.resource("dynamodb").Table("claims")
sns = boto3.client("sns")


def handler(event, context):
    claims.put_item(Item={"id": event["detail"]["id"]}, ConditionExpression="attribute_not_exists(id)")
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:1:t", Message=event["detail"]["id"])
"""
MAKING = """import uuid
from shop import rows


def handler(event, context):
    rows.put(str(uuid.uuid4()), event["detail"])
"""
ROWS = """import boto3

table = boto3.resource("dynamodb").Table("rows")


def put(key, row):
    table.put_item(Item={"id": key, "row": row})
"""
LIBRARY = """from ledgers import Ledger


def handler(event, context):
    Ledger().book(event["detail"]["id"])
"""
MORE: dict[str, tuple[dict[str, str], str]] = {
    "a module that is shared": ({"shop/stock.py": STOCK, "one.py": SHARING, "two.py": SHARING.replace('["sku"]', '["id"]')}, "one.py"),
    "a module behind a name": ({"shop/stock.py": STOCK, "one.py": CHOOSING}, "shop/stock.py"),
    "a class behind an interface": ({"notices/base.py": INTERFACE, "notices/mail.py": MAIL, "one.py": TELLING}, "notices/mail.py"),
    "records in one store": ({"one/app.py": KEPT, "two/app.py": KEPT.replace("sns.publish(", "sns.publish(Subject='x', ")}, "two/app.py"),
    "an identity that is stored elsewhere": ({"shop/rows.py": ROWS, "one/app.py": MAKING, "two/app.py": MAKING}, "two/app.py"),
    "a library that nobody can read": ({"one.py": LIBRARY, "two.py": LIBRARY}, "two.py"),
    "a file that no handler reaches": ({"tools.py": "def shout(word):\n    return word.upper()\n"}, "tools.py"),
    "a comment that says nothing": ({"one.py": IDLE + "\n\nX = 1  # lintdem: ignore[LDM999] so\n"}, "one.py"),
}
"""Files, and the one that is open."""


def made(root: Path, files: dict[str, str], idle: int = 12) -> Path:
    """A project of these files, beside so many handlers that have nothing to do with them."""
    (root / ".git").mkdir()
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        add(path, text)(root)
    for number in range(idle):
        add(f"idle/h{number}.py", IDLE)(root)
    return root


def said(report: Report, path: str) -> bytes:
    """What a report says of a file, but for what is found of fixes."""
    findings = [msgspec.structs.replace(one, remedies=()) for one in report.findings if one.path == path]
    return msgspec.json.encode((findings, [one for one in report.problems if one.place.path == path]))


def looked(root: Path, path: str) -> tuple[list[Seen], Seen]:
    """What a server that is just started tells of an open file before the whole, and the whole."""
    told: list[Seen] = []
    text = (root / path).read_text(encoding="utf-8")
    return told, Project(root).look({root / path: text}, Watched(), told.append)


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_hangs_on_other_handlers(name: str, changed: bool, tmp_path: Path) -> None:
    """What is found hangs on handlers or files that the open file has nothing of: they are taken in."""
    texts, path, old, new = ELSEWHERE[name]
    root = made(tmp_path, texts)
    if changed:
        put(path, old, new)(root)
    for file in sorted(one for one in texts if one.endswith(".py")):
        told, whole = looked(root, file)
        assert [said(one.report, file) for one in told] == [said(whole.report, file)]


@pytest.mark.parametrize("name", MORE)
def test_who_has_a_say(name: str, tmp_path: Path) -> None:
    """Every handler that may say something of the open file is among those that are run first."""
    files, path = MORE[name]
    told, whole = looked(made(tmp_path, files), path)
    assert [said(one.report, path) for one in told] == [said(whole.report, path)]


def test_most_handlers_have_a_say(tmp_path: Path) -> None:
    """Where most handlers come to the open file nothing is told before the whole is."""
    root = made(tmp_path, {"shop/stock.py": STOCK, "one.py": SHARING, "two.py": SHARING}, idle=1)
    told, whole = looked(root, "shop/stock.py")
    assert told == []
    assert [one.code for one in whole.report.findings if one.path == "shop/stock.py"]


def test_a_comment_of_no_use(tmp_path: Path) -> None:
    """Whether a comment silences nothing is known when everything could be checked, and not before."""
    root = made(tmp_path, {"one.py": IDLE.replace("detail'])", "detail'])  # lintdem: ignore[LDM101] so")})
    told, whole = looked(root, "one.py")
    assert told == []
    assert [one.code for one in whole.report.findings if one.path == "one.py"] == ["LDM903"]


def test_a_baseline(tmp_path: Path) -> None:
    """What a baseline knows is told of at no time."""
    root = made(tmp_path, {"one.py": SHARING, "shop/stock.py": STOCK, "lintdem.toml": 'baseline = "known.json"\n'})
    add("known.json", '{"version": 1, "findings": []}')(root)
    told, _ = looked(root, "one.py")
    assert told == []
