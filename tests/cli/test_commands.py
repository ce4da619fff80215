"""The commands beside `check`: the rule book and the settings in the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
"""The command line; gives exit code, output and errors."""


class TestRules:
    """The rule book in the terminal."""

    def test_every_rule_is_listed_and_explained(self, lintdem: Run) -> None:
        """The list, the JSON and the pages know the same rules."""
        rules = json.loads(lintdem("rules", "--format", "json").out)
        assert {"LDM101", "LDM903"} <= {rule["code"] for rule in rules}
        table = lintdem("rules").out
        for rule in rules:
            assert f"{rule['code']}  {rule['name']}" in table
            page = lintdem("explain", rule["code"], "--format", "markdown").out
            assert page.startswith(f"# {rule['name']}\n")
            assert lintdem("rule", rule["name"], "--format", "markdown").out == page

    def test_page_in_the_terminal(self, lintdem: Run) -> None:
        """The page is laid out for the width, without colour in a pipe."""
        out = lintdem("explain", "LDM101").out
        assert "LDM101, group correctness" in out
        assert "Why it matters" in out
        assert "\x1b" not in out
        assert max(len(line) for line in out.splitlines()) <= 80

    def test_without_a_name_the_rules_are_listed(self, lintdem: Run) -> None:
        """`lintdem explain` alone is the list."""
        assert lintdem("explain").out == lintdem("rules").out


class TestCalls:
    """What is known of a call."""

    def test_aws_operation_as_json(self, lintdem: Run) -> None:
        """An operation with its class, the exact token, what a second call does and the page that says so."""
        facts = json.loads(lintdem("explain", "boto3:ecs.run_task", "--format", "json").out)
        assert facts["operation"] == "ecs.RunTask"
        assert (facts["class"], facts["token"], facts["token_marked"], facts["token_max"]) == ("effect", "clientToken", True, 64)
        assert facts["repeat"] == "starts another task"
        assert facts["source"].startswith("https://docs.aws.amazon.com/")
        assert json.loads(lintdem("explain", "boto3:ecs.RunTask", "--format", "json").out) == facts

    def test_token_that_is_not_there(self, lintdem: Run) -> None:
        """Where no token exists none is named."""
        facts = json.loads(lintdem("explain", "boto3:ses.send_email", "--format", "json").out)
        assert (facts["class"], facts["token"], facts["token_marked"]) == ("effect", None, False)
        assert "token          none" in lintdem("explain", "boto3:ses.send_email").out

    def test_token_that_holds_nothing(self, lintdem: Run) -> None:
        """A session id is spelt as the service does, and said not to hold a second call back."""
        facts = json.loads(lintdem("explain", "boto3:bedrock-agentcore.invoke_agent_runtime", "--format", "json").out)
        assert (facts["token"], facts["token_marked"], facts["token_holds"]) == ("runtimeSessionId", True, False)
        assert "runs all the same" in lintdem("explain", "boto3:bedrock-agentcore.invoke_agent_runtime").out

    def test_resource_method(self, lintdem: Run) -> None:
        """A method of a boto3 resource is the operation behind it."""
        facts = json.loads(lintdem("explain", "boto3:sqs.Queue.send_messages", "--format", "json").out)
        assert (facts["operation"], facts["token"]) == ("sqs.SendMessageBatch", "Entries[].MessageDeduplicationId")

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("ecs.run_task", "ecs.RunTask"),
            ("ecs.RunTask", "ecs.RunTask"),
            ("aioboto3:s3.put_object", "s3.PutObject"),
            ("dynamodb.Table.put_item", "dynamodb.PutItem"),
            ("boto3:dynamodb.Table.batch_writer", "dynamodb.BatchWriteItem"),
            ("boto3:s3.Object.upload_file", "s3.UploadFile"),
            ("boto3:s3.Bucket.objects.delete", "s3.DeleteObjects"),
            ("kafka.create_cluster", "kafka.CreateCluster"),
            ("kafka.KafkaProducer.send", "kafka.KafkaProducer.send"),
            ("elasticsearch.AsyncElasticsearch.index", "elasticsearch.Elasticsearch.index"),
            ("redis.asyncio.Redis.incr", "redis.Redis.incr"),
        ],
    )
    def test_spellings(self, lintdem: Run, written: str, meant: str) -> None:
        """With and without a prefix, on a resource, and on a class that another one speaks for."""
        assert json.loads(lintdem("explain", written, "--format", "json").out)["operation"] == meant

    def test_library_call(self, lintdem: Run) -> None:
        """Calls outside AWS by their dotted name."""
        facts = json.loads(lintdem("explain", "stripe.Charge.create", "--format", "json").out)
        assert (facts["class"], facts["token"], facts["token_marked"]) == ("effect", "idempotency_key", False)

    def test_item_writes_are_told_by_their_verb(self, lintdem: Run) -> None:
        """Whether an item write repeats is decided by what it is given, and that is said."""
        facts = json.loads(lintdem("explain", "boto3:dynamodb.Table.put_item", "--format", "json").out)
        assert facts["class"] == "set"
        assert "condition" in facts["repeat"]

    def test_unknown_calls(self, lintdem: Run) -> None:
        """A misspelt name is an error with the nearest right one."""
        for name, words in {
            "boto3:sqs.send_mesage": 'did you mean "send_message"?',
            "boto3:sqss.send_message": 'did you mean "sqs"?',
            "boto3:sqs.Queue.sned_message": "boto3's sqs resources have no Queue.sned_message",
            "azure:sqs.send_message": "boto3:SERVICE.METHOD",
            "shop.payments.charge": "nothing is known of shop.payments.charge",
            "ecs.run_tsk": 'did you mean "run_task"?',
            "stripe.Charg.create": 'stripe has no "Charg"; did you mean "Charge"?',
            "stripe.StripeClient.v1.chrges.create": 'did you mean "charges"?',
            "stripe.Charge.creat": 'did you mean "stripe.Charge.create"?',
            "requests.pots": 'did you mean "requests.post"?',
            "requets.post": 'did you mean "requests"?',
            "boto3:ecs": "boto3:ecs.METHOD",
        }.items():
            done = lintdem("explain", name)
            assert (done.code, done.out) == (2, "")
            assert words in done.err


class TestConfig:
    """The settings of a run."""

    def test_config_command_tells_where_from(self, project: Path, lintdem: Run) -> None:
        """Every setting with its file and line."""
        (project / "lintdem.toml").write_text('ignore = ["LDM101"]\nfail-on = "error"\n', encoding="utf-8")
        lines = lintdem("config").out.splitlines()
        assert 'fail-on = "error"  # lintdem.toml:2' in lines
        assert "require-reason = false  # default" in lines
        document = json.loads(lintdem("config", "--format", "json").out)
        assert document["ignore"]["value"] == ["LDM101"]
