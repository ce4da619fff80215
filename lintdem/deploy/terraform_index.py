"""The blocks of one Terraform module, found by what they are and how they are called.

A module of thousands of blocks is asked for one of them by thousands of others, so nothing here is looked for twice.
"""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.deploy.hcl import Block
from lintdem.deploy.nodes import Node, Scalar, Series


class Index:
    """The blocks in the order they are written; of two with one name the first counts, as of two values of `locals`."""

    def __init__(self, blocks: tuple[Block, ...]) -> None:
        self.blocks = blocks
        self._kinds: dict[str, list[Block]] = {}
        self._typed: dict[tuple[str, str], list[Block]] = {}
        self._named: dict[tuple[str, tuple[str, ...]], Block] = {}
        self._locals: dict[str, Node] = {}
        for block in blocks:
            self._kinds.setdefault(block.type, []).append(block)
            self._named.setdefault((block.type, block.labels), block)
            if len(block.labels) == 2:
                self._typed.setdefault((block.type, block.labels[0]), []).append(block)
            if block.type == "locals":
                for name, entry in block.attributes.items():
                    self._locals.setdefault(name, entry.value)

    def of_type(self, kind: str) -> tuple[Block, ...]:
        """The blocks of a kind: resource, data, module, variable, locals, output."""
        return tuple(self._kinds.get(kind, ()))

    def of_resource(self, kind: str, resource: str) -> tuple[Block, ...]:
        """The resources, or data, of one type."""
        return tuple(self._typed.get((kind, resource), ()))

    def named(self, kind: str, labels: tuple[str, ...]) -> Block | None:
        """The block with these labels."""
        return self._named.get((kind, labels))

    def local(self, name: str) -> Node | None:
        """A value of `locals`, as it is written."""
        return self._locals.get(name)


def texts(node: Node) -> Iterator[str]:
    """All texts in a node: the addresses that it mentions are among them."""
    work = [node]
    while work:
        one = work.pop()
        if isinstance(one, Scalar):
            yield one.text
        else:
            work += one.items if isinstance(one, Series) else [entry.value for entry in one.entries.values()]
