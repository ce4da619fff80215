"""Where a comment that silences may stand, what becomes of its reason, and what a baseline keeps quiet when others change it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Run = Callable[..., Ran]
HEAD = 'import boto3\n\nsns = boto3.client("sns")\n\n\n'
STATEMENTS = {
    "call": ["    sns.publish(", '        TopicArn="arn",', "        Message=event[", '            "text"', "        ],", "    )"],
    "chain": ["    boto3.client(", '        "sns"', "    ).publish(", '        TopicArn="arn", Message=event["text"]', "    )"],
    "with": ["    with open(", '        "x"', "    ) as file, sns.publish(", '        TopicArn="arn", Message=event["text"]', "    ):", "        pass"],
    "text": ["    sns.publish(", '        TopicArn="arn", Message=f"""{event["text"]}', "    of", '    many""", Subject=(', '            "x"', "        ),", "    )"],
    "value": ["    answer = (", '        sns.publish(TopicArn="arn",', '                    Message=event["text"])', "    )"],
}
"""Statements over several lines, each with one effect."""
PLACES = [
    (name, line)
    for name, lines in STATEMENTS.items()
    for line in range(len(lines))
    if not (name == "text" and line in (1, 2)) and not (name == "with" and line == 5)
]
"""Every line of them on which Python has a comment and not a text."""
COMMENT = "  # lintdem: ignore[LDM101] a chat message twice is harmless"


@pytest.mark.parametrize(("name", "line"), PLACES, ids=[f"{name}-{line}" for name, line in PLACES])
def test_a_comment_on_any_line_of_a_statement(name: str, line: int, project: Path, lintdem: Run) -> None:
    """On whichever physical line it stands, it speaks for the statement, and is used."""
    lines = list(STATEMENTS[name])
    (project / "app.py").write_text(HEAD + "def handler(event, context):\n" + "\n".join(lines) + "\n", encoding="utf-8")
    assert lintdem("check", "--format", "json", "--select", "LDM101").codes == ["LDM101"]
    lines[line] += COMMENT
    (project / "app.py").write_text(HEAD + "def handler(event, context):\n" + "\n".join(lines) + "\n", encoding="utf-8")
    ran = lintdem("check", "--format", "json", "--select", "LDM101,LDM903,LDM904")
    assert (ran.codes, json.loads(ran.out)["summary"]["suppressed"]) == ([], 1)


def test_a_comment_on_a_decorator_speaks_for_its_line(project: Path, lintdem: Run) -> None:
    """Behind a decorator over several lines it silences what is wrong there, and nothing in the function."""
    decorator = ["@idempotent(", "    persistence_store=store,", '    config=IdempotencyConfig(event_key_jmespath="detail["),', ")"]
    powertools = "from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent\n"
    for line in range(len(decorator)):
        lines = list(decorator)
        lines[line] += "  # lintdem: ignore[LDM522,LDM507] tried"
        text = f'{powertools}{HEAD}store = DynamoDBPersistenceLayer(table_name="t")\n\n\n' + "\n".join(lines)
        body = '\ndef handler(event, context):\n    boto3.client("ses").send_email(Source="a", Destination={}, Message={})\n    eval(event)\n'
        (project / "app.py").write_text(text + body, encoding="utf-8")
        ran = lintdem("check", "--format", "json", "--select", "LDM522,LDM507")
        assert ran.codes == []
        assert "LDM522" in {one["code"] for one in json.loads(ran.out)["suppressed"]}


def test_the_reason_is_in_the_report(project: Path, lintdem: Run) -> None:
    """The JSON report lists what is silenced with its place and the words that were written for it."""
    text = HEAD + 'def handler(event, context):\n    sns.publish(TopicArn="arn", Message=event["text"])' + COMMENT + "\n"
    (project / "app.py").write_text(text, encoding="utf-8")
    (one,) = json.loads(lintdem("check", "--format", "json").out)["suppressed"]
    assert (one["code"], one["path"], one["line"], one["reason"]) == ("LDM101", "app.py", 7, "a chat message twice is harmless")


def test_what_is_silenced_elsewhere_is_not_in_the_report_of_a_file(project: Path, lintdem: Run) -> None:
    """Who asks for one file is told what is silenced in that, as of the findings."""
    text = HEAD + 'def handler(event, context):\n    sns.publish(TopicArn="arn", Message=event["text"])' + COMMENT + "\n"
    for name in ("app.py", "other.py"):
        (project / name).write_text(text, encoding="utf-8")
    told = json.loads(lintdem("check", "app.py", "--format", "json").out)["suppressed"]
    assert [one["path"] for one in told] == ["app.py"]


def sending(*texts: str) -> str:
    """A handler that sends these."""
    lines = "".join(f'    sns.publish(TopicArn="arn", Message=event["{text}"])\n' for text in texts)
    return f"{HEAD}def handler(event, context):\n{lines}"


def test_one_entry_speaks_for_one_finding(project: Path, lintdem: Run) -> None:
    """Of three findings alike two are new when the baseline has one; no entry stands for any number."""
    (project / "app.py").write_text(sending("a"), encoding="utf-8")
    lintdem("baseline")
    (project / "app.py").write_text(sending("a", "a", "a"), encoding="utf-8")
    assert lintdem("check", "--format", "json").codes == ["LDM101", "LDM101"]


def test_a_hundred_lines_above_change_nothing(project: Path, lintdem: Run) -> None:
    """Lines move, and what was lived with is lived with."""
    (project / "app.py").write_text(sending("a", "b"), encoding="utf-8")
    lintdem("baseline")
    (project / "app.py").write_text("# above\n" * 100 + sending("a", "b"), encoding="utf-8")
    assert lintdem("check", "--format", "json").codes == []


def test_baselines_of_two_branches_merge(project: Path, lintdem: Run) -> None:
    """Two branches that each live with one finding more are merged by git as text, and the result speaks for both."""
    files = {name: project / f"{name}.py" for name in ("ann", "mid", "zed")}
    files["mid"].write_text(sending("a", "b", "c"), encoding="utf-8")
    kept = {}
    for branch, more in {"base": [], "ours": ["ann"], "theirs": ["zed"]}.items():
        for name in ("ann", "zed"):
            files[name].write_text(sending("x") if name in more else "", encoding="utf-8")
        lintdem("baseline")
        kept[branch] = project / f"{branch}.json"
        (project / ".lintdem-baseline.json").rename(kept[branch])
    merged = subprocess.run(
        ["git", "merge-file", "-p", str(kept["ours"]), str(kept["base"]), str(kept["theirs"])], capture_output=True, text=True, check=False
    )
    assert merged.returncode == 0, merged.stdout
    (project / ".lintdem-baseline.json").write_text(merged.stdout, encoding="utf-8")
    for name in ("ann", "zed"):
        files[name].write_text(sending("x"), encoding="utf-8")
    ran = lintdem("check", "--format", "json")
    assert (ran.codes, json.loads(ran.out)["summary"]["stale"]) == ([], 0)
