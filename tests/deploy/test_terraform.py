"""What is read from Terraform modules."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lintdem.deploy import is_template, read_stacks, referred_files
from lintdem.model.stack import Event, Lambda, Source, Stack
from lintdem.session import check_files


def stack(text: str, path: str = "infra/main.tf", **files: str) -> Stack:
    """The stack of the root module in `infra/`."""
    (found,) = read_stacks({path: dedent(text)} | {name: dedent(body) for name, body in files.items()})
    return found


def function(found: Stack, name: str = "aws_lambda_function.charge") -> Lambda:
    """The function at that address."""
    return next(item for item in found.functions if item.name == name)


def with_charge(text: str) -> tuple[Event, ...]:
    """The events of `aws_lambda_function.charge` beside other resources, which start in line 2."""
    charge = 'resource "aws_lambda_function" "charge" { handler = "app.handler" }\n'
    return function(stack(charge + dedent(text))).events


ORDERS = """\
    variable "stage" { default = "prod" }

    locals {
      name = "orders-${var.stage}"
    }

    # the code
    data "archive_file" "charge" {
      type        = "zip"
      source_dir  = "${path.module}/../src/charge"
      output_path = "${path.module}/build/charge.zip"
    }

    resource "aws_lambda_function" "charge" {
      function_name = "${local.name}-charge"
      handler       = "app.handler"
      runtime       = "python3.12"
      filename      = data.archive_file.charge.output_path
      timeout       = 30
      layers        = [aws_lambda_layer_version.shared.arn]
      reserved_concurrent_executions = 2

      environment {
        variables = merge(local.extra, {
          TABLE = aws_dynamodb_table.orders.name
          STAGE = var.stage
          OPEN  = var.undeclared
        })
      }

      dead_letter_config {
        target_arn = aws_sqs_queue.dead.arn
      }
    }

    resource "aws_lambda_layer_version" "shared" {
      filename = "${path.module}/../layers/shared.zip"
    }

    resource "aws_lambda_function_event_invoke_config" "charge" {
      function_name          = aws_lambda_function.charge.function_name
      maximum_retry_attempts = 0
      destination_config {
        on_failure { destination = aws_sqs_queue.dead.arn }
      }
    }

    resource "aws_lambda_event_source_mapping" "incoming" {
      event_source_arn        = aws_sqs_queue.incoming.arn
      function_name           = aws_lambda_function.charge.arn
      batch_size              = 10
      function_response_types = ["ReportBatchItemFailures"]
    }

    resource "aws_sqs_queue" "incoming" {
      name                        = "${local.name}.fifo"
      fifo_queue                  = true
      content_based_deduplication = true
      visibility_timeout_seconds  = 180
      message_retention_seconds   = 86400
      redrive_policy = jsonencode({
        deadLetterTargetArn = aws_sqs_queue.dead.arn
        maxReceiveCount     = 4
      })
    }

    resource "aws_sqs_queue" "dead" {}

    resource "aws_dynamodb_table" "orders" {
      name      = local.name
      range_key = "placed"
      hash_key  = "id"
      stream_enabled = true
      ttl {
        attribute_name = "expires"
        enabled        = true
      }
    }

    resource "aws_iam_role" "role" {
      name = "role"
    }
    """


def test_terraform_files_are_templates() -> None:
    """Every `.tf` file is read: a module is all the files of a folder."""
    assert is_template("infra/main.tf", b"")


def test_function() -> None:
    """A function with its code behind the archive, settings and places."""
    found = stack(ORDERS)
    charge = function(found)
    assert (found.kind, found.path) == ("terraform", "infra/main.tf")
    assert (charge.handler, charge.runtime, charge.timeout, charge.concurrency) == ("app.handler", "python3.12", 30, 2)
    assert charge.code[0] == "src/charge"
    assert charge.layers[:2] == ("layers/shared", "layers/shared/python")
    assert charge.place.span.line == 14
    assert charge.handler_place is not None
    assert (charge.handler_place.span.line, charge.handler_place.span.column) == (16, 19)
    assert charge.async_retries == 0
    assert [value.text if value else "" for value in (charge.on_failure, charge.dead_letter)] == [
        "aws_sqs_queue.dead",
        "aws_sqs_queue.dead",
    ]


def test_environment_is_evaluated() -> None:
    """Variables, locals and references; what has no value is said to be unknown."""
    variables = {name: (value.kind, value.text) for name, value in function(stack(ORDERS)).environment}
    assert variables == {
        "TABLE": ("ref", "aws_dynamodb_table.orders"),
        "STAGE": ("text", "prod"),
        "OPEN": ("unknown", "${undeclared}"),
    }


def test_storage() -> None:
    """Queues and tables with the arguments under Terraform's names."""
    found = stack(ORDERS)
    queue = found.queues[0]
    assert (queue.queue_name, queue.fifo, queue.content_dedup, queue.visibility) == (
        "orders-prod.fifo",
        True,
        True,
        180,
    )
    assert (queue.retention, queue.max_receives) == (86400, 4)
    assert queue.redrive is not None
    assert queue.redrive.text == "aws_sqs_queue.dead"
    (table,) = found.tables
    assert (table.table_name, table.keys, table.ttl, table.streams) == (
        "orders-prod",
        ("id", "placed"),
        "expires",
        True,
    )
    assert ("aws_iam_role.role", "AWS::IAM::Role") in [(item.name, item.type) for item in found.resources]


