"""The same workspace gives the same report, however it is read: every example of every page, checked in many ways."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from lintdem.interpreter.domain import Check
from lintdem.interpreter.domain import Path as Path_
from lintdem.interpreter.ordering import in_order
from lintdem.mending import with_fixes
from lintdem.model.span import Place, Span
from lintdem.output import View, render
from lintdem.session import check_files
from lintdem.testing.pages import parse_page

ROOT = Path(__file__).parents[1]
PAGES = sorted([*(ROOT / "rules/lintdem_rules").glob("*.md"), *(ROOT / "tests/cases").glob("*.md")])


SEPARATED = """extend = 'ops/base.toml'
extend-exclude = ['src/old', 'src/**/gen/*.py']
layers = ['lib/python']
[per-file-ignores]
'lib/python/*.py' = ["ALL"]
[[handlers]]
pattern = 'src/new/app.py:guarded'
source = "sqs"
"""
TIES = """
import json

import boto3
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function

store = DynamoDBPersistenceLayer(table_name="runs")
by_number = IdempotencyConfig(event_key_jmespath="number")
by_receipt = IdempotencyConfig(event_key_jmespath="receipt")
runs = boto3.resource("dynamodb").Table("runs")
sns = boto3.client("sns")


def claim(key):
    runs.put_item(Item={"id": key}, ConditionExpression="attribute_not_exists(id)")


@idempotent_function(data_keyword_argument="order", persistence_store=store, config=by_number)
def outer(order):
    inner(order=order)


@idempotent_function(data_keyword_argument="order", persistence_store=store, config=by_receipt)
def inner(order):
    try:
        sns.publish(TopicArn="arn", Message=order["number"])
    except Exception:
        print("failed")


def guarded(event, context):
    for record in event["Records"]:
        outer(order=json.loads(record["body"]))


def claimed(event, context):
    for record in event["Records"]:
        order = json.loads(record["body"])
        if order["express"]:
            claim(record["messageId"])
            claim(order["number"])
        else:
            claim(order["receipt"])
            claim(record["messageId"])
        sns.publish(TopicArn="arn", Message=order["number"])
"""
"""Guards of which several could be told: two around one call, and claims made at one place under several keys."""


def examples() -> dict[str, str]:
    """The files of all pages, each case in a folder of its own, and the sample application."""
    files = {}
    for page in PAGES:
        for number, case in enumerate(parse_page(page.read_text(encoding="utf-8"), page.name).cases):
            files.update({f"{page.stem}/{number}/{name}": text for name, text in case.files.items()})
    for path in sorted([*(ROOT / "sample").rglob("*.py"), *(ROOT / "sample").rglob("*.yaml")]):
        files[f"sample/{path.relative_to(ROOT / 'sample').as_posix()}"] = path.read_text(encoding="utf-8")
    return files


def in_memory(files: Mapping[str, str]) -> str:
    """The JSON report on files that no disk holds."""
    edited = with_fixes(check_files(files), lambda path: files[path].encode() if path in files else None)
    return render("json", edited, View())


def on_disk(folder: Path, *flags: str, seed: str = "0", path: str = ".", **around: str) -> str:
    """The JSON report of `lintdem check` in a folder, in a process with its own hash seed and more of an environment."""
    command = [sys.executable, "-m", "lintdem", "check", path, "--format", "json", *flags]
    environ = {**os.environ, "PYTHONHASHSEED": seed, **around}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False).stdout


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples as a repository on the disk."""
    folder = tmp_path_factory.mktemp("workspace").resolve()
    (folder / ".git").mkdir()
    for name, text in examples().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    return folder


@pytest.fixture(scope="module")
def plain(workspace: Path) -> str:
    """The report of the plainest run: one worker, no cache."""
    report = on_disk(workspace, "--no-cache", "--jobs", "1")
    assert '"code": "LDM101"' in report
    return report


