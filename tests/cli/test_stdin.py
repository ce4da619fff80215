"""`--stdin-filename`: what an editor has is checked as a file of its project."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

APP = "from chat import say\n\n\ndef handler(event, context):\n    say(event['detail'])\n"
CHAT = 'import boto3\n\nsns = boto3.client("sns")\n\n\ndef say(text):\n    sns.publish(TopicArn="chat", Message=text)\n'


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, lintdem: Run) -> Callable[..., Any]:
    """Check with a text on standard input."""

    def check(text: str | bytes, *arguments: str) -> Any:
        data = text.encode() if isinstance(text, str) else text
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        return lintdem("check", "--no-cache", "--format", "json", *arguments)

    return check


def test_the_unsaved_text_counts(project: Path, typed: Run) -> None:
    """The buffer stands for the file, the rest of the project comes from the disk, and the report is about the buffer."""
    (project / "app.py").write_text(APP, encoding="utf-8")
    (project / "chat.py").write_text("def say(text):\n    return text\n", encoding="utf-8")
    result = typed(CHAT, "--stdin-filename", "chat.py")
    assert (result.code, result.codes, result.paths) == (1, ["LDM101"], ["chat.py"])
    assert (project / "chat.py").read_text(encoding="utf-8") == "def say(text):\n    return text\n"
    (project / "chat.py").write_text(CHAT, encoding="utf-8")
    assert typed("def say(text):\n    return text\n", "--stdin-filename", "chat.py", "-").codes == []


def test_a_file_that_is_not_saved_yet(project: Path, typed: Run) -> None:
    """A new file, also in a new folder, is part of the project."""
    (project / "app.py").write_text(APP.replace("from chat", "from texts.chat"), encoding="utf-8")
    result = typed(CHAT, "--stdin-filename", str(project / "texts/chat.py"))
    assert (result.code, result.paths) == (1, ["texts/chat.py"])
    assert json.loads(result.out)["findings"][0]["handler"] == "app.py:handler"


def test_a_template(project: Path, typed: Run) -> None:
    """Templates are edited, too: the trigger is that of the buffer."""
    (project / "app.py").write_text(APP + CHAT.replace("import boto3\n", "import boto3\n"), encoding="utf-8")
    text = "Resources:\n  W:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.gone\n      CodeUri: .\n      Runtime: python3.12\n"
    assert typed(text, "--stdin-filename", "template.yaml").paths == ["template.yaml"]


def test_text_that_does_not_parse(project: Path, typed: Run) -> None:
    """A half-written file is a problem of that file and exit code 2."""
    result = typed("def handler(", "--stdin-filename", "app.py")
    assert result.code == 2
    assert [problem["path"] for problem in json.loads(result.out)["problems"]] == ["app.py"]


def test_excluded_files_stay_excluded(project: Path, typed: Run) -> None:
    """An editor that checks everything it saves gets nothing about what the project leaves out."""
    (project / "lintdem.toml").write_text('extend-exclude = ["vendored/"]\n', encoding="utf-8")
    result = typed(CHAT + APP, "--stdin-filename", "vendored/chat.py")
    assert (result.code, result.codes) == (0, [])


def test_settings_of_single_files_count(project: Path, typed: Run) -> None:
    """What the settings say of one path holds for the buffer of that name, and for no other."""
    (project / "lintdem.toml").write_text('[per-file-ignores]\n"old/*" = ["LDM101"]\n', encoding="utf-8")
    text = CHAT + "\n\ndef handler(event, context):\n    say(event['detail'])\n"
    assert typed(text, "--stdin-filename", "old/chat.py").codes == []
    assert typed(text, "--stdin-filename", "new/chat.py").codes == ["LDM101"]


@pytest.mark.parametrize("flags", [["."], ["--fix"], ["--diff"], ["--add-ignore", "x"]])
def test_nothing_is_written_and_no_other_path_taken(flags: list[str], project: Path, typed: Run) -> None:
    """There is no file to change, and only one to check."""
    (project / "chat.py").write_text(CHAT, encoding="utf-8")
    result = typed(CHAT, "--stdin-filename", "chat.py", *flags)
    assert (result.code, result.out) == (2, "")
    assert "--stdin-filename" in result.err
