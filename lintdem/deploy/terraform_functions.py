"""Functions of Terraform's language on evaluated arguments: those that shape text, lists, maps and files."""

from __future__ import annotations

from typing import TypeGuard

from lintdem.deploy.nodes import Entry, Node, Record, Scalar, Series, as_items, record_of
from lintdem.model.span import Place

_PASSED = frozenset(
    {"abspath", "base64encode", "coalesce", "element", "flatten", "jsonencode", "lookup", "lower", "nonsensitive"}
    | {"one", "replace", "sensitive", "tolist", "tomap", "tonumber", "toset", "tostring", "trimspace", "upper"}
    | {"yamlencode", "jsondecode", "pathexpand", "trimsuffix", "trimprefix"}
)
"""Functions that give their first argument back, or something near enough to follow it."""


def called(name: str, arguments: tuple[Node, ...], place: Place) -> Node:
    """What a function gives; of one that is not known here, all that it was given."""
    first = arguments[0]
    if name == "element" and isinstance(first, Series) and first.items and len(arguments) == 2:
        at = arguments[1]
        return first.items[int(at.text[:9]) % len(first.items) if isinstance(at, Scalar) and at.text.isdigit() else 0]
    if name == "length" and is_written_out(first):
        return Scalar(str(len(first.entries) if isinstance(first, Record) else len(first.items)), place)
    if name == "try":
        return next((one for one in arguments if not (isinstance(one, Record) and "Fn::Any" in one.entries)), first)
    if name in _CASES and isinstance(first, Scalar):
        return Scalar(_CASES[name](first.text), place)
    if name == "replace" and len(arguments) == 3:
        return _replaced(*arguments, place)
    if name in _PASSED:
        return first
    if name == "merge":
        return _merged(arguments, place)
    if name == "concat":
        return Series(tuple(item for argument in arguments for item in as_items(argument)), place)
    if name == "join" and len(arguments) == 2:
        return function("Fn::Join", Series(arguments, place))
    if name == "format":
        return _formatted(arguments, place)
    return function("Fn::File" if name in ("file", "templatefile") else "Fn::Any", Series(arguments, place))


_CASES = {"lower": str.lower, "upper": str.upper}
_LONGEST = 200_000


def _replaced(text: Node, old: Node, new: Node, place: Place) -> Node:
    """`replace(text, old, new)`; a pattern between slashes is not followed."""
    if not (isinstance(text, Scalar) and isinstance(old, Scalar) and isinstance(new, Scalar)):
        return text
    if not old.text or (len(old.text) > 1 and old.text.startswith("/") and old.text.endswith("/")):
        return text
    found = text.text.replace(old.text, new.text) if len(text.text) * (len(new.text) + 1) <= _LONGEST else text.text
    return Scalar(found, place)


def is_written_out(node: Node) -> TypeGuard[Record | Series]:
    """Whether a node is a list or a map whose items are known."""
    return isinstance(node, Series) or (isinstance(node, Record) and not any(map(_is_function, node.entries)))


def _is_function(name: str) -> bool:
    return name.startswith(("Fn::", "Ref"))


def item_at(series: Series, at: int) -> Node | None:
    """An item of a list; None behind its end."""
    return series.items[at] if at < len(series.items) else None


def function(name: str, argument: Node) -> Record:
    """A function of CloudFormation's."""
    return record_of([(Scalar(name, argument.place), argument)], argument.place)


def _merged(arguments: tuple[Node, ...], place: Place) -> Record:
    entries: dict[str, Entry] = {}
    for argument in arguments:
        if isinstance(argument, Record) and not any(map(_is_function, argument.entries)):
            entries.update(argument.entries)
    return Record(entries, place)


def _formatted(arguments: tuple[Node, ...], place: Place) -> Node:
    """`format("%s-x", a)` as a join of its parts."""
    pattern = arguments[0]
    if not isinstance(pattern, Scalar):
        return function("Fn::Any", Series(arguments, place))
    texts = pattern.text.replace("%v", "%s").replace("%d", "%s").split("%s")
    parts: list[Node] = [Scalar(texts[0], place)]
    for text, argument in zip(texts[1:], arguments[1:], strict=False):
        parts += [argument, Scalar(text, place)]
    return function("Fn::Join", Series((Scalar("", place), Series(tuple(parts), place)), place))
