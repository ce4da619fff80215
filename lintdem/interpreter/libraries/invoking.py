"""Invocations of other functions that only ask: by the request in the payload, by the name of what is invoked or asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintdem.interpreter.deployed import function_of
from lintdem.interpreter.domain import Derived, Env, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.libraries.requests import is_question
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.trace import Effect, Invocation
from lintdem.interpreter.values import NONE, leaves, members, text
from lintdem.program import Handler, Program
from lintdem.regexes import late

_METHODS = frozenset({"httpmethod", "requestcontext.http.method", "routekey"})
_ACTIONS = frozenset({"action", "operation", "method", "command", "fieldname", "query_type"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_WORDS = late(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_READS = frozenset({"get", "fetch", "read", "list", "lookup", "describe", "search", "query", "find"})
_LEADING = frozenset({"list", "read", "lookup", "describe", "query"})
"""Words that are a verb only in front: an event may be sent to a mailing list."""
_ENDS = frozenset({"arn", "name", "function", "lambda", "fn", "api", "handler"})
_DOES = late(r"and|then|create|send|post|put|set|update|write|save|store|delete|charge|pay|notify|process|sync|or")


def only_asks_function(m: Machine, call: Invocation, flow: Flow) -> bool:
    """Whether somebody waits for the answer of a function that only reads, as far as payload and names tell."""
    if (call.service, call.method) != ("lambda", "invoke") or call.arg("**") is not None:
        return False
    kind = call.arg("InvocationType")
    if kind is not None and text(kind) != "RequestResponse":
        # Nobody waits for an answer: then something is done.
        return False
    said = {k.lower(): v for k, v in _said(m, call.arg("Payload") or NONE, flow)}
    methods = [text(v) for k, v in said.items() if k in _METHODS]
    if methods:
        return all(method is not None and method.split()[0].upper() in _SAFE for method in methods if method != "")
    actions = [text(v) for k, v in said.items() if k in _ACTIONS]
    if actions:
        return all(action is not None and _reads(action) for action in actions)
    if any(k.startswith("querystringparameters") for k in said) and "body" not in said:
        # The request of an API that carries its question in the address.
        return True
    names = [name for leaf in leaves(call.arg("FunctionName") or NONE) if (name := _name(leaf))]
    return (bool(names) and all(map(_reads, names))) or is_question(m.frame.name)


def only_deletes(m: Machine, call: Invocation, flow: Flow) -> bool:
    """Whether somebody who waits for a function sends it the request of an API to delete something."""
    waits = text(call.arg("InvocationType") or NONE) in (None, "RequestResponse")
    if (call.service, call.method) != ("lambda", "invoke") or not waits:
        return False
    methods = [text(v) for k, v in _said(m, call.arg("Payload") or NONE, flow) if k.lower() in _METHODS]
    return bool(methods) and all(method is not None and method.split()[:1] == ["DELETE"] for method in methods)


_COMPUTING = late(r"_*(calculate|compute|estimate|hash|checksum|digest)(_|$|[A-Z])", re.IGNORECASE)


def only_computes(effect: Effect) -> bool:
    """Whether a function is invoked, and waited for, by one that is named after a value that it works out."""
    call = effect.call
    waits = text(call.arg("InvocationType") or NONE) in (None, "RequestResponse")
    names = (step.text.rpartition(".")[2] for step in effect.stack[-3:])
    return (call.service, call.method) == ("lambda", "invoke") and waits and any(_COMPUTING.match(name) for name in names)


def asks_deployed(call: Invocation, handler: Handler, program: Program) -> bool:
    """Whether somebody waits for the answer of a function that its template gives the name of one that reads."""
    kind = text(call.arg("InvocationType") or NONE)
    if (call.service, call.method) != ("lambda", "invoke") or kind not in (None, "RequestResponse"):
        return False
    callee = function_of(call.arg("FunctionName"), handler, program)
    return callee is not None and _reads(callee.name)


def _said(m: Machine, payload: Value, flow: Flow, prefix: str = "") -> Iterator[tuple[str, Value]]:
    """The entries of a payload that is written out, those of inner dicts dotted."""
    for one in members(payload):
        inner = one.parts[0] if isinstance(one, Derived) and one.op in ("dumps", "encode") else one
        entries = m.dict_entries(flow, inner)
        for key, value in entries.entries.items() if entries is not None else ():
            yield f"{prefix}{key}", value
            if prefix.count(".") < 2:
                yield from _said(m, value, flow, f"{prefix}{key}.")


def _name(leaf: Value) -> str:
    """What a function is called, or the variable that holds its name; of an ARN its last part."""
    written = leaf.name if isinstance(leaf, Env) else text(leaf) or ""
    parts = [p for p in written.split(":") if not p.startswith("$")]
    return parts[6] if written.startswith("arn:") and len(parts) > 6 else parts[0] if parts else ""


def _reads(name: str) -> bool:
    words = [w.lower() for w in _WORDS.findall(name)]
    while words and words[-1] in _ENDS:
        words.pop()
    verbs = [i for i, w in enumerate(words) if w in _READS and (i == 0 or w not in _LEADING)]
    return bool(verbs) and not any(_DOES.fullmatch(w) for w in words)
