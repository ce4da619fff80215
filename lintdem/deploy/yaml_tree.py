"""YAML text to nodes, through PyYAML's event stream: no objects are built, depth and aliases are bounded."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import yaml

from lintdem.deploy.engine import blanked, first_branches, has_engine
from lintdem.deploy.nodes import DEEPEST, LARGEST, Node, Record, Scalar, Series, record_of
from lintdem.errors import LoweringError
from lintdem.model.span import Place, Span

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Position = tuple[int, int]
"""Line and column, counted from one."""

_BARE = frozenset({"Ref", "Condition"})


def read_yaml(path: str, text: str) -> Node | None:
    """The first document of `text`; None when it is empty. Raises LoweringError.

    Text that only a template engine makes into YAML is read with the engine's constructs blanked out.
    """
    try:
        return _Composer(path, text).read()
    except LoweringError:
        if not has_engine(text):
            raise
    try:
        return _Composer(path, blanked(text)).read()
    except LoweringError:
        return _Composer(path, first_branches(text)).read()


class _Open(msgspec.Struct):
    """A collection that is still being read."""

    start: Position
    tag: str | None
    anchor: str | None
    is_record: bool
    parts: list[Node]
    size: int = 1


class _Composer:
    """Builds nodes from events without recursion."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.lines: list[str] | None = None
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.result: Node | None = None

    def read(self) -> Node | None:
        for event in self._events():
            if isinstance(event, yaml.DocumentEndEvent):
                break
            self._take(event)
        return self.result

    def _events(self) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(self.text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise LoweringError(error.problem or "not YAML", line, column) from error
        except yaml.reader.ReaderError as error:
            before = self.text[: error.position] if isinstance(error.position, int) else ""
            raise LoweringError(f"not YAML: {error.reason}", before.count("\n") + 1) from error
        except ValueError as error:
            raise LoweringError("not YAML: a character that cannot be read") from error

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._close(self._scalar(event), 1, event.anchor, _tag(event))
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._begin(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            done = self.open.pop()
            self._close(self._collection(done, _end(event)), done.size, done.anchor, done.tag)
        elif isinstance(event, yaml.AliasEvent):
            node, size = self._anchored(event)
            self._close(node, size, None, None)

    def _begin(self, event: yaml.CollectionStartEvent) -> None:
        if len(self.open) >= DEEPEST:
            raise _failure("nested too deeply to be a template", _start(event))
        is_record = isinstance(event, yaml.MappingStartEvent)
        self.open.append(_Open(_start(event), _tag(event), event.anchor, is_record, []))

    def _anchored(self, event: yaml.AliasEvent) -> tuple[Node, int]:
        found = self.anchors.get(event.anchor or "")
        if found is None:
            raise _failure(f"unknown alias *{event.anchor}", _start(event))
        return found

    def _close(self, node: Node, size: int, anchor: str | None, tag: str | None) -> None:
        if tag:
            node = record_of([(Scalar(_long_form(tag), node.place), node)], node.place)
        if anchor:
            self.anchors[anchor] = (node, size)
        if not self.open:
            self.result = node
            return
        parent = self.open[-1]
        parent.parts.append(node)
        parent.size += size
        if parent.size > LARGEST:
            raise _failure("aliases repeat too much to be a template", parent.start)

    def _collection(self, done: _Open, end: Position) -> Node:
        place = self._place(done.start, end)
        if not done.is_record:
            return Series(tuple(done.parts), place)
        pairs: list[tuple[Scalar, Node]] = []
        merged: list[tuple[Scalar, Node]] = []
        for key, value in zip(done.parts[::2], done.parts[1::2], strict=True):
            if not isinstance(key, Scalar):
                span = key.place.span
                raise LoweringError("a key that is not text", span.line, span.column)
            if key.text == "<<" and key.plain:
                merged.extend(_merged(value))
            else:
                pairs.append((key, value))
        return record_of(merged + pairs, place)

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        plain = event.style in (None, "")
        margin = self._margin(_start(event)[0]) if event.style == "|" else None
        return Scalar(event.value, self._place(_start(event), _end(event)), plain, margin)

    def _margin(self, line: int) -> int | None:
        if self.lines is None:
            self.lines = self.text.splitlines()
        filled = next((text for text in self.lines[line:] if text.strip()), "")
        return len(filled) - len(filled.lstrip(" "))

    def _place(self, start: Position, end: Position) -> Place:
        return Place(self.path, Span(*start, *end))


def _merged(value: Node) -> list[tuple[Scalar, Node]]:
    """What a merge key brings; of several mappings the earlier one wins."""
    sources = value.items[::-1] if isinstance(value, Series) else (value,)
    records = [source for source in sources if isinstance(source, Record)]
    return [(entry.key, entry.value) for record in records for entry in record.entries.values()]


def _start(event: yaml.Event) -> Position:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _end(event: yaml.Event) -> Position:
    mark = event.end_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _tag(event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> str | None:
    """An application tag without its mark, None for YAML's own."""
    tag = event.tag
    return tag[1:] if tag and tag.startswith("!") and len(tag) > 1 else None


def _long_form(tag: str) -> str:
    return tag if tag in _BARE else f"Fn::{tag}"


def _failure(message: str, at: Position) -> LoweringError:
    return LoweringError(message, *at)
