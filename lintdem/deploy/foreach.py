"""`Fn::ForEach`, the loop of CloudFormation's language extensions, written out before anything else is read."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from lintdem.deploy.intrinsics import Scope
from lintdem.deploy.nodes import Entry, Node, Record, Scalar, Series, as_items, line_of
from lintdem.model.module import Problem
from lintdem.model.span import Place

LOOP = "Fn::ForEach::"
_MOST = 100_000
"""Nodes that the loops of one template may make; CloudFormation allows 500 resources in a stack."""

_VALUES = 500


class Unrolled(msgspec.Struct, frozen=True):
    """A section with its loops written out, and what was too much to write out."""

    section: Record
    problems: tuple[Problem, ...]


def unroll(section: Record, scope: Scope) -> Unrolled:
    """The section with one entry for every value of its loops; `scope` tells what parameters and mappings hold."""
    if not any(name.startswith(LOOP) for name in section.entries):
        return Unrolled(section, ())
    work = _Unrolling(scope)
    entries = dict(work.entries(section))
    return Unrolled(Record(entries, section.place), tuple(work.problems))


class _Unrolling:
    """One section's loops, with what they may still make."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.left = _MOST
        self.problems: list[Problem] = []

    def entries(self, record: Record) -> Iterator[tuple[str, Entry]]:
        """The entries of a record, those of its loops in place of them."""
        for name, entry in record.entries.items():
            if name.startswith(LOOP):
                yield from self._loop(entry)
            else:
                yield name, entry

    def _loop(self, entry: Entry) -> Iterator[tuple[str, Entry]]:
        parts = as_items(entry.value)
        if len(parts) != 3 or not isinstance(parts[0], Scalar) or not isinstance(parts[2], Record):
            return
        values = self._values(parts[1])
        if values is None:
            self._say(entry.key.place, "the values of this loop are not known before deployment", "LDM902")
            return
        for value in values:
            if self.left <= 0:
                if not any(problem.code == "LDM901" for problem in self.problems):
                    self._say(entry.key.place, "the template cannot be read in full: its loops repeat too much", "LDM901")
                return
            filled = self._filled(parts[2], _Variable(parts[0].text, value))
            if isinstance(filled, Record):
                yield from self.entries(filled)

    def _values(self, node: Node) -> list[str] | None:
        """The values of a loop: a list, or the default of a parameter that holds one; None where they are not known."""
        if isinstance(node, Scalar):
            return [part.strip() for part in node.text.split(",")]
        texts = [self.scope.render(item) for item in as_items(node)]
        if isinstance(node, Record):
            texts = [part.strip() for part in texts[0].split(",")]
        return texts[:_VALUES] if not any("${" in text for text in texts) else None

    def _filled(self, node: Node, variable: _Variable) -> Node:
        """A copy in which the variable has its value, in keys and texts, as `${X}`, `&{X}` and `!Ref X`."""
        self.left -= 1
        if isinstance(node, Scalar):
            return variable.in_scalar(node)
        if isinstance(node, Series):
            return Series(tuple(self._filled(item, variable) for item in node.items), node.place)
        target = node.get("Ref") if len(node.entries) == 1 else None
        if isinstance(target, Scalar) and target.text == variable.name:
            return Scalar(variable.value, node.place)
        found: dict[str, Entry] = {}
        for entry in node.entries.values():
            key = variable.in_scalar(entry.key)
            found[key.text] = Entry(key, self._filled(entry.value, variable))
        return _plain_text(Record(found, node.place))

    def _say(self, place: Place, message: str, code: str) -> None:
        self.problems.append(Problem(line_of(place), code, message))


class _Variable:
    """A loop's variable with one of its values."""

    def __init__(self, name: str, value: str) -> None:
        self.name = name
        self.value = value
        self.slot = re.compile(r"[$&]\{" + re.escape(name) + r"\}")

    def in_scalar(self, node: Scalar) -> Scalar:
        """The text with the value in it."""
        if "{" not in node.text:
            return node
        text = self.value.join(self.slot.split(node.text))
        return node if text == node.text else Scalar(text, node.place, node.plain, node.margin)


def _plain_text(node: Record) -> Node:
    """A `Fn::Sub` in which nothing is left to substitute is the text itself."""
    inner = node.get("Fn::Sub") if len(node.entries) == 1 else None
    return inner if isinstance(inner, Scalar) and "${" not in inner.text else node
