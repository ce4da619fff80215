"""Second runs that come to take a refusal for success (LDM109), what is made by the token of its request (LDM106), and ids of
messages (LDM101, LDM710)."""

from __future__ import annotations

import ast

import pytest

from lintdem.testing.fixed import fixed

START = """import json

import boto3

sfn = boto3.client("stepfunctions")


def handler(event, context):
    for record in event["Records"]:
        order = json.loads(record["body"])
        sfn.start_execution(stateMachineArn="arn", name=order["order_id"], input=record["body"])
"""
RESOURCE = """import boto3

ec2 = boto3.client("ec2")


def handler(event, context):
    if event["RequestType"] == "Create":
        ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)
    if event["RequestType"] == "Delete":
        ec2.terminate_instances(InstanceIds=[event["PhysicalResourceId"]])
    return {"PhysicalResourceId": event["LogicalResourceId"]}
"""
QUEUE = """import json

import boto3

sqs = boto3.client("sqs")


def handler(event, context):
    order = event["detail"]
    sqs.send_message(QueueUrl="https://q/orders.fifo", MessageBody=json.dumps(order["order_id"]), MessageGroupId="a")
"""


def mended(code: str, rule: str) -> str:
    """The code with the fix, the same text where there is none."""
    after = fixed({"handler.py": code}, "", rule).files["handler.py"]
    ast.parse(after)
    return after


def test_refusal_that_says_so_is_success_and_every_other_error_is_raised() -> None:
    """The code of the error is asked, not the class alone, and what stands below goes on."""
    code = mended(START, "LDM109")
    assert code.endswith(
        "        except ClientError as error:\n"
        '            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":\n'
        "                raise\n"
    )
    assert "from botocore.exceptions import ClientError\n" in code


def test_name_of_the_error_is_free() -> None:
    """A variable of the file that has the usual name keeps its value."""
    code = START.replace("    for record", "    error = None\n    for record").replace("input=record", "traceHeader=error, input=record")
    assert "except ClientError as refusal:" in mended(code, "LDM109")
    named = START.replace("input=record", "error=record")
    assert "except ClientError as error:" in mended(named, "LDM109")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        sfn.start", "        done = sfn.start"),
        ("        sfn.start_execution(stateMachineArn=\"arn\", name=order[\"order_id\"], input=record[\"body\"])",
         "        boto3.client(\"iam\").create_user(UserName=order[\"order_id\"])"),
        ("        order =", "        error = refusal = 1\n        order ="),
    ],
    ids=["the answer is used", "codes that are no names", "no name is free"],
)  # fmt: skip
def test_no_success_where_it_would_be_guessed(old: str, new: str) -> None:
    """An answer that is not there, a code that is not known, or a name that is taken: advice only."""
    code = START.replace(old, new)
    assert code != START
    assert mended(code, "LDM109") == code


def test_request_is_the_token_of_what_it_makes() -> None:
    """Lambda runs a request again under its own id."""
    assert 'ClientToken=event["RequestId"]' in mended(RESOURCE, "LDM106")


def test_token_is_as_short_as_the_service_wants_it() -> None:
    """A certificate takes 32 letters and digits."""
    code = RESOURCE.replace('run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)', 'request_certificate(DomainName="a.example")')
    code = code.replace('terminate_instances(InstanceIds=[event["PhysicalResourceId"]])', "delete_certificate(CertificateArn='a')")
    after = mended(code.replace('client("ec2")', 'client("acm")'), "LDM106")
    assert "IdempotencyToken=hashlib.sha256(event['RequestId'].encode()).hexdigest()[:32]".replace("'", '"') in after


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        ec2.run", "        for _ in range(2):\n            ec2.run"),
        ("        ec2.run", "        event = dict(event)\n        ec2.run"),
        ("MaxCount=1)", "MaxCount=1, **more)"),
    ],
    ids=["several", "another event", "spread"],
)
def test_no_token_that_may_be_anothers(old: str, new: str) -> None:
    """Two instances of one request, or a request that is not seen: advice only."""
    code = RESOURCE.replace(old, new)
    assert code != RESOURCE
    assert mended(code, "LDM106") == code


def test_message_for_a_fifo_queue_gets_an_id() -> None:
    """A message that tells the time has another content in each run: the queue knows a repeat by the id alone."""
    timed = QUEUE.replace('json.dumps(order["order_id"])', 'json.dumps({"order": order["order_id"], "at": time.time()})')
    code = mended(timed.replace("import json\n", "import json\nimport time\n"), "LDM101")
    assert "MessageDeduplicationId=str(uuid.uuid5(uuid.NAMESPACE_URL, f\"send-message-{order['order_id']}\"))" in code


def test_standard_queues_take_no_such_id() -> None:
    """They refuse the parameter."""
    plain = QUEUE.replace(".fifo", "").replace(', MessageGroupId="a"', "")
    assert "MessageDeduplicationId" not in mended(plain, "LDM101")


def test_each_of_several_refusals_is_caught() -> None:
    """A name that only clauses bind for themselves is free for one more."""
    call = START[START.index("        sfn.") :]
    both = f"        if order[\"kind\"]:\n    {call}        else:\n    {call.replace('arn', 'other')}"
    assert mended(START.replace(call, both), "LDM109").count("except ClientError as error:") == 2


def test_id_of_what_the_work_is_done_with_is_no_id_of_the_work() -> None:
    """Each execution of one document would be taken for a repeat of the first."""
    code = """import boto3


def handler(event, context):
    document = event["detail"]["document_id"]
    boto3.client("ssm").start_automation_execution(DocumentName=document or "none", Parameters={})
"""
    assert mended(code, "LDM103") == code
    assert "ClientToken=" in mended(code.replace("Parameters={}", 'Parameters={"of": [event["detail"]["order_id"]]}'), "LDM103")
