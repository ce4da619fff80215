"""`lintdem handlers`: the map of what was understood."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
"""The command line; gives exit code, output and errors."""

CODE = """
import os

import boto3

from dedup import claim

sns = boto3.client("sns")
orders = boto3.resource("dynamodb").Table(os.environ["ORDERS"])


def announce(order):
    sns.publish(PhoneNumber=order["phone"], Message="on its way")


def handler(event, context):
    for record in event["Records"]:
        order = record["body"]
        announce(order)


def careful(event, context):
    claim(event["detail"]["order_id"])
    sns.publish(PhoneNumber=event["detail"]["phone"], Message="on its way")
"""
DEDUP = """
import boto3

table = boto3.resource("dynamodb").Table("claims")


def claim(key):
    table.put_item(Item={"id": key}, ConditionExpression="attribute_not_exists(id)")
"""
TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.12
      Events:
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Dead:
    Type: AWS::SQS::Queue
  Careful:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.careful
      Runtime: python3.12
      Events:
        Bus: {Type: EventBridgeRule, Properties: {Pattern: {source: [shop]}}}
"""


@pytest.fixture
def shop(project: Path) -> Path:
    """An application of two handlers."""
    for name, text in (("app.py", CODE), ("dedup.py", DEDUP), ("template.yaml", TEMPLATE)):
        (project / name).write_text(text, encoding="utf-8")
    return project


def handlers(lintdem: Run) -> dict[str, Any]:
    """The JSON of each handler by its name."""
    document = json.loads(lintdem("handlers", "--format", "json").out)
    return {handler["handler"]: handler for handler in document["handlers"]}


class TestWhatIsShown:
    """Trigger, redelivery, effects, guards."""

    def test_trigger_and_redelivery_with_the_numbers_of_the_template(self, shop: Path, lintdem: Run) -> None:
        """Who delivers, where that stands, and how often and how long."""
        found = handlers(lintdem)["app.py:handler"]
        assert found["trigger"]["source"] == "sqs"
        assert found["trigger"]["redelivers"] == "itself"
        assert found["trigger"]["learned"] == "template"
        assert found["trigger"]["evidence"]["path"] == "template.yaml"
        assert found["redelivery"] == (
            "up to 3 runs, one whenever the visibility timeout of 1 minute ends (3 minutes in all), then the dead-letter queue "
            "Dead; a redrive from there gives new message ids"
        )

    def test_an_effect_with_its_way_and_rule(self, shop: Path, lintdem: Run) -> None:
        """What a second delivery does, and the calls that lead there."""
        (effect,) = handlers(lintdem)["app.py:handler"]["effects"]
        assert (effect["call"], effect["verdict"], effect["codes"]) == ("sns.Publish", "repeats", ["LDM101"])
        assert [step["call"] for step in effect["way"]] == ["announce"]

    def test_a_guard_with_its_key(self, shop: Path, lintdem: Run) -> None:
        """What holds an effect back and what it is keyed on."""
        found = handlers(lintdem)["app.py:careful"]
        assert [guard["guard"] for guard in found["guards"]] == ["the condition `attribute_not_exists(id)`"]
        assert found["guards"][0]["key"].startswith("order_id of the event")
        assert {effect["verdict"] for effect in found["effects"]} == {"guarded"}
        assert found["redelivery"].startswith("up to 3 runs within 6 hours, then the event is lost")

    def test_text_says_the_same(self, shop: Path, lintdem: Run) -> None:
        """The terminal gets every handler, no line wider than 80 columns, and a closing sentence."""
        out = lintdem("handlers").out
        assert "app.py:handler line 16" in out
        assert "announce() → app.py:13" in out
        assert "2 handlers, 3 effects: 1 do harm when repeated, 2 guarded." in out
        assert max(len(line) for line in out.splitlines()) <= 80

    def test_a_suppressed_finding_is_still_shown(self, shop: Path, lintdem: Run) -> None:
        """The map tells what is, not what is reported."""
        code = CODE.replace('"on its way")\n\n\ndef handler', '"on its way")  # lintdem: ignore[LDM101] wanted\n\n\ndef handler')
        (shop / "app.py").write_text(code, encoding="utf-8")
        (effect,) = handlers(lintdem)["app.py:handler"]["effects"]
        assert (effect["verdict"], effect["codes"]) == ("repeats", [])

    def test_unreadable_files_give_exit_code_2(self, shop: Path, lintdem: Run) -> None:
        """What is missing from the map is told."""
        (shop / "broken.py").write_text("def handler(:\n", encoding="utf-8")
        done = lintdem("handlers")
        assert done.code == 2
        assert "broken.py:1: LDM901" in done.err


