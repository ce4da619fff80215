"""Languages inside of literals: SQL, JMESPath and the expressions of DynamoDB may be made to do harm as well as Python may."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lintdem.session import check_files

TEMPLATE = """Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, CodeUri: ., Runtime: python3.12, Events: {Q: {Type: SQS, Properties: {Queue: arn:aws:sqs:x:1:q}}}}
"""
SQL = """import boto3
import psycopg2

sns = boto3.client("sns")


def handler(event, context):
    connection = psycopg2.connect("x")
    with connection, connection.cursor() as cursor:
        cursor.execute(%r, (event["Records"][0]["body"],))
    sns.publish(TopicArn="arn", Message="x")
"""
GUARDED = """import boto3
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent

sns = boto3.client("sns")
config = IdempotencyConfig(event_key_jmespath=%r, expires_after_seconds=2000000, raise_on_no_idempotency_key=True)


@idempotent(persistence_store=DynamoDBPersistenceLayer(table_name="t"), config=config)
def handler(event, context):
    sns.publish(TopicArn="arn", Message="x")
    return {}
"""
CONDITION = """import boto3

sns = boto3.client("sns")
table = boto3.resource("dynamodb").Table("t")


def handler(event, context):
    table.put_item(Item={"id": event["Records"][0]["body"]}, ConditionExpression=%r)
    sns.publish(TopicArn="arn", Message="x")
"""


def told(code: str) -> tuple[set[str], list[str]]:
    """The codes of what is found in the code, and what was said of lintdem itself."""
    report = check_files({"app.py": code, "template.yaml": TEMPLATE})
    return {one.code for one in report.findings if one.path == "app.py"}, [one.message for one in report.problems]


@pytest.mark.parametrize("depth", [200, 3_000])
@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda n: f"INSERT INTO t (a) VALUES ({'(' * n}1{')' * n})", "LDM105"),
        (lambda n: f"UPDATE t SET a = a + 1 WHERE b = {'(' * n}1{')' * n}", "LDM104"),
        (lambda n: f"UPDATE t SET a = a {'+ 1 ' * n}", "LDM104"),
    ],
    ids=["inserted", "compared", "added"],
)
def test_sql_of_any_depth_is_judged_by_its_head(made: Callable[[int], str], code: str, depth: int) -> None:
    """What a statement does is told by its verb, table and assignment, though no parser goes down into its brackets."""
    codes, problems = told(SQL % made(depth))
    assert ({code, "LDM101"} <= codes, problems) == (True, [])


@pytest.mark.parametrize(
    "made",
    [
        lambda n: f"MERGE INTO t USING s ON ({'(' * n}1{')' * n}) WHEN MATCHED THEN UPDATE SET a = 1",
        lambda n: f"WITH x AS (SELECT {'(' * n}1{')' * n}) INSERT INTO t SELECT * FROM x",
    ],
    ids=["merge", "with"],
)
def test_sql_that_has_no_such_head_is_told_to_be_unread(made: Callable[[int], str]) -> None:
    """Three thousand brackets in a statement that changes who knows what: said as not followed, and the effect beside it is found."""
    report = check_files({"app.py": SQL % made(3_000), "template.yaml": TEMPLATE})
    gaps = [(one.code, one.path, one.message) for one in report.findings if one.code == "LDM902"]
    assert [(code, path) for code, path, _ in gaps] == [("LDM902", "app.py")]
    assert "SQL statement" in gaps[0][2] and "could not be read" in gaps[0][2]
    assert "LDM101" in {one.code for one in report.findings}
    assert report.problems == ()


@pytest.mark.parametrize("depth", [300, 50_000])
@pytest.mark.parametrize(
    "made",
    [
        lambda n: "[" * n + "a" + "]" * n, lambda n: "(" * n + "a" + ")" * n, lambda n: "a" + ".a" * n, lambda n: "a" + " | a" * n,
        lambda n: "!" * n + "a", lambda n: "length(" * n + "a" + ")" * n, lambda n: "a" + "[0]" * n, lambda n: "a" + " || a" * n,
    ],
    ids=["lists", "brackets", "names", "pipes", "nots", "calls", "indexes", "ors"],
)  # fmt: skip
def test_jmespath_of_any_depth_is_a_key_that_is_not_known(made: Callable[[int], str], depth: int) -> None:
    """The expression of a guard neither ends the run nor holds it up, and the guard stays one."""
    codes, problems = told(GUARDED % made(depth))
    assert (codes - {"LDM209"}, problems) == (set(), [])


def test_jmespath_that_is_none_is_still_told() -> None:
    """What Powertools refuses is refused, as long as it is short enough to be read; what is longer is not called wrong."""
    assert "LDM522" in told(GUARDED % ("[" * 300))[0]
    assert "LDM522" not in told(GUARDED % ("[" * 50_000))[0]


@pytest.mark.parametrize("depth", [300, 50_000])
def test_conditions_of_any_depth(depth: int) -> None:
    """A condition of DynamoDB that nobody can read ends no run, and what else is wrong is told."""
    for written in ("(" * depth + "a = :a" + ")" * depth, "NOT " * depth + "a = :a", "a = :a" + " AND a = :a" * depth):
        codes, problems = told(CONDITION % written)
        assert ("LDM208" in codes, problems) == (True, [])
