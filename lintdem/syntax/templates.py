"""Properties added to what a YAML template declares. Only the new property is written; remarks and styles stay."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from lintdem.errors import NoEdit
from lintdem.model.finding import Edit
from lintdem.model.remedy import Property
from lintdem.model.span import Place, Span


def propertied(change: Property, text: str) -> Edit:
    """The property behind the others of the declaration at a place, written as they are."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise NoEdit from error
    named = [value for node in _mappings(root) for key, value in node.value if _stands_at(key, change.place.span)]
    declared = [_entries(one) for one in named if isinstance(one, yaml.MappingNode)]
    properties = [one["Properties"] for one in declared if {"Type", "Properties"} <= one.keys()]
    if len(properties) != 1 or not isinstance(properties[0], yaml.MappingNode) or not properties[0].value:
        raise NoEdit
    return _added(change, properties[0], text.split("\n"))


def _entries(node: yaml.MappingNode) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _mappings(root: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    """All mappings, each once: an anchor stands in several places."""
    work: list[yaml.Node] = [root] if root is not None else []
    seen: set[int] = set()
    while work:
        node = work.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield node
            work += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            work += node.value


def _stands_at(node: yaml.Node, span: Span) -> bool:
    """Whether a name begins at a place."""
    return (node.start_mark.line + 1, node.start_mark.column + 1) == (span.line, span.column)


def _added(change: Property, node: yaml.MappingNode, lines: list[str]) -> Edit:
    first, last = node.value[0][0], node.value[-1][1]
    written = f"{change.name}: {change.text}"
    if node.flow_style:
        end = last.end_mark
        return Edit(Place(change.place.path, Span(end.line + 1, end.column + 1, end.line + 1, end.column + 1)), f", {written}")
    # A block ends where the next thing begins: blank lines and remarks between belong to that.
    line = last.end_mark.line - (1 if isinstance(last, yaml.CollectionNode) and not last.flow_style else 0)
    while line > last.start_mark.line and (not lines[line].strip() or lines[line].lstrip().startswith("#")):
        line -= 1
    at = Span(line + 1, len(lines[line]) + 1, line + 1, len(lines[line]) + 1)
    return Edit(Place(change.place.path, at), f"\n{' ' * first.start_mark.column}{written}")
