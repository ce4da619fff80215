"""What goes wrong inside a run is told in the report, and takes nothing else with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lintdem.cli import run
from lintdem.interpreter.engine import Engine, Run
from lintdem.interpreter.worlds import Looked
from lintdem.program import Handler
from lintdem.session import BUILTIN_PACK, Session

FAULTY = """import boto3

sns = boto3.client("sns")


def handler(event, context):
    sns.publish(TopicArn="orders", Message=str(event["total"]))
"""

RULE = '''"""A rule of somebody else's."""

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Ask for a handler that is not there."""
    yield p.facts.handlers[1000]


RULE = Rule("ABC101", "careless-rule", Group.CORRECTNESS, "1.0", "nothing", check)
'''


class Told(NamedTuple):
    """The exit code and the JSON report of a run; `said` is what stood on standard error."""

    code: int
    findings: list[tuple[str, str]]
    problems: list[dict[str, Any]]
    said: str


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one faulty handler, which is the working directory."""
    root = tmp_path.resolve() / "project"
    (root / ".git").mkdir(parents=True)
    (root / "app.py").write_text(FAULTY, encoding="utf-8")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def check(project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """`lintdem check` in the project, with the rules of these packs beside the built-in ones."""

    def call(*packs: str) -> Told:
        monkeypatch.setattr("lintdem.cli.check.Session", partial(Session, packs=(BUILTIN_PACK, *packs)))
        code = run(["check", "--format", "json", "--no-cache"])
        out, said = capfd.readouterr()
        report = json.loads(out) if out else {"findings": [], "problems": []}
        return Told(code, [(f["code"], f["path"]) for f in report["findings"]], report["problems"], said)

    return call


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    """Write a pack with one rule, ready to be imported; its name."""

    def write(name: str, text: str) -> str:
        folder = tmp_path / "packs" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text('"""Rules."""\n', encoding="utf-8")
        (folder / "careless_rule.py").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(folder.parent)
        return name

    return write


def test_a_rule_that_raises(check: Callable[..., Told], pack: Callable[[str, str], str]) -> None:
    """The crash is a problem with the rule's name; the findings of the other rules stand beside it."""
    told = check(pack("pack_that_raises", RULE))
    assert told.code == 2
    assert ("LDM101", "app.py") in told.findings
    (problem,) = told.problems
    assert problem["code"] == "LDM905"
    assert problem["message"].startswith("the rule ABC101 careless-rule crashed: IndexError")


def test_a_handler_whose_analysis_raises(
    project: Path, check: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handler is named as not analysed; the other handlers keep their findings."""
    (project / "other.py").write_text(FAULTY, encoding="utf-8")
    whole = Engine.run

    def failing(engine: Engine, handler: Handler) -> tuple[Run, Looked]:
        if handler.path == "other.py":
            raise ZeroDivisionError("on purpose")
        return whole(engine, handler)

    monkeypatch.setattr(Engine, "run", failing)
    told = check()
    assert told.code == 2
    assert ("LDM101", "app.py") in told.findings
    (problem,) = told.problems
    assert (problem["code"], problem["path"], problem["line"]) == ("LDM905", "other.py", 6)
    assert problem["message"] == "handler could not be analysed: ZeroDivisionError: on purpose"


def test_a_handler_that_cannot_be_judged(check: Callable[..., Told], monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash after the run of the handler is told of the handler, once, and not of every rule."""

    def failing(run: Run) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr("lintdem.analyses.facts.by_source", failing)
    told = check()
    assert told.code == 2
    assert [(problem["code"], problem["path"]) for problem in told.problems] == [("LDM905", "app.py")]


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 3000 + "1" + ")" * 3000,
        " + ".join(["1"] * 3000),
        "event" + ".part" * 3000,
        "not " * 3000 + "event",
        "1 if event else " * 3000 + "2",
        "lambda: " * 3000 + "2",
    ],
    ids=["brackets", "sum", "attributes", "not", "conditional", "lambda"],
)
def test_an_expression_of_three_thousand_levels(project: Path, check: Callable[..., Told], expression: str) -> None:
    """The file with it is told as unread, with the place; the file beside it is checked."""
    (project / "deep.py").write_text(f"def handler(event, context):\n    return {expression}\n", encoding="utf-8")
    told = check()
    assert told.code == 2
    assert ("LDM101", "app.py") in told.findings
    (problem,) = told.problems
    assert (problem["code"], problem["path"], problem["line"]) == ("LDM901", "deep.py", 2)
    assert "nested too deeply" in problem["message"]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b'name = "\xff"\n', "not valid UTF-8: byte 0xff"),
        (b"name = '\x00'\n", "NUL byte"),
        (b"# coding: klingon\nname = 1\n", "klingon"),
        (b"def broken(:\n", "not valid Python"),
    ],
    ids=["byte", "NUL", "encoding", "syntax"],
)
def test_bytes_that_are_no_python(project: Path, check: Callable[..., Told], bad: bytes, words: str) -> None:
    """A file that cannot be read is told with its line; the file beside it is checked."""
    (project / "bad.py").write_bytes(bad)
    told = check()
    assert told.code == 2
    assert ("LDM101", "app.py") in told.findings
    (problem,) = told.problems
    assert (problem["code"], problem["path"], problem["line"]) == ("LDM901", "bad.py", 1)
    assert words in problem["message"]


