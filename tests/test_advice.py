"""The advice of a finding can be followed for the source it is given for."""

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
