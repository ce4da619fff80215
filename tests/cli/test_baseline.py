"""`lintdem baseline`: what a project lives with for now, and that nothing new hides behind it."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

HEAD = """import boto3
import stripe

sns = boto3.client("sns")
table = boto3.resource("dynamodb").Table("counts")
"""
HANDLER = """def handler(event, context):
    for record in event["Records"]:
        tell(record["body"])
        count(record["body"])
"""
TELL = """def tell(order):
    target = "arn:aws:sns:eu-west-1:123456789012:orders"
    sns.publish(TopicArn=target, Message=order)
    sns.publish(TopicArn=target, Message=order + "!")
"""
COUNT = """def count(order):
    wanted = {"pk": "total"}
    table.update_item(Key=wanted, UpdateExpression="ADD orders :one", ExpressionAttributeValues={":one": 1})
"""
CHARGE = """def pay(order):
    stripe.PaymentIntent.create(amount=100, currency="eur", metadata={"order": order})
"""
TEMPLATE = """Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      CodeUri: .
      Runtime: python3.12
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt Orders.Arn
  Orders:
    Type: AWS::SQS::Queue
"""


def joined(*parts: str) -> str:
    """A module of these parts."""
    return "\n\n".join(parts)


CODE = joined(HEAD, HANDLER, TELL, COUNT)


@pytest.fixture
def shop(project: Path) -> Path:
    """A project with several faults, one call twice in a function."""
    (project / "app.py").write_text(CODE, encoding="utf-8")
    (project / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    return project


def found(lintdem: Run, *flags: str) -> dict[str, Any]:
    """The JSON report."""
    document: dict[str, Any] = json.loads(lintdem("check", "--format", "json", *flags).out)
    return document


def new(lintdem: Run, *flags: str) -> list[str]:
    """The identities of what is reported."""
    return [finding["identity"] for finding in found(lintdem, *flags)["findings"]]


class TestWriting:
    """The file."""

    def test_one_command_leaves_nothing_to_report(self, shop: Path, lintdem: Run) -> None:
        """Everything found today is written down; then the check is clean, and says how many findings are lived with."""
        before = len(new(lintdem))
        assert before >= 4
        written = lintdem("baseline")
        assert (written.code, written.err) == (0, "")
        assert f"Wrote .lintdem-baseline.json: {before} findings" in written.out
        after = lintdem("check", "--format", "json")
        document = json.loads(after.out)
        assert (after.code, document["findings"]) == (0, [])
        assert (document["summary"]["baselined"], document["summary"]["stale"]) == (before, 0)
        (line,) = [line for line in lintdem("check").out.splitlines() if "baselined" in line]
        assert line.startswith(f"{before} findings baselined: ")

    def test_notes_are_counted_by_their_level(self, shop: Path, lintdem: Run) -> None:
        """A note does not vanish in the sum: the line counts each level."""
        (shop / "lintdem.toml").write_text('levels = {LDM104 = "note"}\n', encoding="utf-8")
        summary = found(lintdem)["summary"]
        assert summary["notes"] >= 1
        lintdem("baseline")
        assert f"{summary['notes']} note" in lintdem("check").out

    def test_same_findings_give_the_same_bytes(self, shop: Path, lintdem: Run) -> None:
        """Sorted, one entry on a line, relative paths and no line numbers; written again it does not change."""
        lintdem("baseline")
        file = shop / ".lintdem-baseline.json"
        first = file.read_bytes()
        lintdem("baseline")
        assert file.read_bytes() == first
        rows = json.loads(first)["findings"]
        assert {tuple(row) for row in rows} == {("path", "code", "level", "about")}
        assert rows == sorted(rows, key=lambda row: (row["path"], row["code"], row["about"]))
        assert all(json.dumps(row) in first.decode() for row in rows)
        assert str(shop) not in first.decode()
        assert [path.name for path in shop.iterdir() if path.name.endswith(".new")] == []

    def test_a_workspace_without_findings_gets_an_empty_one(self, project: Path, lintdem: Run) -> None:
        """A baseline of nothing is one: whatever comes is new."""
        (project / "app.py").write_text("def handler(event, context):\n    return event\n", encoding="utf-8")
        assert "no findings" in lintdem("baseline").out
        (project / "app.py").write_text(CODE, encoding="utf-8")
        assert len(new(lintdem)) >= 3

    def test_what_could_not_be_checked_is_no_part_of_it(self, shop: Path, lintdem: Run) -> None:
        """A file that does not parse still ends in exit code 2, with and without a baseline."""
        (shop / "broken.py").write_text("def (\n", encoding="utf-8")
        written = lintdem("baseline")
        assert written.code == 2
        assert "broken.py:1: LDM901" in written.out
        assert lintdem("check").code == 2


class TestNew:
    """What is new, and what only looks new."""

    def test_a_planted_charge_is_the_only_finding(self, shop: Path, lintdem: Run) -> None:
        """A duplicate charge in a project that lives with its findings stands alone in the report."""
        lintdem("baseline")
        planted = CODE.replace('count(record["body"])', 'count(record["body"])\n        pay(record["body"])', 1)
        (shop / "app.py").write_text(joined(planted, CHARGE), encoding="utf-8")
        result = lintdem("check", "--format", "json")
        assert (result.code, result.codes) == (1, ["LDM103"])
        assert json.loads(result.out)["summary"]["stale"] == 0

    def test_one_more_of_the_same_is_new(self, shop: Path, lintdem: Run) -> None:
        """Two entries speak for two alike findings and not for a third."""
        lintdem("baseline")
        more = CODE.replace('    sns.publish(TopicArn=target, Message=order + "!")\n', '    sns.publish(TopicArn=target, Message=order)\n' * 2)
        (shop / "app.py").write_text(more, encoding="utf-8")
        assert [identity.split(":")[:3] for identity in new(lintdem)] == [["LDM101", "app.py", "tell"]]

    def test_a_renamed_file_is_known_again(self, shop: Path, lintdem: Run) -> None:
        """Entries of a file that is gone speak for the same findings in another; a copy is new."""
        lintdem("baseline")
        (shop / "app.py").rename(shop / "worker.py")
        (shop / "template.yaml").write_text(TEMPLATE.replace("app.handler", "worker.handler"), encoding="utf-8")
        assert new(lintdem) == []
        (shop / "app.py").write_text(CODE, encoding="utf-8")
        assert new(lintdem) != []

    def test_a_louder_finding_is_new(self, shop: Path, lintdem: Run) -> None:
        """What was written down as a note and is an error now is told again."""
        (shop / "lintdem.toml").write_text('levels = {LDM101 = "note"}\n', encoding="utf-8")
        lintdem("baseline")
        (shop / "lintdem.toml").unlink()
        assert {identity.split(":")[0] for identity in new(lintdem)} == {"LDM101"}
        lintdem("baseline")
        (shop / "lintdem.toml").write_text('levels = {LDM101 = "note"}\n', encoding="utf-8")
        assert new(lintdem) == []

    @pytest.mark.parametrize("seed", range(12))
    def test_it_survives_what_changes_nothing(self, seed: int, shop: Path, lintdem: Run) -> None:
        """Blank lines, comments, renamed locals, functions in another order, new functions, another formatter, in any mixture:
        nothing is new and nothing stale."""
        lintdem("baseline")
        chance = random.Random(seed)
        changes = [blank_lines, comments, renamed, reordered, more_functions, reformatted, wrapped]
        code = CODE
        for change in chance.sample(changes, chance.randint(2, len(changes))):
            code = change(code, chance)
        assert code != CODE
        (shop / "app.py").write_text(code, encoding="utf-8")
        document = found(lintdem)
        assert [finding["identity"] for finding in document["findings"]] == []
        assert document["summary"]["stale"] == 0


class TestStale:
    """Entries that speak for nothing any more."""

    def test_mended_findings_leave_stale_entries_that_update_drops(self, shop: Path, lintdem: Run) -> None:
        """The check tells of them in one line; --update drops these and no other."""
        lintdem("baseline")
        held = len(json.loads((shop / ".lintdem-baseline.json").read_text(encoding="utf-8"))["findings"])
        (shop / "app.py").write_text(joined(HEAD, HANDLER, TELL, "def count(order):\n    return order\n"), encoding="utf-8")
        stale = found(lintdem)["summary"]["stale"]
        assert stale >= 1
        result = lintdem("check")
        assert result.code == 0
        assert len([line for line in result.out.splitlines() if "baseline --update" in line]) == 1
        assert f"dropped {stale} stale, kept {held - stale}" in lintdem("baseline", "--update").out
        assert "stale" not in lintdem("check").out

    def test_update_adds_nothing(self, shop: Path, lintdem: Run) -> None:
        """A new finding is still new after --update."""
        (shop / "app.py").write_text(joined(HEAD, HANDLER, TELL, "def count(order):\n    return order\n"), encoding="utf-8")
        lintdem("baseline")
        (shop / "app.py").write_text(CODE, encoding="utf-8")
        assert "1 new finding not added" in lintdem("baseline", "--update").out
        assert [identity.split(":")[0] for identity in new(lintdem)] == ["LDM104"]

    def test_part_of_a_project_says_nothing_of_stale_entries(self, shop: Path, lintdem: Run) -> None:
        """Where not everything was looked for, what was not found may still be there."""
        lintdem("baseline")
        for flags in (["app.py"], ["--only", "app.py"], ["--select", "LDM7"], ["--ignore", "LDM101"]):
            assert found(lintdem, *flags)["summary"]["stale"] == 0

    def test_nothing_is_dropped_when_a_file_cannot_be_read(self, shop: Path, lintdem: Run) -> None:
        """A syntax error does not empty the baseline."""
        lintdem("baseline")
        before = (shop / ".lintdem-baseline.json").read_bytes()
        (shop / "app.py").write_text("def (\n", encoding="utf-8")
        assert lintdem("baseline", "--update").code == 2
        assert (shop / ".lintdem-baseline.json").read_bytes() == before


class TestWhichFile:
    """The configured one, the named one, the nearest one."""

    def test_named_and_configured(self, shop: Path, lintdem: Run) -> None:
        """A name on the command line goes before the configuration; --no-baseline reports everything."""
        every = new(lintdem)
        lintdem("baseline", "--output", "old.json")
        assert new(lintdem) == every
        assert new(lintdem, "--baseline", "old.json") == []
        (shop / "lintdem.toml").write_text('baseline = "old.json"\n', encoding="utf-8")
        assert new(lintdem) == []
        assert new(lintdem, "--no-baseline") == every

    def test_of_a_folder_above(self, shop: Path, lintdem: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """Workspaces below share the baseline of the repository; each updates only its own entries."""
        for name in ("one", "two"):
            (shop / name).mkdir()
            (shop / name / "app.py").write_text(CODE, encoding="utf-8")
            (shop / name / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
        lintdem("baseline")
        (shop / "one" / "lintdem.toml").write_text("", encoding="utf-8")
        monkeypatch.chdir(shop / "one")
        assert new(lintdem) == []
        (shop / "one" / "app.py").write_text("", encoding="utf-8")
        lintdem("baseline", "--update")
        rows = json.loads((shop / ".lintdem-baseline.json").read_text(encoding="utf-8"))["findings"]
        assert "one/app.py" not in {row["path"] for row in rows}
        assert {"app.py", "two/app.py"} <= {row["path"] for row in rows}

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("{", "not valid JSON"),
            ("<<<<<<< ours\n", "a merge left its marks"),
            ("[]", "is no baseline of lintdem"),
            ('{"version": 9, "findings": []}', "version 9 is not known here"),
            ('{"version": 1, "findings": [{"path": "a.py"}]}', "finding 1 needs the texts path, code, level, about"),
        ],
    )
    def test_a_broken_file_is_wrong_use(self, text: str, told: str, shop: Path, lintdem: Run) -> None:
        """A baseline that cannot be read hides nothing and ends the run."""
        (shop / ".lintdem-baseline.json").write_text(text, encoding="utf-8")
        result = lintdem("check")
        assert (result.code, result.out) == (2, "")
        assert told in result.err

    def test_a_missing_file_is_wrong_use(self, shop: Path, lintdem: Run) -> None:
        """A name that leads nowhere does not pass for an empty baseline."""
        result = lintdem("check", "--baseline", "none.json")
        assert (result.code, result.out) == (2, "")
        assert "none.json: no such baseline; `lintdem baseline` writes one" in result.err
        assert lintdem("baseline", "--update").code == 2


def blank_lines(code: str, chance: random.Random) -> str:
    """Blank lines between statements."""
    return re.sub(r"\n(?=( {4})*[a-z])", lambda _: "\n" * chance.randint(1, 3), code)


def comments(code: str, chance: random.Random) -> str:
    """Comments above and behind statements."""
    return re.sub(r"\n( {4})(?=[a-z])", lambda found: f"  # {chance.randint(0, 9)}\n{found[1]}# why\n{found[1]}", code)


def renamed(code: str, chance: random.Random) -> str:
    """Locals and parameters with other names."""
    names = {"order": "thing", "target": "topic", "wanted": "key", "record": "message"}
    for old in chance.sample(sorted(names), 2):
        code = re.sub(rf'(?<!")\b{old}\b(?!["\w])', names[old], code)
    return code


def reordered(code: str, chance: random.Random) -> str:
    """The functions in another order."""
    head, *functions = re.split(r"\n+(?=def )", code)
    chance.shuffle(functions)
    return "\n\n\n".join([head, *reversed(functions)]) + "\n"


def more_functions(code: str, chance: random.Random) -> str:
    """Functions before the others."""
    return re.sub(r"\n(?=def )", f"\ndef more{chance.randint(0, 99)}(text):\n    return text.strip()\n\n\n", code, count=1)


def reformatted(code: str, chance: random.Random) -> str:
    """As another formatter would write it."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", str(chance.choice([40, 60, 200])), "-"]
    return subprocess.run(command, input=code, capture_output=True, text=True, check=True).stdout


def wrapped(code: str, chance: random.Random) -> str:
    """Arguments on lines of their own."""
    return code.replace("TopicArn=", "\n        TopicArn=").replace("Key=wanted", f"{' ' * chance.randint(1, 4)}Key=(wanted)")
