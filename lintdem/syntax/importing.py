"""The names of other modules in a file: as it imports them, or with the import that it lacks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import libcst as cst
from libcst.helpers import get_full_name_for_node

from lintdem.errors import NoEdit
from lintdem.model.finding import Edit
from lintdem.model.span import Place, Span
from lintdem.regexes import late
from lintdem.syntax.positions import Positions

_FROM = late(r"(\n*)from ([\w.]+) import (\w+)(\n+)")
_ADDED = late(r"(\n*)(from [\w.]+ import \w+(?:, \w+)+)(\n+)")
_ALONE = late(r"from [\w.]+ import (?:[\w, ]+|\([\w, ]+\))")
"""An import of names that is alone in its line, without a remark."""


def together(imports: Iterable[Edit]) -> list[Edit]:
    """Imports that are added at one place from one module as one statement."""
    found: dict[tuple[Place, str, str, str], list[str]] = {}
    edits: list[Edit] = []
    for edit in imports:
        match = _FROM.fullmatch(edit.text)
        if match is None:
            edits.append(edit)
        else:
            found.setdefault((edit.place, match[1], match[2], match[4]), []).append(match[3])
    for (place, before, module, behind), names in found.items():
        line = f"from {module} import {', '.join(sorted(names))}"
        edits.append(Edit(place, f"{before}{line}{behind}"))
    return edits


def with_broken(lines: Sequence[str], edits: Iterable[Edit], width: int) -> list[Edit]:
    """The edits, those that make an import too long for its line changed: then each of its names has a line of its own."""
    kept: list[Edit] = []
    joined: dict[int, list[Edit]] = {}
    for edit in edits:
        span = edit.place.span
        if (added := _ADDED.fullmatch(edit.text)) is not None and len(added[2]) > width:
            kept.append(Edit(edit.place, f"{added[1]}{_exploded(added[2])}{added[3]}"))
        elif _ALONE.fullmatch(lines[span.line - 1]) and span.line == span.end_line and "\n" not in edit.text:
            joined.setdefault(span.line, []).append(edit)
        else:
            kept.append(edit)
    for number, own in joined.items():
        old = lines[number - 1]
        line = _edited(old, own)
        if len(line) > width >= len(old):
            kept.append(Edit(Place(own[0].place.path, Span(number, 1, number, len(old) + 1)), _exploded(line)))
        else:
            kept += own
    return kept


def _edited(line: str, edits: Iterable[Edit]) -> str:
    """A line with edits that stay in it."""
    for edit in sorted(edits, reverse=True):
        span = edit.place.span
        line = f"{line[: span.column - 1]}{edit.text}{line[span.end_column - 1 :]}"
    return line


def _exploded(line: str) -> str:
    head, _, names = line.partition(" import ")
    listed = [name.strip() for name in names.strip().strip("()").split(",")]
    return f"{head} import (\n" + "".join(f"    {name},\n" for name in listed if name) + ")"


class Names:
    """What the top of a module binds, and what is used as a name anywhere in it."""

    def __init__(self, tree: cst.Module, positions: Positions) -> None:
        self.tree = tree
        self.positions = positions
        self.used = frozenset(node.value for node in positions.ranges if isinstance(node, cst.Name))
        self.modules: dict[str, str] = {}
        self.members: dict[tuple[str, str], str] = {}
        self._imports = [one for one in _top(tree.body) if isinstance(one, (cst.Import, cst.ImportFrom))]
        for statement in self._imports:
            self._note(statement)

    def spelled(self, module: str, name: str, line: int) -> tuple[str, tuple[Span, str] | None]:
        """How `module.name` is written at a line of this file, and the import that has to be added for it."""
        if (module, name) in self.members:
            return self.members[module, name], None
        if module in self.modules:
            return f"{self.modules[module]}.{name}", None
        if name not in self.used and (joined := self._joined(module, name)) is not None:
            return name, joined
        plain = "." not in module
        bound = module if plain else name
        if bound in self.used:
            raise NoEdit
        text = f"import {module}" if plain else f"from {module} import {name}"
        return (f"{module}.{name}" if plain else name), self._place(plain, text)

    def _note(self, statement: cst.Import | cst.ImportFrom) -> None:
        if isinstance(statement.names, cst.ImportStar):
            return
        for alias in statement.names:
            name = get_full_name_for_node(alias.name) or ""
            bound = alias.evaluated_alias or name
            if isinstance(statement, cst.Import):
                self.modules.setdefault(name, bound)
            elif statement.module is not None and not statement.relative:
                self.members.setdefault((get_full_name_for_node(statement.module) or "", name), bound)

    def _place(self, plain: bool, text: str) -> tuple[Span, str]:
        """Where an import belongs, and how: among the imports at the top that come from where it does, by the alphabet and
        `import` before `from`."""
        head = list(self._head())
        if not head:
            return self._below_docstring(), f"{text}\n"
        standard = _top_of(text) in sys.stdlib_module_names
        like = [one for one in head if (_top_of(self._code(one)) in sys.stdlib_module_names) == standard]
        if not like:
            first, last = self.positions.span(head[0]).line, self.positions.span(head[-1]).end_line + 1
            return (Span(first, 1, first, 1), f"{text}\n\n") if standard else (Span(last, 1, last, 1), f"\n{text}\n")
        before = [one for one in like if _order(self._code(one)) < (not plain, text)]
        line = self.positions.span(before[-1]).end_line + 1 if before else self.positions.span(like[0]).line
        return Span(line, 1, line, 1), f"{text}\n"

    def _joined(self, module: str, name: str) -> tuple[Span, str] | None:
        """The name put into an import at the top that takes other names from the same module, by the alphabet."""
        for statement in self._imports:
            if not isinstance(statement, cst.ImportFrom) or isinstance(statement.names, cst.ImportStar) or statement.relative:
                continue
            if statement.module is None or get_full_name_for_node(statement.module) != module:
                continue
            later = [alias for alias in statement.names if (get_full_name_for_node(alias.name) or "") > name]
            span = self.positions.span((later[0] if later else statement.names[-1]).name)
            if later:
                alone = self.positions.span(statement).line != span.line
                between = f"\n{' ' * (span.column - 1)}" if alone else " "
                return Span(span.line, span.column, span.line, span.column), f"{name},{between}"
            if statement.names[-1].asname is None and statement.lpar is None:
                return Span(span.end_line, span.end_column, span.end_line, span.end_column), f", {name}"
        return None

    def _code(self, line: cst.SimpleStatementLine) -> str:
        return self.positions.text(line.body[0], line.body[0])

    def _head(self) -> Iterator[cst.SimpleStatementLine]:
        """The imports at the top, each alone on its line, without those of the future."""
        for statement in self.tree.body:
            if not isinstance(statement, cst.SimpleStatementLine):
                return
            first = statement.body[0]
            if isinstance(first, (cst.Import, cst.ImportFrom)):
                if len(statement.body) == 1 and not _is_future(first):
                    yield statement
            elif not isinstance(first, cst.Expr):
                return

    def _below_docstring(self) -> Span:
        """Behind the docstring and the imports of the future, before everything else."""
        line = 1
        for statement in self.tree.body:
            first = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
            told = isinstance(first, cst.Expr) and isinstance(first.value, (cst.SimpleString, cst.ConcatenatedString))
            if not told and not (isinstance(first, cst.ImportFrom) and _is_future(first)):
                line = line if line > 1 else self.positions.line(statement)
                break
            line = self.positions.span(statement).end_line + 1
        return Span(line, 1, line, 1)


def _top_of(text: str) -> str:
    """`os` of `import os.path`, empty for an import of the package itself."""
    return text.split()[1].partition(".")[0].rstrip(",")


def _order(text: str) -> tuple[bool, str]:
    return text.startswith("from "), text


def _is_future(statement: cst.Import | cst.ImportFrom) -> bool:
    module = statement.module if isinstance(statement, cst.ImportFrom) else None
    return module is not None and get_full_name_for_node(module) == "__future__"


def _top(body: object) -> Iterator[cst.CSTNode]:
    """The simple statements of the module itself."""
    lines = (statement for statement in body if isinstance(statement, cst.SimpleStatementLine))  # type: ignore[attr-defined]
    return chain.from_iterable(line.body for line in lines)