def test_event_source_mapping() -> None:
    """The mapping's source is that of the queue it names."""
    (event,) = function(stack(ORDERS)).events
    assert (event.source, event.name) == (Source.SQS_FIFO, "aws_lambda_event_source_mapping.incoming")
    assert (event.batch_size, event.reports_failures, event.place.span.line) == (10, True, 48)
    assert event.target is not None
    assert (event.target.kind, event.target.text, event.target.name) == ("attribute", "aws_sqs_queue.incoming", "arn")


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (
            'resource "aws_sns_topic_subscription" "s" {\n protocol = "lambda"\n endpoint = aws_lambda_function.charge.arn\n}',
            Source.SNS,
        ),
        (
            (
                'resource "aws_cloudwatch_event_target" "t" {\n rule = aws_cloudwatch_event_rule.r.name\n'
                " arn = aws_lambda_function.charge.arn\n}\n"
                'resource "aws_cloudwatch_event_rule" "r" { schedule_expression = "rate(1 day)" }'
            ),
            Source.SCHEDULE,
        ),
        (
            (
                'resource "aws_s3_bucket_notification" "n" {\n bucket = aws_s3_bucket.b.id\n lambda_function {\n'
                '  lambda_function_arn = aws_lambda_function.charge.arn\n  events = ["s3:ObjectCreated:*"]\n }\n}'
            ),
            Source.S3,
        ),
        (
            (
                'resource "aws_iot_provisioning_template" "fleet" {\n  pre_provisioning_hook {\n'
                "    target_arn = aws_lambda_function.charge.arn\n  }\n}\n"
            ),
            Source.DIRECT,
        ),
        (
            'resource "aws_lambda_function_url" "u" { function_name = aws_lambda_function.charge.arn }',
            Source.FUNCTION_URL,
        ),
        (
            'resource "aws_apigatewayv2_integration" "i" { integration_uri = aws_lambda_function.charge.invoke_arn }',
            Source.API,
        ),
        (
            (
                'resource "aws_lambda_permission" "p" {\n principal = "s3.amazonaws.com"\n'
                " function_name = aws_lambda_function.charge.function_name\n}"
            ),
            Source.S3,
        ),
        (
            'resource "aws_lb_target_group_attachment" "a" { target_id = aws_lambda_function.charge.arn }',
            Source.ALB,
        ),
        (
            'resource "aws_scheduler_schedule" "s" {\n target { arn = "${aws_lambda_function.charge.arn}" }\n}',
            Source.SCHEDULE,
        ),
    ],
)
def test_resources_that_call_the_function(text: str, source: Source) -> None:
    """Subscriptions, rules, notifications, APIs, permissions."""
    assert [event.source for event in with_charge(text)] == [source]


def test_rule_with_a_pattern() -> None:
    """A rule's detail types and its target's retries come together on the target."""
    (event,) = with_charge(
        """\
        resource "aws_cloudwatch_event_rule" "paid" {
          event_pattern = <<PATTERN
        { "detail-type": ["Order Paid"] }
        PATTERN
        }
        resource "aws_cloudwatch_event_target" "paid" {
          rule = aws_cloudwatch_event_rule.paid.name
          arn  = aws_lambda_function.charge.arn
          retry_policy {
            maximum_retry_attempts = 3
          }
        }
        """
    )
    assert (event.source, event.detail_types, event.max_retries) == (Source.EVENTBRIDGE, ("Order Paid",), 3)
    assert event.place.span.line == 7


def test_state_machine_definition_in_a_file() -> None:
    """A rendered definition file is followed through the names given to it."""
    text = """\
        resource "aws_lambda_function" "charge" { handler = "app.handler" }
        resource "aws_sfn_state_machine" "flow" {
          definition = templatefile("${path.module}/flows/pay.json", { charge = aws_lambda_function.charge.arn })
        }
        """
    assert "infra/flows/pay.json" in referred_files("infra/main.tf", text)
    definition = '{"States": {\n "Pay": {"Type": "Task", "Resource": "${charge}", "Retry": [{}]}}}'
    (event,) = function(stack(text, **{"infra/flows/pay.json": definition})).events
    assert (event.source, event.name, event.retried) == (Source.STEP_FUNCTIONS, "Pay", True)
    assert (event.place.path, event.place.span.line) == ("infra/flows/pay.json", 2)


