"""Files that no handler reaches are not read closely, and still nothing is missed in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

HANDLER = """\
import boto3

def lambda_handler(event, context):
    boto3.client("sns").publish(TopicArn="arn", Message=event["text"])
"""
TOOL = "def main(arguments):\n    print(arguments)\n"


@pytest.fixture
def workspace(project: Path) -> Path:
    """A handler, and a tool that it does not use."""
    (project / "app.py").write_text(HANDLER, encoding="utf-8")
    (project / "tool.py").write_text(TOOL, encoding="utf-8")
    return project


def test_how_many_is_told_to_who_asks(workspace: Path, lintdem: Callable[..., Ran]) -> None:
    """With --verbose, on standard error; files that were not read closely count as files."""
    quiet, told = lintdem("check", "--no-cache"), lintdem("check", "--no-cache", "--verbose")
    assert "1 of 2 Python files were not read closely: no handler reaches them" in told.err
    assert "read closely" not in quiet.err
    assert "in 2 files" in quiet.out


def test_a_broken_one_is_told(workspace: Path, lintdem: Callable[..., Ran]) -> None:
    """With the cache as well as without."""
    (workspace / "tool.py").write_text(TOOL + "def (:\n", encoding="utf-8")
    for _ in range(2):
        ran = lintdem("check", "--format", "concise")
        assert ran.code == 2
        assert "tool.py:3:5: LDM901" in ran.out


def test_one_that_breaks_after_it_was_found_sound(workspace: Path, lintdem: Callable[..., Ran]) -> None:
    """What the cache knows is about the bytes."""
    assert lintdem("check").code == 1
    (workspace / "tool.py").write_text("def (:\n", encoding="utf-8")
    assert lintdem("check").code == 2
    (workspace / "tool.py").write_text(TOOL, encoding="utf-8")
    assert lintdem("check").code == 1


def test_its_suppressions_are_judged(workspace: Path, lintdem: Callable[..., Ran]) -> None:
    """A comment that silences nothing is told wherever it stands."""
    (workspace / "tool.py").write_text("x = 1  # lintdem: ignore[LDM101] why\n", encoding="utf-8")
    assert "tool.py:1:8: LDM903" in lintdem("check", "--format", "concise").out


def test_an_implementation_that_nothing_imports_is_found(workspace: Path, lintdem: Callable[..., Ran]) -> None:
    """A caller that has only the interface may have been given any class that keeps to it."""
    (workspace / "app.py").write_text(
        "import plugins\nfrom base import Sender\n\ndef notify(sender: Sender, text):\n    sender.send(text)\n\n"
        "def lambda_handler(event, context):\n    notify(plugins.chosen(), event['text'])\n",
        encoding="utf-8",
    )
    (workspace / "base.py").write_text(
        "from abc import ABC, abstractmethod\n\nclass Sender(ABC):\n    @abstractmethod\n    def send(self, text): ...\n",
        encoding="utf-8",
    )
    (workspace / "plugins.py").write_text("import pluggy\n\ndef chosen():\n    return pluggy.load()\n", encoding="utf-8")
    (workspace / "mail.py").write_text(
        "import boto3\nfrom base import Sender\n\nclass Mail(Sender):\n    def send(self, text):\n"
        "        boto3.client('sns').publish(TopicArn='arn', Message=text)\n",
        encoding="utf-8",
    )
    assert "mail.py:6:9: LDM101" in lintdem("check", "--format", "concise").out
