"""JMESPath expressions on what came with the event: the keys of guards, envelopes, searches."""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Cls, Derived, External, Func, Instance, Made, Path, Unknown, Value, Wrapper
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine, Stop
from lintdem.interpreter.values import any_of, known, text
from lintdem.knowledge import envelope
from lintdem.knowledge.keypaths import Refused, Unread, parsed
from lintdem.model.span import Place

_POWERTOOLS = "aws_lambda_powertools.utilities."
ENVELOPED = frozenset(
    {"jmespath.search", *(f"{_POWERTOOLS}jmespath_utils.{name}" for name in ("query", "extract_data_from_envelope")),
     *(f"{_POWERTOOLS}parser.{name}" for name in ("parse", "parser.parse"))}
)  # fmt: skip
"""Functions that give a part of what they are given; the expression says which."""
ENVELOPES = f"{_POWERTOOLS}parser.envelopes."
"""Where the classes stand that can be asked for their payload themselves."""


def unwrapped(m: Machine, args: Args, place: Place, flow: Flow) -> Value:
    """`search(expression, data)`, `query(data=…, envelope=…)`, `parse(event=…, model=…, envelope=…)`."""
    named = dict(args.keywords)
    searched = len(args.positional) > 1 and text(args.positional[0]) is not None
    data = next((named[k] for k in ("data", "event") if k in named), None) or args.get(1 if searched else 0)
    path = args.positional[0] if searched else named.get("envelope") or named.get("expression")
    if path is None and len(args.positional) > 1 and not isinstance(args.positional[-1], Cls):
        path = args.positional[-1]
    subject = data if data is not None else Unknown("nothing")
    if path is None:
        return subject
    written = _expression(path)
    return pick(m, written, subject, flow, place) if written else Unknown("the part that an expression picks")


def opened(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    """`SqsEnvelope()`, and what its `parse` takes out of the event."""
    m.classes.add(name)
    if receiver is None:
        return Made(name, place)
    payload = replace(args, keywords=(*args.keywords, ("envelope", External(name.rpartition(".")[0]))))
    return unwrapped(m, payload, place, flow)


def entered(m: Machine, func: Func, args: Args, place: Place, flow: Flow) -> Args:
    """What a function below `@event_parser(envelope=…)` is given."""
    for wrapper in (w for w in func.wrappers if w.kind == "event" and args.positional):
        path = _envelope_of(wrapper)
        if path is not None:
            payload = pick(m, path, args.positional[0], flow, place)
            return replace(args, positional=(payload, *args.positional[1:]))
    return args


def _envelope_of(wrapper: Wrapper) -> str | None:
    given = dict(wrapper.args).get("envelope")
    return _expression(given) if given is not None else None


def _expression(value: Value) -> str | None:
    """An expression that is written out, or that an envelope of Powertools stands for."""
    if isinstance(value, External):
        return envelope(value.name.rpartition(".")[2])
    return text(value)


def pick(m: Machine, expression: str, subject: Value, flow: Flow, place: Place) -> Value:
    """What a JMESPath expression gives on a value."""
    try:
        tree = parsed(expression)
    except (Refused, Unread):
        # Powertools refuses it too, or it is longer than is read: what is not a key is none that changes.
        return Unknown(f"the JMESPath {expression}")
    return _pick(m, dict(tree), subject, flow, place)


def _pick(m: Machine, node: dict[str, object], subject: Value, flow: Flow, place: Place) -> Value:
    kind = str(node.get("type"))
    children: list[dict[str, object]] = list(node.get("children", []))  # type: ignore[call-overload]
    if kind == "field":
        return _field(m, subject, str(node["value"]), flow, place)
    if kind in ("subexpression", "index_expression", "pipe"):
        for child in children:
            subject = _pick(m, child, subject, flow, place)
        return subject
    if kind == "index":
        return m.item(subject, known(int(str(node["value"]))), flow, place)
    if kind in ("projection", "value_projection", "flatten", "filter_projection", "slice"):
        inner = _pick(m, children[0], subject, flow, place) if children else subject
        each = m.item(inner, Unknown("each"), flow, place)
        return _pick(m, children[1], each, flow, place) if len(children) > 1 else each
    if kind == "multi_select_list":
        return Derived("format", tuple(_pick(m, child, subject, flow, place) for child in children))
    if kind == "multi_select_dict":
        inside = [c for child in children for c in child.get("children", [])]  # type: ignore[attr-defined]
        return Derived("format", tuple(_pick(m, child, subject, flow, place) for child in inside))
    if kind == "function_expression":
        picked = [_pick(m, child, subject, flow, place) for child in children]
        if node.get("value") == "powertools_json" and picked:
            return _decoded(picked[0], "json()")
        if node.get("value") in ("powertools_base64", "powertools_base64_gzip") and picked:
            return _decoded(picked[0], "b64()")
        return Derived("call", tuple(picked))
    if kind == "or_expression":
        return any_of([_pick(m, child, subject, flow, place) for child in children])
    if kind in ("current", "identity"):
        return subject
    if kind == "literal":
        return known(node.get("value")) if not isinstance(node.get("value"), (list, dict)) else Unknown("a literal")
    return Unknown(f"the JMESPath {kind}")


def _field(m: Machine, subject: Value, name: str, flow: Flow, place: Place) -> Value:
    if isinstance(m.get(flow, subject), Instance):
        try:
            return m.attribute(subject, name, flow, place)
        except Stop:
            return Unknown(name)
    return m.item(subject, known(name), flow, place)


def _decoded(value: Value, step: str) -> Value:
    if isinstance(value, Path):
        return replace(value, steps=(*value.steps, step))
    return value