def test_bytes_that_are_no_template(project: Path, check: Callable[..., Told]) -> None:
    """A template that cannot be read is told; the code is checked without it."""
    (project / "template.yaml").write_bytes(b"Resources:\n  A: [\n    Type: AWS::Serverless::Function\n")
    told = check()
    assert told.code == 2
    assert ("LDM101", "app.py") in told.findings
    assert [(problem["code"], problem["path"]) for problem in told.problems] == [("LDM901", "template.yaml")]


def test_a_missing_pack(check: Callable[..., Told]) -> None:
    """A pack that is not installed ends the run with its name, instead of a report with fewer rules."""
    told = check("pack_that_is_nowhere")
    assert (told.code, told.findings) == (2, [])
    assert told.said.startswith("error: the rule pack pack_that_is_nowhere cannot be loaded")
    assert "Traceback" not in told.said


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("pack_without_rule", '"""Nothing."""\n', "pack_without_rule.careless_rule has no RULE"),
        ("pack_that_fails", "1 / 0\n", "the rule pack pack_that_fails cannot be loaded: ZeroDivisionError"),
        ("pack_of_bad_python", "def (\n", "the rule pack pack_of_bad_python cannot be loaded: SyntaxError"),
        ("pack_with_taken_code", RULE.replace("ABC101", "LDM101"), "have the same code LDM101"),
    ],
)
def test_a_pack_that_cannot_be_used(
    check: Callable[..., Told], pack: Callable[[str, str], str], name: str, text: str, words: str
) -> None:
    """A pack that does not load ends the run with the reason."""
    told = check(pack(name, text))
    assert (told.code, told.findings) == (2, [])
    assert words in told.said
    assert "Traceback" not in told.said


def test_calls_nested_beyond_the_limit(project: Path, check: Callable[..., Told]) -> None:
    """Where a chain of calls is no longer followed is told; what stands beside it is judged."""
    chain = "".join(f"def f{n}(event):\n    f{n + 1}(event)\n\n\n" for n in range(80))
    code = FAULTY.replace("    sns.publish", "    f0(event)\n    sns.publish")
    (project / "app.py").write_text(f"{code}\n\n{chain}def f80(event):\n    return event\n", encoding="utf-8")
    assert check().findings == [("LDM101", "app.py"), ("LDM902", "app.py")]


def test_calls_without_end(project: Path, check: Callable[..., Told]) -> None:
    """Functions that call themselves and each other are judged like others."""
    code = FAULTY.replace("    sns.publish", "    walk(event)\n    sns.publish")
    code += "\n\ndef walk(node):\n    for child in node['children']:\n        walk(child)\n    other(node)\n"
    code += "\n\ndef other(node):\n    walk(node['left'])\n    other(node['right'])\n"
    (project / "app.py").write_text(code, encoding="utf-8")
    told = check()
    assert (told.code, told.findings, told.problems) == (1, [("LDM101", "app.py")], [])
