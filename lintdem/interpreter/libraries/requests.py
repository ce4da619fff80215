"""Calls that only ask, tell or set, whatever they look like: tokens, log-ins, searches, GraphQL queries, log lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lintdem.interpreter.domain import Derived, Env, Path, Unknown, Value
from lintdem.interpreter.trace import Effect, Invocation
from lintdem.interpreter.values import leaves, members, text
from lintdem.regexes import late

_ASKS = late(
    r"(oauth2?\b|(?<!/)/(token|log-?in|sign-?in|authenticate|auth|_?search|query|lookup|introspect|scan)\b"
    r"|^https?://(login|auth|oauth2?|sso)\.|/_(msearch|count|mget|analyze|validate|sql)\b"
    r"|/(balances?|allowance|get_\w+)/?($|\?)"
    r"|/(predict(ion)?|inference|invocations|(chat/)?completions|embeddings|classify|models/[a-z][\w.-]*)/?($|\?)"
    r"|^https?://(api\.(openai|anthropic|mistral|cohere|groq|deepseek|together)\.\w+|openrouter\.ai)/(api/)?v\d+"
    r"/(messages|responses|ocr|rerank|moderations|audio/\w+|images/\w+)/?($|\?)"
    r"|:(predict|rawPredict|classify|annotate|(stream)?generateContent|embedContent|countTokens|search|query|runQuery|lookup)\b)",
    re.IGNORECASE,
)
_ASKS_BY_NAME = late(
    r"(^|_)(TOKEN|OAUTH2?|AUTH|LOGIN|SEARCH|QUERY|INFERENCE|PREDICT(ION)?|CLASSIFIER|EMBEDDINGS?|ANTHROPIC|OPENAI|LLM|OCR)"
    r"_?(API_?)?(BASE_?)?(URL|URI|ENDPOINT|API)$",
    re.IGNORECASE,
)
"""Variables that hold the address of something that is asked."""
_ASKING = late(r"((get|fetch|request|obtain|refresh)_?\w*token|^_?log_?in$|authenticate|sign_?in)", re.IGNORECASE)
_QUESTIONS = late(
    r"_*(get|fetch|list|search|find|look_?up|query|describe|read|resolve|validate|verify|check(?!_?out)|calculate|estimate)(_|$|[A-Z])"
    r"|_*(is|has|can|should)(_[a-z]|[A-Z])"
    r"|_*(virus_?)?scan_(file|object|document|attachment|upload)"
    r"|_*(ping|probe|health_?check|test_(\w+_)?connect(ion|ivity))(_|$)"
)
"""A function of such a name that sends a request asks something, whatever the method."""
_MEASURES = late(r"(metrics?|telemetry|analytics|heartbeat)(_|\b|\.)", re.IGNORECASE)
"""What reports how the program fares is telemetry, not business."""
_INTAKE = late(
    r"^https?://metrics\.|/api/v\d+/(series|check_run|distribution_points)\b|/v\d+/(metrics|traces)\b", re.IGNORECASE
)
"""Addresses that take measurements and nothing else."""
_SETTINGS = late(
    r"/_(index_template|component_template|template|mappings?|settings|aliases|cluster/settings|ingest/pipeline|scripts)(/|$|\?)"
    r"|\?(.*&)?overwrite=true\b|/chat\.(update|postEphemeral)\b|/views\.(open|push|update|publish)\b|/conversations\.open\b"
    r"|/(sendChatAction|editMessage\w+|answerCallbackQuery|setWebhook)$"
)
"""What is kept under a name that stands in the address or the body, or once for each index: set again, it is the same. What
is only shown is not kept at all."""
_SANDBOX = late(r"^https?://(localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)", re.IGNORECASE)
"""What a function asks beside itself is an extension of its own sandbox: a cache of parameters, secrets, features."""
_MUTATES = late(r"(^|\}|\n)\s*mutation\b", re.IGNORECASE)
"""A GraphQL document that changes something: fragments may stand before the operation."""
_TOKENS = late(r"[{}:]|\w+")
_ARGUMENTS = late(r"\([^()]*\)")
_SETS = late(r"(update|set|upsert|delete|remove|publish|broadcast)(?=[A-Z_]|$)")
"""Fields of a mutation that say what something is to be, or tell it to those who listen: said again, it is the same."""
_LOGS = late(
    r"(^|_)(send|put|push|ship|write|forward|emit|publish|stream|deliver)_(\w+_)?logs?(_|$)|^logs?_to_\w+$"
    r"|^(send|post|push|ship|forward)_?(\w+_)?(to_?)?(sumo(logic)?|datadog|splunk|loki|logz(io)?|newrelic|coralogix|loggly|papertrail)$",
    re.IGNORECASE,
)
"""Functions that bring lines to where logs are kept."""
_BUSINESS_LOG = late(r"audit|event|change|access|transaction|order|payment", re.IGNORECASE)
_LOG_INTAKE = late(
    r"^https?://(http-intake\.logs|log-api|logs?-intake|intake\.logs|listener\.logz|logs)\.|^https?://listener[\w-]*\.logz\.io"
    r"|/(log/v\d+|loki/api/v\d+/push|services/collector(/event|/raw)?|api/v\d+/logs|v\d+/logs)/?($|\?)", re.IGNORECASE
)
"""Addresses that take log lines: Datadog, New Relic, Logz.io, Loki, Splunk's collector, OpenTelemetry."""
STREAMS = frozenset({"firehose", "kinesis"})
_CHANGES = late(
    r"^\s*(insert|unload|create\s+table(?!\s+if\s+not)[^;]*\bas\b|update|copy)\b"
    r"|^\s*merge\b.*\bset\b[^;]*=\s*(?:\w+\.)?(\w+)\s*[-+]", re.IGNORECASE | re.DOTALL
)
"""What a second run of a query does again. A MERGE and a DELETE find their work done, unless the MERGE adds up."""


