"""A run over an unchanged workspace says what the last one said, and loads nothing that analyses; any change is seen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lintdem.session import CheckRequest, Session
from tests.cli.conftest import Ran

Run = Callable[..., Ran]

FAULTY = """\
import boto3

sns = boto3.client("sns")


def handler(event, context):
    sns.publish(TopicArn="t", Message=event["order"])
"""
CALM = FAULTY.replace('    sns.publish(TopicArn="t", Message=event["order"])\n', '    return event["order"]\n')
QUEUE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Notify:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.12
      Events:
        Orders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
  Orders: {Type: AWS::SQS::Queue}
"""
LOADED = """\
import sys
from lintdem.cli import run
code = run(["check", "--format", sys.argv[1], "--cache-dir", sys.argv[2]])
heavy = ("libcst", "lintdem.analyses", "lintdem.interpreter", "lintdem.rule", "lintdem.syntax", "lintdem.deploy", "lintdem.knowledge", "yaml", "sqlglot")
print([name for name in heavy if name in sys.modules], file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def app(project: Path) -> Path:
    """A handler with a fault, written some time ago."""
    return old(project / "app.py", FAULTY)


def old(file: Path, text: str) -> Path:
    """A file that was written before anybody looked."""
    file.write_text(text, encoding="utf-8")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    return file


def recalled(done: Ran) -> bool:
    """Whether a run with --timing analysed nothing."""
    return "  recall\n" in done.err and "  rules\n" not in done.err


def check(lintdem: Run, *arguments: str) -> Ran:
    """A run in JSON that tells its stages."""
    return lintdem("check", "--format", "json", "--timing", *arguments)


def told(done: Ran) -> object:
    """A report without the time it took."""
    document = json.loads(done.out)
    document.pop("seconds", None)
    document.get("summary", {}).pop("seconds", None)
    return document


def test_nothing_changed_nothing_is_analysed(app: Path, lintdem: Run) -> None:
    """The second run says the same, with the same exit code."""
    first, second = check(lintdem), check(lintdem)
    assert (recalled(first), recalled(second)) == (False, True)
    assert (told(second), second.code) == (told(first), first.code)
    assert first.codes == ["LDM101"]


@pytest.mark.parametrize("format_name", ["text", "json", "concise", "github"])
def test_a_second_run_loads_no_parser_and_no_rule(app: Path, tmp_path: Path, format_name: str) -> None:
    """What takes half a second to load is not loaded."""
    command = [sys.executable, "-c", LOADED, format_name, str(tmp_path / "cache")]
    first, second = (
        subprocess.run(command, cwd=app.parent, capture_output=True, text=True, check=False) for _ in range(2)
    )
    assert "LDM101" in second.stdout
    assert second.returncode == first.returncode == 1
    assert second.stderr.splitlines()[-1] == "[]"


def test_a_change_is_seen(app: Path, lintdem: Run) -> None:
    """A file with other bytes is analysed again, and so is one that was put back."""
    assert check(lintdem).codes == ["LDM101"]
    app.write_text(CALM, encoding="utf-8")
    assert check(lintdem).codes == []
    old(app, FAULTY)
    assert check(lintdem).codes == ["LDM101"]


def test_a_change_of_the_same_size_and_time_is_seen(app: Path, lintdem: Run) -> None:
    """Whoever sets the time of a file back does not hide what was written."""
    quiet = FAULTY.replace("sns.publish", "sns.getters")
    assert len(quiet) == len(FAULTY)
    assert check(lintdem).codes == ["LDM101"]
    old(app, quiet)
    assert "LDM101" not in check(lintdem).codes


def test_a_file_more_and_a_file_less_are_seen(app: Path, lintdem: Run) -> None:
    """New files count, files that are gone do not."""
    check(lintdem)
    old(app.parent / "other.py", FAULTY)
    assert check(lintdem).paths == ["app.py", "other.py"]
    (app.parent / "other.py").unlink()
    assert check(lintdem).paths == ["app.py"]


def test_a_touched_file_is_the_same_file(app: Path, lintdem: Run) -> None:
    """Only bytes matter; a checkout that writes everything anew changes nothing."""
    check(lintdem)
    app.touch()
    assert recalled(check(lintdem))


def test_templates_count(app: Path, lintdem: Run) -> None:
    """What a template says of the trigger is part of the report."""
    old(app.parent / "template.yaml", QUEUE)
    first = json.loads(check(lintdem).out)["findings"]
    assert [finding["trigger"]["source"] for finding in first if finding["code"] == "LDM101"] == ["sqs"]
    old(
        app.parent / "template.yaml",
        QUEUE.replace("SQS, Properties: {Queue: !GetAtt Orders.Arn}", "Api, Properties: {Path: /, Method: post}"),
    )
    second = json.loads(check(lintdem).out)["findings"]
    assert [finding["trigger"]["source"] for finding in second if finding["code"] == "LDM101"] == ["api"]


def test_a_file_that_a_template_names_may_turn_up(app: Path, lintdem: Run) -> None:
    """What was missed is part of what a report was made from."""
    (app.parent / "serverless.yml").write_text(
        "service: s\nprovider: {name: aws, runtime: python3.12}\nfunctions: ${file(build/functions.yml)}\n",
        encoding="utf-8",
    )
    check(lintdem)
    assert recalled(check(lintdem))
    (app.parent / "build").mkdir()
    (app.parent / "build/functions.yml").write_text(
        "notify:\n  handler: app.handler\n  events: [{sqs: arn:aws:sqs:eu-west-1:1:q}]\n", "utf-8"
    )
    done = check(lintdem)
    assert not recalled(done)
    assert {finding["trigger"]["source"] for finding in json.loads(done.out)["findings"]} == {"sqs"}


def test_settings_and_requests_count(app: Path, lintdem: Run) -> None:
    """Each request has its own report, and settings are part of it."""
    assert check(lintdem).codes == ["LDM101"]
    assert check(lintdem, "--ignore", "LDM101").codes == []
    assert check(lintdem, "--only", "app.py").codes == ["LDM101"]
    old(app.parent / "lintdem.toml", 'ignore = ["LDM101"]\n')
    assert check(lintdem).codes == []
    (app.parent / "lintdem.toml").unlink()
    done = check(lintdem)
    assert (done.codes, recalled(done)) == (["LDM101"], True)


def test_a_baseline_counts(app: Path, lintdem: Run) -> None:
    """A baseline that is written between two runs is heard."""
    assert check(lintdem).codes == ["LDM101"]
    lintdem("baseline")
    assert check(lintdem).codes == []
    assert check(lintdem, "--no-baseline").codes == ["LDM101"]


def test_what_could_not_be_read_is_tried_again(app: Path, lintdem: Run) -> None:
    """A report that is not whole is not kept: the file may be readable next time."""

    def failing(file: Path) -> bytes:
        raise OSError(5, "Input/output error")

    request = CheckRequest(folder=app.parent)
    assert [problem.message for problem in Session(request, read=failing).check().problems] == [
        "cannot be read: Input/output error"
    ]
    assert [finding.code for finding in Session(request).check().findings] == ["LDM101"]


def test_notes_are_told_again(app: Path, lintdem: Run) -> None:
    """What is said beside a report is said each time."""
    old(app.parent / "lintdem.toml", 'source-roots = ["nowhere"]\n')
    first, second = check(lintdem), check(lintdem)
    assert recalled(second)
    for done in (first, second):
        assert "source-roots: no such folder nowhere" in done.err


def test_fixes_work_on_a_recalled_report(app: Path, lintdem: Run) -> None:
    """What is mended is the file as it is, whether or not it was read again."""
    old(
        app,
        "import json\n\nimport boto3\n\n\ndef handler(event, context):\n    return 1  # lintdem: ignore[LDM101] no longer true\n",
    )
    assert lintdem("check", "--timing").code == 1
    assert lintdem("check", "--fix").code == 0
    assert "lintdem: ignore" not in app.read_text(encoding="utf-8")
    assert check(lintdem).codes == []


def test_another_lintdem_starts_anew(app: Path, lintdem: Run, tmp_path: Path) -> None:
    """Whoever changes a rule sees it."""
    check(lintdem)
    rule = Path(__file__).parents[2] / "rules/lintdem_rules/unguarded_effect.py"
    before = rule.stat()
    os.utime(rule, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    try:
        assert not recalled(check(lintdem))
    finally:
        os.utime(rule, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_damaged_entry_is_a_miss(app: Path, lintdem: Run) -> None:
    """Whatever stands in the cache, the report is right."""
    expected = told(check(lintdem))
    for file in (app.parent / ".lintdem_cache").glob("??/*"):
        file.write_bytes(file.read_bytes()[:-7])
    done = check(lintdem)
    assert (told(done), recalled(done)) == (expected, False)