def test_state_machine_definition_in_place() -> None:
    """`jsonencode` and a text block are definitions too."""
    encoded = with_charge(
        'resource "aws_sfn_state_machine" "flow" {\n  definition = jsonencode({\n    States = {\n'
        '      Pay = { Type = "Task", Resource = aws_lambda_function.charge.arn }\n    }\n  })\n}\n'
    )
    block = with_charge(
        'resource "aws_sfn_state_machine" "flow" {\n  definition = <<EOF\n{\n  "States": {\n'
        '    "Pay": {"Type": "Task", "Resource": "${aws_lambda_function.charge.arn}"}\n  }\n}\nEOF\n}\n'
    )
    assert [(event.name, event.place.span.line, event.retried) for event in (*encoded, *block)] == [
        ("Pay", 5, False),
        ("Pay", 6, False),
    ]


def test_called_module_is_read_where_it_is_called() -> None:
    """A module of the workspace is part of its caller's stack, with the caller's arguments."""
    found = stack(
        """\
        module "charge" {
          source  = "../modules/worker"
          handler = "charge.handler"
          code    = "${path.module}/../src"
        }
        resource "aws_sns_topic_subscription" "s" {
          protocol = "lambda"
          endpoint = module.charge.arn
        }
        """,
        **{
            "modules/worker/main.tf": """\
            variable "handler" {}
            variable "code" {}
            resource "aws_lambda_function" "this" {
              handler  = var.handler
              filename = data.archive_file.code.output_path
            }
            data "archive_file" "code" {
              source_dir  = var.code
              output_path = "x.zip"
            }
            output "arn" { value = aws_lambda_function.this.arn }
            """,
        },
    )
    worker = function(found, "module.charge.aws_lambda_function.this")
    assert (worker.handler, worker.code[0]) == ("charge.handler", "src")
    assert (worker.place.path, worker.place.span.line) == ("modules/worker/main.tf", 3)
    assert [event.source for event in worker.events] == [Source.SNS]


def test_public_lambda_module() -> None:
    """The registry's Lambda module is a function with the events it is given."""
    found = stack(
        """\
        module "charge" {
          source        = "terraform-aws-modules/lambda/aws"
          function_name = "charge"
          handler       = "app.handler"
          source_path   = "../src/charge"
          environment_variables = { STAGE = "prod" }
          event_source_mapping = {
            orders = {
              event_source_arn = aws_kinesis_stream.orders.arn
              starting_position = "LATEST"
              maximum_retry_attempts = 2
            }
          }
        }
        resource "aws_kinesis_stream" "orders" {}
        """
    )
    charge = function(found, "module.charge")
    assert (charge.handler, charge.code[0], charge.environment[0][1].text) == ("app.handler", "src/charge", "prod")
    (event,) = charge.events
    assert (event.source, event.max_retries, event.place.span.line) == (Source.KINESIS, 2, 8)


def test_values_file_of_the_root_module() -> None:
    """`terraform.tfvars` gives variables their values."""
    found = stack(
        'variable "h" {}\nresource "aws_lambda_function" "charge" { handler = var.h }\n',
        **{"infra/terraform.tfvars": 'h = "app.handler"\n'},
    )
    assert function(found).handler == "app.handler"


VARIABLE = 'variable "h" {}\nresource "aws_lambda_function" "charge" { handler = var.h }\n'


def test_values_files_that_agree() -> None:
    """A variable without a default has the value that all files of values near its module give it."""
    files = {"infra/env/dev.tfvars": 'h = "app.handler"\nsize = 1\n', "infra/env/prod.tfvars": 'size = 2\nh = "app.handler"\n'}
    assert function(stack(VARIABLE, **files)).handler == "app.handler"


def test_values_file_of_the_folders_name() -> None:
    """A file that is called like the folder of a module is meant for it, whatever the files of other modules say."""
    files = {"stacks/pay_in/main.tf": VARIABLE, "pay-in.tfvars": 'h = "app.handler"\n', "mail.tfvars": 'h = "mail.handler"\n'}
    (found,) = read_stacks(files)
    assert function(found).handler == "app.handler"


def test_values_files_that_differ() -> None:
    """What one environment says and another does not is not known."""
    files = {"infra/env/dev.tfvars": 'h = "app.handler"\n', "infra/env/prod.tfvars": 'h = "app.live"\n'}
    assert function(stack(VARIABLE, **files)).handler is None


def test_values_file_of_another_module() -> None:
    """A file beside another module gives nothing, one that cannot be read neither, and a default stands."""
    files = {"mail/dev.tfvars": 'h = "app.handler"\n', "infra/dev.tfvars": "h = = 1\n"}
    assert function(stack(VARIABLE, **files)).handler is None
    default = VARIABLE.replace("{}", '{ default = "app.kept" }', 1)
    assert function(stack(default, **{"infra/dev.tfvars": 'h = "app.handler"\n'})).handler == "app.kept"


@pytest.mark.parametrize(("attribute", "source"), [("stream_arn", Source.DYNAMODB_STREAM), ("arn", Source.KINESIS)])
def test_stream_of_one_of_several(attribute: str, source: Source) -> None:
    """A stream that is one of many is a table's when its ARN is called as only tables call it."""
    text = f"""\
        resource "aws_lambda_event_source_mapping" "each" {{
          for_each          = var.streams
          event_source_arn  = each.value.{attribute}
          function_name     = aws_lambda_function.charge.arn
          starting_position = "LATEST"
        }}
        """
    assert [event.source for event in with_charge(text)] == [source]