def test_hash_seeds_do_not_show(workspace: Path, plain: str) -> None:
    """No order of a set or of hashed names reaches the report."""
    assert on_disk(workspace, "--no-cache", "--jobs", "1", seed="4711") == plain


def test_hash_seeds_choose_between_no_guards(tmp_path: Path) -> None:
    """Which of several guards a finding tells of hangs on no order of a set."""
    (tmp_path / "app.py").write_text(TIES, encoding="utf-8")
    reports = {on_disk(tmp_path, "--no-cache", "--jobs", "1", seed=str(seed)) for seed in range(8)}
    assert len(reports) == 1
    assert '"code": "LDM518"' in reports.pop()


@pytest.mark.parametrize("turn", range(4))
def test_facts_alike_have_one_order(turn: int) -> None:
    """Facts of one place and kind come in one order, however they are handed over."""
    place = Place("app.py", Span(1, 1, 1, 2))
    paths = [Path_("result", steps, place) for steps in ((), ("a",), ("a", "b"), ("b",))]
    facts = [Check(place, "state", subject, words) for subject in paths for words in ("held", "did not hold")]
    assert in_order(facts[turn:] + facts[:turn]) == in_order(reversed(facts))


def test_workers_do_not_show(workspace: Path, plain: str) -> None:
    """Two workers that finish in any order give what one gives."""
    assert on_disk(workspace, "--no-cache", "--jobs", "2") == plain


def test_the_cache_does_not_show(workspace: Path, plain: str, tmp_path: Path) -> None:
    """A run that fills the cache, and one that lives on it, give what a run without it gives."""
    folder = str(tmp_path / "cache")
    assert [on_disk(workspace, "--cache-dir", folder) for _ in ("cold", "warm")] == [plain, plain]


def test_the_disk_does_not_show(plain: str) -> None:
    """The same files held in memory give the same report."""
    assert in_memory(examples()) == plain


@pytest.mark.parametrize("order", ["backwards", "by length", "shuffled", "shuffled again"])
def test_the_order_of_files_does_not_show(order: str, plain: str) -> None:
    """Files handed over in any order give the same report."""
    files = list(examples().items())
    if order == "backwards":
        files.reverse()
    elif order == "by length":
        files.sort(key=lambda file: len(file[1]))
    else:
        random.Random(order).shuffle(files)
    assert in_memory(dict(files)) == plain


def test_where_and_when_it_runs_does_not_show(workspace: Path, plain: str) -> None:
    """Another locale, time zone and width of the terminal, and the folder named by its absolute path."""
    around = {"LC_ALL": "C", "LANG": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "COLUMNS": "20", "PYTHONUTF8": "0"}
    assert on_disk(workspace, "--no-cache", "--jobs", "1", path=str(workspace), **around) == plain


@pytest.mark.parametrize("separator", ["/", "\\"], ids=["slashes", "backslashes"])
def test_the_separators_of_settings_do_not_show(separator: str, tmp_path: Path) -> None:
    """Settings that were written on Windows mean the same files and give the same bytes."""
    (tmp_path / ".git").mkdir()
    for name in ("src/old/a", "src/new/b", "src/new/gen/c", "lib/python/shared", "src/new/app"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"{name}.py").write_text(TIES, encoding="utf-8")
    (tmp_path / "ops").mkdir()
    (tmp_path / "ops/base.toml").write_text('levels = {LDM518 = "note"}\n', encoding="utf-8")
    (tmp_path / "lintdem.toml").write_text(SEPARATED.replace("/", separator), encoding="utf-8")
    report = on_disk(tmp_path, "--no-cache")
    (tmp_path / "lintdem.toml").write_text(SEPARATED, encoding="utf-8")
    assert report == on_disk(tmp_path, "--no-cache")
    paths = {one["path"] for one in json.loads(report)["findings"]}
    assert "src/new/b.py" in paths and not paths & {"src/old/a.py", "src/new/gen/c.py", "lib/python/shared.py"}
    assert '"source": "sqs"' in report
