"""`lintdem check` as users call it: exit codes, streams, scope, settings."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lintdem.session import CheckRequest, Session, check_files
from lintdem.triage import is_whole

FAULTY = """import boto3

sns = boto3.client("sns")


def handler(event, context):
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:chat", Message=event["detail"]["text"])
"""
GOOD = """def handler(event, context):
    return event["detail"]["text"]
"""
BROKEN = "def handler(:\n"

Run = Callable[..., Any]
"""The command line; gives exit code, output, and what a JSON report holds."""


def write(folder: Path, **files: str) -> None:
    """Python files by their stem; two underscores stand for a folder."""
    for name, text in files.items():
        file = folder / (name.replace("__", "/") + ".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


class TestExitCodes:
    """0 clean, 1 findings, 2 not everything checked or wrong use; 2 wins."""

    def test_clean(self, project: Path, lintdem: Run) -> None:
        """Nothing found is 0."""
        write(project, app=GOOD)
        result = lintdem("check")
        assert (result.code, result.err) == (0, "")
        assert result.out.startswith("All clear: 1 file")

    def test_findings(self, project: Path, lintdem: Run) -> None:
        """A finding is 1, unless the user only wants to look."""
        write(project, app=FAULTY)
        assert lintdem("check").code == 1
        assert lintdem("check", "--exit-zero").code == 0
        assert lintdem("check", "--fail-on", "note").code == 1

    def test_unreadable_wins(self, project: Path, lintdem: Run) -> None:
        """A file that cannot be parsed is 2, and the findings elsewhere are still told."""
        write(project, app=FAULTY, broken=BROKEN)
        result = lintdem("check", "--format", "json", "--exit-zero")
        assert result.code == 2
        assert "LDM101" in result.codes
        (problem,) = json.loads(result.out)["problems"]
        assert (problem["code"], problem["path"], problem["line"]) == ("LDM901", "broken.py", 1)

    def test_level_from_which_a_run_fails(self, project: Path, lintdem: Run) -> None:
        """Findings below --fail-on are printed and do not fail; the configuration can say the same."""
        write(project, app="def handler(event, context):\n    return 1  # lintdem: ignore[LDM101] no reason\n")
        assert lintdem("check").code == 1
        result = lintdem("check", "--fail-on", "error")
        assert (result.code, "LDM903" in result.out) == (0, True)
        (project / "lintdem.toml").write_text('fail-on = "error"\n', encoding="utf-8")
        assert lintdem("check").code == 0
        assert lintdem("check", "--fail-on", "warning").code == 1

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["check", "nope.py"], "nope.py: no such file or folder"),
            (["check", "--select", "LDM999"], '--select: unknown rule "LDM999"'),
            (["check", "--select", "LDM3O1"], 'did you mean "LDM301"?'),
            (["check", "--select", "LDM31x"], 'did you mean "LDM310"?'),
            (["check", "--ignore", "unguarded-efect"], 'did you mean "unguarded-effect"?'),
            (["check", "--colour"], "--color"),
            (["check", "--format", "yaml"], "'text'"),
            (["check", "--config", "none.toml"], "no such configuration file"),
            (["check", "--output", "none/report.txt"], "--output: none/report.txt"),
            (["app.py"], 'did you mean "lintdem check app.py"?'),
            (["chek"], 'did you mean "lintdem check"?'),
            (["explain", "unguarded-efect"], 'did you mean "unguarded-effect"?'),
        ],
    )
    def test_wrong_use(self, arguments: list[str], told: str, project: Path, lintdem: Run) -> None:
        """Wrong use is 2, says what was probably meant, and is no traceback."""
        write(project, app=FAULTY)
        result = lintdem(*arguments)
        assert result.code == 2
        assert told in result.err
        assert "Traceback" not in result.err

    def test_unknown_key(self, project: Path, lintdem: Run) -> None:
        """A key that nothing reads is wrong use, with its line."""
        (project / "pyproject.toml").write_text("[tool.lintdem]\nselct = []\n", encoding="utf-8")
        result = lintdem("check")
        assert result.code == 2
        assert 'pyproject.toml:2: unknown key "selct"; did you mean "select"?' in result.err

    def test_nothing_to_check_is_told(self, project: Path, lintdem: Run) -> None:
        """A folder without Python is clean, with a warning on standard error."""
        result = lintdem("check")
        assert (result.code, result.err) == (0, "warning: no Python files found\n")

    def test_a_fault_of_lintdem_is_never_a_finding(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, lintdem: Run
    ) -> None:
        """Even what nobody foresaw ends with 2."""

        def fail(self: Session) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(Session, "check", fail)
        result = lintdem("check")
        assert (result.code, result.out) == (2, "")
        assert "this is a fault of lintdem" in result.err


class TestScope:
    """What is analysed and what is reported."""

    HELPER = """import boto3

