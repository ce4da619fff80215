"""`--add-ignore`: every finding gets a comment with a reason, and nothing else changes."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lintdem.stages import Analysed, analyse

Run = Callable[..., Any]

HEAD = 'import boto3\n\nsns = boto3.client("sns")\nTOPIC = "arn:aws:sns:eu-west-1:123456789012:chat"\n\n\n'
TAIL = "def handler(event, context):\n    say(event['detail'])\n"
TEMPLATE = """Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      CodeUri: .
      Runtime: python3.12
      Timeout: 60
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt Orders.Arn
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 30
"""

SHAPES = {
    "simple": "def say(text):\n    sns.publish(TopicArn=TOPIC, Message=text)\n",
    "tabs": "def say(text):\n\tif text:\n\t\tsns.publish(TopicArn=TOPIC, Message=text)\n",
    "multi-line": "def say(text):\n    return sns.publish(\n        TopicArn=TOPIC,\n        Message=text,\n    )\n",
    "inside a call": "def say(text):\n    print(\n        'said',\n        sns.publish(TopicArn=TOPIC, Message=text),\n    )\n",
    "on the line of an if": "def say(text):\n    if text: sns.publish(TopicArn=TOPIC, Message=text)\n",
    "behind a semicolon": "def say(text):\n    text = text.strip(); sns.publish(TopicArn=TOPIC, Message=text)\n",
    "continued": "def say(text):\n    done = \\\n        sns.publish(TopicArn=TOPIC, Message=text)\n    return done\n",
    "continued in the middle": "def say(text):\n    return text and \\\n        sns \\\n        .publish(TopicArn=TOPIC, Message=text)\n",
    "in an f-string": 'def say(text):\n    return f"""\n    {sns.publish(TopicArn=TOPIC, Message=text)}\n    """\n',
    "with a string before": 'def say(text):\n    text += """\n# not a comment\n"""; sns.publish(TopicArn=TOPIC, Message=text)\n',
    "in a test": "def say(text):\n    if text is None:\n        pass\n    elif sns.publish(TopicArn=TOPIC, Message=text):\n        pass\n",
    "in a with": "def say(text):\n    with open('/tmp/x') as file: file.read(); sns.publish(TopicArn=TOPIC, Message=text)\n",
    "in a lambda": "def say(text):\n    tell = lambda: sns.publish(TopicArn=TOPIC, Message=text)\n    tell()\n",
    "in a one-line function": "def say(text): sns.publish(TopicArn=TOPIC, Message=text)\n",
    "in a comprehension": "def say(text):\n    [\n        sns.publish(TopicArn=TOPIC, Message=word)\n        for word in text\n    ]\n",
    "with a comment": "def say(text):\n    sns.publish(TopicArn=TOPIC, Message=text)  # noqa: E501\n",
    "below an except": "def say(text):\n    try:\n        pass\n    except ValueError:\n        pass\n    else: sns.publish(TopicArn=TOPIC, Message=text)\n",
    "without a last line end": "def say(text):\n    return text\nsay = lambda text: sns.publish(TopicArn=TOPIC, Message=text)",
}


def report(lintdem: Run) -> list[str]:
    """The codes that are left."""
    codes: list[str] = lintdem("check", "--format", "json").codes
    return codes


@pytest.mark.parametrize("shape", SHAPES)
def test_the_code_stays_the_same(shape: str, project: Path, lintdem: Run) -> None:
    """Wherever the call stands, its finding is silenced by one comment, the syntax tree is the old one, all old lines are
    there, and a second run changes nothing."""
    code = HEAD + TAIL + "\n\n" + SHAPES[shape]
    file = project / "app.py"
    file.write_text(code, encoding="utf-8")
    assert "LDM101" in report(lintdem)
    added = lintdem("check", "--add-ignore", "it is a chat")
    assert (added.code, added.out) == (0, "Added 1 comment in 1 file.\n")
    after = file.read_text(encoding="utf-8")
    assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(code))
    assert after.count("# lintdem: ignore[LDM101] it is a chat") == 1
    for line in code.splitlines():
        assert any(other.startswith(line) for other in after.splitlines())
    assert report(lintdem) == []
    assert lintdem("check", "--add-ignore", "again").out == "Added 0 comments in 0 files.\n"
    assert file.read_text(encoding="utf-8") == after


def test_several_rules_share_a_comment(project: Path, lintdem: Run) -> None:
    """Findings of several rules at one statement are named together, in order."""
    code = HEAD + "def handler(event, context):\n    for one in event['Records']:\n        sns.publish(TopicArn=TOPIC, Message=one['body'])\n"
    (project / "app.py").write_text(code.replace("sns.publish", "seen = one in DONE or sns.publish"), encoding="utf-8")
    before = report(lintdem)
    lintdem("check", "--add-ignore", "known")
    assert before and report(lintdem) == []