class _Page(HTMLParser):
    """The tags, addresses and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href") or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _contrast(one: str, other: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    lighter, darker = sorted(map(_luminance, (one, other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class TestPictures:
    """The pictures show the same and carry nothing along."""

    def test_page_needs_nothing_else(self, shop: Path, lintdem: Run) -> None:
        """One file: no script, no address, every handler and effect in it."""
        lintdem("handlers", "--format", "html", "--output", "map.html")
        page = _Page()
        page.feed((shop / "map.html").read_text(encoding="utf-8"))
        assert page.addresses == []
        assert not {"script", "img", "link", "iframe"} & set(page.tags)
        assert page.tags.count("article") == 2
        assert "\N{NO-BREAK SPACE}sns.Publish" in page.words, "a long name breaks inside, never behind its mark"
        assert "LDM101" in page.words

    def test_page_can_be_narrowed_to_what_does_harm(self, shop: Path, lintdem: Run) -> None:
        """Each choice says how many handlers it leaves; a handler that repeats nothing is one line that opens."""
        (shop / "quiet.py").write_text("def handler(event, context):\n    return event\n", encoding="utf-8")
        text = lintdem("handlers", "--format", "html").out
        chosen = re.findall(r'id="([\w-]+)"[^>]*><b>(\d+)</b>', text)
        assert chosen == [("all", "3"), ("show-repeats", "1"), ("show-guarded", "1"), ("show-quiet", "1")]
        assert all(f"#{name}:checked" in text for name, _ in chosen[1:])
        assert text.count('<details class="quiet">') == 1
        assert re.findall(r'<article class="([^"]*)"', text) == ["has-repeats", "has-guarded"]

    def test_the_runs_of_an_event_are_drawn(self, shop: Path, lintdem: Run) -> None:
        """As many dots as there may be runs, the time between them, and what becomes of the event at the end."""
        text = lintdem("handlers", "--format", "html").out
        drawn = [re.sub(r"<[^>]*>", " ", one).split() for one in re.findall(r'<div class="runs".*?</div>', text)]
        assert [" ".join(words) for words in drawn] == ["1 1 minute 2 1 minute 3 dead-letter queue Dead", "1 2 3 lost"]

    def test_many_handlers_are_a_stream_from_source_to_outcome(self, shop: Path, lintdem: Run) -> None:
        """Every handler counts once on both sides, by its source and by the worst that it does; few need no stream."""
        assert "<svg" not in lintdem("handlers", "--format", "html").out
        for name in ("a", "b", "c"):
            (shop / f"{name}.py").write_text("def handler(event, context):\n    return event\n", encoding="utf-8")
        text = lintdem("handlers", "--format", "html").out
        sides = [re.findall(r"<b>(\d+)</b> (?:<span>)?([\w -]+)", side) for side in re.findall(r'<ul class="(?:from|to)">.*?</ul>', text)]
        assert sides == [
            [("3", "unknown"), ("1", "eventbridge"), ("1", "sqs")],
            [("1", "do harm when repeated"), ("1", "are guarded"), ("3", "repeat nothing")],
        ]
        assert re.findall(r'<path class="(\w+)"', text) == ["quiet", "guarded", "repeats"]

    def test_the_rarest_of_many_sources_are_one(self, project: Path, lintdem: Run) -> None:
        """The stream stays a picture where a repository has every source there is."""
        sources = ["sqs", "sns", "s3", "api", "alb", "kinesis", "kafka", "mq", "iot", "logs", "ses", "config", "cognito", "appsync"]
        for number, source in enumerate(sources):
            code = f"# lintdem: source[{source}]\ndef handler(event, context):\n    return event\n"
            (project / f"h{number}.py").write_text(code, encoding="utf-8")
        (project / "more.py").write_text("# lintdem: source[sqs]\ndef handler(event, context):\n    return event\n", encoding="utf-8")
        (side,) = re.findall(r'<ul class="from">.*?</ul>', lintdem("handlers", "--format", "html").out)
        shown = re.findall(r"<b>(\d+)</b> ([\w -]+)", side)
        assert (shown[0], shown[-1], len(shown)) == (("2", "sqs"), ("3", "3 other sources"), 12)

    def test_the_loudest_come_first(self, shop: Path, lintdem: Run) -> None:
        """Errors stand before notes, whatever their files are called."""
        body = "    boto3.client('sns').publish(TopicArn='t', Message=event['id'])\n"
        code = f"import boto3\n\n\n# lintdem: source[api]\ndef handler(event, context):\n{body}"
        (shop / "aaa.py").write_text(code, encoding="utf-8")
        text = lintdem("handlers", "--format", "html").out
        levels = re.findall(r'<li class="node repeats (\w*)">', text)
        assert levels == sorted(levels, key=["error", "warning", "note"].index)
        assert len(set(levels)) > 1

    def test_a_path_with_an_apostrophe_is_text(self, shop: Path, lintdem: Run) -> None:
        """Where a long path may be broken, no character is torn apart."""
        (shop / "it's_here").mkdir()
        (shop / "it's_here" / "app.py").write_text("def handler(event, context):\n    return event\n", encoding="utf-8")
        page = _Page()
        page.feed(lintdem("handlers", "--format", "html").out)
        assert "it's_here/app.py" in "".join(page.words)

    def test_every_text_can_be_read(self, shop: Path, lintdem: Run) -> None:
        """Light, dark and printed, each text has the contrast to what it stands on that WCAG's level AA asks for."""
        schemes = re.findall(r":root \{(.*?)\}", lintdem("handlers", "--format", "html").out, re.DOTALL)
        assert len(schemes) == 3
        for scheme in schemes:
            colours = dict(re.findall(r"--([\w-]+): (#\w+)", scheme))
            grounds = [name for name in colours if name in ("page", "card") or name.endswith("-back")]
            pairs = [(name, ground) for name in ("text", "soft") for ground in grounds]
            pairs += [(ground.removesuffix("-back"), ground) for ground in grounds if ground.endswith("-back")]
            pairs += [("card", name) for name in ("repeats", "unknown", "soft")]
            pairs += [(name, ground) for name in ("trigger", "repeats", "repeatable", "guarded", "unknown") for ground in ("card", "page")]
            told = {pair: _contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
            assert {pair: ratio for pair, ratio in told.items() if ratio < 4.5} == {}

    def test_page_of_an_empty_project_says_what_to_do(self, tmp_path: Path, lintdem: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """No handlers is a sentence and no empty picture."""
        monkeypatch.chdir(tmp_path)
        text = lintdem("handlers", "--format", "html").out
        assert "[[tool.lintdem.handlers]]" in text
        assert "<fieldset" not in text

    @pytest.mark.parametrize("format_name", ["html", "mermaid", "text", "json"])
    def test_names_of_files_are_text(self, shop: Path, lintdem: Run, format_name: str) -> None:
        """A file name that looks like markup, or acts on a terminal, does neither."""
        hostile = shop / '"]<img src=x onerror=alert(1)>\x1b[31m'
        hostile.mkdir()
        (hostile / "app.py").write_text(CODE, encoding="utf-8")
        out = lintdem("handlers", "--format", format_name).out
        assert "\x1b" not in out
        assert format_name in ("text", "json") or "<img" not in out
        assert format_name != "mermaid" or '"]<' not in out

    def test_mermaid_colours_by_verdict(self, shop: Path, lintdem: Run) -> None:
        """Each effect hangs on its handler with the class of its verdict."""
        lines = lintdem("handlers", "--format", "mermaid").out.splitlines()
        assert lines[0] == "flowchart LR"
        assert any(line.endswith('["sns.Publish<br/>repeats: LDM101"]:::repeats') for line in lines)
        assert any(line.endswith('["sns.Publish<br/>guarded"]:::guarded') for line in lines)


ARN = "arn:aws"
QUEUES = """
  Plain:
    Type: AWS::SQS::Queue
  Counted:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: !ImportValue receives}
  Once:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 1}
"""
BISECTS = "MaximumRetryAttempts: 2, BisectBatchOnFunctionError: true"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (f"Type: SNS, Properties: {{Topic: {ARN}:sns:::t}}", "up to 3 runs within 6 hours, then the event is lost"),
        (
            f"Type: Kinesis, Properties: {{Stream: {ARN}:kinesis:::stream/s, StartingPosition: LATEST}}",
            "the batch runs again until it succeeds or the records expire, and its shard waits",
        ),
        (
            f"Type: Kinesis, Properties: {{Stream: {ARN}:kinesis:::stream/s, StartingPosition: LATEST, {BISECTS}}}",
            "up to 3 runs of the batch, in halves, and its shard waits",
        ),
        (
            "Type: SQS, Properties: {Queue: !GetAtt Plain.Arn}",
            "a run whenever the visibility timeout of 30 seconds ends, until the message is 4 days old; there is no dead-letter queue",
        ),
        (
            "Type: SQS, Properties: {Queue: !GetAtt Counted.Arn}",
            "a run whenever the visibility timeout of 30 seconds ends, as often as the queue allows, then the dead-letter queue Dead",
        ),
        (
            "Type: SQS, Properties: {Queue: !GetAtt Once.Arn}",
            "one run, then the dead-letter queue Dead; a redrive from there gives new message ids",
        ),
        ("Type: Api, Properties: {Path: /, Method: post}", "API Gateway invokes once per request"),
    ],
)
def test_redelivery_in_words(project: Path, lintdem: Run, event: str, words: str) -> None:
    """The plan follows the source and what its template says, or its defaults."""
    template = TEMPLATE.replace("Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}", event)
    (project / "template.yaml").write_text(template + QUEUES, encoding="utf-8")
    (project / "app.py").write_text(CODE, encoding="utf-8")
    assert handlers(lintdem)["app.py:handler"]["redelivery"].startswith(words)