def test_broken_file_is_a_problem_and_the_rest_is_read() -> None:
    """A file that cannot be read is reported with its line; the module's other files still count."""
    found = stack('resource "aws_sqs_queue" "q" {}\n', **{"infra/other.tf": 'resource "aws_x" "y" {\n  a = = 1\n}\n'})
    assert [queue.name for queue in found.queues] == ["aws_sqs_queue.q"]
    (problem,) = found.problems
    assert (problem.code, problem.place.path, problem.place.span.line) == ("LDM901", "infra/other.tf", 2)


def test_attributes_may_end_with_a_comma() -> None:
    """Terraform before 0.12 took a comma behind an attribute: such files are read."""
    found = stack('resource "aws_lambda_function" "charge" {\n  timeout = 30,\n  handler = "app.handler"\n}\n')
    assert (found.problems, function(found).timeout) == ((), 30)


def test_modules_that_call_themselves_end() -> None:
    """Calls in a circle are followed a bounded number of times."""
    found = stack(
        'module "b" { source = "../b" }\nresource "aws_sqs_queue" "q" {}\n',
        **{"b/main.tf": 'module "c" { source = "../c" }', "c/main.tf": 'module "b" { source = "../b" }'},
    )
    assert [queue.name for queue in found.queues] == ["aws_sqs_queue.q"]


def test_locals_that_mean_each_other_end() -> None:
    """Names in a circle are unknown, not endless."""
    found = stack(
        'locals {\n  a = local.b\n  b = local.a\n}\nresource "aws_lambda_function" "charge" { handler = local.a }\n'
    )
    assert function(found).handler is None


class TestWrittenInPlace:
    """Code that stands in the module itself, packed by an `archive_file`."""

    def test_the_code_and_its_place(self) -> None:
        found = function(
            stack('''\
            data "archive_file" "charge" {
              type        = "zip"
              output_path = "charge.zip"
              source {
                filename = "charge.py"
                content  = <<-EOF
            def handler(event, context):
                return 1
            EOF
              }
            }
            resource "aws_lambda_function" "charge" {
              handler  = "charge.handler"
              filename = data.archive_file.charge.output_path
            }
            ''')
        )
        assert found.inline is not None
        assert "def handler(event, context):\n" in found.inline
        assert found.inline_place is not None
        assert found.inline_place.span.line == 7

    def test_text_that_is_not_the_handler_s_module_is_no_code(self) -> None:
        found = function(
            stack('''\
            data "archive_file" "charge" {
              output_path = "charge.zip"
              source {
                filename = "settings.json"
                content  = "{}"
              }
            }
            resource "aws_lambda_function" "charge" {
              handler  = "charge.handler"
              filename = data.archive_file.charge.output_path
            }
            ''')
        )
        assert found.inline is None


class TestImagesByName:
    """An image that something else builds is the one of the folder its address names."""

    TEXT = 'resource "aws_lambda_function" "charge" {\n  package_type = "Image"\n  image_uri = %s\n}\nvariable "order_sync_image_uri" { default = "" }\n'
    DOCKERFILE = 'FROM public.ecr.aws/lambda/python:3.12\nCOPY src .\nCMD ["app.handler"]\n'

    def _handler(self, uri: str, *folders: str) -> str | None:
        files = {f"{folder}/Dockerfile": self.DOCKERFILE for folder in folders}
        found = read_stacks({"infra/main.tf": self.TEXT % uri} | files)
        return next(function(one) for one in found if one.kind == "terraform").handler

    @pytest.mark.parametrize("uri", ["var.order_sync_image_uri", '"${aws_ecr_repository.order_sync.repository_url}:latest"'])
    def test_the_longest_name_counts(self, uri: str) -> None:
        assert self._handler(uri, "services/order-sync", "services/sync", "services/order") == "app.handler"

    def test_two_folders_of_the_same_name_say_nothing(self) -> None:
        assert self._handler("var.order_sync_image_uri", "a/order_sync", "b/order_sync") is None

    def test_another_folder_says_nothing(self) -> None:
        assert self._handler("var.order_sync_image_uri", "services/refund", "images/image") is None

    def test_the_command_given_to_the_public_module(self) -> None:
        text = """\
        variable "order_sync_image_uri" { default = "" }
        module "charge" {
          source               = "terraform-aws-modules/lambda/aws"
          package_type         = "Image"
          create_package       = false
          image_uri            = var.order_sync_image_uri
          image_config_command = ["charge.handler"]
        }
        """
        found = read_stacks({"infra/main.tf": dedent(text), "services/order_sync/Dockerfile": self.DOCKERFILE})
        charge = function(next(one for one in found if one.kind == "terraform"), "module.charge")
        assert charge.handler == "charge.handler"
        assert "services/order_sync/src" in charge.code


