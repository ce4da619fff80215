"""`--changed-since`: the whole program is analysed, and what a change brought about is reported."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

APP = """from chat import say


def handler(event, context):
    for record in event["Records"]:
        say(record["body"])
"""
CHAT = """import boto3

sns = boto3.client("sns")


def say(text):
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:chat", Message=text)


def shout(text):
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:chat", Message=text.upper())
"""
QUIET = APP.replace("say(record", "str(record")


class Repository:
    """The working directory as a real git repository that knows nothing of the machine's settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self.environ |= {f"GIT_{who}_{what}": "t@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        self.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        self.git("init", "--quiet", "--initial-branch", "main")

    def git(self, *arguments: str) -> str:
        """A git command."""
        done = subprocess.run(["git", *arguments], cwd=self.folder, env=self.environ, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def write(self, **files: str) -> None:
        """Python files by their stem."""
        for name, text in files.items():
            (self.folder / f"{name}.py").write_text(text, encoding="utf-8")

    def commit(self, **files: str) -> None:
        """Python files, committed with all the rest."""
        self.write(**files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "x")


@pytest.fixture
def repository(project: Path) -> Repository:
    """A repository with a commit."""
    made = Repository(project)
    made.commit(app=APP, chat=CHAT)
    return made


def found(lintdem: Run, revision: str = "HEAD", *flags: str) -> list[str]:
    """Code and place of what is reported of effects."""
    result = lintdem("check", "--no-cache", "--format", "json", "--changed-since", revision, "--ignore", "LDM601", *flags)
    assert result.code in (0, 1), result.err
    return [f"{one['code']} {one['path']}:{one['line']}" for one in json.loads(result.out)["findings"] if one["level"] != "note"]


@pytest.fixture
def superproject(project: Path) -> Repository:
    """A repository with a commit whose folder `shared` is another repository."""
    made = Repository(project)
    (project / "shared").mkdir()
    Repository(project / "shared").commit(chat=CHAT)
    made.git("-c", "advice.addEmbeddedRepo=false", "add", "shared")
    made.commit(app=QUIET.replace("from chat", "from shared.chat"))
    return made


class TestSubmodules:
    """What belongs to another repository is as it is now: its changes are told where they are made."""

    def test_an_effect_in_it_that_is_reached_now(self, superproject: Repository, lintdem: Run) -> None:
        """The change is in this repository, the effect in the other."""
        assert found(lintdem) == []
        superproject.write(app=APP.replace("from chat", "from shared.chat"))
        assert found(lintdem) == ["LDM101 shared/chat.py:7"]

    def test_a_change_in_it(self, superproject: Repository, lintdem: Run) -> None:
        """What was there before is not new because the other repository has moved, with its new commit or without."""
        superproject.commit(app=APP.replace("from chat", "from shared.chat"))
        other = Repository(superproject.folder / "shared")
        other.write(chat=CHAT.replace("Message=text)", "Message=text, Subject='x')"))
        assert found(lintdem) == []
        other.commit()
        superproject.git("add", "shared")
        assert found(lintdem) == []


class TestWhatIsReported:
    """New findings, and those that lead through changed lines."""

    def test_nothing_changed(self, repository: Repository, lintdem: Run) -> None:
        """Old findings are no business of a change."""
        assert "LDM101" in lintdem("check", "--format", "json").codes
        assert found(lintdem) == []

    def test_on_a_changed_line(self, repository: Repository, lintdem: Run) -> None:
        """A finding whose line was edited is reported, staged, committed or not."""
        repository.write(chat=CHAT.replace("Message=text)", "Message=text, Subject='x')"))
        assert found(lintdem) == ["LDM101 chat.py:7"]
        repository.git("add", "--all")
        assert found(lintdem) == ["LDM101 chat.py:7"]
        repository.commit()
        assert found(lintdem) == []
        assert found(lintdem, "HEAD~1") == ["LDM101 chat.py:7"]

    def test_beside_a_changed_line(self, repository: Repository, lintdem: Run) -> None:
        """Lines that were added above move a finding and do not make it new."""
        repository.write(chat=CHAT.replace("sns = ", "# the chat\n\nsns = "))
        assert found(lintdem) == []

    def test_newly_reachable(self, repository: Repository, lintdem: Run) -> None:
        """An effect that was there before and that a handler reaches only now is new, in a file nobody touched."""
        repository.commit(app=QUIET)
        repository.write(app=APP)
        assert found(lintdem) == ["LDM101 chat.py:7"]

    def test_a_guard_that_was_taken_away(self, repository: Repository, lintdem: Run) -> None:
        """Lines that are gone mark no line; what they held back is not in the revision, so it is new."""
        repository.commit(chat=CHAT.replace("def say(text):\n", "# lintdem: guarded-by[the reader]\ndef say(text):\n"))
        assert "LDM101 chat.py:8" not in found(lintdem, "HEAD~1")
        repository.write(chat=CHAT)
        assert "LDM101 chat.py:7" in found(lintdem)

    def test_a_trigger_that_was_added(self, repository: Repository, lintdem: Run) -> None:
        """A template that makes a function redeliver makes its findings louder, which is new."""
        template = (
            "Resources:\n  W:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.handler\n      CodeUri: .\n"
            "      Runtime: python3.12\n      Events:\n        E:\n          Type: {}\n"
        )
        file = repository.folder / "template.yaml"
        file.write_text(template.format("Api\n          Properties:\n            Path: /\n            Method: post"), encoding="utf-8")
        app = APP.replace('event["Records"]', 'event.get("Records", [event])').replace('record["body"]', 'json.loads(record["body"])["text"]')
        repository.commit(app=f"import json\n\n{app}")
        file.write_text(template.format("SQS\n          Properties:\n            Queue: arn:aws:sqs:eu-west-1:1:q"), encoding="utf-8")
        assert "LDM101 chat.py:7" in found(lintdem)

    def test_way_through_a_changed_line(self, repository: Repository, lintdem: Run) -> None:
        """The call that leads to the effect was edited: the old effect is looked at again."""
        repository.write(app=APP.replace('say(record["body"])', 'say(str(record["body"]))'))
        assert "LDM101 chat.py:7" in found(lintdem)

    def test_one_more_of_the_same(self, repository: Repository, lintdem: Run) -> None:
        """A second alike call above the old one is the new one of the two."""
        line = '    sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:chat", Message="first")\n'
        repository.write(chat=CHAT.replace("def say(text):\n", f"def say(text):\n{line}"))
        assert [one for one in found(lintdem) if "LDM101" in one] == ["LDM101 chat.py:7"]

    def test_with_a_baseline(self, repository: Repository, lintdem: Run) -> None:
        """What is lived with is not reported although its line was edited."""
        repository.write(chat=CHAT.replace("Message=text)", "Message=text, Subject='x')"))
        lintdem("baseline", "--no-cache")
        assert found(lintdem) == []


class TestFiles:
    """Files that come and go."""

    def test_untracked(self, repository: Repository, lintdem: Run) -> None:
        """A new file is all change, whether or not git knows it."""
        repository.write(other=APP.replace("say", "shout"))
        assert "LDM101 chat.py:11" in found(lintdem)

    def test_renamed(self, repository: Repository, lintdem: Run) -> None:
        """A renamed file keeps its findings, an edited line in it is found."""
        (repository.folder / "chat.py").unlink()
        repository.write(app=APP, talk=CHAT)
        repository.write(app=APP.replace("chat", "talk"))
        assert found(lintdem) == []
        repository.write(talk=CHAT.replace("Message=text)", "Message=text, Subject='x')"))
        assert found(lintdem) == ["LDM101 talk.py:7"]

    def test_deleted(self, repository: Repository, lintdem: Run) -> None:
        """A file that is gone takes its findings along and is no error."""
        (repository.folder / "chat.py").unlink()
        repository.write(app=QUIET.replace("from chat import say\n", ""))
        assert found(lintdem) == []

    def test_line_ends_of_a_checkout(self, repository: Repository, lintdem: Run) -> None:
        """Windows line ends, which git makes on checkout, are no change."""
        (repository.folder / "chat.py").write_bytes(CHAT.replace("\n", "\r\n").encode())
        assert found(lintdem) == []

    def test_names_beyond_ascii(self, repository: Repository, lintdem: Run) -> None:
        """Files with spaces and letters of any script are compared like all others."""
        repository.commit(**{"größe zwei": APP.replace("say", "shout")})
        assert found(lintdem) == []

    def test_a_workspace_below_the_repository(
        self, repository: Repository, lintdem: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Paths count from the workspace, not from the repository."""
        service = repository.folder / "service"
        service.mkdir()
        for name, text in {"app.py": APP, "chat.py": CHAT, "lintdem.toml": ""}.items():
            (service / name).write_text(text, encoding="utf-8")
        repository.commit()
        monkeypatch.chdir(service)
        assert found(lintdem) == []
        (service / "chat.py").write_text(CHAT.replace("Message=text)", "Message=text, Subject='x')"), encoding="utf-8")
        assert found(lintdem) == ["LDM101 chat.py:7"]


class TestHistory:
    """Where a branch left another."""

    def test_what_others_changed_meanwhile_is_not_ours(self, repository: Repository, lintdem: Run) -> None:
        """A branch is compared with the point where it left: what came onto the other one since is no change here."""
        repository.git("checkout", "--quiet", "-b", "feature")
        repository.commit(other=QUIET)
        repository.git("checkout", "--quiet", "main")
        repository.commit(chat="def say(text):\n    return text\n")
        repository.git("checkout", "--quiet", "feature")
        assert found(lintdem, "main") == []

    def test_a_merge_of_the_other_branch(self, repository: Repository, lintdem: Run) -> None:
        """After a merge the merged part is not new, and what the branch did is."""
        repository.git("checkout", "--quiet", "-b", "feature")
        repository.commit(other=APP.replace("say", "shout"))
        repository.git("checkout", "--quiet", "main")
        repository.commit(chat=CHAT.replace("Message=text)", "Message=text, Subject='x')"))
        repository.git("checkout", "--quiet", "feature")
        repository.git("merge", "--quiet", "--no-edit", "main")
        places = found(lintdem, "main")
        assert "LDM101 chat.py:11" in places
        assert "LDM101 chat.py:7" not in places

    def test_a_shallow_clone(
        self, repository: Repository, lintdem: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is in the clone can be compared with; what is not is wrong use that says why."""
        repository.commit(chat=CHAT.replace("Message=text)", "Message=text, Subject='x')"))
        repository.git("clone", "--quiet", "--depth", "1", f"file://{repository.folder}", str(tmp_path / "shallow"))
        monkeypatch.chdir(tmp_path / "shallow")
        assert found(lintdem) == []
        result = lintdem("check", "--changed-since", "HEAD~1")
        assert (result.code, result.out) == (2, "")
        assert 'no revision "HEAD~1"' in result.err
        assert "the clone is shallow" in result.err

    @pytest.mark.parametrize("name", ["nothing", "--help", "HEAD:app.py", "", "-x"])
    def test_unknown_revision(self, name: str, repository: Repository, lintdem: Run) -> None:
        """A name that means no commit is wrong use, never an empty report."""
        result = lintdem("check", "--changed-since", name)
        assert (result.code, result.out) == (2, "")
        assert f'no revision "{name}"' in result.err

    def test_no_repository(self, tmp_path: Path, lintdem: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """Outside of a repository there is nothing to compare with."""
        folder = tmp_path / "plain"
        folder.mkdir()
        (folder / "app.py").write_text(APP, encoding="utf-8")
        monkeypatch.chdir(folder)
        result = lintdem("check", "--changed-since", "HEAD")
        assert (result.code, result.out) == (2, "")
        assert "not a git repository" in result.err

    def test_without_git(self, repository: Repository, lintdem: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where git is not installed that is said."""
        monkeypatch.setenv("PATH", str(repository.folder))
        result = lintdem("check", "--changed-since", "HEAD")
        assert (result.code, result.out) == (2, "")
        assert "git, which is not installed" in result.err


def test_no_code_of_the_repository_is_run(repository: Repository, lintdem: Run) -> None:
    """Hooks, file monitors, filters, external diffs and text conversions of its configuration are never called."""
    trap = repository.folder / "trap.sh"
    trap.write_text(f'#!/bin/sh\ntouch "{repository.folder}/sprung"\ncat\n', encoding="utf-8")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "diff.x.textconv", "diff.x.command", "filter.x.clean", "filter.x.smudge",
                "core.pager", "core.sshCommand", "uploadpack.packObjectsHook", "gpg.program", "core.editor"):  # fmt: skip
        repository.git("config", key, str(trap))
    hooks = repository.folder / ".git/hooks"
    for name in ("pre-commit", "post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / name).write_text(trap.read_text(encoding="utf-8"), encoding="utf-8")
        (hooks / name).chmod(0o755)
    (repository.folder / ".gitattributes").write_text("*.py filter=x diff=x\n", encoding="utf-8")
    repository.write(chat=CHAT.replace("Message=text)", "Message=text, Subject='x')"))
    assert found(lintdem) == ["LDM101 chat.py:7"]
    assert not (repository.folder / "sprung").exists()
