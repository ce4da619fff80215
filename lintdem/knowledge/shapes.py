"""What a key path in JMESPath picks out of an event: nothing, or something that may be there.

The forms of events are in `shapes.toml`. Documents of producers are not known, so whatever is picked out of one may be
there; an expression that picks nothing out of an event never does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any

import msgspec

from lintdem.knowledge import tables
from lintdem.knowledge.keypaths import Refused, Unread, parsed
from lintdem.model.stack import Source
from lintdem.regexes import late

Steps = tuple[str, ...]


class Form(str, Enum):
    """What stands at a place of an event."""

    TEXT = "text"
    NUMBER = "number"
    JSON = "json"
    BASE64 = "base64"
    GZIP = "gzip"
    ANY = "any"
    HEADERS = "headers"
    OBJECT = "object"
    LIST = "list"
    NOTHING = "nothing"


class _Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: str
    fields: dict[str, Form]


class _Shapes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: str
    sources: dict[Source, _Source]


class Node(msgspec.Struct, frozen=True):
    """A place of an event: its form, and what stands below it by name; the items of a list are below "*"."""

    form: Form
    below: Mapping[str, Node] = msgspec.field(default_factory=dict)


ANY, NOTHING = Node(Form.ANY), Node(Form.NOTHING)
_LIKE = {Source.SQS_FIFO: Source.SQS}
_TEXTS = (Form.TEXT, Form.JSON, Form.BASE64, Form.GZIP)
_WRAPS = {
    Form.JSON: "powertools_json({})",
    Form.BASE64: "powertools_json(powertools_base64({}))",
    Form.GZIP: "powertools_json(powertools_base64_gzip({}))",
}
_PLAIN = late(r'(\w+|"[^"]+"|\[(?:\d+|\*|)\])(\.(?=[\w"]))?')
"""One step of an expression that only goes down."""


def form_of(source: Source, steps: Steps = ()) -> Node | None:
    """What stands at `steps` of an event of `source`; None when it is not known."""
    shapes = _shapes().sources
    shape = shapes.get(_LIKE.get(source, source))
    if shape is None:
        return None
    node = _tree(_LIKE.get(source, source))
    for step in steps:
        if step in {"json()", "b64()"} or node.form is Form.ANY:
            return ANY
        found = node.below.get("*") if step == "*" or step.isdigit() else node.below.get(step) or node.below.get("?")
        if found is None:
            return None
        node = found
    return node


def picks(expression: str, node: Node) -> bool:
    """Whether an expression may pick something out of what is at `node`; True when it cannot be read."""
    try:
        tree = parsed(expression)
    except (Refused, Unread):
        return True
    return _pick(dict(tree), node).form is not Form.NOTHING


def mended(expression: str, node: Node) -> str:
    """The expression nearest to this one that may pick something; empty if there is none."""
    return next((one for one in _candidates(expression, node) if picks(one, node)), "")


def _candidates(expression: str, node: Node) -> Iterator[str]:
    yield from _inside(expression, node)
    yield from _inside(_below(expression, ""), node)
    several = re.fullmatch(r"\[([^()\[\]]+)\]", expression)
    for path, form in _documents(node, ""):
        whole = _WRAPS[form].format(path)
        short = path.rpartition("Records[0].")[2]
        if several is not None:
            yield f"{whole}.[{', '.join(_below(one.strip(), short) for one in several[1].split(','))}]"
        elif "(" in expression:
            yield expression.replace(f"({short})", f"({path})")
        else:
            yield f"{whole}.{_below(expression, short)}"


def _below(expression: str, document: str) -> str:
    """The part of a path that leads on inside the document."""
    bare = re.sub(r"^(Records(\[[\d*]*\])?\.)?(json_body\.)?", "", expression)
    return bare.removeprefix(f"{document}.") if document else bare


def _inside(expression: str, node: Node) -> Iterator[str]:
    """The same path with its names as they are written in the event, and with what is text decoded."""
    steps = [m[1] for m in _PLAIN.finditer(expression)]
    if "".join(f"{'' if s.startswith('[') or not i else '.'}{s}" for i, s in enumerate(steps)) != expression:
        return
    written = ""
    for index, step in enumerate(steps):
        name = step.strip('"')
        if step.startswith("["):
            node = node.below.get("*", NOTHING)
        elif node.form is Form.HEADERS:
            name = name.lower()
            node = ANY
        else:
            same = next((n for n in node.below if n.lower() == name.lower()), name)
            node, name = node.below.get(same) or node.below.get("?", NOTHING), same
        shown = step if step.startswith("[") else f'"{name}"' if not name.isidentifier() else name
        written += shown if step.startswith("[") or not written else f".{shown}"
        rest = steps[index + 1 :]
        if node.form in _WRAPS and rest:
            yield f"{_WRAPS[node.form].format(written)}.{'.'.join(rest).replace('.[', '[')}"
            return
    yield written


def _documents(node: Node, path: str) -> Iterator[tuple[str, Form]]:
    """The documents of the producer in what is at `node`, with their paths."""
    if node.form in _WRAPS and path:
        yield path, node.form
    for name, below in node.below.items():
        step = f"{path}[0]" if name == "*" else f"{path}.{name}" if path else name
        yield from _documents(below, step)


# --- JMESPath ---


def _pick(node: dict[str, Any], at: Node) -> Node:
    kind, children = node["type"], node.get("children", [])
    if kind == "field":
        return _field(str(node["value"]), at)
    if kind in ("subexpression", "index_expression", "pipe"):
        for child in children:
            at = _pick(child, at)
        return at
    if kind == "index":
        return _items(at)
    if kind in ("slice", "flatten"):
        at = _pick(children[0], at) if kind == "flatten" else at
        return at if at.form in (Form.LIST, Form.ANY) else NOTHING
    if kind in ("projection", "filter_projection"):
        items = _items(_pick(children[0], at))
        return _pick(children[1], items) if len(children) > 1 and items.form is not Form.NOTHING else items
    if kind == "multi_select_list":
        return ANY if any(_pick(child, at).form is not Form.NOTHING for child in children) else NOTHING
    if kind == "or_expression":
        return next((found for c in children if (found := _pick(c, at)).form is not Form.NOTHING), NOTHING)
    if kind == "function_expression":
        return _decoded(str(node["value"]), [_pick(child, at) for child in children])
    return at if kind in ("current", "identity") else ANY


def _field(name: str, at: Node) -> Node:
    if at.form is Form.ANY:
        return ANY
    if at.form is Form.HEADERS:
        return Node(Form.TEXT) if name == name.lower() else NOTHING
    return (at.below.get(name) or at.below.get("?", NOTHING)) if at.form is Form.OBJECT else NOTHING


def _items(at: Node) -> Node:
    return ANY if at.form is Form.ANY else at.below["*"] if at.form is Form.LIST else NOTHING


def _decoded(name: str, given: list[Node]) -> Node:
    """What a function gives; Powertools' own raise for what is no text."""
    form = given[0].form if given else Form.ANY
    if not name.startswith("powertools_") or form is Form.ANY:
        return ANY
    if form not in _TEXTS:
        return NOTHING
    return Node(Form.JSON) if name != "powertools_json" and form in (Form.BASE64, Form.GZIP) else ANY


# --- the table ---


@cache
def _shapes() -> _Shapes:
    return tables.toml(_Shapes, "shapes.toml")


@cache
def _tree(source: Source) -> Node:
    root: dict[str, Any] = {}
    for path, form in _shapes().sources[source].fields.items():
        *above, last = path.split(".")
        place = root
        for step in above:
            place = place.setdefault(step, {})
        place[last] = form
    return _node(root)


def _node(value: dict[str, Any] | Form) -> Node:
    if isinstance(value, Form):
        return Node(value)
    return Node(Form.LIST if set(value) == {"*"} else Form.OBJECT, {name: _node(below) for name, below in value.items()})
