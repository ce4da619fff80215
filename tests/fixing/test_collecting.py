"""A loop over records that comes to answer which of them failed (LDM601)."""

from __future__ import annotations

import ast

import pytest

from lintdem.testing.fixed import fixed

TEMPLATE = """Resources:
  Texts:
    Type: AWS::Serverless::Function
    Properties:
      Handler: handler.handler
      Runtime: python3.12
      Events:
        Orders: {Type: %s, Properties: {%s}}
"""
QUEUE = TEMPLATE % ("SQS", "Queue: 'arn:aws:sqs:eu-west-1:111122223333:orders'")
FIFO = QUEUE.replace("orders'", "orders.fifo'")
STREAM = TEMPLATE % ("Kinesis", "Stream: 'arn:aws:kinesis:eu-west-1:111122223333:stream/orders', StartingPosition: LATEST")
CODE = '''import base64
import json
import logging

import boto3

log = logging.getLogger()
sns = boto3.client("sns")


def handler(event, context):
    # all of them
    for record in event["Records"]:
        # one
        order = json.loads(record["body"])
        sns.publish(PhoneNumber=order["phone"], Message="ready")
        # done

    return {"statusCode": 200}
'''


def mended(code: str, template: str = QUEUE) -> str:
    """The code with the fix, the same text where there is none."""
    return fixed({"handler.py": code, "template.yaml": template}, "", "LDM601").files["handler.py"]


def test_failed_records_are_named_and_the_mapping_reads_them() -> None:
    """The list stands above the loop's remark, the whole body in the `try`, the answer in place of the old one, and the
    module's logger tells the failure."""
    files = fixed({"handler.py": CODE, "template.yaml": QUEUE}, "", "LDM601").files
    assert files["template.yaml"].count("FunctionResponseTypes: [ReportBatchItemFailures]}}") == 1
    assert files["handler.py"] == CODE[: CODE.index("    # all")] + (
        "    failed = []\n"
        "    # all of them\n"
        '    for record in event["Records"]:\n'
        "        try:\n"
        "            # one\n"
        '            order = json.loads(record["body"])\n'
        '            sns.publish(PhoneNumber=order["phone"], Message="ready")\n'
        "            # done\n"
        "        except Exception:\n"
        '            log.exception("a record failed")\n'
        '            failed.append({"itemIdentifier": record["messageId"]})\n'
        "\n"
        '    return {"batchItemFailures": failed}\n'
    )


def test_blank_lines_below_the_loop_stay_there() -> None:
    """A `try` begins with what it tries."""
    code = mended(CODE.replace("        # one\n", "\n        # one\n"))
    assert '["Records"]:\n\n        try:\n            # one\n' in code


def test_queue_in_order_takes_back_what_stands_behind_the_failure() -> None:
    """In a FIFO queue the records behind a failed one are not done before it."""
    code = mended(CODE, FIFO)
    assert code.count('failed.append({"itemIdentifier": record["messageId"]})') == 2
    assert "        if failed:\n" in code


def test_stream_ends_at_the_first_failure() -> None:
    """A stream goes back to the first failed record, so none behind it is done first."""
    code = CODE.replace('record["body"]', 'base64.b64decode(record["kinesis"]["data"])')
    found = mended(code, STREAM)
    assert (
        "            return {\n"
        '                "batchItemFailures": [\n'
        '                    {"itemIdentifier": record["kinesis"]["sequenceNumber"]}\n'
        "                ]\n"
        "            }\n"
    ) in found
    assert 'return {"batchItemFailures": []}' in found
    assert "failed" not in found.replace("a record failed", "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('        # done\n', '        if order["last"]:\n            return None\n'),
        ('    return {"statusCode": 200}', '    sns.publish(TopicArn="arn:aws:sns:eu-west-1:111122223333:t", Message="all done")'),
        ('Message="ready"', 'Message="""ready\n"""'),
        ("        # one\n", "        record = dict(record)\n"),
        ('    return {"statusCode": 200}', "    if event:\n        raise ValueError(event)\n    return None"),
        ("def handler", "@traced\ndef handler"),
        ("        # done\n\n", "    else:\n        log.info('all')\n"),
    ],
    ids=["leaves early", "work behind", "text over lines", "record replaced", "raises behind", "decorated", "else"],
)
def test_no_fix_where_the_answer_may_not_arrive_or_more_would_change(old: str, new: str) -> None:
    """What leaves the loop, work behind it, other answers and texts that would be set in: the code stays as it is."""
    code = CODE.replace(old, new)
    ast.parse(code)
    assert code != CODE
    assert mended(code) == code


@pytest.mark.parametrize("template", ["Resources: {}\n", QUEUE.replace("Queue:", "FunctionResponseTypes: !Ref Types, Queue:")])
def test_no_fix_where_no_mapping_is_known_to_read_the_answer(template: str) -> None:
    """An answer that nobody reads would turn failures into successes."""
    assert mended(CODE, template) == CODE


TERRAFORM = """resource "aws_lambda_function" "texts" {
  handler  = "handler.handler"
  filename = "texts.zip"
}
"""
MAPPING = """resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn = "arn:aws:sqs:eu-west-1:111122223333:orders"
  function_name    = aws_lambda_function.texts.arn
}
"""


def test_mapping_in_a_file_of_its_own_is_told_in_its_language() -> None:
    """Terraform reads all files of a folder as one: the mapping need not stand beside the function."""
    files = fixed({"handler.py": CODE, "a.tf": TERRAFORM, "queues.tf": MAPPING}, "", "LDM601").files
    assert files["queues.tf"] == MAPPING.replace(".arn\n", '.arn\n\n  function_response_types = ["ReportBatchItemFailures"]\n')
    assert "batchItemFailures" in files["handler.py"]


def test_code_is_written_with_the_quotes_of_its_file() -> None:
    """Where all texts stand in single quotes, those of the answer do too, and a type that says None is put right."""
    code = mended(CODE.replace('"', "'").replace("context):", "context) -> None:").replace("return {'statusCode': 200}", "return"))
    assert "failed.append({'itemIdentifier': record['messageId']})" in code
    assert "return {'batchItemFailures': failed}" in code
    assert "context) -> dict[str, list[dict[str, str]]]:" in code


DATA_CLASS = '''import json

import boto3
from aws_lambda_powertools.utilities.data_classes import SQSEvent, event_source

sns = boto3.client("sns")


@event_source(data_class=SQSEvent)
def handler(event: SQSEvent, context):
    for record in event.records:
        order = json.loads(record.body)
        sns.publish(PhoneNumber=order["phone"], Message="ready")
    return {"statusCode": 200}
'''


def test_a_record_of_a_data_class_has_its_id_as_an_attribute() -> None:
    """What is named among the failed ones is what the class calls it."""
    code = mended(DATA_CLASS)
    assert '{"itemIdentifier": record.message_id}' in code
    ast.parse(code)
