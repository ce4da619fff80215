"""Settings of tools that deploy without a template: Zappa, Chalice, python-lambda."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lintdem.deploy import is_template, read_stacks
from lintdem.model.stack import Lambda, Source, Stack
from lintdem.program import Handler, link
from lintdem.session import check_files
from lintdem.syntax import lower_source


def stack(path: str, text: str) -> Stack:
    """The only stack of one file, which must be one that is looked for."""
    text = dedent(text)
    assert is_template(path, text.encode())
    (found,) = read_stacks({path: text})
    return found


def functions(path: str, text: str) -> dict[str, Lambda]:
    """The functions of one file by their handler."""
    return {function.handler or "": function for function in stack(path, text).functions}


ZAPPA_JSON = """\
{
  "dev": {
    "app_function": "shop.app",
    "environment_variables": {"TABLE": "orders-dev"},
    "timeout_seconds": 60,
    "events": [
      {"function": "shop.jobs.nightly", "expression": "rate(1 day)"},
      {"function": "shop.jobs.charge", "event_source": {"arn": "arn:aws:sqs:eu-west-1:1:orders.fifo", "batch_size": 5}},
      {"function": "shop.jobs.image", "event_source": {"arn": "arn:aws:s3:::images", "events": ["s3:ObjectCreated:*"]}},
      {"function": "shop.jobs.tell", "event_source": {"arn": "arn:aws:sns:eu-west-1:1:orders"}},
      {"function": "shop.jobs.rows", "event_source": {"arn": "arn:aws:dynamodb:eu-west-1:1:table/o/stream/x", "starting_position": "LATEST"}}
    ]
  },
  "prod": {"extends": "dev", "environment_variables": {"TABLE": "orders"}}
}
"""
ZAPPA_YAML = """\
dev:
  environment_variables: {TABLE: orders-dev}
  events:
    - function: shop.jobs.nightly
      expression: rate(1 day)
  cognito:
    triggers:
      - {source: PreSignUp_SignUp, function: shop.jobs.welcome}
"""
ZAPPA_TOML = """\
[dev]
lambda_handler = "shop.entry.handler"

[dev.environment_variables]
TABLE = "orders-dev"

[[dev.events]]
function = "shop.jobs.nightly"
expression = "rate(1 day)"
"""


class TestZappa:
    """zappa_settings.json, .toml and .yaml name the functions that events call."""

    def test_the_source_of_every_event_is_known(self) -> None:
        found = functions("zappa_settings.json", ZAPPA_JSON)
        sources = {name: [event.source for event in function.events] for name, function in found.items()}
        assert sources == {
            "shop.app": [Source.API],
            "shop.jobs.charge": [Source.SQS_FIFO],
            "shop.jobs.image": [Source.S3],
            "shop.jobs.nightly": [Source.SCHEDULE],
            "shop.jobs.rows": [Source.DYNAMODB_STREAM],
            "shop.jobs.tell": [Source.SNS],
        }

    def test_settings_of_a_function_have_their_places(self) -> None:
        charge = functions("deploy/zappa_settings.json", ZAPPA_JSON)["shop.jobs.charge"]
        (event,) = charge.events
        assert (charge.place.span.line, charge.timeout, charge.code, event.batch_size) == (8, 60, ("deploy",), 5)
        assert [(name, value.text, value.place.span.line) for name, value in charge.environment] == [("TABLE", "orders-dev", 4)]

    @pytest.mark.parametrize("ending", ["yaml", "yml"])
    def test_yaml_is_read_with_its_user_pool(self, ending: str) -> None:
        found = functions(f"zappa_settings.{ending}", ZAPPA_YAML)
        assert [event.source for event in found["shop.jobs.welcome"].events] == [Source.COGNITO]
        assert found["shop.jobs.nightly"].place.span.line == 4

    def test_toml_is_read_with_lines(self) -> None:
        found = functions("zappa_settings.toml", ZAPPA_TOML)
        assert [event.source for event in found["shop.entry.handler"].events] == [Source.API]
        assert {name: function.place.span.line for name, function in found.items()} == {
            "shop.entry.handler": 2, "shop.jobs.nightly": 8,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("path", "text", "line"),
        [
            ("zappa_settings.json", '{"dev": {"events": [}}', 1),
            ("zappa_settings.yaml", "dev:\n  a: [\n", 3),
            ("zappa_settings.toml", "[dev]\nx = \n", 2),
        ],
    )
    def test_a_file_that_cannot_be_read_is_said_with_its_line(self, path: str, text: str, line: int) -> None:
        report = check_files({path: text})
        assert [(p.code, p.place.path, p.place.span.line) for p in report.problems] == [("LDM901", path, line)]

    def test_stages_that_extend_each_other_come_to_an_end(self) -> None:
        text = '{"a": {"extends": "b", "events": [{"function": "x.y", "expression": "rate(1 day)"}]}, "b": {"extends": "a"}}'
        assert list(functions("zappa_settings.json", text)) == ["x.y"]

    def test_a_job_of_a_queue_is_checked_as_one(self) -> None:
        code = """\
        import os

        import boto3


        def charge(event, context):
            table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
            table.update_item(Key={"id": "all"}, UpdateExpression="ADD n :one", ExpressionAttributeValues={":one": 1})
        """
        report = check_files({"zappa_settings.json": ZAPPA_JSON, "shop/jobs.py": dedent(code)})
        (finding,) = [finding for finding in report.findings if finding.code == "LDM104"]
        assert (finding.handler, finding.trigger and finding.trigger.source) == ("shop/jobs.py:charge", "sqs-fifo")


CHALICE = """\
{
  "version": "2.0",
  "app_name": "shop",
  "environment_variables": {"POWERTOOLS_IDEMPOTENCY_DISABLED": "true", "TABLE": "orders"},
  "stages": {
    "dev": {
      "lambda_timeout": 30,
      "environment_variables": {"TABLE": "orders-dev"},
      "lambda_functions": {"charge": {"reserved_concurrency": 1, "environment_variables": {"ONLY": "here"}}}
    },
    "prod": {"lambda_timeout": 30}
  }
}
"""
CHALICE_CODE = """\
from chalice import Chalice
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, idempotent_function
import stripe

