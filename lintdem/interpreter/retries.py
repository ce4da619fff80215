"""Retries inside one run: what makes a call again when it failed or its answer was lost.

A retry counts when it may follow a lost answer: a decorator (tenacity, backoff, …), a loop that goes round
again from an `except` and is left on success, a transport that repeats requests. One that follows only
refusals ("throttled", "no connection", "the condition failed") repeats nothing that was done.
"""

from __future__ import annotations

import re

from lintdem.interpreter.domain import Func, Known, ListObj, Made, Partial, Value, Wrapper
from lintdem.interpreter.elements import COUNTED
from lintdem.interpreter.exceptions import type_names
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.trace import Retry
from lintdem.interpreter.values import FALSE, NONE, leaves, members, text
from lintdem.interpreter.written import dotted, nodes, only_tells, telling
from lintdem.model.function import (
    Assign,
    Break,
    Catch,
    Continue,
    For,
    If,
    Match,
    Raise,
    Return,
    Stmt,
    Try,
    While,
    With,
)  # fmt: skip
from lintdem.model.module import Module
from lintdem.model.span import Place, Span
from lintdem.model.values import Call, Compare, Const, Expr, Name, Unary
from lintdem.regexes import late

REFUSED = late(
    r"throttl|toomanyrequests|limitexceeded|ratelimit|rate_limit|slowdown|throughputexceeded|conditionalcheckfailed|"
    r"transactionc(anceled|onflict)|conflict|connecttimeout|connectionrefused|newconnection|endpointconnection|"
    r"gaierror|nameresolution|notfound|nosuch|doesnotexist|notready|notstabilized|inuse|preconditionfailed|"
    r"optimisticlock|staledata|serializationfailure|deadlock|watcherror|lock(ed|error|timeout)|\b429\b|expiredtoken|"
    r"unauthori[sz]ed|\b40[1-9]\b|invalidparametervalue|validation|pending",
    re.IGNORECASE,
)
"""Names of failures after which nothing has been done: the service refused, or was never reached.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html"""

FAILED = late(
    r"^(internal\w*|service(unavailable)?\w*(exception|error)|serviceunavailable|requesttimeout\w*|5\d\d)$", re.IGNORECASE
)
"""Codes of a service that broke down at work."""
COUNTERS = frozenset({"range", "count", "repeat", "arange", "trange"})
ON_RESULT = frozenset({"on_predicate", "retry_if_result", "retry_if_not_result"})


# --- decorators and objects of libraries ---


def of_wrapper(m: Machine, wrapper: Wrapper, flow: Flow) -> Retry | None:
    """The retry that a decorator makes, unless it follows refusals only or tries once."""
    return _configured(m, wrapper.name, wrapper.args, wrapper.place, flow)


def of_object(m: Machine, made: Value, flow: Flow) -> Retry | None:
    """The retry of an object such as `tenacity.Retrying(…)`, whose rounds or calls are attempts."""
    return _configured(m, made.type, made.args, made.place, flow) if isinstance(made, Made) else None


def _configured(m: Machine, name: str, given: tuple[tuple[str, Value], ...], place: Place, flow: Flow) -> Retry | None:
    named = dict(given)
    if any(_is_one(named.get(k)) for k in ("stop", "max_tries", "attempts", "tries", "stop_max_attempt_number")):
        return None
    short = name.rpartition(".")[2]
    on = next((named[k] for k in ("on", "exception", "exceptions", "retry_on", "retry", "retry_on_exception") if k in named), None)
    if on is None and short in ("on_exception", "retry_on"):
        on = named.get("1", named.get("0"))
    elif on is None and short in ("retry", "api.retry"):
        on = named.get("0")
    if on is not None and _is_refusal(m, on, flow):
        return None
    types = _types(m, on, flow) if on is not None else None
    answers = short in ON_RESULT or (isinstance(on, Made) and on.type.rpartition(".")[2] in ON_RESULT)
    return Retry(place, name, answers=answers, types=types)


def _is_one(value: Value | None) -> bool:
    """`1`, or `stop_after_attempt(1)`."""
    if isinstance(value, Made) and value.args:
        value = value.args[0][1]
    return isinstance(value, Known) and value.value == 1