_TOLD_MODELS = ("messages", "prompt", "input", "contents")
"""What a language model is told, beside which one it is: https://platform.openai.com/docs/api-reference/responses and others."""


def only_asks(effect: Effect) -> bool:
    """Whether a request changes nothing more on the other side, as far as its address and body tell."""
    call = effect.call
    if call.http is None:
        return False
    if _MEASURES.search(effect.place.path.rpartition("/")[2]) or any(_MEASURES.search(s.text) for s in effect.stack[-3:]):
        return True
    grant = call.arg("body:grant_type")
    if grant is not None:
        return True
    query = call.arg("body:query")
    written = _documents(query)
    if written:
        return not any(_MUTATES.search(one) for one in written)
    words = _addressed(effect)
    if any(tells.search(word) for word in words for tells in (_ASKS, _INTAKE, _SETTINGS, _SANDBOX)):
        return True
    if any(_ASKS_BY_NAME.search(leaf.name) for value in _addresses(effect) for leaf in leaves(value) if isinstance(leaf, Env)):
        return True
    if call.arg("body:code") is not None and call.arg("body:redirect_uri") is not None:
        # The code of a log-in is exchanged for a token.
        return True
    if call.arg("body:model") is not None and any(call.arg(f"body:{name}") is not None for name in _TOLD_MODELS):
        return True
    if any(_ASKING.search(step.text.rpartition(".")[2]) for step in effect.stack[-2:]):
        return True
    return bool(effect.stack) and is_question(effect.stack[-1].text)


def asks_document(given: Iterable[tuple[str, Value]]) -> bool:
    """Whether what a request carries is a GraphQL document that changes nothing."""
    written = [one for name, value in given if name == "body:query" for one in _documents(value)]
    return bool(written) and all("{" in one and _MUTATES.search(one) is None for one in written)


def _documents(query: Value | None) -> list[str]:
    """The documents that a request may carry, where each of them is written out."""
    found = [text(one) for one in members(query)] if query is not None else []
    return [one for one in found if one] if all(found) else []


_CREATES = late(r"(^|\}|\n)\s*mutation\b[^{]*\{\s*(\w+\s*:\s*)?(create|add|insert|save|put)", re.IGNORECASE)


def named_in_document(effect: Effect) -> Value | None:
    """The id that a mutation gives to what it makes: who makes that again is refused, or writes it again."""
    query = effect.call.arg("body:query") if effect.call.http is not None else None
    if query is None or _CREATES.search(text(query) or "") is None:
        return None
    given = (effect.call.arg(f"body:variables.{name}") for name in ("input.id", "id"))
    return next((value for value in given if value is not None), None)


_KNOWN_BY = ("body:dedup_key", "body:incident_key", "body:incident.incident_key")
"""What PagerDuty knows an incident by: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ and
https://developer.pagerduty.com/api-reference/a7d81b0e9200f-create-an-incident"""


def known_by(effect: Effect) -> Value | None:
    """What the receiver of a request knows a repeat by, where that stands in the body."""
    if effect.call.http is None:
        return None
    given = (effect.call.arg(name) for name in _KNOWN_BY)
    return next((value for value in given if value is not None), None)


def only_sets(effect: Effect) -> bool:
    """Whether the mutation of a GraphQL document only says what something is to be: lost it is lost, repeated it is the same."""
    query = effect.call.arg("body:query") if effect.call.http is not None else None
    document = (text(query) or "") if query is not None else ""
    roots: list[str] = []
    depth, before = 0, ""
    for token in _TOKENS.findall(_without_arguments(document)):
        if token in ("{", "}"):
            depth += 1 if token == "{" else -1
        elif depth == 1 and before == ":":
            # What stood before is another name for it.
            roots[-1:] = [token]
        elif depth == 1 and token != ":":
            roots.append(token)
        before = token
    return len(_MUTATES.findall(document)) == 1 and bool(roots) and all(_SETS.match(root) for root in roots)