def test_an_indented_text_is_code_without_its_indentation() -> None:
    """`<<-` takes the shared indentation away, and a finding in it still has the line and column of the file."""
    text = """\
    data "archive_file" "note" {
      type        = "zip"
      output_path = "note.zip"
      source {
        filename = "note.py"
        content  = <<-PYTHON
          import boto3

          def handler(event, context):
              boto3.client("sns").publish(TopicArn="t", Message="m")
        PYTHON
      }
    }
    resource "aws_lambda_function" "note" {
      handler  = "note.handler"
      runtime  = "python3.12"
      filename = data.archive_file.note.output_path
    }
    """
    report = check_files({"main.tf": dedent(text)})
    assert report.problems == ()
    (finding,) = report.findings
    assert (finding.code, finding.path, finding.span.line, finding.span.column) == ("LDM101", "main.tf", 10, 11)


class TestForEach:
    """A resource with `for_each` is one for every key that is known."""

    TEXT = """\
    locals {
      jobs = {
        charge = { handler = "charge.handler", timeout = 20 }
        refund = { handler = "refund.handler", timeout = 40 }
      }
    }
    resource "aws_sqs_queue" "work" {
      for_each                   = local.jobs
      name                       = "${each.key}-work"
      visibility_timeout_seconds = each.value.timeout * 6
    }
    resource "aws_lambda_function" "job" {
      for_each      = local.jobs
      function_name = "job-${each.key}"
      handler       = each.value.handler
      timeout       = each.value.timeout
      filename      = "build/${each.key}.zip"
      environment {
        variables = { QUEUE = aws_sqs_queue.work[each.key].url }
      }
    }
    resource "aws_lambda_event_source_mapping" "work" {
      for_each         = local.jobs
      event_source_arn = aws_sqs_queue.work[each.key].arn
      function_name    = aws_lambda_function.job[each.key].arn
    }
    resource "aws_lambda_event_source_mapping" "more" {
      event_source_arn = aws_sqs_queue.work["refund"].arn
      function_name    = aws_lambda_function.job["charge"].arn
    }
    """

    def test_every_function_has_its_own_settings(self) -> None:
        found = {item.name: (item.handler, item.timeout, item.code) for item in stack(self.TEXT).functions}
        assert found == {
            "aws_lambda_function.job.charge": ("charge.handler", 20, ("infra/build/charge", "infra/build", "build/charge", "build")),
            "aws_lambda_function.job.refund": ("refund.handler", 40, ("infra/build/refund", "infra/build", "build/refund", "build")),
        }

    def test_indexes_lead_to_the_instance(self) -> None:
        found = stack(self.TEXT)
        targets = {
            item.name.rpartition(".")[2]: sorted(event.target.text for event in item.events if event.target) for item in found.functions
        }
        assert targets == {
            "charge": ["aws_sqs_queue.work.charge", "aws_sqs_queue.work.refund"], "refund": ["aws_sqs_queue.work.refund"],
        }  # fmt: skip
        assert [queue.queue_name for queue in found.queues] == ["charge-work", "refund-work"]

    def test_the_environment_names_the_queue_of_the_instance(self) -> None:
        (variable,) = function(stack(self.TEXT), "aws_lambda_function.job.refund").environment
        assert (variable[0], variable[1].text) == ("QUEUE", "aws_sqs_queue.work.refund")

    def test_a_set_of_names(self) -> None:
        text = 'resource "aws_sqs_queue" "q" {\n  for_each = toset(["a", "b"])\n  name = each.value\n}\n'
        assert [queue.queue_name for queue in stack(text).queues] == ["a", "b"]

    def test_keys_that_only_the_deployment_knows_leave_one(self) -> None:
        text = 'variable "jobs" {}\nresource "aws_lambda_function" "job" {\n  for_each = var.jobs\n  handler = "app.handler"\n}\n'
        assert [item.name for item in stack(text).functions] == ["aws_lambda_function.job"]

    GROUP = """\
    resource "aws_sqs_queue" "work" {
      for_each = toset(["charge", "refund"])
      name     = each.key
    }
    resource "aws_lambda_function" "job" {
      for_each = aws_sqs_queue.work
      handler  = "${each.key}.handler"
      environment { variables = { QUEUE = each.value.url } }
    }
    """

    def test_one_group_made_of_another(self) -> None:
        mapping = """\
        resource "aws_lambda_event_source_mapping" "work" {
          for_each         = aws_sqs_queue.work
          event_source_arn = each.value.arn
          function_name    = aws_lambda_function.job[each.key].arn
        }
        """
        found = stack(self.GROUP + mapping)
        assert {item.handler: item.environment[0][1].text for item in found.functions} == {
            "charge.handler": "aws_sqs_queue.work.charge", "refund.handler": "aws_sqs_queue.work.refund",
        }  # fmt: skip
        assert [event.target.text for item in found.functions for event in item.events if event.target] == [
            "aws_sqs_queue.work.charge", "aws_sqs_queue.work.refund",
        ]  # fmt: skip

    @pytest.mark.parametrize("index", ["", "[var.which]", "[count.index]"])
    def test_an_index_that_is_not_known_leads_to_one_of_them(self, index: str) -> None:
        mapping = f"""\
        resource "aws_lambda_event_source_mapping" "work" {{
          event_source_arn = aws_sqs_queue.work{index}.arn
          function_name    = aws_lambda_function.job{index}.arn
        }}
        """
        found = stack(self.GROUP + mapping)
        assert [event.target.text for item in found.functions for event in item.events if event.target] == ["aws_sqs_queue.work.charge"]

    @pytest.mark.parametrize(
        ("index", "targets"),
        [
            ("", {"0": ["0", "0"], "1": []}),
            ("[0]", {"0": ["0", "0"], "1": []}),
            ("[1]", {"0": [], "1": ["1", "1"]}),
            ("[count.index]", {"0": ["0"], "1": ["1"]}),
        ],
    )
    def test_what_is_counted_is_told_apart(self, index: str, targets: dict[str, list[str]]) -> None:
        text = f"""\
        variable "jobs" {{ default = ["charge", "refund"] }}
        resource "aws_sqs_queue" "work" {{
          count = length(var.jobs)
          name  = element(var.jobs, count.index)
        }}
        resource "aws_lambda_function" "job" {{
          count   = 2
          handler = "${{var.jobs[count.index]}}.handler"
          timeout = 7
        }}
        resource "aws_lambda_event_source_mapping" "work" {{
          count            = 2
          event_source_arn = aws_sqs_queue.work{index}.arn
          function_name    = aws_lambda_function.job{index}.arn
        }}
        """
        found = stack(text)
        assert [(item.name, item.handler) for item in found.functions] == [
            ("aws_lambda_function.job.0", "charge.handler"), ("aws_lambda_function.job.1", "refund.handler"),
        ]  # fmt: skip
        assert [queue.queue_name for queue in found.queues] == ["charge", "refund"]
        assert {
            item.name[-1]: [event.target.text[-1] for event in item.events if event.target] for item in found.functions
        } == targets

    @pytest.mark.parametrize("count", ["1", "var.enabled ? 1 : 0", "var.number"])
    @pytest.mark.parametrize("index", ["", "[0]", "[count.index]", ".0"])
    def test_what_is_there_or_not_is_one(self, count: str, index: str) -> None:
        text = f"""\
        resource "aws_sqs_queue" "work" {{
          count = {count}
        }}
        resource "aws_lambda_function" "job" {{
          count   = {count}
          handler = "app.handler"
        }}
        resource "aws_lambda_event_source_mapping" "work" {{
          count            = {count}
          event_source_arn = aws_sqs_queue.work{index}.arn
          function_name    = aws_lambda_function.job{index}.arn
        }}
        """
        (item,) = stack(text).functions
        assert [event.target.text for event in item.events if event.target] == ["aws_sqs_queue.work"]

    @pytest.mark.parametrize(
        ("repeats", "handler", "index"),
        [
            ('for_each = { a = "charge", b = "refund" }', "each.value", "b"),
            ('count = 2', 'element(["charge", "refund"], count.index)', "1"),
        ],
    )
    def test_a_module_that_is_called_several_times(self, repeats: str, handler: str, index: str) -> None:
        files = {
            "infra/main.tf": dedent(f"""\
                module "job" {{
                  source  = "./job"
                  {repeats}
                  handler = "${{{handler}}}.handler"
                }}
                resource "aws_cloudwatch_event_rule" "night" {{ schedule_expression = "rate(1 day)" }}
                resource "aws_cloudwatch_event_target" "night" {{
                  rule = aws_cloudwatch_event_rule.night.name
                  arn  = module.job["{index}"].arn
                }}
            """),
            "infra/job/main.tf": dedent("""\
                variable "handler" {}
                resource "aws_lambda_function" "job" { handler = var.handler }
                output "arn" { value = aws_lambda_function.job.arn }
            """),
        }
        (found,) = read_stacks(files)
        assert [(item.handler, [event.source for event in item.events]) for item in found.functions] == [
            ("charge.handler", []), ("refund.handler", [Source.SCHEDULE]),
        ]  # fmt: skip

    def test_a_group_made_of_itself_ends(self) -> None:
        text = 'resource "aws_lambda_function" "job" {\n  for_each = aws_lambda_function.job\n  handler = "app.handler"\n}\n'
        assert [item.name for item in stack(text).functions] == ["aws_lambda_function.job"]

    @pytest.mark.parametrize(
        "source",
        [
            "git::https://github.com/terraform-aws-modules/terraform-aws-lambda.git?ref=0123abc",
            "github.com/terraform-aws-modules/terraform-aws-lambda?ref=0123abc",
        ],
    )
    def test_the_public_lambda_module_by_its_repository(self, source: str) -> None:
        inner = f'module "lambda" {{\n  source = "{source}"\n  handler = var.h\n}}\nvariable "h" {{}}\n'
        queue = 'event_source_arn = aws_sqs_queue.q.arn\n  function_name = module.charge.arn\n'
        text = (
            'module "charge" {\n  source = "../lambda"\n  h = "app.handler"\n}\nresource "aws_sqs_queue" "q" {}\n'
            f'resource "aws_lambda_event_source_mapping" "m" {{\n  {queue}}}\n'
        )
        output = 'output "arn" { value = module.lambda.lambda_function_arn }\n'
        (charge,) = stack(text, **{"lambda/main.tf": inner + output}).functions
        assert (charge.handler, [event.source for event in charge.events]) == ("app.handler", [Source.SQS])

    def test_another_module_of_its_repository(self) -> None:
        source = "git::https://github.com/terraform-aws-modules/terraform-aws-lambda.git//modules/alias?ref=0123abc"
        text = f'module "alias" {{ source = "{source}" }}\nresource "aws_sqs_queue" "q" {{}}\n'
        assert not stack(text).functions

    def test_the_public_lambda_module(self) -> None:
        text = """\
        module "job" {
          source      = "terraform-aws-modules/lambda/aws"
          for_each    = { charge = "src/charge", refund = "src/refund" }
          handler     = "app.handler"
          source_path = "${path.module}/../${each.value}"
        }
        """
        assert {item.name: item.code for item in stack(text).functions} == {
            "module.job.charge": ("src/charge",), "module.job.refund": ("src/refund",),
        }  # fmt: skip