def _types(m: Machine, on: Value, flow: Flow) -> tuple[str, ...] | None:
    """The exceptions that a retry follows, None when a predicate decides."""
    if isinstance(on, Made) and on.type.rpartition(".")[2] == "retry_if_exception_type" and on.args:
        on = on.args[0][1]
    names = type_names(m, on, flow) if not isinstance(on, (Func, Partial, Made)) else None
    return tuple(sorted(names)) if names else None


def _is_refusal(m: Machine, on: Value, flow: Flow) -> bool:
    """Whether the exceptions or the predicate a retry follows are refusals."""
    if isinstance(on, Made) and on.type.rpartition(".")[2].startswith("retry_if_exception") and on.args:
        on = on.args[0][1]
    if isinstance(on, (Func, Partial)):
        function = on.func if isinstance(on, Partial) else on
        return isinstance(function, Func) and REFUSED.search(getattr(function.definition, "name", "")) is not None
    names = type_names(m, on, flow)
    return bool(names) and all(REFUSED.search(name) for name in names or ())


def is_decorator(name: str) -> bool:
    """Whether calling the result of this wraps a function; otherwise it runs one."""
    return name.rpartition(".")[2] in ("retry", "on_exception", "on_predicate", "retriable", "retrying", "retry_on")


# --- loops ---


def retried_blocks(module: Module | None, loop: For | While, numbered: bool) -> dict[Span, Span]:
    """The `try` statements of a loop that it repeats after a failure and leaves after a success."""
    if isinstance(loop, For) and not (numbered or _counts(loop.iter)):
        return {}
    found = {}
    for block, behind in _tries(loop.body):
        if isinstance(loop, For) and _uses(block.body, loop.target):
            continue
        if any(_goes_on(c) for c in block.catches) and _ends(loop, block, behind):
            found[block.span] = loop.span
    return found | (_judged_calls(module, loop) if isinstance(loop, For) else {})


def _judged_calls(module: Module | None, loop: For) -> dict[Span, Span]:
    """Calls whose answer decides whether the loop is left or waits and makes them again."""
    waiting = {name for name, waits in telling(module).items() if waits} if module is not None else set[str]()
    if not any(isinstance(n, Call) and dotted(n.func)[-1] in ("sleep", *waiting) for n in nodes(loop.body)):
        return {}
    found = {}
    for index, statement in enumerate(loop.body):
        if isinstance(statement, Assign) and not _uses((statement,), loop.target):
            names = {t.id for t in statement.targets if isinstance(t, Name)}
            tests = [s for s in loop.body[index + 1 :] if isinstance(s, If) and {"returns", "breaks"} & outcomes((s,))]
            if any(isinstance(n, Name) and n.id in names for s in tests for n in nodes(s.test)):
                found[statement.span] = loop.span
    return found


def is_numbered(m: Machine, over: Value, flow: Flow) -> bool:
    """Whether a loop runs over numbers written out, such as the seconds to wait."""
    listed = m.elements(flow, over)
    return listed is not None and listed.kind != COUNTED and bool(listed.items) and all(
        isinstance(v, Known) and v.type in ("int", "float") for v in listed.items
    )  # fmt: skip


def of_block(m: Machine, block: Try, loop: Span, flow: Flow) -> Retry | None:
    """The retry that a `try` inside such a loop is under, unless it goes round for refusals only."""
    followed: set[str] = set()
    known = True
    for catch in block.catches:
        if not _goes_on(catch) or _names_refusals(catch):
            continue
        types = m.evaluate(catch.type, flow.branch()) if catch.type is not None else None
        if types is not None and _is_refusal(m, types, flow):
            continue
        names = type_names(m, types, flow) if types is not None and not _names_failures(catch) else None
        known, followed = known and bool(names), followed | (names or {"anything"})
    if not followed:
        return None
    return Retry(m.place(flow, loop), "", False, m.place(flow, block.span), tuple(sorted(followed)) if known else None)


