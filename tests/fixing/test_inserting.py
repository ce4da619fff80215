"""Rows, documents and entries that come to be left alone when they are there (LDM105)."""

from __future__ import annotations

import ast

import pytest

from lintdem.testing.fixed import fixed

ROW = """import json
import os

import psycopg2

connection = psycopg2.connect(os.environ["DATABASE_URL"])


def handler(event, context):
    for record in event["Records"]:
        payment = json.loads(record["body"])
        with connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO payments (payment_id, cents) VALUES (%s, %s)", (payment["payment_id"], payment["cents"]))
"""
ENTRY = """import os

from elasticsearch import Elasticsearch

search = Elasticsearch(os.environ["SEARCH"])


def handler(event, context):
    order = event["detail"]
    search.index(index="orders", body={"order": order["order_id"], "lines": order["lines"]})
"""


def mended(code: str) -> str:
    """The code with the fix, the same text where there is none."""
    return fixed({"handler.py": code}, "", "LDM105").files["handler.py"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"INSERT INTO payments (payment_id, cents) VALUES (%s, %s);"', 'VALUES (%s, %s) ON CONFLICT DO NOTHING;"'),
        ('"INSERT INTO payments (payment_id, cents) " "VALUES (%s, %s)"', '"VALUES (%s, %s) ON CONFLICT DO NOTHING"'),
        ('"""INSERT INTO payments (payment_id, cents)\n    VALUES (%s, %s)\n"""', '(%s, %s) ON CONFLICT DO NOTHING\n"""'),
        ('f"INSERT INTO {os.environ[\'T\']} (payment_id, cents) VALUES (%s, %s)"', '(%s, %s) ON CONFLICT DO NOTHING"'),
    ],
    ids=["semicolon", "in two parts", "over lines", "with a name put in"],
)
def test_clause_stands_at_the_end_of_the_statement(before: str, after: str) -> None:
    """Before the semicolon and the blanks, in the last of several literals."""
    code = ROW.replace('"INSERT INTO payments (payment_id, cents) VALUES (%s, %s)"', before)
    ast.parse(code)
    assert after in mended(code)


def test_database_of_mysql_has_another_word() -> None:
    """MySQL knows no ON CONFLICT."""
    code = mended(ROW.replace("import psycopg2", "import pymysql").replace("psycopg2.", "pymysql."))
    assert '"INSERT IGNORE INTO payments (payment_id, cents) VALUES' in code


DOCUMENT = """import os

from pymongo import MongoClient

orders = MongoClient(os.environ["MONGODB_URI"])["shop"]["orders"]


def handler(event, context):
    order = event["detail"]
    document = {"order": order["order_id"], "lines": order["lines"]}
    orders.insert_one(document)
"""


def test_document_that_has_a_name_gets_the_id() -> None:
    """What is stored is a dict of its own with the id in front, and the document stays as it is."""
    code = mended(DOCUMENT)
    assert 'orders.insert_one({"_id": order["order_id"], **document})' in code
    assert 'document = {"order": order["order_id"], "lines": order["lines"]}' in code


def test_document_that_is_made_on_the_spot_is_left_alone() -> None:
    """What a function gives cannot be told to be a dict."""
    code = DOCUMENT.replace("insert_one(document)", "insert_one(made(document))")
    assert mended(code) == code


def test_entry_of_an_index_gets_the_id() -> None:
    """The second entry replaces the first."""
    assert 'order["lines"]},\n        id=order["order_id"],\n    )' in mended(ENTRY)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(%s, %s)\"", "(%s, %s) RETURNING id\""),
        ("(payment_id, cents)", "(customer_id, cents)"),
        ("import psycopg2\n", "import psycopg2\nimport pymysql\n"),
        ("payment[\"cents\"]))\n", "payment[\"cents\"]))\n            print(cursor.lastrowid)\n"),
    ],
    ids=["answer", "no id", "two databases", "asked for the row"],
)
def test_no_clause_where_the_row_is_needed_or_has_no_key(old: str, new: str) -> None:
    """A statement that answers with its row, a row without an id of the event, a database that is not known: advice only."""
    code = ROW.replace(old, new).replace('payment["payment_id"]', 'payment["customer"]' if "customer" in new else 'payment["payment_id"]')
    ast.parse(code)
    assert code != ROW
    assert mended(code) == code
