"""Properties added to what a template declares: YAML, JSON or Terraform. Only the new property is written; remarks and
styles stay."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate, pairwise

import msgspec
import yaml

from lintdem.deploy.hcl_tokens import Token, words
from lintdem.errors import LoweringError, NoEdit
from lintdem.model.finding import Edit
from lintdem.model.remedy import Property
from lintdem.model.span import Place, Span
from lintdem.regexes import late

_PLAIN = late(r'"([A-Za-z]\w*)"')


def propertied(change: Property, text: str) -> list[Edit]:
    """The property behind the others of the declaration at a place, written as they are. Its text is JSON."""
    if change.place.path.endswith(".tf"):
        return [_attributed(change, _terraform(text))]
    template = _template(text)
    if template is None:
        raise NoEdit
    named = template.names.get((change.place.span.line, change.place.span.column), [])
    if len(named) != 1:
        raise NoEdit
    (key, declared) = named[0]
    properties = _properties(declared)
    if properties is None:
        return _opened(change, key, declared, template.lines)
    if not properties.value or change.name in _entries(properties):
        raise NoEdit
    return [_added(change, properties, template.lines)]


class _Template(msgspec.Struct, frozen=True):
    """What stands in a template: the lines, and the names with what they declare, by the place where they begin."""

    lines: list[str]
    names: dict[tuple[int, int], list[tuple[yaml.Node, yaml.Node]]]


@lru_cache(maxsize=2)
def _template(text: str) -> _Template | None:
    """Read once for all that is added to it, for reading takes long; None where it is no YAML."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    names: dict[tuple[int, int], list[tuple[yaml.Node, yaml.Node]]] = {}
    for node in _mappings(root):
        for key, value in node.value:
            names.setdefault((key.start_mark.line + 1, key.start_mark.column + 1), []).append((key, value))
    return _Template(text.split("\n"), names)


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


def _opened(change: Property, key: yaml.Node, value: yaml.Node, lines: list[str]) -> list[Edit]:
    """`- sqs: <arn>` becomes a mapping with the ARN and the property."""
    line = lines[value.start_mark.line]
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


class _Terraform(msgspec.Struct, frozen=True):
    """What stands in a file of Terraform: the lines with the offsets where they begin, and the words with theirs."""

    lines: list[str]
    starts: list[int]
    words: list[Token]
    numbers: dict[int, int]

    def line_of(self, token: Token) -> int:
        """The number of the line that a word stands in, counted from 0."""
        return bisect_right(self.starts, token.start) - 1


@lru_cache(maxsize=2)
def _terraform(text: str) -> _Terraform | None:
    """Read once for all that is added to it; None where it cannot be read."""
    try:
        found = words(text)
    except LoweringError:
        return None
    lines = text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines[:-1]), initial=0))
    numbers = {token.start: i for i, token in reversed(list(enumerate(found)))}
    return _Terraform([line.rstrip("\r") for line in lines], starts, found, numbers)


def _attributed(change: Property, file: _Terraform | None) -> Edit:
    """The attribute in the last line of a block, as `terraform fmt` lines it up."""
    if file is None or change.place.span.line > len(file.starts):
        raise NoEdit
    start = file.starts[change.place.span.line - 1] + change.place.span.column - 1
    inside = _block(file.words, file.numbers.get(start, -1))
    if _has(inside, change.name):
        raise NoEdit
    lines, opening, closing = file.lines, file.line_of(inside[0]), file.line_of(inside[-1])
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


def _block(found: list[Token], first: int) -> list[Token]:
    """The tokens of the block that opens with a word, from its brace to the brace that closes it."""
    if first < 0:
        raise NoEdit
    depth, opening = 0, first
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


def _equals(line: str, indent: str) -> int:
    """Where the equals sign of an attribute that stands alone on its line is; 0 where it is none."""
    match = re.match(rf"{indent}[\w-]+ *(?==[^=])", line)
    return match.end() if match and line.rstrip()[-1:] not in "[{(" else 0
