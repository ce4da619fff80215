"""`lintdem init`: what a project needs, written once, and nothing that is there changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from lintdem.config import KEYS, parse
from lintdem.output import FORMATS
from lintdem.rule import load_rules
from lintdem.session import BUILTIN_PACK
from lintdem.triage import Known, validate

Run = Callable[..., Any]
FAULT = 'import boto3\n\nsns = boto3.client("sns")\n\n\ndef handler(event, context):\n    sns.publish(TopicArn="chat", Message=event["x"])\n'


def state(project: Path) -> dict[str, bytes]:
    """Every file of the project."""
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in project.rglob("*") if path.is_file()}


def test_a_fresh_project(project: Path, lintdem: Run) -> None:
    """Configuration and hook are written and said; the check accepts them; a second time all is kept."""
    (project / ".github").mkdir()
    result = lintdem("init")
    assert (result.code, result.err) == (0, "")
    assert result.out == "Wrote lintdem.toml.\nWrote .pre-commit-config.yaml.\nWrote .github/workflows/lintdem.yml.\n"
    before = state(project)
    assert set(before) >= {"lintdem.toml", ".pre-commit-config.yaml", ".github/workflows/lintdem.yml"}
    assert lintdem("config").code == 0
    again = lintdem("init").out
    assert "Kept: the settings stand in lintdem.toml." in again
    assert "Wrote" not in again
    assert state(project) == before


def test_every_example_of_the_configuration_is_right(project: Path, lintdem: Run) -> None:
    """Taken out of its comment each line is a setting that is read, with rules and sources that exist."""
    lintdem("init")
    text = (project / "lintdem.toml").read_text(encoding="utf-8")
    assert parse(text, project).origins == {}
    shown = "\n".join(line[2:] for line in text.splitlines() if re.match(r"# (\[\[|[a-z.-]+ = )", line))
    settings = parse(shown, project)
    validate(settings, Known(load_rules((BUILTIN_PACK,))).names)
    assert {"levels", "layers", "sources", "handlers", "effects"} <= set(settings.origins) <= set(KEYS)


def test_what_is_there_is_kept_and_told_what_to_add(project: Path, lintdem: Run) -> None:
    """Files of the project stay byte for byte; the part that is missing in them is printed as valid YAML."""
    (project / "pyproject.toml").write_text('[tool.lintdem]\nfail-on = "error"\n', encoding="utf-8")
    (project / ".pre-commit-config.yaml").write_text("repos: []\n", encoding="utf-8")
    (project / ".gitlab-ci.yml").write_text("test:\n  script: make\n", encoding="utf-8")
    before = state(project)
    out = lintdem("init").out
    assert state(project) == before
    assert "Kept: the settings stand in pyproject.toml." in out
    hook, job = (part.split("\n\n")[1] for part in out.split("Add to it:")[1:])
    assert yaml.safe_load(f"repos:\n{hook}")["repos"][0]["hooks"] == [{"id": "lintdem"}]
    assert set(yaml.safe_load(job)) == {"lintdem"}


@pytest.mark.parametrize(("name", "file"), [("github", ".github/workflows/lintdem.yml"), ("gitlab", ".gitlab-ci.yml")])
def test_a_job_calls_what_exists(name: str, file: str, project: Path, lintdem: Run) -> None:
    """The job is YAML, and its command has a format that is there."""
    lintdem("init", "--ci", name)
    text = (project / file).read_text(encoding="utf-8")
    assert yaml.safe_load(text)
    assert name in FORMATS
    assert re.search(rf"lintdem check --(format|output) {name}", text)


def test_a_jenkins_stage_runs_what_exists(project: Path, lintdem: Run) -> None:
    """The pipeline has balanced braces, its check is a command that works, and the report it hands over is written also when
    something is found; where there is a Jenkinsfile the stage is printed."""
    (project / "app.py").write_text(FAULT, encoding="utf-8")
    assert "Wrote Jenkinsfile." in lintdem("init", "--ci", "jenkins").out
    text = (project / "Jenkinsfile").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}") == 6
    (command,) = re.findall(r"lintdem (check [^']+)'", text)
    (report,) = re.findall(r"post \{ always \{ junit '(.+)' \} \}", text)
    assert lintdem(*command.split()).code == 1
    assert "LDM101" in (project / report).read_text(encoding="utf-8")
    (project / "Jenkinsfile").write_text("pipeline {}\n", encoding="utf-8")
    (stage,) = lintdem("init").out.split("Kept Jenkinsfile. Add to it:")[1:]
    assert stage.strip() in text


def test_dry_run_writes_nothing(project: Path, lintdem: Run) -> None:
    """What would be written is shown whole."""
    (project / "app.py").write_text(FAULT, encoding="utf-8")
    before = state(project)
    out = lintdem("init", "--dry-run", "--baseline").out
    assert state(project) == before
    assert "Would write lintdem.toml:" in out
    assert "Would write .lintdem-baseline.json: 1 finding." in out
    assert "- id: lintdem" in out


def test_with_a_baseline(project: Path, lintdem: Run) -> None:
    """An old project starts clean; a baseline that is there is kept."""
    (project / "app.py").write_text(FAULT, encoding="utf-8")
    assert lintdem("check").code == 1
    assert "Wrote .lintdem-baseline.json: 1 finding." in lintdem("init", "--baseline").out
    assert lintdem("check").code == 0
    before = state(project)
    assert "Kept .lintdem-baseline.json." in lintdem("init", "--baseline").out
    assert state(project) == before
