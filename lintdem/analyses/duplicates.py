"""The duplicate branch of a conditional write of DynamoDB: the condition, and what catches its failure, as a remedy."""

from __future__ import annotations

import re

from lintdem.analyses.cases import Case
from lintdem.analyses.domain import Client, Path, Value
from lintdem.analyses.keysinscope import fits, spelled
from lintdem.analyses.spots import exactly
from lintdem.model.finding import Level
from lintdem.model.remedy import Argument, Remedy, Wrapped
from lintdem.model.span import Place
from lintdem.model.values import Attr, Call
from lintdem.program import Program

_FAILED = "exceptions.ConditionalCheckFailedException"
_UNRESERVED = re.compile(r"[A-Za-z]+(_[A-Za-z]+)+|[a-z]+(Id|ID)")
"""Names that no reserved word of DynamoDB looks like."""


def caught(program: Program, place: Place, target: Value | None) -> tuple[Remedy, ...]:
    """Catch the failure of the condition at a call, and leave the rest to the first delivery."""
    error = _error(program, place, target)
    if not error:
        return ()
    title = "catch the duplicate and end there (check: what stands below is to run for the first delivery only)"
    return (Remedy(title, False, (Wrapped(place, error),)),)


def created_once(program: Program, case: Case) -> tuple[Remedy, ...]:
    """Write an item only when it is not there, where each run would write another value under the same key."""
    call, place = case.effect.call, case.effect.place
    write = call.write
    if write is None or write.kind != "put" or case.level is not Level.ERROR:
        return ()
    # Of an item that is there all attributes are there that its first writer wrote, so each of them may be asked for.
    named = [name for name, value in (*write.key, *write.values) if isinstance(value, Path) and fits(value, case)]
    error, name = _error(program, place, call.target), named[0] if named else ""
    node = exactly(program, place, Call)
    if not error or not name or node is None or not isinstance(call.target, Client) or any(arg.star for arg in node.args):
        return ()
    if call.target.resource is None and not _UNRESERVED.fullmatch(name):
        return ()
    plain = f'"attribute_not_exists({name})"'
    text = plain if _UNRESERVED.fullmatch(name) else f'«boto3.dynamodb.conditions:Attr»("{name}").not_exists()'
    title = f"write it only when there is no item with this {name} (check: nothing else is to replace it this way)"
    return (Remedy(title, False, (Wrapped(place, error, (Argument(place, "ConditionExpression", text),)),)),)


def _error(program: Program, place: Place, target: Value | None) -> str:
    """The exception as the client or table of the call names it."""
    call = exactly(program, place, Call)
    if call is None or not isinstance(call.func, Attr) or not isinstance(target, Client) or target.service != "dynamodb":
        return ""
    receiver = spelled(call.func.value)
    between = {None: "", "Table": "meta.client.", "": "meta.client."}.get(target.resource)
    return f"{receiver}.{between}{_FAILED}" if receiver and between is not None else ""
