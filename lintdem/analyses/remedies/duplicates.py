"""The duplicate branch of a conditional write of DynamoDB: the condition, and what catches its failure, as a remedy."""

from __future__ import annotations

import re

from lintdem.analyses.cases import Case
from lintdem.analyses.keys import readable
from lintdem.analyses.remedies.keysinscope import fits, spelled
from lintdem.analyses.subjects import Subject
from lintdem.analyses.timeliness import event_time
from lintdem.interpreter.domain import Client, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.spots import around, exactly, within
from lintdem.interpreter.written import nodes
from lintdem.model.finding import Level
from lintdem.model.function import Return
from lintdem.model.remedy import Argument, Remedy, Wrapped
from lintdem.model.span import Place
from lintdem.model.stack import Source
from lintdem.model.values import Attr, Call, Const, Dict, Item, Name
from lintdem.program import Program
from lintdem.regexes import late

_FAILED = "exceptions.ConditionalCheckFailedException"
_SINGLE, _DOUBLE = "'", '"'
_SETS = late(r"(#?\w+)\s*=\s*(:\w+)(?=\s*(?:,|$|REMOVE\b|ADD\b|DELETE\b))", re.IGNORECASE)
"""What an update sets to a placeholder."""
_UNRESERVED = late(r"[A-Za-z]+(_[A-Za-z]+)+|[a-z]+(Id|ID)")
"""Names that no reserved word of DynamoDB looks like."""


def caught(program: Program, place: Place, run: Run, subject: Subject) -> tuple[Remedy, ...]:
    """Catch the failure of the condition at a call, and leave the rest to the first delivery; a custom resource goes on, for
    CloudFormation waits for the answer to every request."""
    call = run.sites.get(place)
    error = _error(program, place, call.target) if call is not None else ""
    if not error:
        return ()
    if subject.source is Source.CUSTOM_RESOURCE:
        title = "catch the duplicate and answer the request (check: what stands below may run again)"
        return (Remedy(title, False, (Wrapped(place, error, goes_on=True),)),)
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
    goes_on = case.subject.source is Source.CUSTOM_RESOURCE
    if case.subject.by_caller and not goes_on and _answers(program, place):
        return ()
    plain = f'"attribute_not_exists({name})"'
    text = plain if _UNRESERVED.fullmatch(name) else f'«boto3.dynamodb.conditions:Attr»("{name}").not_exists()'
    title = f"write it only when there is no item with this {name} (check: nothing else is to replace it this way)"
    return (Remedy(title, False, (Wrapped(place, error, (Argument(place, "ConditionExpression", text),), goes_on),)),)


def newer_only(program: Program, case: Case) -> tuple[Remedy, ...]:
    """Write only what is newer than the time or version that is stored, and leave what is not."""
    call, place = case.effect.call, case.effect.place
    write, function = call.write, around(program, place)
    node, error = exactly(program, place, Call), _error(program, place, call.target)
    if write is None or node is None or not error or function is None or any(arg.star for arg in node.args):
        return ()
    name = next((name for name, value in write.values if _tells_time(value, case)), "")
    text = ""
    if name and write.kind == "update":
        text = _compared(node, name)
    elif name and write.kind == "put" and isinstance(call.target, Client) and call.target.resource == "Table":
        text = _condition(program, name, dict(write.places).get(name))
    if not text or _answers(program, place) or case.subject.source is Source.CUSTOM_RESOURCE:
        return ()
    title = (
        f"leave a newer {name} alone (check: {name} grows with each change and is written alike; an older one is to end there)"
    )
    return (Remedy(title, False, (Wrapped(place, error, (Argument(place, "ConditionExpression", text),)),)),)


def _answers(program: Program, place: Place) -> bool:
    """Whether the function around a place returns something, which its caller would miss."""
    function = around(program, place)
    return function is None or any(isinstance(one, Return) and one.value is not None for one in nodes(function.body))


def _tells_time(value: Value, case: Case) -> bool:
    return isinstance(value, Path) and value.root == "event" and readable(value.steps) == event_time(case.effect)


def _compared(node: Call, name: str) -> str:
    """The condition on an attribute that an update sets, by the names and placeholders of the update itself."""
    given = {arg.name: arg.value for arg in node.args}
    update, named = given.get("UpdateExpression"), given.get("ExpressionAttributeNames")
    if not isinstance(update, Const) or not isinstance(update.value, str):
        return ""
    aliases = {name}
    for entry in named.entries if isinstance(named, Dict) else ():
        if isinstance(entry.key, Const) and isinstance(entry.value, Const) and entry.value.value == name:
            aliases.add(str(entry.key.value))
    found = [(alias, value) for alias, value in _SETS.findall(update.value) if alias in aliases]
    if len(found) != 1:
        return ""
    alias, placeholder = found[0]
    return f'"attribute_not_exists({alias}) OR {alias} <= {placeholder}"'


def _condition(program: Program, name: str, place: Place | None) -> str:
    """The condition on an attribute of an item that is put, where its value can be written once more."""
    if place is None:
        return ""
    kinds: tuple[type[Name | Attr | Item], ...] = (Name, Attr, Item)
    found = (node for kind in kinds for node in within(program, place, kind) if node.span == place.span)
    written = next((spelled(node) for node in found), "")
    attr = f'«boto3.dynamodb.conditions:Attr»("{name}")'
    return f"{attr}.not_exists() | {attr}.lte({written.replace(_SINGLE, _DOUBLE)})" if written else ""


def _error(program: Program, place: Place, target: Value | None) -> str:
    """The exception as the client or table of the call names it."""
    call = exactly(program, place, Call)
    if call is None or not isinstance(call.func, Attr) or not isinstance(target, Client) or target.service != "dynamodb":
        return ""
    receiver = spelled(call.func.value)
    between = {None: "", "Table": "meta.client.", "": "meta.client."}.get(target.resource)
    return f"{receiver}.{between}{_FAILED}" if receiver and between is not None else ""
