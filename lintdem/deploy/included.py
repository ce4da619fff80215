"""Parts of a template that stand in files of their own: `Fn::Transform` with `AWS::Include`."""

from __future__ import annotations

from collections.abc import Mapping

from lintdem.deploy.json_tree import read_json
from lintdem.deploy.nodes import LARGEST, Entry, Node, Record, Scalar, Series, as_record, line_of
from lintdem.deploy.paths import folder_of, join
from lintdem.deploy.yaml_tree import read_yaml
from lintdem.errors import LoweringError
from lintdem.model.module import Problem
from lintdem.model.span import Place, Span

TRANSFORM = "Fn::Transform"
_INCLUDE = "AWS::Include"


def with_included(path: str, root: Record, files: Mapping[str, str]) -> tuple[Record, tuple[Problem, ...]]:
    """The template with its included parts in place, each with the places of its own file. A part that is fetched from
    a bucket, or includes itself, is left out."""
    reading = _Including(path, files)
    found = reading.record(root, (path,))
    return found, tuple(reading.problems)


class _Including:
    """The inclusions of one template, and what they may still bring."""

    def __init__(self, path: str, files: Mapping[str, str]) -> None:
        self.folder = folder_of(path)
        self.files = files
        self.left = LARGEST
        self.problems: list[Problem] = []

    def record(self, node: Record, open_files: tuple[str, ...]) -> Record:
        """A record with what it includes; its own entries stand over those."""
        entries: dict[str, Entry] = {}
        for name, entry in node.entries.items():
            if name == TRANSFORM:
                entries.update(self._included(entry.value, open_files))
        for name, entry in node.entries.items():
            if name != TRANSFORM or not self._named(entry.value):
                entries[name] = Entry(entry.key, self._node(entry.value, open_files))
        return Record(entries, node.place)

    def _node(self, node: Node, open_files: tuple[str, ...]) -> Node:
        self.left -= 1
        if isinstance(node, Record):
            return self.record(node, open_files)
        if isinstance(node, Series):
            return Series(tuple(self._node(item, open_files) for item in node.items), node.place)
        return node

    def _named(self, transform: Node) -> bool:
        name = transform.get("Name") if isinstance(transform, Record) else None
        return isinstance(name, Scalar) and name.text == _INCLUDE

    def _included(self, transform: Node, open_files: tuple[str, ...]) -> dict[str, Entry]:
        given = as_record(transform.get("Parameters")) if isinstance(transform, Record) else None
        location = given.get("Location") if given is not None and self._named(transform) else None
        path = join(self.folder, location.text) if isinstance(location, Scalar) else None
        if path is None or path not in self.files or path in open_files:
            return {}
        if self.left <= 0:
            if not self.problems:
                message = "the template cannot be read in full: its inclusions repeat too much"
                self.problems.append(Problem(line_of(transform.place), "LDM901", message))
            return {}
        content = self._read(path)
        return self.record(content, (*open_files, path)).entries if content is not None else {}

    def _read(self, path: str) -> Record | None:
        text = self.files[path]
        try:
            return as_record(read_json(path, text) if text.lstrip().startswith("{") else read_yaml(path, text))
        except LoweringError as error:
            place = Place(path, Span(error.line, error.column, error.line, error.column + 1))
            problem = Problem(place, "LDM901", f"the included file cannot be read: {error}")
            if problem not in self.problems:
                self.problems.append(problem)
            return None