sns = boto3.client("sns")


def say(text):
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:chat", Message=text)
"""
    CALLER = """from chat import say


def handler(event, context):
    say(event["detail"]["text"])
"""

    def test_a_file_is_checked_with_its_project(self, project: Path, lintdem: Run) -> None:
        """Naming the handler reports the effect it reaches in another file."""
        write(project, app=self.CALLER, chat=self.HELPER, other=FAULTY)
        result = lintdem("check", "app.py", "--format", "json", "--select", "LDM101")
        assert (result.code, result.paths) == (1, ["chat.py"])

    @pytest.mark.parametrize(
        "arguments",
        [
            (".", "--only", "app.py"),
            ("--only", "app.py", "."),
            (".", "--only", "app.py", "good.py"),
            (".", "--only", "good.py", "--only", "app.py"),
        ],
    )
    def test_only_narrows_the_report(self, arguments: tuple[str, ...], project: Path, lintdem: Run) -> None:
        """--only takes one or many files and leaves the analysis whole."""
        write(project, app=self.CALLER, chat=self.HELPER, other=FAULTY, good="x = 1\n")
        result = lintdem("check", *arguments, "--format", "json", "--select", "LDM101")
        assert (result.code, result.paths) == (1, ["chat.py"])

    def test_paths_count_from_the_working_directory(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, lintdem: Run
    ) -> None:
        """From a subfolder the report names files the way the shell does."""
        write(project, src__app=FAULTY)
        monkeypatch.chdir(project / "src")
        assert lintdem("check", "--format", "json", "--select", "LDM101").paths == ["app.py"]
        assert lintdem("check", "..", "--format", "concise").out.startswith("app.py:7:5: LDM101 ")

    def test_show_files(self, project: Path, lintdem: Run) -> None:
        """The list is what a run reads."""
        write(project, app=FAULTY, tests__test_app=GOOD)
        (project / "template.yaml").write_text(
            "AWSTemplateFormatVersion: '2010-09-09'\nResources: {}\n", encoding="utf-8"
        )
        (project / "data.json").write_text("{}", encoding="utf-8")
        (project / "lintdem.toml").write_text('extend-exclude = ["tests"]\n', encoding="utf-8")
        assert lintdem("check", "--show-files").out.splitlines() == ["app.py", "template.yaml"]

    def test_odd_file_names(self, project: Path, lintdem: Run) -> None:
        """A line break or a byte that is no text in a name is checked and shown, not passed over."""
        for name in (b"new\nline.py", b"\xff.py", b"[red].py"):
            (project / os.fsdecode(name)).write_text(FAULTY, encoding="utf-8")
        result = lintdem("check", "--format", "concise", "--select", "LDM101", "--quiet")
        assert result.code == 1
        assert [line.split(":7:5: ")[0] for line in result.out.splitlines()] == [
            "[red].py",
            "new\\nline.py",
            "\\xff.py",
        ]

    def test_unreadable_file_is_a_problem(self, project: Path) -> None:
        """A file the system will not give is told, and the others are checked."""
        write(project, app=FAULTY, secret=GOOD)

        def read(path: Path) -> bytes:
            if path.name == "secret.py":
                raise PermissionError(13, "Permission denied")
            return path.read_bytes()

        report = Session(CheckRequest(cache=False), read=read).check()
        assert [(item.code, item.place.path, item.message) for item in report.problems] == [
            ("LDM901", "secret.py", "cannot be read: Permission denied")
        ]
        assert not is_whole(report)
        assert "app.py" in {finding.path for finding in report.findings}


class TestSettings:
    """Configuration and comments, end to end."""

    def test_selection(self, project: Path, lintdem: Run) -> None:
        """Command line and file select, by code, name, prefix and group."""
        write(project, app=FAULTY)
        for flags in (
            ["--select", "LDM3"],
            ["--ignore", "LDM101"],
            ["--ignore", "LDM1"],
            ["--select", "config,pedantic"],
        ):
            assert "LDM101" not in lintdem("check", "--format", "json", *flags).codes
        (project / "lintdem.toml").write_text('[per-file-ignores]\n"app.py" = ["unguarded-effect"]\n', encoding="utf-8")
        assert "LDM101" not in lintdem("check", "--format", "json").codes

    def test_levels(self, project: Path, lintdem: Run) -> None:
        """A level set in the file is the level reported."""
        write(project, app=FAULTY)
        (project / "lintdem.toml").write_text('levels = {LDM101 = "note"}\n', encoding="utf-8")
        result = lintdem("check", "--format", "json", "--select", "LDM101")
        assert (result.code, [item["level"] for item in json.loads(result.out)["findings"]]) == (0, ["note"])

    def test_suppression(self, project: Path, lintdem: Run) -> None:
        """A comment with a reason silences the line; the summary counts it."""
        write(project, app=FAULTY.rstrip() + "  # lintdem: ignore[LDM101] a chat message twice is harmless\n")
        result = lintdem("check", "--format", "json")
        assert (result.code, result.codes) == (0, [])
        assert json.loads(result.out)["summary"]["suppressed"] == 1

    def test_excluded_file_named_on_the_command_line(self, project: Path, lintdem: Run) -> None:
        """A hook that hands over an excluded file gets no finding, and a note."""
        write(project, tests__app=FAULTY)
        (project / "lintdem.toml").write_text('exclude = ["tests"]\n', encoding="utf-8")
        result = lintdem("check", "tests/app.py")
        assert (result.code, "note: tests/app.py: excluded" in result.err) == (0, True)


class TestStreams:
    """Standard output carries the report and nothing else."""

    def test_files_beside_the_report(self, project: Path, lintdem: Run) -> None:
        """FORMAT:FILE writes one more, FILE alone writes it instead."""
        write(project, app=FAULTY)
        result = lintdem("check", "--format", "concise", "--output", "json:out.json", "--select", "LDM101")
        assert result.out.startswith("app.py:7:5: LDM101 ")
        document = json.loads((project / "out.json").read_text(encoding="utf-8"))
        assert [item["code"] for item in document["findings"]] == ["LDM101"]
        assert lintdem("check", "--output", "report.txt", "--color", "never").out == ""
        assert "error[LDM101]" in (project / "report.txt").read_text(encoding="utf-8")

    def test_notes_and_times_go_to_standard_error(self, project: Path, lintdem: Run) -> None:
        """A machine format stays pure."""
        write(project, app=FAULTY)
        (project / "outside.py").symlink_to("/etc/hostname")
        result = lintdem("check", "--format", "json", "--timing", "--verbose")
        json.loads(result.out)
        assert "note: outside.py: left out: the link leads out of" in result.err
        assert [line.split("s  ")[1] for line in result.err.splitlines() if "s  " in line] == [
            "discover",
            "recall",
            "read",
            "templates",
            "lower",
            "link",
            "handlers",
            "rules",
            "triage",
        ]
        assert lintdem("check", "--format", "json", "--quiet").err == ""

    def test_statistics(self, project: Path, lintdem: Run) -> None:
        """Counts instead of findings."""
        write(project, a=FAULTY, b=FAULTY)
        assert "2  LDM101  unguarded-effect" in lintdem("check", "--statistics", "--select", "LDM101").out


class TestInMemory:
    """A workspace that is on no disk."""

    def test_files_and_settings(self) -> None:
        """The same findings as from the disk, under the same settings."""
        report = check_files({"src/app.py": FAULTY, "broken.py": BROKEN})
        assert ("src/app.py", "LDM101", 7) in {(item.path, item.code, item.span.line) for item in report.findings}
        assert [item.place.path for item in report.problems if item.code == "LDM901"] == ["broken.py"]
        assert report.sources["src/app.py"] == FAULTY
        assert check_files({"src/app.py": FAULTY}, 'ignore = ["ALL"]').findings == ()
