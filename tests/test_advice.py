"""What a finding says beside its message is true of its code: the advice for its source, the guard for the order of the writes."""

from __future__ import annotations

import pytest

from lintdem.session import check_files

CODE = """
import boto3

sns = boto3.client("sns")


# lintdem: source[{source}]
def handler(event, context):
    for record in event["{records}"]:
        sns.publish(PhoneNumber="+3225550100", Message=record["message"])
"""


def advice(source: str, records: str) -> str:
    """What LDM601 advises a handler of this source to do."""
    report = check_files({"app.py": CODE.format(source=source, records=records)})
    (found,) = [finding for finding in report.findings if finding.code == "LDM601"]
    return found.advice or ""


@pytest.mark.parametrize("source", ["sqs", "kinesis", "dynamodb-stream"])
def test_mappings_are_told_to_report_what_failed(source: str) -> None:
    """They take a partial-batch response."""
    assert "ReportBatchItemFailures" in advice(source, "Records")


def test_log_events_are_not() -> None:
    """CloudWatch Logs invokes asynchronously: there is no partial-batch response."""
    assert "ReportBatchItemFailures" not in advice("logs", "logEvents")


CHECKED = """
import boto3

tables = boto3.resource("dynamodb")
jobs, plans = tables.Table("jobs"), tables.Table("plans")


def handler(event, context):
    name = event["detail"]["job"]
    if "Item" not in jobs.get_item(Key={{"name": name}}):
        return
    {first}
    {second}
"""
COUNT = """plans.update_item(Key={"id": name}, UpdateExpression="ADD runs :n", ExpressionAttributeValues={":n": 1})"""
TAKE_AWAY = """jobs.delete_item(Key={"name": name})"""


@pytest.mark.parametrize(
    ("first", "second", "repeats"),
    [(COUNT, TAKE_AWAY, True), (TAKE_AWAY, COUNT, False)],
    ids=["done first", "taken away first"],
)
def test_a_crash_repeats_what_stands_before_its_record(first: str, second: str, repeats: bool) -> None:
    """Where the record is taken away first, a crash leaves the next run nothing to find, and nothing is done again."""
    report = check_files({"app.py": CHECKED.format(first=first, second=second)})
    (found,) = [finding for finding in report.findings if finding.code == "LDM501"]
    assert ("a crash in between leaves no record" in (found.guard or "")) == repeats


ONE_FOR_ALL = """
import boto3

rds = boto3.client("rds-data")


def run(sql, job):
    given = [{"name": "id", "value": {"stringValue": job}}]
    return rds.execute_statement(resourceArn="arn:c", secretArn="arn:s", database="jobs", sql=sql, parameters=given)


def handler(event, context):
    job = event["detail"]["id"]
    if run("SELECT id FROM jobs WHERE id = :id", job)["records"]:
        return
    run("INSERT INTO jobs (id) VALUES (:id)", job)
    run("UPDATE counters SET jobs = 1 WHERE id = :id", job)
"""


def test_a_check_is_told_by_its_own_statement() -> None:
    """Where one function runs all statements, the guard names the one that asked, not the one that was run last."""
    report = check_files({"app.py": ONE_FOR_ALL})
    (found,) = [finding for finding in report.findings if finding.code == "LDM501"]
    assert "asks SELECT jobs first" in (found.guard or "")


WRITTEN = """
import boto3

client = boto3.client("dynamodb")
table = boto3.resource("dynamodb").Table("prices")


# lintdem: source[sqs]
def handler(event, context):
    for record in event["Records"]:
        {write}
"""


def conditions(write: str, code: str = "LDM301") -> str:
    """What is advised to somebody who writes an item so."""
    report = check_files({"app.py": WRITTEN.format(write=write)})
    return next(finding.advice or "" for finding in report.findings if finding.code == code)


@pytest.mark.parametrize(
    "write",
    [
        'with table.batch_writer() as batch: batch.put_item(Item={"sku": record["body"], "cents": 3})',
        'client.batch_write_item(RequestItems={"prices": [{"DeleteRequest": {"Key": {"sku": {"S": record["body"]}}}}]})',
    ],
)
def test_what_is_sent_in_a_batch_is_to_be_written_alone(write: str) -> None:
    """DynamoDB takes no condition in a batch, so none may be advised there."""
    assert conditions(write).startswith("a batch takes no condition: write the items one by one")


@pytest.mark.parametrize(
    "write",
    [
        'table.put_item(Item={"sku": record["body"], "cents": 3})',
        'client.delete_item(TableName="prices", Key={"sku": {"S": record["body"]}})',
    ],
)
def test_what_is_written_alone_is_to_get_a_condition(write: str) -> None:
    """The call that is there takes one."""
    assert conditions(write).startswith("add ConditionExpression")


MAKES = """
import uuid

import boto3

rows = boto3.resource("dynamodb").Table("rows")
sns = boto3.client("sns")
ec2 = boto3.client("ec2")


# lintdem: source[{source}]
def handler(event, context):
    rows.put_item(Item={{"id": str(uuid.uuid4())}})
    rows.update_item(Key={{"id": "all"}}, UpdateExpression="ADD made :one", ExpressionAttributeValues={{":one": 1}})
    ec2.create_volume(AvailabilityZone="eu-west-1a", Size=8)
    sns.publish(PhoneNumber="+3225550100", Message="made")
"""


@pytest.mark.parametrize(("source", "known"), [("schedule", "the time the schedule fired for"), ("sqs", "business id")])
@pytest.mark.parametrize("code", ["LDM101", "LDM102", "LDM103", "LDM104"])
def test_an_event_is_known_by_what_its_source_gives_it(code: str, source: str, known: str) -> None:
    """A schedule has no business id: what repeats is to be known by the time that it fired for."""
    found = {one.code: one.advice or "" for one in check_files({"app.py": MAKES.format(source=source)}).findings}
    assert known in found[code]


EATS = """
import boto3

sqs = boto3.client("sqs")


# lintdem: source[{source}]
def handler(event, context):
    try:
        sqs.send_message(QueueUrl="https://sqs.eu-west-1.amazonaws.com/1/letters", MessageBody=str(event))
    except Exception as error:
        print(error)
"""


@pytest.mark.parametrize(("source", "asks"), [("sqs", True), ("kinesis", True), ("sns", False), ("s3", False)])
def test_only_a_source_that_asks_is_told_what_failed(source: str, asks: bool) -> None:
    """A topic and a bucket take no partial-batch response: there the failure has to be raised or kept (LDM602)."""
    found = {one.code: one.advice or "" for one in check_files({"app.py": EATS.format(source=source)}).findings}
    assert "let it raise" in found["LDM602"]
    assert ("batchItemFailures" in found["LDM602"]) is asks