def test_a_decorator_does_not_silence_its_function(project: Path, lintdem: Run) -> None:
    """What is wrong with a decorator is said behind it: a comment above would speak for all of the function."""
    code = (
        "import boto3\nfrom aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent\n\n"
        'sns = boto3.client("sns")\n'
        'store = DynamoDBPersistenceLayer(table_name="x")\n\n\n'
        '@idempotent(persistence_store=store, config=IdempotencyConfig(event_key_jmespath="Records[0].messageId"))\n'
        'def handler(event, context):\n    sns.publish(TopicArn="chat", Message=event["Records"][0]["body"])\n'
    )
    file = project / "app.py"
    file.write_text(code, encoding="utf-8")
    lintdem("check", "--add-ignore", "known")
    (head,) = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("@idempotent")]
    assert head.endswith("# lintdem: ignore[LDM201, LDM208, LDM507] known")
    assert report(lintdem) == []


@pytest.mark.parametrize(
    "encoded",
    [
        (HEAD + TAIL + SHAPES["simple"]).replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + (HEAD + TAIL + SHAPES["simple"]).encode(),
        ("# -*- coding: latin-1 -*-\n" + HEAD + "# größe\n" + TAIL + SHAPES["simple"]).encode("latin-1"),
    ],
    ids=["windows", "byte order mark", "latin-1"],
)
def test_bytes_that_are_not_ours_stay(encoded: bytes, project: Path, lintdem: Run) -> None:
    """Line ends, byte order mark, encoding and mode of a file are kept."""
    file = project / "app.py"
    file.write_bytes(encoded)
    file.chmod(0o755)
    assert lintdem("check", "--add-ignore", "für später").code == 0
    after = file.read_bytes()
    end = b"\r\n" if b"\r\n" in encoded else b"\n"
    name = "latin-1" if b"latin-1" in encoded else "utf-8"
    comment = "    # lintdem: ignore[LDM101] für später".encode(name) + end
    assert after.replace(comment, b"") == encoded
    assert file.stat().st_mode & 0o777 == 0o755
    assert report(lintdem) == []


def test_a_reason_that_the_file_cannot_spell(project: Path, lintdem: Run) -> None:
    """Where a reason does not fit the encoding of a file the finding is left, and said."""
    code = ("# -*- coding: latin-1 -*-\n" + HEAD + TAIL + SHAPES["simple"]).encode("latin-1")
    (project / "app.py").write_bytes(code)
    result = lintdem("check", "--add-ignore", "später ✓")
    assert result.code == 1
    assert "LDM101 left alone: no comment can stand there" in result.out
    assert (project / "app.py").read_bytes() == code


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "a\x1bb"])
def test_the_reason_is_one_line(reason: str, project: Path, lintdem: Run) -> None:
    """A reason that would become code, or none at all, is wrong use."""
    file = project / "app.py"
    file.write_text(HEAD + TAIL + SHAPES["simple"], encoding="utf-8")
    before = file.read_bytes()
    result = lintdem("check", "--add-ignore", reason)
    assert (result.code, result.out) == (2, "")
    assert "--add-ignore needs a reason in one line" in result.err
    assert file.read_bytes() == before


def test_selected_rules_only(project: Path, lintdem: Run) -> None:
    """What is not reported gets no comment."""
    file = project / "app.py"
    file.write_text(HEAD + TAIL + SHAPES["simple"], encoding="utf-8")
    assert lintdem("check", "--select", "LDM3", "--add-ignore", "known").out == "Added 0 comments in 0 files.\n"
    assert "LDM101" in report(lintdem)