def of_call(m: Machine, statement: Assign, flow: Flow) -> Retry | None:
    """The retry of a call whose answer a loop looks at."""
    loop = m.frame.retried.get(statement.span)
    return Retry(m.place(flow, loop), "", True, m.place(flow, statement.span)) if loop is not None else None


def _counts(expr: Expr) -> bool:
    if isinstance(expr, Call) and dotted(expr.func)[-1] in ("reversed", "enumerate", "iter", "list") and expr.args:
        return _counts(expr.args[0].value)
    return isinstance(expr, Call) and dotted(expr.func)[-1] in COUNTERS


def _tries(body: tuple[Stmt, ...]) -> list[tuple[Try, tuple[Stmt, ...]]]:
    """The `try` statements of a loop's own body, each with what follows it."""
    found: list[tuple[Try, tuple[Stmt, ...]]] = []
    for index, statement in enumerate(body):
        if isinstance(statement, Try):
            found.append((statement, body[index + 1 :]))
        elif isinstance(statement, With):
            found += [(t, (*behind, *body[index + 1 :])) for t, behind in _tries(statement.body)]
        elif isinstance(statement, If):
            for branch in (statement.then, statement.other):
                found += [(t, (*behind, *body[index + 1 :])) for t, behind in _tries(branch)]
    return found


def _uses(body: tuple[Stmt, ...], target: Expr) -> bool:
    """Whether the number of the round goes into the work: then each round does another piece of it."""
    names = {n.id for n in nodes(target) if isinstance(n, Name)}
    told = {
        id(use) for n in nodes(body) if isinstance(n, Call) and only_tells(dotted(n.func))
        for arg in n.args for use in nodes(arg)
    }  # fmt: skip
    tests = {id(use) for n in nodes(body) if isinstance(n, If) for use in nodes(n.test)}
    return any(isinstance(n, Name) and n.id in names and id(n) not in told | tests for n in nodes(body))


def _goes_on(catch: Catch) -> bool:
    return bool({"falls", "continues"} & outcomes(catch.body))


def _names_refusals(catch: Catch) -> bool:
    """Whether a clause asks which failure it is, goes on for refusals and leaves otherwise."""
    if not {"raises", "returns", "breaks"} & outcomes(catch.body):
        return False
    tests = [n.test for n in nodes(catch.body) if isinstance(n, If)]
    words = [n.value for test in tests for n in nodes(test) if isinstance(n, Const) and _is_code(n.value)]
    words += [n.id for test in tests for n in nodes(test) if isinstance(n, Name) and REFUSED.search(n.id)]
    return bool(words) and all(REFUSED.search(str(word)) for word in words)


def _names_failures(catch: Catch) -> bool:
    """Whether a clause names failures of the service itself, which leave open what was done."""
    return any(isinstance(n, Const) and _is_code(n.value) and FAILED.search(str(n.value)) for n in nodes(catch.body))


def _is_code(value: object) -> bool:
    """The code of a failure: a word or a status, not a key of the response."""
    if isinstance(value, str):
        return value not in ("Error", "Code", "Message", "response", "ResponseMetadata", "HTTPStatusCode") and bool(value)
    return isinstance(value, int) and not isinstance(value, bool) and value >= 400


def _ends(loop: For | While, block: Try, behind: tuple[Stmt, ...]) -> bool:
    """Whether the loop is left when the `try` succeeds."""
    done = (*block.body, *block.other)
    if {"returns", "breaks"} & outcomes(done):
        return True
    if any("continues" in outcomes(c.body) for c in block.catches) and {"returns", "breaks"} & outcomes(behind):
        return True
    return isinstance(loop, While) and bool(_unset(loop.test) & _set(done))


def _unset(test: Expr) -> set[str]:
    """The names that a loop waits for: `while not sent`, `while answer is None`."""
    found: set[str] = set()
    for node in nodes(test):
        if isinstance(node, Unary) and node.op == "not" and isinstance(node.operand, Name):
            found.add(node.operand.id)
        elif isinstance(node, Compare) and isinstance(node.left, Name) and node.ops[0] in ("is", "=="):
            found |= {node.left.id} if isinstance(right := node.rights[0], Const) and right.value in (None, False) else set()
    return found


