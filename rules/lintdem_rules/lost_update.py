"""LDM302: an item is read, changed in the code and written back without a version."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Finding, Group, Kind, Level, Pass, Rule, Step, lower, way


def check(p: Pass) -> Iterator[Finding]:
    """Writes made of what the same run read from the same place."""
    for case in p.cases(Kind.LOST_UPDATE):
        call = case.effect.call
        what = case.reason or ("the item" if call.service == "dynamodb" else "the content")
        extra = (Step(case.key_place, f"{what} is read"),) if case.key_place is not None else ()
        same = [one for one in case.effect.origins if one.attribute == case.reason]
        changed = "" if same and all(one.kept for one in same) else " and changed here"
        message, guard, advice = (
            f"{call.name} writes {what} back as it was read{changed}: what another run wrote in between is lost",
            "nothing compares what was read with what is there when it is written", _advice(call.service),
        )  # fmt: skip
        if any(one.left and one.attribute == what for one in case.effect.origins):
            message = f"{call.name} replaces {what} by what this run did of the rest: what earlier runs stored in it is lost"
            guard, advice = "what was found in it is left out and not written again", "add to what is stored: ADD to the set"
        yield p.finding(
            case, case.effect.place, message, subject=case.subject, level=lower(Level.ERROR, case.subject), why=way(case, *extra),
            guard=guard, advice=advice, about=call.name,
        )  # fmt: skip


def _advice(service: str) -> str:
    return {
        "s3": "pass IfMatch with the ETag that was read, and read again when it fails",
        "dynamodb": "write under the condition that the version or the old value is still the one that was read",
        "sql": "let the database count, `SET n = n + …`, or lock the row when it is read: SELECT … FOR UPDATE",
        "ssm": "keep it in a DynamoDB item and write under the condition that the old value is still there: a parameter takes none",
    }.get(service, "change the value in one atomic command, or watch the key")


RULE = Rule(
    "LDM302", "lost-update", Group.CORRECTNESS, "0.1",
    "a value is read, changed in the code and written back without a version", check, "none",
)  # fmt: skip
