"""DynamoDB's update and condition expressions."""

from __future__ import annotations

import pytest

from lintdem.knowledge import parse_condition, parse_update
from lintdem.knowledge.expressions import (
    Action,
    And,
    Arithmetic,
    Between,
    Call,
    Comparison,
    Condition,
    Exists,
    Function,
    In,
    Not,
    Or,
    PathOperand,
    Update,
    ValueOperand,
)

PATH = PathOperand
VALUE = ValueOperand


def test_reads_every_clause_in_any_order_and_case() -> None:
    """Clauses and their actions are read as DynamoDB does."""
    text = "set #n = :v, a.b[0] = a.b[1] REMOVE old ADD hits :one delete tags :gone"
    assert parse_update(text) == Update(
        (
            Action("SET", "#n", VALUE(":v")),
            Action("SET", "a.b[0]", PATH("a.b[1]")),
            Action("REMOVE", "old"),
            Action("ADD", "hits", VALUE(":one")),
            Action("DELETE", "tags", VALUE(":gone")),
        )
    )


def test_reads_counters_and_appends() -> None:
    """What accumulates is told from what sets."""
    assert parse_update("SET n = if_not_exists(n, :zero) + :i, l = list_append(l, :v)") == Update(
        (
            Action("SET", "n", Arithmetic("+", Function("if_not_exists", (PATH("n"), VALUE(":zero"))), VALUE(":i"))),
            Action("SET", "l", Function("list_append", (PATH("l"), VALUE(":v")))),
        )
    )
    assert parse_update("SET n=n-:i") == Update((Action("SET", "n", Arithmetic("-", PATH("n"), VALUE(":i"))),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SET",
        "SET a",
        "SET a = :x SET b = :y",
        "CHANGE a = :x",
        "SET a = :x,",
        "SET a = IF_NOT_EXISTS(a, :x)",
        "SET a = list_append(a)",
        "SET a = :x ; DROP",
        "REMOVE a = :x",
        "SET a = " + "(" * 3000 + ":x" + ")" * 3000,
    ],
)
def test_refuses_what_is_no_update(text: str) -> None:
    """What DynamoDB would refuse is not understood half."""
    assert parse_update(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("attribute_not_exists(pk)", Exists("pk", False)),
        ("attribute_exists ( #a.b )", Exists("#a.b", True)),
        ("version = :v", Comparison("=", PATH("version"), VALUE(":v"))),
        (":low <= n", Comparison("<=", VALUE(":low"), PATH("n"))),
        ("NOT contains(ids, :id)", Not(Call("contains", (PATH("ids"), VALUE(":id"))))),
        ("size(l) < :max", Comparison("<", Function("size", (PATH("l"),)), VALUE(":max"))),
        ("n between :a and :b", Between(PATH("n"), VALUE(":a"), VALUE(":b"))),
        ("#s IN (:a, :b)", In(PATH("#s"), (VALUE(":a"), VALUE(":b")))),
        ("(attribute_not_exists(pk))", Exists("pk", False)),
    ],
)
def test_reads_conditions(text: str, expected: Condition) -> None:
    """Every form of a condition."""
    assert parse_condition(text) == expected


def test_and_binds_closer_than_or() -> None:
    """A condition means what DynamoDB makes of it."""
    assert parse_condition("attribute_not_exists(pk) OR e < :now OR (s = :p and e < :now)") == Or(
        (
            Exists("pk", False),
            Comparison("<", PATH("e"), VALUE(":now")),
            And((Comparison("=", PATH("s"), VALUE(":p")), Comparison("<", PATH("e"), VALUE(":now")))),
        )
    )
    assert parse_condition("NOT a = :a AND b = :b") == And(
        (Not(Comparison("=", PATH("a"), VALUE(":a"))), Comparison("=", PATH("b"), VALUE(":b")))
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "attribute_not_exists(pk",
        "Attribute_Not_Exists(pk)",
        "attribute_not_exists(:pk)",
        "a != :b",
        "a = :b OR",
        "a",
        "contains(a)",
        "NOT " * 3000 + "a = :b",
        "(" * 3000 + "a = :b" + ")" * 3000,
    ],
)
def test_refuses_what_is_no_condition(text: str) -> None:
    """Nothing is known of a condition that cannot be read, and hostile nesting is refused as well."""
    assert parse_condition(text) is None
