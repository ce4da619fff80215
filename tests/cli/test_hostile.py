"""A repository that means harm to the terminal of whoever checks it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lintdem.output import FORMATS
from lintdem.output.overview import FORMATS as MAPS
from tests.cli.conftest import Ran

ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""What acts on a terminal, turns the writing direction or does not show. A line feed is what the report itself is made of."""
EVIL = "\x1b[31m\x1b]8;;http://x\x07\x1b]52;c;aGk=\x07\x9b2J\u202e\u2066[red][/]:bug:"
NAMES = (
    b"line\nfeed.py",
    b"\x1b[31mred.py",
    b"\x1b]8;;http:x\x07link.py",
    b"\x1b]52;c;aGk=\x07copied.py",
    b"bad\xff\xfe.py",
    b"[red]x[/].py",
    "\u202eyp.evil\u2066.py".encode(),
    "\x9b2J\x85.py".encode(),
    b"::error::x%0A,.py",
    b"-v.py",
    b"</script><b>.py",
)
SOURCE = f'''import boto3

sns = boto3.client("sns")


def handler(event, context):
    sns.publish(TopicArn="{EVIL}", Message=event["{EVIL}"]) # {EVIL}
'''
BROKEN = f"def handler(:\n    '{EVIL}'\n"
TEMPLATE = """AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  "Fn\\e[31m\\u202e\\x9b[red]":
    Type: AWS::Serverless::Function
    Properties:
      Handler: "app.handler\\e]52;c;aGk=\\a"
      Runtime: python3.12
      Events:
        "Q\\e[2J":
          Type: SQS
          Properties: {Queue: "arn:aws:sqs:x:1:\\e[31m"}
  "Other\\e[31m":
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.12
      Events:
        E: {Type: EventBridgeRule, Properties: {Pattern: {source: ["\\e[31m"]}}}
"""
SETTINGS = 'extend-select = ["ALL"]\n[[handlers]]\npattern = "app.py:handler"\nsource = "sqs"\n'


@pytest.fixture
def evil(project: Path) -> Path:
    """The repository."""
    for name in NAMES:
        file = project / os.fsdecode(name)
        file.parent.mkdir(exist_ok=True)
        file.write_text(SOURCE, encoding="utf-8")
    (project / "app.py").write_text(SOURCE, encoding="utf-8")
    (project / "bro\x1b[31mken.py").write_text(BROKEN, encoding="utf-8")
    (project / "latin.py").write_bytes(b"x = '\xff\x1b[31m'\n")
    (project / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    (project / "te\x1b[31mm.yaml").write_text(f"Resources:\n  A: [{EVIL}\n", encoding="utf-8")
    (project / "lintdem.toml").write_text(SETTINGS, encoding="utf-8")
    return project


def harmless(ran: Ran) -> bool:
    """Whether nothing that was written acts; says where if not."""
    for text in (ran.out, ran.err):
        found = ACTING.search(text)
        assert not found, repr(text[max(found.start() - 60, 0) : found.end() + 20])
    return True


@pytest.mark.parametrize("format_name", FORMATS)
def test_no_format_of_the_report_lets_it_through(format_name: str, evil: Path, lintdem: Callable[..., Ran]) -> None:
    """Names, source, settings and templates are written out, in every format; every file is told of."""
    ran = lintdem("check", "--format", format_name, "--verbose")
    assert ran.code == 2
    assert harmless(ran)
    assert "LDM101" in ran.out
    assert not any(line.strip().startswith(("::error::x", "##[")) for line in ran.out.splitlines())


@pytest.mark.parametrize("format_name", MAPS)
def test_no_format_of_the_map_lets_it_through(format_name: str, evil: Path, lintdem: Callable[..., Ran]) -> None:
    """The same for what `handlers` shows; page and chart have no element that a name has brought."""
    ran = lintdem("handlers", "--format", format_name)
    assert harmless(ran)
    assert "sqs" in ran.out
    assert format_name in ("text", "json") or "</script><b>" not in ran.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--show-files"),
        ("check", "--show-settings"),
        ("check", "--statistics"),
        ("check", "--timing", "-q"),
        ("check", "--color", "never", "bro\x1b[31mken.py"),
        ("check", "not there\x1b[31m"),
        ("check", "--format", "\x1b[31m"),
        ("check", "--select", "\x1b[31m"),
        ("\x1b[31m",),
        ("explain", "\x1b[31m"),
        ("baseline",),
        ("config",),
    ],
)
def test_no_command_lets_it_through(arguments: tuple[str, ...], evil: Path, lintdem: Callable[..., Ran]) -> None:
    """Lists of files, settings and complaints are as harmless as reports."""
    assert harmless(lintdem(*arguments))


@pytest.mark.parametrize(
    "settings",
    [
        'levels = {"\\u001b[31m" = "error"}',
        '"\\u001b[31m" = 1',
        'select = ["\\u009b2J"]',
        'templates = ["\\u202e.yaml"]\nsource-roots = ["\\u001b]52;c;aGk=\\u0007"]',
        'plugins = ["\\u001b[31m"]',
        "x = '\x1b[31m",
        '[[handlers]]\npattern = "\\u001b[31m"\nsource = "\\u001b[31m"',
        'extend = "\\u001b[31m.toml"',
    ],
)
def test_wrong_settings_are_told_harmlessly(settings: str, evil: Path, lintdem: Callable[..., Ran]) -> None:
    """What is wrong in a configuration file is quoted, with what acts written out."""
    (evil / "lintdem.toml").write_text(settings + "\n", encoding="utf-8")
    assert harmless(lintdem("check", "--format", "concise"))


LATE = f"""from datetime import datetime, timezone


def handler(event, context):
    sent = datetime.fromisoformat(event["time"])  # {EVIL}
    if (datetime.now(timezone.utc) - sent).seconds > 300:  # {EVIL}
        return None
    return event
"""


def test_a_patch_is_written_out_on_a_terminal_only(project: Path) -> None:
    """Into a pipe go the bytes of the file, so that the patch applies; a terminal is shown what they are."""
    (project / "app.py").write_text(LATE, encoding="utf-8")
    command = [sys.executable, "-m", "lintdem", "check", "--diff", "--no-cache"]
    piped = subprocess.run(command, cwd=project, capture_output=True, check=False).stdout.decode()
    ours, theirs = pty.openpty()
    subprocess.run(command, cwd=project, stdout=theirs, stderr=subprocess.DEVNULL, check=False)
    os.write(theirs, b"END")
    os.close(theirs)
    shown = ""
    while "END" not in shown:
        shown += os.read(ours, 65536).decode()
    os.close(ours)
    assert "+    if (datetime.now(timezone.utc) - sent).total_seconds() > 300:  # " + EVIL in piped
    assert "+    if (datetime.now(timezone.utc) - sent).total_seconds() > 300:  # \\x1b[31m" in shown
    assert not ACTING.search(shown.replace("\r\n", "\n"))