def _set(body: tuple[Stmt, ...]) -> set[str]:
    return {t.id for n in nodes(body) if isinstance(n, Assign) for t in n.targets if isinstance(t, Name)}


def outcomes(body: tuple[Stmt, ...]) -> set[str]:
    """The ways control may leave a block: "falls", "continues", "breaks", "returns", "raises"."""
    found: set[str] = set()
    for statement in body:
        ends = _outcome(statement)
        found |= ends - {"falls"}
        if "falls" not in ends:
            return found
    return found | {"falls"}


_PLAIN: dict[type, str] = {Return: "returns", Raise: "raises", Break: "breaks", Continue: "continues"}


def _outcome(statement: Stmt) -> set[str]:
    if type(statement) in _PLAIN:
        return {_PLAIN[type(statement)]}
    if isinstance(statement, If):
        return outcomes(statement.then) | outcomes(statement.other)
    if isinstance(statement, With):
        return outcomes(statement.body)
    if isinstance(statement, (For, While)):
        return (outcomes(statement.body) - {"breaks", "continues"}) | outcomes(statement.other) | {"falls"}
    if isinstance(statement, Match):
        return {"falls"}.union(*(outcomes(case.body) for case in statement.cases))
    if isinstance(statement, Try):
        ends = outcomes((*statement.body, *statement.other)).union(*(outcomes(c.body) for c in statement.catches))
        last = outcomes(statement.final)
        return ends | (last - {"falls"}) if "falls" in last else last
    return {"falls"}


# --- transports ---


def of_transport(m: Machine, receiver: Value | None, given: Value | None, method: str, flow: Flow) -> Retry | None:
    """The retry of a `urllib3.Retry` that is mounted on the session, set on the pool or given to the request, if it
    covers this method. Without `allowed_methods` it never repeats a POST whose answer was lost."""
    found = repeats(m, given, flow) if given is not None else ()
    if isinstance(receiver, Made):
        own = dict(receiver.args).get("retries")
        found = (*found, *(repeats(m, own, flow) if own is not None else ()), *m.mounted.get(receiver.place, ()))
    return next((retry for retry, methods in found if methods is None or method in methods), None)


def repeats(m: Machine, value: Value, flow: Flow) -> tuple[tuple[Retry, frozenset[str] | None], ...]:
    """The transport retries that a value may be, each with the methods it covers; None for all."""
    found = []
    for one in members(value):
        named = dict(one.args) if isinstance(one, Made) and one.type.endswith("Retry") else {}
        allowed = named.get("allowed_methods", named.get("method_whitelist"))
        if allowed is None or _is_nothing(named.get("total")) or _is_nothing(named.get("read")) or not isinstance(one, Made):
            continue
        words = frozenset((text(v) or "").upper() for v in _written(m, allowed, flow))
        found.append((Retry(one.place, "urllib3.Retry"), None if allowed in (NONE, FALSE) else words))
    return tuple(found)


def _written(m: Machine, value: Value, flow: Flow) -> list[Value]:
    """The values in a list, tuple or set, also one that is computed from others."""
    listed = m.elements(flow, value)
    if listed is not None:
        return list(listed.items)
    parts = [leaf for leaf in leaves(value) if leaf != value]
    return [v for part in parts for v in (m.elements(flow, part) or ListObj("list", (part,))).items]


def _is_nothing(value: Value | None) -> bool:
    return value == FALSE or (isinstance(value, Known) and value.value == 0 and value.type == "int")


def mount(m: Machine, session: Value | None, adapter: Value | None, flow: Flow) -> None:
    """Remember what the adapters repeat that a session sends through."""
    adapters = [one for one in members(adapter) if isinstance(one, Made)] if adapter is not None else []
    found = tuple(r for a in adapters for k, v in a.args if k in ("max_retries", "2") for r in repeats(m, v, flow))
    for one in members(session) if session is not None else ():
        if isinstance(one, Made):
            m.mounted[one.place] = (*m.mounted.get(one.place, ()), *found)
