"""The GitHub action does what its page says, with the shell and the tool for real."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
FAULTY = """import boto3

sns = boto3.client("sns")


def handler(event, context):
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:chat", Message=event["detail"]["text"])
"""


class Step(NamedTuple):
    """What a step left behind."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str
    temp: Path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checked out repository, with a runner that has lintdem installed where the action puts it."""
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    tool = tmp_path / "temp" / "lintdem" / "bin" / "lintdem"
    tool.parent.mkdir(parents=True)
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} -m lintdem "$@" --no-cache\n', encoding="utf-8")
    tool.chmod(0o755)
    return tmp_path / "repo"


def check(checkout: Path, paths: str = ".", arguments: str = "") -> Step:
    """Run the check of the action the way GitHub runs it: bash with -e and pipefail."""
    (script,) = [step["run"] for step in ACTION["runs"]["steps"] if step.get("id") == "check"]
    temp, outputs, summary = checkout.parent / "temp", checkout.parent / "outputs", checkout.parent / "summary"
    environ = {
        **os.environ, "RUNNER_TEMP": str(temp), "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary),
        "PATHS": paths, "ARGUMENTS": arguments,
    }  # fmt: skip
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = subprocess.run(bash, cwd=checkout, env=environ, capture_output=True, text=True, check=False)
    rows = dict(line.split("=", 1) for line in outputs.read_text(encoding="utf-8").splitlines())
    return Step(done.returncode, done.stdout + done.stderr, rows, summary.read_text(encoding="utf-8"), temp)


def test_findings_are_annotations_alerts_and_a_summary(checkout: Path) -> None:
    """The step itself passes; its outputs say what was found, for the upload and for the last step."""
    (checkout / "app.py").write_text(FAULTY, encoding="utf-8")
    step = check(checkout)
    assert (step.code, step.outputs) == (0, {"exit-code": "1", "sarif": "true"})
    assert "::error file=app.py,line=7," in step.log
    assert json.loads((step.temp / "lintdem.sarif").read_text(encoding="utf-8"))["runs"][0]["results"][0]["ruleId"] == "LDM101"
    assert step.summary.startswith("### lintdem: Found 1 ")
    assert "| app.py:7 |" in step.summary


def test_what_could_not_run_uploads_nothing_and_says_so(checkout: Path) -> None:
    """Wrong arguments: no file of an earlier step is uploaded, the summary points to the log."""
    (checkout / "app.py").write_text(FAULTY, encoding="utf-8")
    check(checkout)
    for name in ("outputs", "summary"):
        (checkout.parent / name).unlink()
    step = check(checkout, arguments="--select NOTHING")
    assert (step.code, step.outputs) == (0, {"exit-code": "2"})
    assert "NOTHING" in step.log
    assert step.summary == "### lintdem could not run: the log of this step says why\n"


def test_the_exit_code_is_that_of_the_check(checkout: Path) -> None:
    """The last step gives the code on; every input that a script reads is an input of the action."""
    (script,) = [step["run"] for step in ACTION["runs"]["steps"] if step.get("name") == "Result"]
    assert subprocess.run(["bash", "-ec", script], env={"CODE": "2"}, check=False).returncode == 2
    used = {value for step in ACTION["runs"]["steps"] for value in step.get("env", {}).values() if "inputs." in value}
    assert used == {f"${{{{ inputs.{name} }}}}" for name in ("version", "paths", "arguments")}
    assert {"version", "paths", "arguments", "upload-sarif", "python-version"} == set(ACTION["inputs"])