class TestJson:
    """`*.tf.json` says the same in JSON."""

    TEXT = """\
    {
      "//": "made by a program",
      "locals": {"name": "orders"},
      "resource": {
        "aws_lambda_function": {
          "charge": {
            "function_name": "${local.name}-charge",
            "handler": "app.handler",
            "filename": "build/charge.zip",
            "environment": {"variables": {"TABLE": "${aws_dynamodb_table.orders.name}"}},
            "dead_letter_config": [{"target_arn": "${aws_sqs_queue.dead.arn}"}]
          }
        },
        "aws_dynamodb_table": {"orders": {"name": "orders", "hash_key": "id", "ttl": {"attribute_name": "until", "enabled": true}}},
        "aws_sqs_queue": [{"dead": {}}, {"work": {"redrive_policy": "${jsonencode({deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 3})}"}}],
        "aws_lambda_event_source_mapping": {
          "work": {"event_source_arn": "${aws_sqs_queue.work.arn}", "function_name": "${aws_lambda_function.charge.arn}", "batch_size": 4}
        }
      }
    }
    """

    def found(self) -> Stack:
        """The stack of the file."""
        assert is_template("infra/main.tf.json", b"{}")
        return stack(self.TEXT, "infra/main.tf.json")

    def test_the_function_with_its_environment_and_place(self) -> None:
        charge = function(self.found())
        assert (charge.handler, charge.place.span.line, charge.code) == ("app.handler", 6, ("infra/build/charge", "infra/build", "build/charge", "build"))
        assert [(name, value.text, value.place.span.line) for name, value in charge.environment] == [("TABLE", "aws_dynamodb_table.orders", 10)]
        assert charge.dead_letter is not None and charge.dead_letter.text == "aws_sqs_queue.dead"

    def test_the_queue_that_feeds_it(self) -> None:
        found = self.found()
        (event,) = function(found).events
        assert (event.source, event.batch_size, event.target and event.target.text) == (Source.SQS, 4, "aws_sqs_queue.work")
        assert [(queue.name, queue.max_receives) for queue in found.queues] == [("aws_sqs_queue.dead", None), ("aws_sqs_queue.work", 3)]

    def test_the_table_and_its_expiry(self) -> None:
        assert [(table.table_name, table.keys, table.ttl) for table in self.found().tables] == [("orders", ("id",), "until")]

    @pytest.mark.parametrize(("text", "line"), [("[]", 1), ('{"resource":\n {"a": }}', 2), ('{"locals": {\n"x": "${[}"}}', 2)])
    def test_a_file_that_cannot_be_read_is_said(self, text: str, line: int) -> None:
        problems = check_files({"main.tf.json": text}).problems
        assert [(problem.code, problem.place.path, problem.place.span.line) for problem in problems] == [("LDM901", "main.tf.json", line)]


