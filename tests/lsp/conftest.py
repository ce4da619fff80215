"""Fixtures: a shop on disk, and editors that are closed behind each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lsp.editor import Editor

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      Events:
        Placed:
          Type: EventBridgeRule
          Properties:
            Pattern: {detail-type: [placed]}
"""
APP = """\
import hashlib

import stripe

from shared import stock


def handler(event, context):
    order = event["detail"]
    skus = {line["sku"] for line in order["lines"]}
    key = hashlib.sha256(",".join(skus).encode()).hexdigest()
    stripe.PaymentIntent.create(amount=1, currency="eur", idempotency_key=key)
    stock.take(order["order_id"])
"""
STOCK = """\
import boto3

table = boto3.resource("dynamodb").Table("stock")


def take(sku):
    table.update_item(Key={"sku": sku}, UpdateExpression="ADD taken :one", ExpressionAttributeValues={":one": 1})
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    """A project on the disk."""
    (folder / ".git").mkdir(parents=True)
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A handler whose key is another in each process (LDM207, with a safe fix), and which counts stock in a module of its own
    (LDM104, without one)."""
    files = {"template.yaml": TEMPLATE, "app.py": APP, "shared/__init__.py": "", "shared/stock.py": STOCK}
    return write(tmp_path.resolve() / "shop", files)


@pytest.fixture
def started() -> Iterator[Callable[[Editor], Editor]]:
    """Starts editors, whose servers have to leave in peace at the end."""
    running: list[Editor] = []

    def start(editor: Editor) -> Editor:
        running.append(editor)
        editor.start()
        return editor

    yield start
    assert [editor.stop() for editor in running] == [0] * len(running)


@pytest.fixture(scope="module")
def desk() -> Iterator[Editor]:
    """An editor that counts columns as lintdem does and has no folder yet; one for all tests of a module, since a server that
    is warm answers at once."""
    editor = Editor([], encodings=["utf-32"])
    editor.start()
    yield editor
    assert editor.stop() == 0


@pytest.fixture
def editor(desk: Editor, shop: Path) -> Iterator[Editor]:
    """That editor with the shop as its folder."""
    desk.publishes.clear()
    desk.client.messages.clear()
    desk.join(shop)
    yield desk
    desk.leave(shop)
