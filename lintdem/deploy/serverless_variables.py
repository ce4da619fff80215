"""The Serverless Framework's variables: `${self:custom.x}`, `${opt:stage, 'dev'}`, `${file(x.yml):key}`.

What is only known at deployment (`${ssm:…}`, `${cf:…}`) stays in the text as unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lintdem.deploy.json_tree import read_json
from lintdem.deploy.lift import meant
from lintdem.deploy.nodes import DEEPEST, HOLE, LARGEST, Entry, Node, Record, Scalar, Series, line_of
from lintdem.deploy.paths import folder_of, join
from lintdem.deploy.yaml_tree import read_yaml
from lintdem.errors import LoweringError
from lintdem.model.module import Problem
from lintdem.model.span import Place, Span
from lintdem.regexes import late

_INNERMOST = late(r"\$\{((?:self|opt|env|file|sls|param|ssm|cf|s3|aws|terraform|output|strToBool|construct)[:(.][^${}]*)\}")
_FILE = late(r"file\(([^)]+)\)(?::(.+))?$")
_DEFAULTS = {"opt:stage": "dev", "sls:stage": "dev", "opt:region": "us-east-1", "self:service.name": ""}
_ROUNDS = 40
_LARGEST = LARGEST // 4


class Variables:
    """Resolves the variables of one serverless.yml. `files` are the texts that it may include."""

    def __init__(self, path: str, root: Record, files: Mapping[str, str]) -> None:
        self.folder = folder_of(path)
        self.root = root
        self.files = files
        self.parsed: dict[str, Node | None] = {}
        self.work = 0
        self.open: set[str] = set()
        self.problems: list[Problem] = []

    def resolved(self, node: Node, depth: int = 0) -> Node:
        """The tree with every variable that can be known replaced, each value with its own place."""
        self.work += 1
        if depth > DEEPEST or self.work > _LARGEST:
            self._refuse(node)
            return node
        if isinstance(node, Scalar):
            return self._entered(node, depth)
        if isinstance(node, Series):
            return Series(tuple(self.resolved(item, depth + 1) for item in node.items), node.place)
        entries = {
            name: Entry(entry.key, self.resolved(entry.value, depth + 1)) for name, entry in node.entries.items()
        }
        return Record(entries, node.place)

    def _refuse(self, node: Node) -> None:
        if not self.problems:
            message = "the template cannot be read in full: its variables repeat too much"
            self.problems.append(Problem(line_of(node.place), "LDM901", message))

    def _entered(self, node: Scalar, depth: int) -> Node:
        """What a text comes to, with the variables in that; one that leads back to itself stays as it is written."""
        found = self._scalar(node)
        if found is node or isinstance(found, Scalar):
            return found
        if node.text in self.open:
            return node
        self.open.add(node.text)
        resolved = self.resolved(found, depth + 1)
        self.open.discard(node.text)
        return resolved

    def _scalar(self, node: Scalar) -> Node:
        text = node.text
        for _ in range(_ROUNDS):
            found = _INNERMOST.search(text)
            if found is None or len(text) > 20_000:
                break
            value = self._lookup(found.group(1))
            if found.group() == text and value is not None and not isinstance(value, Scalar):
                return value
            written = value.text if isinstance(value, Scalar) else HOLE + found.group()[1:]
            text = text[: found.start()] + written + text[found.end() :]
        return node if text == node.text else Scalar(text, node.place)

    def _lookup(self, expression: str) -> Node | None:
        """The first of the alternatives that is known."""
        for alternative in _alternatives(expression):
            found = self._single(alternative)
            if found is not None:
                return found
        head = _alternatives(expression)[0]
        return Scalar(_DEFAULTS[head], self.root.place) if head in _DEFAULTS else None

    def _single(self, expression: str) -> Node | None:
        if len(expression) > 1 and expression[0] in "'\"" and expression[-1] == expression[0]:
            return Scalar(expression[1:-1], self.root.place)
        if expression.startswith("self:"):
            return _descend(self.root, expression[5:])
        if expression.startswith("construct:"):
            return meant(self.root, expression[10:])
        if expression.startswith("param:"):
            return _descend(self.root, f"params.default.{expression[6:]}")
        included = _FILE.match(expression)
        if included is not None:
            content = self._file(included.group(1).strip())
            return _descend(content, included.group(2) or "") if content is not None else None
        if re.fullmatch(r"[\d.]+|true|false", expression):
            return Scalar(expression, self.root.place, plain=True)
        return None

    def _file(self, written: str) -> Node | None:
        path = join(self.folder, written)
        if path is None or path not in self.files:
            return None
        if path not in self.parsed:
            self.parsed[path] = self._read(path)
        return self.parsed[path]

    def _read(self, path: str) -> Node | None:
        text = self.files[path]
        try:
            return read_json(path, text) if path.endswith(".json") else read_yaml(path, text)
        except LoweringError as error:
            place = Place(path, Span(error.line, error.column, error.line, error.column + 1))
            self.problems.append(Problem(place, "LDM901", f"the included file cannot be read: {error}"))
            return None


def _alternatives(expression: str) -> list[str]:
    return [part.strip() for part in re.split(r",(?![^(]*\))", expression)]


def _descend(node: Node | None, names: str) -> Node | None:
    for name in names.strip().split("."):
        if not name:
            continue
        if isinstance(node, Series) and name.isdigit() and int(name) < len(node.items):
            node = node.items[int(name)]
        else:
            node = node.get(name) if isinstance(node, Record) else None
    return node
