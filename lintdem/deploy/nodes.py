"""The tree every template is read into: text, series and records, each with its place in the file.

CloudFormation's short tags are already in their long form here (`!Ref X` is a record with the key
`Ref`), aliases and merge keys are resolved, and of duplicate keys the last one stands.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lintdem.model.span import Place, Span

DEEPEST = 100
"""Templates nest far less; deeper input is refused instead of exhausting the stack."""

LARGEST = 400_000
"""Nodes after aliases are written out; a template of a megabyte has about thirty thousand."""

HOLE = "\ue000"
"""Fills the place of template-engine text such as `{{ stage }}`, whose value is not known."""


class Scalar(msgspec.Struct, frozen=True):
    """Text, a number, a boolean or null. `plain` tells `5` from `"5"`. `margin` is the indentation of a
    literal block's lines, None for everything else: it maps a line of the text to a line of the file."""

    text: str
    place: Place
    plain: bool = False
    margin: int | None = None

    @property
    def is_null(self) -> bool:
        """Whether this is YAML's or JSON's null."""
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


class Series(msgspec.Struct, frozen=True):
    """A list."""

    items: tuple[Node, ...]
    place: Place


class Entry(msgspec.Struct, frozen=True):
    """A key of a record and its value."""

    key: Scalar
    value: Node


class Record(msgspec.Struct, frozen=True):
    """A mapping, in the order of the file."""

    entries: dict[str, Entry]
    place: Place

    def get(self, name: str) -> Node | None:
        """The value under `name`."""
        entry = self.entries.get(name)
        return entry.value if entry else None

    def values(self) -> Iterator[tuple[str, Scalar, Node]]:
        """Every entry as name, key and value."""
        for name, entry in self.entries.items():
            yield name, entry.key, entry.value


Node = Scalar | Series | Record


def record_of(entries: list[tuple[Scalar, Node]], place: Place) -> Record:
    """A record in which the last of duplicate keys stands."""
    return Record({key.text: Entry(key, value) for key, value in entries}, place)


def empty(place: Place) -> Record:
    """A record without entries, standing for a section the template leaves out."""
    return Record({}, place)


def as_record(node: Node | None) -> Record | None:
    """The node when it is a record."""
    return node if isinstance(node, Record) else None


def as_items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; a single value counts as a list of one, as CloudFormation takes it."""
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return ()
    return node.items if isinstance(node, Series) else (node,)


def walk(node: Node | None) -> Iterator[Node]:
    """The node and everything below it, in the order of the file."""
    pending = [node] if node is not None else []
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, Record):
            pending.extend(entry.value for entry in reversed(current.entries.values()))
        elif isinstance(current, Series):
            pending.extend(reversed(current.items))


def records_with(node: Node | None, name: str) -> Iterator[tuple[Record, Node]]:
    """Every record below `node` that has the key `name`, with the value there."""
    for found in walk(node):
        if isinstance(found, Record):
            value = found.get(name)
            if value is not None:
                yield found, value


def line_of(place: Place) -> Place:
    """The place shortened to its first line, for messages about a whole block."""
    span = place.span
    if span.end_line == span.line:
        return place
    return Place(place.path, Span(span.line, span.column, span.line, span.column + 1))