def _without_arguments(document: str) -> str:
    """A document without what stands in parentheses."""
    shorter = _ARGUMENTS.sub("", document)
    return shorter if shorter == document else _without_arguments(shorter)


def _addressed(effect: Effect) -> list[str]:
    """The words of the address of a request, as far as they are written out."""
    return [w for value in _addresses(effect) for leaf in leaves(value) if (w := text(leaf))]


def _addresses(effect: Effect) -> list[Value]:
    return [v for k, v in effect.call.args if k in ("0", "1", "url")]


def ships_lines(effect: Effect) -> bool:
    """Whether a request brings log lines to where logs are kept: by its address, or by what the functions on the way send.
    A line that is there twice is telemetry; an audit log is data that somebody counts. To lose them is a fault all the same."""
    if effect.call.http is None:
        return False
    if any(_LOG_INTAKE.search(word) for word in _addressed(effect)):
        return True
    names = [step.text.rpartition(".")[2] for step in effect.stack[-4:]]
    return any(_LOGS.search(name) for name in names) and not any(_BUSINESS_LOG.search(name) for name in names)


def is_question(function: str) -> bool:
    """Whether a function is named like one that asks something."""
    return _QUESTIONS.match(function.rpartition(".")[2]) is not None


def only_queries(effect: Effect) -> bool:
    """An Athena query that selects, shows or defines what may be there already: its result is only another copy."""
    call = effect.call
    if call.service != "athena" or call.method != "start_query_execution":
        return False
    query = call.arg("QueryString")
    words = [w for leaf in leaves(query) if (w := text(leaf))] if query is not None else []
    return not any(_CHANGES.search(word) for word in words)


def ships_log(functions: Sequence[str]) -> bool:
    """Whether functions, one called by the other, that write to a stream send the program's own log lines: `send_log_to_firehose`.

    A log of business, such as an audit log, is data that somebody counts.
    """
    return any(_LOGS.search(name) for name in functions) and not any(_BUSINESS_LOG.search(name) for name in functions)


def is_within(read: Invocation, call: Invocation) -> bool:
    """Whether a request asks for what another one makes more of: the same address, or one below it, or two that say what they
    do with the same: `groups/list` and `groups/create`."""
    asked, made = _address(read), _address(call)
    if not asked or not made:
        return False
    return asked == made or asked.startswith(f"{made}/") or _lists_what_is_made(asked, made)


def _lists_what_is_made(asked: str, made: str) -> bool:
    """Whether the last words of two addresses are what is done, asking and making, and the rest is the same."""
    first, second = _VERB.search(asked), _VERB.search(made)
    if first is None or second is None or asked[: first.start()] != made[: second.start()]:
        return False
    return bool(_ASKING.match(first[1]) and _MAKING.match(second[1]))


_VERB = late(r"[./]([a-z_-]+)$", re.IGNORECASE)
_ASKING = late(r"(list|search|find|get|query|lookup|info|details?|fetch|exists)(?![a-z])", re.IGNORECASE)
_MAKING = late(r"(create|add|new|insert|register|open)(?![a-z])", re.IGNORECASE)


def _address(call: Invocation) -> str:
    """The address of a request without its query, parts that are no literals by what they are; empty when it is not known."""
    found = call.arg("url")
    for name in ("0", "1") if found is None else ():
        value = call.arg(name)
        if value is not None and (text(value) or "").upper() not in _METHODS:
            found = value
            break
    if found is None or any(isinstance(leaf, Unknown) for leaf in leaves(found)):
        return ""
    parts = found.parts if isinstance(found, Derived) and found.op == "format" else (found,)
    words = "".join(text(part) or f"{{{part!r}}}" for part in parts)
    return words.partition("?")[0].rstrip("/")


_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})


_SOCKET = ("requestContext", "connectionId")


def answers_socket(effect: Effect) -> bool:
    """Whether a call answers over the connection by which the request came: who asks again is answered again, as by a
    return. Over a connection that was stored somebody else is told."""
    given = effect.call.arg("ConnectionId") if effect.call.service == "apigatewaymanagementapi" else None
    return isinstance(given, Path) and given.root == "event" and given.steps[-2:] == _SOCKET


def is_told_to_many(effect: Effect) -> bool:
    """Whether a call tells one of many connections: one that is gone is no reason to tell the others again."""
    over = effect.loops[-1].over if effect.loops else None
    many = bool(effect.loops) and not (isinstance(over, Path) and over.root == "event")
    return many and effect.call.name == "apigatewaymanagementapi.PostToConnection"