class TestPolicies:
    """What a function may do is what the policies of its role say, where all of them can be read."""

    ROLE = """\
    resource "aws_iam_role" "charge" { name = "charge" }
    resource "aws_lambda_function" "charge" {
      handler = "app.handler"
      role    = aws_iam_role.charge.arn
    }
    resource "aws_dynamodb_table" "claims" { name = "claims" }
    """

    def grants(self, text: str) -> list[tuple[tuple[str, ...], list[str]]] | None:
        """The actions and the resources of each grant."""
        found = function(stack(dedent(self.ROLE) + dedent(text))).grants
        return None if found is None else [(grant.actions, [value.text for value in grant.resources]) for grant in found]

    @pytest.mark.parametrize(
        "policy",
        [
            'jsonencode({ Statement = [{ Effect = "Allow", Action = ["dynamodb:PutItem"], Resource = aws_dynamodb_table.claims.arn }] })',
            "data.aws_iam_policy_document.claims.json",
        ],
    )
    def test_a_policy_on_the_role(self, policy: str) -> None:
        text = f"""
        data "aws_iam_policy_document" "claims" {{
          statement {{
            actions   = ["dynamodb:PutItem"]
            resources = [aws_dynamodb_table.claims.arn]
          }}
        }}
        resource "aws_iam_role_policy" "claims" {{
          role   = aws_iam_role.charge.id
          policy = {policy}
        }}
        """
        assert self.grants(text) == [(("dynamodb:PutItem",), ["aws_dynamodb_table.claims"])]

    def test_a_policy_that_is_attached(self) -> None:
        text = """
        resource "aws_iam_policy" "claims" {
          policy = "{\\"Statement\\": {\\"Effect\\": \\"Allow\\", \\"Action\\": \\"dynamodb:*\\", \\"Resource\\": \\"*\\"}}"
        }
        resource "aws_iam_role_policy_attachment" "claims" {
          role       = aws_iam_role.charge.name
          policy_arn = aws_iam_policy.claims.arn
        }
        resource "aws_iam_role_policy_attachment" "logs" {
          role       = aws_iam_role.charge.name
          policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        }
        """
        assert self.grants(text) == [(("dynamodb:*",), ["*"])]

    @pytest.mark.parametrize(
        ("role", "policy"),
        [
            ("aws_iam_role.charge.name", "var.policy"),
            ("var.role", '"arn:aws:iam::aws:policy/AWSLambdaExecute"'),
            ('"charge"', '"arn:aws:iam::aws:policy/AWSLambdaExecute"'),
        ],
    )
    def test_what_cannot_be_read_may_be_anything(self, role: str, policy: str) -> None:
        text = f'resource "aws_iam_role_policy_attachment" "a" {{\n  role       = {role}\n  policy_arn = {policy}\n}}\n'
        assert self.grants(text) is None

    def test_a_document_that_takes_in_others_cannot_be_read(self) -> None:
        text = """
        data "aws_iam_policy_document" "all" { source_policy_documents = [var.more] }
        resource "aws_iam_role_policy" "all" {
          role   = aws_iam_role.charge.id
          policy = data.aws_iam_policy_document.all.json
        }
        """
        assert self.grants(text) is None

    def test_the_policies_of_another_role_are_not_its_own(self) -> None:
        text = """
        resource "aws_iam_role" "other" {}
        resource "aws_iam_role_policy_attachment" "other" {
          role       = aws_iam_role.other.name
          policy_arn = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
        }
        """
        assert self.grants(text) == []


