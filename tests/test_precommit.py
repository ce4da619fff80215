"""The pre-commit hooks, with the real pre-commit in real git repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
DELIVERED = ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml", "lintdem", "rules")
FAULTY = """from chat import say


def handler(event, context):
    say(event["detail"]["text"])
"""
SAY = """import boto3

sns = boto3.client("sns")


def say(text):
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:chat", Message=text)
"""
GOOD = """def handler(event, context):
    return event["detail"]["text"]
"""


class Repository:
    """A git repository that knows nothing of the settings of the machine it is on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self._environ |= {
            f"GIT_{who}_{what}": "test@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        self._environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        self._environ["PRE_COMMIT_HOME"] = str(folder.parent / "pre-commit")
        folder.mkdir(exist_ok=True)
        self.run("git", "init", "--quiet")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command in the repository."""
        return subprocess.run(command, cwd=self.folder, env=self._environ, capture_output=True, text=True, check=False)

    def hook(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """pre-commit in the repository."""
        return self.run(sys.executable, "-m", "pre_commit", *arguments)

    def add(self, **files: str) -> None:
        """Stage Python files, given by their stem."""
        for name, text in files.items():
            (self.folder / f"{name}.py").write_text(text, encoding="utf-8")
        self.run("git", "add", "--all")

    def commit(self, *flags: str) -> subprocess.CompletedProcess[str]:
        """Commit what is staged."""
        return self.run("git", "commit", "--quiet", "--message", "change", *flags)


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """What a release holds, as the repository that hooks come from."""
    folder = tmp_path_factory.mktemp("hooks") / "lintdem"
    folder.mkdir()
    for name in DELIVERED:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
        else:
            shutil.copy(source, folder / name)
    repository = Repository(folder)
    repository.run("git", "add", "--all")
    repository.commit()
    return repository


@pytest.fixture
def project(hooks: Repository) -> Repository:
    """A fresh project that uses the three hooks; they share one environment, made for the first test."""
    number = sum(entry.name.startswith("project") for entry in hooks.folder.parent.iterdir())
    repository = Repository(hooks.folder.parent / f"project{number}")
    revision = hooks.run("git", "rev-parse", "HEAD").stdout.strip()
    (repository.folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {hooks.folder}\n  rev: {revision}\n  hooks:\n"
        "  - id: lintdem\n"
        "  - id: lintdem-changed\n    stages: [manual]\n"
        "  - id: lintdem-fix\n    stages: [manual]\n",
        encoding="utf-8",
    )
    installed = repository.hook("install")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return repository


def test_commit_gate(project: Repository) -> None:
    """A commit that brings an unguarded effect is refused with the finding; once it is gone the commit passes."""
    project.add(app=FAULTY, chat=SAY)
    refused = project.commit()
    assert refused.returncode == 1, refused.stdout + refused.stderr
    assert "chat.py:7:5" in refused.stdout + refused.stderr
    assert "LDM101" in refused.stdout + refused.stderr
    assert project.run("git", "rev-parse", "--verify", "HEAD").returncode != 0

    project.add(app=GOOD)
    passed = project.commit()
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert project.run("git", "status", "--porcelain").stdout == ""


def test_changed_files_filter_the_report_and_not_the_analysis(project: Repository) -> None:
    """An old fault elsewhere does not stop a change; a change that leads to an effect in another file is stopped."""
    project.add(app=FAULTY, chat=SAY, other=GOOD)
    project.commit("--no-verify")
    changed = ("run", "lintdem-changed", "--hook-stage", "manual", "--files")

    untouched = project.hook(*changed, "other.py", ".pre-commit-config.yaml")
    assert untouched.returncode == 0, untouched.stdout + untouched.stderr
    caller = project.hook(*changed, "app.py")
    assert caller.returncode == 1, caller.stdout + caller.stderr
    assert "chat.py:7:5" in caller.stdout


STALE = """from datetime import datetime, timezone

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    sent = datetime.fromisoformat(event["time"])
    if (datetime.now(timezone.utc) - sent).seconds < 300:
        s3.put_object(Bucket="readings", Key=event["detail"]["id"], Body=b"")
"""


def test_safe_fixes(project: Repository) -> None:
    """The fixing hook mends the file, fails because it did, and has nothing to do the next time."""
    project.add(app=STALE)
    fixes = ("run", "lintdem-fix", "--hook-stage", "manual", "--all-files")
    first = project.hook(*fixes)
    assert first.returncode == 1, first.stdout + first.stderr
    assert ").total_seconds() < 300" in (project.folder / "app.py").read_text(encoding="utf-8")
    project.run("git", "add", "--all")
    second = project.hook(*fixes)
    assert second.returncode == 0, second.stdout + second.stderr


def test_what_is_staged_counts(project: Repository) -> None:
    """A fault that is staged and already mended in the working tree stops the commit, and the mended file is kept."""
    project.add(app=FAULTY, chat=SAY)
    (project.folder / "app.py").write_text(GOOD, encoding="utf-8")
    refused = project.commit()
    assert refused.returncode == 1, refused.stdout + refused.stderr
    assert (project.folder / "app.py").read_text(encoding="utf-8") == GOOD


def test_merge_commit(project: Repository) -> None:
    """Two branches that are right alone are stopped where their conflict is resolved into a fault."""
    project.add(chat=SAY, app=GOOD)
    project.commit()
    main = project.run("git", "branch", "--show-current").stdout.strip()
    project.run("git", "checkout", "--quiet", "-b", "other")
    project.add(app=GOOD.replace("text", "words"))
    project.commit()
    project.run("git", "checkout", "--quiet", main)
    project.add(app=GOOD.replace("text", "title"))
    project.commit()
    assert project.run("git", "merge", "other").returncode == 1
    project.add(app=FAULTY)
    merged = project.commit()
    assert merged.returncode == 1, merged.stdout + merged.stderr
    assert "LDM101" in merged.stdout + merged.stderr


def test_two_functions_in_one_repository(project: Repository) -> None:
    """Handlers of two folders with modules of the same name are told apart."""
    for folder, text in (("orders", FAULTY), ("invoices", GOOD)):
        (project.folder / folder).mkdir()
        (project.folder / folder / "app.py").write_text(text, encoding="utf-8")
        (project.folder / folder / "chat.py").write_text(SAY, encoding="utf-8")
    project.run("git", "add", "--all")
    refused = project.commit()
    assert "orders/chat.py:7:5" in refused.stdout + refused.stderr
    assert "invoices/" not in refused.stdout + refused.stderr
