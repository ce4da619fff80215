"""The edits of one Python file, found with its tree; the text is never written out from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import libcst as cst

from lintdem.errors import NoEdit
from lintdem.model.finding import Edit
from lintdem.model.remedy import (
    Argument,
    Change,
    Collected,
    Decorated,
    Named,
    Opening,
    Renamed,
    Reworded,
    Rewrite,
    Wrapped,
)
from lintdem.model.span import Place, Span
from lintdem.regexes import late
from lintdem.syntax.collecting import collected
from lintdem.syntax.importing import Names, together, with_broken
from lintdem.syntax.lower import parsed
from lintdem.syntax.spreading import folded, refolded, spread, width_of
from lintdem.syntax.wrapping import below, wrapped

_DOUBLE = late(r"(?<![\w'\"])\"([^\"'\\{}\n]*)\"(?![\"'])")
"""A plain text in double quotes, none of an f-string."""
_FOREIGN = late(r"«([\w.]+):(\w+)»")


class Editor:
    """One file; `edits` gives what a change comes to, or raises `NoEdit`. `length` is how long its formatter lets a line be, where
    that is known."""

    def __init__(self, path: str, text: str, length: int | None = None) -> None:
        self.path = path
        self.length = length
        self.lines = text.split("\n")
        self.tree, self.positions = parsed(text)
        self.calls = {
            self.positions.span(node): node for node in self.positions.ranges if isinstance(node, cst.Call)
        }
        self.names = Names(self.tree, self.positions)
        self.single = self._prefers_single()

    def edits(self, change: Change) -> list[Edit]:
        """The edits of one change."""
        if isinstance(change, Rewrite):
            return self._rewritten(change)
        if isinstance(change, Argument):
            return self._passed(change)
        if isinstance(change, Named):
            return self._named(change)
        if isinstance(change, Renamed):
            return self._renamed(change)
        if isinstance(change, Opening):
            return self._opened(change)
        if isinstance(change, Reworded):
            return self._reworded(change)
        if isinstance(change, Decorated):
            return self._decorated(change)
        if isinstance(change, Wrapped):
            return wrapped(self, change)
        if isinstance(change, Collected):
            return collected(self, change)
        raise NoEdit

    def settled(self, edits: Iterable[Edit]) -> list[Edit]:
        """All edits of one fix, with the imports that have become too long broken as formatters break them."""
        return with_broken(self.lines, edits, width_of(self.lines, self.length))

    # --- texts ---

    def at(self, span: Span, text: str) -> Edit:
        """The edit that puts a text in a place of this file."""
        return Edit(Place(self.path, span), text)

    def spelled(self, text: str, within: Span) -> tuple[str, list[Edit]]:
        """A text with the names of other modules as this file has them, and the imports it lacks."""
        imports: dict[str, Edit] = {}

        def name(match: re.Match[str]) -> str:
            spelled, needed = self.names.spelled(match[1], match[2], within.line)
            if needed is not None:
                imports[needed[1]] = self.at(*needed)
            return spelled

        return self.quoted(_FOREIGN.sub(name, text)), together(imports.values())

    def quoted(self, text: str) -> str:
        """New code with the quotes that the file has."""
        return _DOUBLE.sub(r"'\1'", text) if self.single else text

    def _prefers_single(self) -> bool:
        """Whether nearly all plain texts of the file stand in single quotes."""
        texts = [node.value for node in self.positions.ranges if isinstance(node, cst.SimpleString)]
        single = sum(text.startswith("'") and not text.startswith("'''") for text in texts)
        return single > 4 * sum(text.startswith('"') and not text.startswith('"""') for text in texts)

    def _rewritten(self, change: Rewrite) -> list[Edit]:
        span = change.place.span
        text, imports = self.spelled(change.text, span)
        broken = refolded(self, span, text) if span in self.calls else None
        return [*imports, self.at(*(broken or (span, text)))]

    def _reworded(self, change: Reworded) -> list[Edit]:
        """Into a string as it is written, before the blanks and the semicolon at its end."""
        span = change.place.span
        lines = self.lines[span.line - 1 : span.end_line]
        lines[-1] = lines[-1][: span.end_column - 1]
        raw = "\n".join([lines[0][span.column - 1 :], *lines[1:]])
        pattern = rf"\b{change.word}\b" if change.word else r"(?=(?:\s|;|\\[nrt])*(?:\"{3}|'{3}|[\"'])$)"
        match = re.search(pattern, raw, re.IGNORECASE)
        if match is None or raw[-1] not in "\"'":
            raise NoEdit
        before = raw[: match.end()].split("\n")
        line, column = span.line + len(before) - 1, len(before[-1]) + (span.column if len(before) == 1 else 1)
        return [self.at(Span(line, column, line, column), change.text)]

    # --- arguments ---

    def _call(self, place: Place) -> cst.Call:
        node = self.calls.get(place.span)
        if node is None:
            raise NoEdit
        return node

    def _passed(self, change: Argument) -> list[Edit]:
        call = self._call(change.place)
        text, imports = self.spelled(change.text, change.place.span)
        present = self._present(call, change)
        if present is not None:
            return [*imports, *self._replaced(call, present, text)]
        if any(arg.star == "**" for arg in call.args):
            raise NoEdit
        return [*imports, *self._added(call, f"{change.name}={text}")]

    def _replaced(self, call: cst.Call, arg: cst.Arg, text: str) -> list[Edit]:
        """Another value for an argument, and room for it when it is longer."""
        old, whole = self._whole(arg.value), self.positions.span(arg)
        line = self.lines[old.line - 1]
        head, name = line[: whole.column - 1], line[whole.column - 1 : old.column - 1]
        if old.line == whole.line == old.end_line and not head.strip() and line[old.end_column - 1 :].strip() in ("", ","):
            text = folded(f"{name}{text}", head, self.tree.default_indent, width_of(self.lines, self.length))[len(name) :]
        return [self.at(old, text), *spread(self, call, grown=len(text) - (old.end_column - old.column))]

    def _present(self, call: cst.Call, change: Argument) -> cst.Arg | None:
        """The argument that is passed now, by name or by position."""
        by_position = 0
        for arg in call.args:
            if arg.keyword is not None and arg.keyword.value == change.name:
                return arg
            if arg.keyword is None and change.position is not None:
                if arg.star:
                    raise NoEdit
                if by_position == change.position:
                    return arg
                by_position += 1
        return None

    def _whole(self, node: cst.BaseExpression) -> Span:
        """An expression with its parentheses."""
        first = node.lpar[0] if node.lpar else node
        last = node.rpar[-1] if node.rpar else node
        return self.positions.across(first, last)

    def _added(self, call: cst.Call, text: str) -> Iterator[Edit]:
        """One more argument behind the others, in a line of its own where the last one has one."""
        end = self.positions.span(call)
        closing = Span(end.end_line, end.end_column - 1, end.end_line, end.end_column - 1)
        if not call.args:
            yield self.at(closing, text)
            return
        last = call.args[-1]
        if isinstance(last.value, cst.GeneratorExp) and not last.value.lpar:
            raise NoEdit
        arranged = spread(self, call, text)
        if arranged:
            yield from arranged
            return
        comma = self.positions.span(last.comma) if isinstance(last.comma, cst.Comma) else None
        value = self._whole(last.value)
        start = self.positions.span(last.keyword) if last.keyword is not None else value
        behind = Span(value.end_line, value.end_column, value.end_line, value.end_column)
        line = self.lines[start.line - 1]
        alone = not line[: start.column - 1].strip()
        below = line[: len(line) - len(line.lstrip())]
        if self._begins_line(call, start.line) and (alone or len(line) + len(text) > width_of(self.lines, self.length)):
            indent = below
            text = folded(text, indent, self.tree.default_indent, width_of(self.lines, self.length))
            yield from self._added_below(behind, comma, closing, f"\n{indent}{text}")
        elif comma is not None:
            yield self.at(Span(comma.line, comma.column + 1, comma.line, comma.column + 1), f" {text},")
        else:
            yield self.at(behind, f", {text}")

    def _begins_line(self, call: cst.Call, number: int) -> bool:
        """Whether a line begins with an argument of the call: then another one can stand below it."""
        line = self.lines[number - 1]
        indent = len(line) - len(line.lstrip()) + 1
        firsts = (self.positions.span(arg.keyword) if arg.keyword is not None else self._whole(arg.value) for arg in call.args)
        return any((first.line, first.column) == (number, indent) for first in firsts)

    def _added_below(self, behind: Span, comma: Span | None, closing: Span, text: str) -> Iterator[Edit]:
        """Below the line of the last argument and of its remark."""
        at = comma or behind
        column = at.column + 1 if comma else at.column
        if closing.line == at.line:
            yield self.at(Span(at.line, column, at.line, column), f"{text}," if comma else f",{text}")
            return
        whole = self.lines[at.line - 1].rstrip()
        if comma:
            end = max(len(whole) + 1, column)
            yield self.at(Span(at.line, end, at.line, end), f"{text},")
        elif whole[column - 1 :].strip():
            yield self.at(behind, ",")
            end = len(whole) + 1
            yield self.at(Span(at.line, end, at.line, end), text)
        else:
            yield self.at(behind, f",{text}")

    def _named(self, change: Named) -> list[Edit]:
        """`f(a, b)` as `f(name=a, …)`; what stands behind has names already, or the change is refused."""
        args = self._call(change.place).args
        if change.position >= len(args) or any(arg.star or arg.keyword for arg in args[: change.position + 1]):
            raise NoEdit
        names = [change.name, *change.behind]
        unnamed = [arg for arg in args[change.position :] if arg.keyword is None]
        if len(unnamed) > len(names) or any(arg.star for arg in unnamed):
            raise NoEdit
        return [self._with_name(arg.value, name) for arg, name in zip(unnamed, names, strict=False)]

    def _with_name(self, value: cst.BaseExpression, name: str) -> Edit:
        if isinstance(value, (cst.NamedExpr, cst.GeneratorExp)) and not value.lpar:
            raise NoEdit
        start = self._whole(value)
        return self.at(Span(start.line, start.column, start.line, start.column), f"{name}=")

    # --- names ---

    def _renamed(self, change: Renamed) -> list[Edit]:
        """The parameter and what reads it; refused where the new name has a meaning or the old one a second."""
        inside = list(below(self._function(change.place)))
        others = {id(n.attr) for n in inside if isinstance(n, cst.Attribute)}
        others |= {id(n.keyword) for n in inside if isinstance(n, cst.Arg) and n.keyword is not None}
        names = [n for n in inside if isinstance(n, cst.Name) and id(n) not in others]
        bound = [n for n in inside if isinstance(n, cst.Param) and n.name.value == change.old]
        if len(bound) != 1 or any(n.value == change.new for n in names):
            raise NoEdit
        return [self.at(self.positions.span(n), change.new) for n in names if n.value == change.old]

    def _opened(self, change: Opening) -> list[Edit]:
        """A statement before the first one that is no docstring."""
        body = self._function(change.place).body
        if not isinstance(body, cst.IndentedBlock):
            raise NoEdit
        first = next((one for one in body.body if not _is_docstring(one)), None)
        if first is None:
            raise NoEdit
        start = self.positions.span(first)
        decorated = getattr(first, "decorators", ())
        line = self.positions.line(decorated[0]) if decorated else start.line
        text, imports = self.spelled(change.text, start)
        indent = self.lines[line - 1][: len(self.lines[line - 1]) - len(self.lines[line - 1].lstrip())]
        return [*imports, self.at(Span(line, 1, line, 1), f"{indent}{text}\n")]

    def _decorated(self, change: Decorated) -> list[Edit]:
        """A decorator below the others, and what it needs above the statement of the module."""
        node = self._function(change.place)
        line = self.positions.span(node.asynchronous or node).line
        indent = " " * (self.positions.span(node).column - 1)
        both, imports = self.spelled("\f".join((change.text, *change.above)), change.place.span)
        text, *above = both.split("\f")
        decorator = "".join(f"{indent}{one}\n" for one in text.split("\n"))
        number, before, needed = self._above(change.place.span.line, "\n".join(above)) if above else (0, False, "")
        if before and number == line:
            decorator, needed = needed + decorator, ""
        edits = [*imports, self.at(Span(line, 1, line, 1), decorator)]
        column = 1 if before or not needed else len(self.lines[number - 1]) + 1
        return [*edits, self.at(Span(number, column, number, column), needed)] if needed else edits

    def _above(self, line: int, text: str) -> tuple[int, bool, str]:
        """Where statements of the module that the one at a line needs are put: behind an assignment right before it, else
        before it and its remarks."""
        after = next((i for i, one in enumerate(self.tree.body) if self.positions.span(one).end_line >= line), 0)
        previous = self.tree.body[after - 1] if after else None
        if isinstance(previous, cst.SimpleStatementLine) and isinstance(previous.body[-1], (cst.Assign, cst.AnnAssign)):
            return self.positions.span(previous).end_line, False, f"\n{text}"
        node = self.tree.body[after]
        decorators = getattr(node, "decorators", ())
        first = self.positions.line(decorators[0] if decorators else node)
        while first > 1 and self.lines[first - 2].startswith("#"):
            first -= 1
        return first, True, f"{text}\n\n\n"

    def _function(self, place: Place) -> cst.FunctionDef:
        found = [n for n in self.positions.ranges if isinstance(n, cst.FunctionDef) and self._spans(n, place.span)]
        if len(found) != 1:
            raise NoEdit
        return found[0]

    def _spans(self, node: cst.FunctionDef, span: Span) -> bool:
        """Whether this is the function at a span, which the model begins with its decorators."""
        own = self.positions.span(node)
        first = self.positions.span(node.decorators[0]) if node.decorators else own
        return (own.end_line, own.end_column) == (span.end_line, span.end_column) and first.line == span.line


def _is_docstring(node: cst.CSTNode) -> bool:
    first = node.body[0] if isinstance(node, cst.SimpleStatementLine) else None
    return isinstance(first, cst.Expr) and isinstance(first.value, (cst.SimpleString, cst.ConcatenatedString))