app = Chalice(app_name="shop")
store = DynamoDBPersistenceLayer(table_name="claims")


@idempotent_function(data_keyword_argument="order", persistence_store=store)
def pay(order):
    stripe.PaymentIntent.create(amount=1, currency="eur")


@app.on_sqs_message(queue="orders")
def charge(event):
    for record in event:
        pay(order=record.body)
"""


class TestChalice:
    """What `.chalice/config.json` gives belongs to what decorators in the code declare."""

    def test_the_application_has_its_environment(self) -> None:
        app = functions("api/.chalice/config.json", CHALICE)[""]
        assert (app.name, app.code, app.timeout) == ("shop", ("api",), 30)
        assert {name: (value.kind, value.text) for name, value in app.environment} == {
            "POWERTOOLS_IDEMPOTENCY_DISABLED": ("text", "true"),
            "TABLE": ("unknown", "orders-dev"),
        }

    def test_a_function_with_settings_of_its_own(self) -> None:
        charge = functions(".chalice/config.json", CHALICE)["app.charge"]
        assert [name for name, _ in charge.environment] == ["POWERTOOLS_IDEMPOTENCY_DISABLED", "TABLE", "ONLY"]

    def test_a_guard_that_the_configuration_turns_off_is_found(self) -> None:
        config = '{"app_name": "shop", "environment_variables": {"POWERTOOLS_IDEMPOTENCY_DISABLED": "true"}}'
        report = check_files({"api/.chalice/config.json": config, "api/app.py": CHALICE_CODE})
        (finding,) = [finding for finding in report.findings if finding.code == "LDM521"]
        assert (finding.path, finding.handler) == ("api/.chalice/config.json", "api/app.py:charge")

    def test_the_configuration_of_another_application_says_nothing(self) -> None:
        config = '{"app_name": "shop", "environment_variables": {"POWERTOOLS_IDEMPOTENCY_DISABLED": "true"}}'
        report = check_files({"other/.chalice/config.json": config, "api/app.py": CHALICE_CODE})
        assert [finding for finding in report.findings if finding.code == "LDM521"] == []


DOMOVOI = """
import domovoi

app = domovoi.Domovoi()


@app.sqs_queue_subscriber("orders")
def charge(event, context):
    pass
"""
EGRESS = """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Egress:
    Type: AWS::Lambda::Function
    Properties: {Handler: app.app, Runtime: python3.12, Code: {S3Bucket: code, S3Key: !Ref Key}}
"""


class TestDeployedApplications:
    """Which template deploys the handlers that only decorators name."""

    def test_a_template_that_names_the_application(self) -> None:
        """The routes are what the object hands Lambda's event to; the object itself is no handler beside them."""
        found = handlers({"cloud/template.yaml": EGRESS, "src/egress/app.py": CHALICE_CODE})
        assert {name: (one.resource, one.evidence and one.evidence.span.line) for name, one in found.items()} == {
            "src/egress/app.py:charge": ("Egress", 4)
        }

    def test_functions_that_another_framework_registers(self) -> None:
        """A project of Chalice's kind deploys all that its `app.py` takes an event with, and nothing of its neighbours."""
        config = '{"app_name": "shop"}'
        found = handlers({"a/.chalice/config.json": config, "a/app.py": DOMOVOI, "a/tools/job.py": DOMOVOI, "b/app.py": DOMOVOI})
        assert {name: one.resource for name, one in found.items()} == {
            "a/app.py:charge": "shop", "a/tools/job.py:charge": "", "b/app.py:charge": "",
        }  # fmt: skip


PYTHON_LAMBDA = """\
region: us-east-1

function_name: charge
handler: service.handler
runtime: python3.12
timeout: 15
concurrency: 2
environment_variables:
  TABLE: orders
  TOKEN: ${TOKEN}
"""


def handlers(files: dict[str, str]) -> dict[str, Handler]:
    """The handlers of a workspace, by name."""
    modules = [lower_source(path, text.encode()) for path, text in files.items() if path.endswith(".py")]
    templates = {path: text for path, text in files.items() if not path.endswith(".py")}
    return {handler.name: handler for handler in link(modules, read_stacks(templates)).handlers}


class TestPythonLambda:
    """python-lambda's config.yaml names one function."""

    def test_the_function_is_read(self) -> None:
        charge = functions("charge/config.yaml", PYTHON_LAMBDA)["service.handler"]
        assert (charge.name, charge.place.span.line, charge.timeout, charge.concurrency) == ("charge", 3, 15, 2)
        assert [(name, value.kind) for name, value in charge.environment] == [("TABLE", "text"), ("TOKEN", "unknown")]

    def test_any_function_may_be_the_handler(self) -> None:
        code = "def main(given, anything):\n    pass\n"
        text = PYTHON_LAMBDA.replace("service.handler", "service.main")
        assert handlers({"charge/config.yaml": text, "charge/service.py": code})["charge/service.py:main"].resource == "charge"

    def test_another_config_is_none(self) -> None:
        assert not is_template("config.yaml", b"title: x\nnested:\n  function_name: a\n  handler: b\n")
