"""What a run ends with: 0 for nothing, 1 for findings, 2 for wrong use and for what was not checked, whatever else is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lintdem.cli import commands
from tests.cli.conftest import Ran

FAULTY = """import boto3


def handler(event, context):
    boto3.client("sns").publish(TopicArn="arn", Message=event["detail"]["text"])
"""
CLEAN = "def handler(event, context):\n    return event\n"
UNUSED = "def handler(event, context):\n    return event  # lintdem: ignore[LDM101] nothing\n"
BROKEN = "def handler(:\n"
MENDABLE = """from datetime import datetime, timezone


def handler(event, context):
    sent = datetime.fromisoformat(event["time"])
    if (datetime.now(timezone.utc) - sent).seconds > 300:
        return None
    return event
"""
NAMED = {"faulty": FAULTY, "clean": CLEAN, "unused": UNUSED, "broken": BROKEN, "mendable": MENDABLE}
ROWS = [
    ("clean", "check", 0),
    ("", "check", 0),
    ("faulty", "check", 1),
    ("unused", "check", 1),
    ("unused", "check --fail-on error", 0),
    ("unused", "check --fail-on note", 1),
    ("faulty", "check --fail-on error", 1),
    ("faulty", "check --exit-zero", 0),
    ("faulty", "check -e --format json", 0),
    ("faulty", "check --ignore LDM101", 0),
    ("faulty", "check --select LDM3", 0),
    ("faulty", "check --statistics", 1),
    ("faulty", "check --quiet", 1),
    ("faulty clean", "check clean.py", 0),
    ("faulty clean", "check faulty.py", 1),
    ("faulty clean", "check --only clean.py", 0),
    ("broken", "check", 2),
    ("broken", "check --exit-zero", 2),
    ("broken", "check --fail-on error --select LDM3", 2),
    ("broken faulty", "check", 2),
    ("broken clean", "check --only clean.py", 2),
    ("mendable", "check --diff", 1),
    ("clean", "check --diff", 0),
    ("mendable", "check --fix", 0),
    ("mendable faulty", "check --fix --select LDM402,LDM101", 1),
    ("mendable faulty", "check --fix-only", 0),
    ("mendable broken", "check --fix", 2),
    ("faulty", "check gone.py", 2),
    ("faulty", "check --select LDM999", 2),
    ("faulty", "check --no-such-flag", 2),
    ("faulty", "check --format yaml", 2),
    ("faulty", "check --jobs 0", 2),
    ("faulty", "check --config gone.toml", 2),
    ("faulty", "check --baseline gone.json", 2),
    ("faulty", "check --changed-since HEAD", 2),
    ("faulty", "check --diff --add-ignore why", 2),
    ("faulty", "check --output gone/report.json", 2),
    ("faulty", "check --show-files", 0),
    ("faulty", "check --show-settings", 0),
    ("faulty", "baseline", 0),
    ("broken", "baseline", 2),
    ("faulty", "handlers", 0),
    ("broken", "handlers", 2),
    ("faulty", "handlers --format yaml", 2),
    ("faulty", "rules", 0),
    ("faulty", "explain LDM101", 0),
    ("faulty", "explain LDM999", 2),
    ("faulty", "config", 0),
    ("faulty", "cache clean", 0),
    ("faulty", "init --dry-run", 0),
    ("faulty", "no-such-command", 2),
    ("faulty", "faulty.py", 2),
    ("faulty", "--version", 0),
    ("faulty", "--help", 0),
]


@pytest.mark.parametrize(("files", "command", "code"), ROWS, ids=[f"{files or 'nothing'}: {command}" for files, command, _ in ROWS])
def test_a_run_ends_with(files: str, command: str, code: int, project: Path, lintdem: Callable[..., Ran]) -> None:
    """A row of the contract; no row ends with a traceback."""
    for name in files.split():
        (project / f"{name}.py").write_text(NAMED[name], encoding="utf-8")
    ran = lintdem(*command.split())
    assert ran.code == code, (ran.out, ran.err)
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("settings", ["selct = []", 'select = ["LDM999"]', "fail-on = 1", 'extend = "gone.toml"', "x = [", "[lintdem"])
def test_wrong_settings_end_every_command_with_2(settings: str, project: Path, lintdem: Callable[..., Ran]) -> None:
    """Nothing is reported under settings that nobody meant."""
    (project / "app.py").write_text(FAULTY, encoding="utf-8")
    (project / "lintdem.toml").write_text(settings + "\n", encoding="utf-8")
    for command in ("check", "check --exit-zero", "handlers", "baseline"):
        ran = lintdem(*command.split())
        assert (ran.code, ran.out) == (2, ""), command
        assert "lintdem.toml" in ran.err and "Traceback" not in ran.err


def test_every_flag_of_every_command_is_explained(lintdem: Callable[..., Ran]) -> None:
    """`--help` names each option and argument that a command takes, and says what each option does."""
    context = commands.make_context("lintdem", ["--version-of-nothing"], resilient_parsing=True)
    for name in commands.list_commands(context):
        command = commands.get_command(context, name)
        assert command is not None
        for inner in [command, *getattr(command, "commands", {}).values()]:
            words = [name] if inner is command else [name, str(inner.name)]
            ran = lintdem(*words, "--help")
            assert ran.code == 0
            for parameter in inner.params:
                if parameter.param_type_name == "option":
                    assert getattr(parameter, "help", None) and not getattr(parameter, "hidden", False), (words, parameter.name)
                    assert all(flag in ran.out for flag in (*parameter.opts, *parameter.secondary_opts)), (words, parameter.opts)
                else:
                    assert str(parameter.make_metavar(context)).strip("[]. ") in ran.out, (words, parameter.name)


def test_what_is_listed_is_what_is_checked(project: Path, lintdem: Callable[..., Ran]) -> None:
    """`--show-files` names the files of the run, and `--show-settings` what it goes by: each with a fault in it is found, no other."""
    for name in ("a", "sub/b", "sub/left_out", "old/c", "venv/d"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / f"{name}.py").write_text(FAULTY, encoding="utf-8")
    (project / ".gitignore").write_text("left_out.py\n", encoding="utf-8")
    (project / "lintdem.toml").write_text('extend-exclude = ["old"]\nlevels = {LDM101 = "note"}\n', encoding="utf-8")
    for more in ((), ("sub",), ("sub/b.py",), ("--only", "a.py")):
        listed = lintdem("check", "--show-files", *more).out.split()
        findings = json.loads(lintdem("check", "--format", "json", "--select", "LDM101", *more).out)["findings"]
        assert {finding["path"] for finding in findings} == {file for file in listed if file in reported(more)}
        assert {finding["level"] for finding in findings} == {"note"}
    assert 'levels = {"LDM101": "note"}  # lintdem.toml:2' in lintdem("check", "--show-settings").out


def reported(arguments: tuple[str, ...]) -> set[str]:
    """The files that a run with these arguments is about."""
    return {"a.py"} if "--only" in arguments else {"sub/b.py"} if arguments else {"a.py", "sub/b.py"}