class TestTemplates:
    """Comments in YAML and Terraform, none in JSON."""

    def test_yaml(self, project: Path, lintdem: Run) -> None:
        """The line of the finding gets it; the template says the same."""
        (project / "app.py").write_text(HEAD + SHAPES["simple"] + "\n\n" + TAIL, encoding="utf-8")
        file = project / "template.yaml"
        file.write_text(TEMPLATE, encoding="utf-8")
        assert "LDM705" in report(lintdem)
        assert lintdem("check", "--add-ignore", "quick enough").code == 0
        assert report(lintdem) == []
        lines = [line.partition("  # lintdem: ")[0] for line in file.read_text(encoding="utf-8").splitlines()]
        assert lines == TEMPLATE.splitlines()

    def test_code_inside_yaml(self, project: Path, lintdem: Run) -> None:
        """Inline code is not touched: the comment stands above the key that holds it."""
        code = "".join(f"        {line}\n" if line else "\n" for line in (HEAD + SHAPES["simple"] + TAIL).splitlines())
        text = TEMPLATE.replace("      CodeUri: .\n", f"      InlineCode: |\n{code}").replace("app.handler", "index.handler")
        file = project / "template.yaml"
        file.write_text(text, encoding="utf-8")
        assert "LDM101" in report(lintdem)
        lintdem("check", "--add-ignore", "known")
        after = file.read_text(encoding="utf-8")
        assert code in after
        assert "      # lintdem: ignore[LDM101] known\n      InlineCode: |\n" in after
        assert report(lintdem) == []

    def test_terraform(self, project: Path, lintdem: Run) -> None:
        """Terraform is written to as well, and heredocs are left alone."""
        (project / "app.py").write_text(HEAD + SHAPES["simple"] + "\n\n" + TAIL, encoding="utf-8")
        file = project / "main.tf"
        text = (
            'resource "aws_lambda_function" "w" {\n  function_name = "w"\n  filename = "a.zip"\n  handler = "app.handler"\n'
            '  runtime = "python3.12"\n  timeout = 60\n  description = <<EOT\nresource\nEOT\n}\n\n'
            'resource "aws_sqs_queue" "q" {\n  visibility_timeout_seconds = 30\n}\n\n'
            'resource "aws_lambda_event_source_mapping" "m" {\n  event_source_arn = aws_sqs_queue.q.arn\n'
            "  function_name = aws_lambda_function.w.arn\n}\n"
        )
        file.write_text(text, encoding="utf-8")
        assert "LDM705" in report(lintdem)
        assert lintdem("check", "--add-ignore", "quick enough").code == 0
        assert report(lintdem) == []
        assert [line.partition("  # lintdem: ")[0] for line in file.read_text(encoding="utf-8").splitlines()] == text.splitlines()

    def test_json_has_no_comments(self, project: Path, lintdem: Run) -> None:
        """A finding in JSON is left, and said; the file is not touched."""
        (project / "app.py").write_text(HEAD + SHAPES["simple"] + "\n\n" + TAIL, encoding="utf-8")
        worker = {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Handler": "app.handler", "CodeUri": ".", "Runtime": "python3.12", "Timeout": 60,
                "Events": {"Q": {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["Orders", "Arn"]}}}},
            },
        }  # fmt: skip
        queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}}
        file = project / "template.json"
        file.write_text(json.dumps({"Resources": {"W": worker, "Orders": queue}}, indent=2), encoding="utf-8")
        before = file.read_bytes()
        assert "LDM705" in report(lintdem)
        result = lintdem("check", "--add-ignore", "known")
        assert result.code == 1
        assert "LDM705 left alone: the file cannot hold comments" in result.out
        assert file.read_bytes() == before

    def test_it_does_not_go_with_fixes(self, project: Path, lintdem: Run) -> None:
        """`--diff` promises to change nothing, so the two together are wrong use and nothing is written."""
        text = HEAD + SHAPES["simple"] + "\n\n" + TAIL
        (project / "app.py").write_text(text, encoding="utf-8")
        done = lintdem("check", "--add-ignore", "known", "--diff")
        assert done.code == 2
        assert "--add-ignore" in done.err
        assert (project / "app.py").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("shapes", [["simple"], ["simple", "with a string before", "in a lambda", "in an f-string"]])
def test_the_project_is_analysed_twice(shapes: list[str], project: Path, lintdem: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many findings there are: once to find them, once to see that the comments silence them."""
    for number, shape in enumerate(shapes):
        (project / f"app{number}.py").write_text(HEAD + TAIL + "\n\n" + SHAPES[shape], encoding="utf-8")
    analysed: list[str] = []

    def counted(*given: Any) -> Analysed:
        analysed.append("once")
        return analyse(*given)

    monkeypatch.setattr("lintdem.stages.analyse", counted)
    assert lintdem("check", "--add-ignore", "it is a chat").code == 0
    assert analysed == ["once", "once"]
    assert report(lintdem) == []


def test_what_was_not_understood_is_silenced_too(project: Path, lintdem: Run) -> None:
    """A coverage gap is a finding like others: its comment is heard, and a second run has nothing to add."""
    code = HEAD + "def handler(event, context):\n    acme.Client().refund(event['detail']['order_id'])\n"
    (project / "app.py").write_text(f"import acme\n{code}", encoding="utf-8")
    assert report(lintdem) == ["LDM902"]
    assert lintdem("check", "--add-ignore", "refunds are keyed there").out == "Added 1 comment in 1 file.\n"
    assert report(lintdem) == []
