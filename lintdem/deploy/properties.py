"""Properties added to what a template declares: YAML, JSON or Terraform. Only the new property is written; remarks and
styles stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import yaml

from lintdem.deploy.hcl_tokens import Token, words
from lintdem.errors import LoweringError, NoEdit
from lintdem.model.finding import Edit
from lintdem.model.remedy import Property
from lintdem.model.span import Place, Span

_PLAIN = re.compile(r'"([A-Za-z]\w*)"')


def propertied(change: Property, text: str) -> list[Edit]:
    """The property behind the others of the declaration at a place, written as they are. Its text is JSON."""
    if change.place.path.endswith(".tf"):
        return [_attributed(change, text)]
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise NoEdit from error
    named = [(key, value) for node in _mappings(root) for key, value in node.value if _stands_at(key, change.place.span)]
    if len(named) != 1:
        raise NoEdit
    (key, declared) = named[0]
    properties = _properties(declared)
    if properties is None:
        return _opened(change, key, declared, text)
    if not properties.value or change.name in _entries(properties):
        raise NoEdit
    return [_added(change, properties, text.split("\n"))]


def _properties(declared: yaml.Node) -> yaml.MappingNode | None:
    """The mapping that the property belongs into: that below `Properties`, for a resource of CloudFormation."""
    if not isinstance(declared, yaml.MappingNode):
        return None
    inner = _entries(declared)
    if "Properties" not in inner:
        return declared
    properties = inner["Properties"]
    if not isinstance(properties, yaml.MappingNode):
        raise NoEdit
    return properties


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


def _opened(change: Property, key: yaml.Node, value: yaml.Node, text: str) -> list[Edit]:
    """`- sqs: <arn>` becomes a mapping with the ARN and the property."""
    line = text.split("\n")[value.start_mark.line]
    alone = value.start_mark.line == key.start_mark.line and not line[: key.start_mark.column].strip(" -")
    if not change.opens or not isinstance(value, yaml.ScalarNode) or value.style in ("|", ">") or not alone:
        raise NoEdit
    if value.end_mark.line != value.start_mark.line:
        raise NoEdit
    indent = " " * (key.start_mark.column + 2)
    number = value.start_mark.line + 1
    start = Span(number, key.end_mark.column + 2, number, value.start_mark.column + 1)
    end = Span(number, len(line.rstrip("\r")) + 1, number, len(line.rstrip("\r")) + 1)
    return [
        Edit(Place(change.place.path, start), f"\n{indent}{change.opens}: "),
        Edit(Place(change.place.path, end), f"\n{indent}{_yaml(change)}"),
    ]


def _yaml(change: Property) -> str:
    """The property with the words of its text unquoted, as people write YAML."""
    return f"{change.name}: " + _PLAIN.sub(r"\1", change.text)


def _added(change: Property, node: yaml.MappingNode, lines: list[str]) -> Edit:
    first, last = node.value[0][0], node.value[-1][1]
    quoted = isinstance(first, yaml.ScalarNode) and first.style == '"' and bool(node.flow_style)
    written = f'"{change.name}": {change.text}' if quoted else _yaml(change)
    if node.flow_style:
        between = f"\n{' ' * first.start_mark.column}" if first.start_mark.line != node.start_mark.line else " "
        end = last.end_mark
        at = Span(end.line + 1, end.column + 1, end.line + 1, end.column + 1)
        return Edit(Place(change.place.path, at), f",{between}{written}")
    # A block ends where the next thing begins: blank lines and remarks between belong to that.
    line = last.end_mark.line - (1 if isinstance(last, yaml.CollectionNode) and not last.flow_style else 0)
    while line > last.start_mark.line and (not lines[line].strip() or lines[line].lstrip().startswith("#")):
        line -= 1
    at = Span(line + 1, len(lines[line]) + 1, line + 1, len(lines[line]) + 1)
    return Edit(Place(change.place.path, at), f"\n{' ' * first.start_mark.column}{written}")


# --- Terraform ---


def _attributed(change: Property, text: str) -> Edit:
    """The attribute in the last line of a block, as `terraform fmt` lines it up."""
    try:
        inside = _block(words(text), _offset(text, change.place.span))
    except LoweringError as error:
        raise NoEdit from error
    if _has(inside, change.name):
        raise NoEdit
    lines = [line.rstrip("\r") for line in text.split("\n")]
    opening, closing = (text.count("\n", 0, one.start) for one in (inside[0], inside[-1]))
    written = [number for number in range(opening + 1, closing) if lines[number].strip()]
    if not written or lines[closing].strip() != "}":
        raise NoEdit
    indent, last = _indent(lines[written[0]]), written[-1]
    name = f"{indent}{change.name}"
    column = _equals(lines[last], indent)
    # What is not in line with the attribute above stands apart from it, or both would have to be moved.
    head = f"\n{name.ljust(column)}" if column > len(name) else f"\n\n{name} "
    at = Span(last + 1, len(lines[last]) + 1, last + 1, len(lines[last]) + 1)
    return Edit(Place(change.place.path, at), f"{head}= {change.text}")


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _has(inside: list[Token], name: str) -> bool:
    """Whether a block has an attribute of this name itself."""
    depth = 0
    for token, after in pairwise(inside):
        if token.kind == "mark":
            depth += (token.text in "{[(") - (token.text in "}])")
        elif depth == 1 and token.text == name and after.text == "=":
            return True
    return False


def _block(found: list[Token], start: int) -> list[Token]:
    """The tokens of the block that opens with the word at an offset, from its brace to the brace that closes it."""
    first = opening = next((i for i, token in enumerate(found) if token.start == start), -1)
    if first < 0:
        raise NoEdit
    depth = 0
    for i in range(first, len(found)):
        token = found[i]
        if token.kind == "line" and not depth:
            break
        if token.kind == "mark" and token.text in "{}":
            depth += 1 if token.text == "{" else -1
            opening = i if depth == 1 and token.text == "{" else opening
            if not depth:
                return found[opening : i + 1]
    raise NoEdit


def _offset(text: str, span: Span) -> int:
    at = 0
    for _ in range(span.line - 1):
        at = text.find("\n", at) + 1
    return at + span.column - 1


def _equals(line: str, indent: str) -> int:
    """Where the equals sign of an attribute that stands alone on its line is; 0 where it is none."""
    match = re.match(rf"{indent}[\w-]+ *(?==[^=])", line)
    return match.end() if match and line.rstrip()[-1:] not in "[{(" else 0