class TestBuckets:
    """Archives that are put into a bucket first."""

    TEXT = """\
    data "archive_file" "job" {
      type        = "zip"
      source_dir  = "${path.module}/../src/orders"
      output_path = "job.zip"
    }
    resource "aws_s3_object" "job" {
      bucket = "code"
      key    = "lambda/job.zip"
      source = data.archive_file.job.output_path
    }
    resource "aws_lambda_function" "job" {
      handler   = "app.handler"
      s3_bucket = "code"
      s3_key    = %s
    }
    """

    @pytest.mark.parametrize("key", ["aws_s3_object.job.key", "aws_s3_object.job.id", '"lambda/job.zip"'])
    def test_the_object_leads_to_what_was_packed(self, key: str) -> None:
        (item,) = stack(self.TEXT % key).functions
        assert item.code == ("src/orders",)

    def test_a_key_that_nothing_here_puts_there_is_a_name(self) -> None:
        (item,) = stack(self.TEXT % '"lambda/orders.zip"').functions
        assert (item.code, item.archive, item.packed) == ((), "lambda/orders.zip", True)


@pytest.mark.parametrize(
    ("written", "handler"),
    [
        ('try(split(".", basename(var.path))[0], "notify")', "notify"),
        ('try(var.name, "notify")', "orders"),
        ('try(split(".", var.path), join("-", split(".", var.path)))', None),
    ],
)
def test_the_first_that_can_be_told_of_several(written: str, handler: str | None) -> None:
    """`try` goes on where something cannot be worked out, and not where a name means something."""
    text = f"""\
    variable "path" {{ default = null }}
    variable "name" {{ default = "orders" }}
    resource "aws_lambda_function" "job" {{ handler = "${{{written}}}.handler" }}
    """
    (item,) = stack(text).functions
    assert item.handler == (f"{handler}.handler" if handler else None)


def test_names_are_shaped_by_the_functions_for_text() -> None:
    """A handler whose name is made with replace() and lower() is the one that Terraform gives."""
    found = stack("""
        locals {
          name = "Order-Mailer"
        }
        resource "aws_lambda_function" "charge" {
          handler = "${replace(lower(local.name), "-", "_")}.handler"
        }
    """)
    assert function(found).handler == "order_mailer.handler"


def test_a_pattern_to_replace_is_left_alone() -> None:
    """replace() with a pattern between slashes gives the text as it was."""
    found = stack('''
        resource "aws_lambda_function" "charge" {
          handler = replace("app.handler", "/[a-z]+$/", "run")
        }
    ''')
    assert function(found).handler == "app.handler"
