"""Prose in lines of a width: words are never broken, so that a path stays a path."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

from lintdem.output.palette import FRAME
from lintdem.output.view import COMMANDS


def wrapped(text: Text, width: int, first: Text | str = "", rest: str = "") -> Iterator[Text]:
    """The text in lines of the width: the first behind one prefix, the others behind another."""
    start = first if isinstance(first, Text) else Text(first, style=FRAME)
    room = width - start.cell_len
    breaks, position = [], 0
    for word in text.plain.split(" "):
        length = cell_len(word)
        if position and length > room and not word.startswith(COMMANDS):
            breaks.append(position)
            room = width - len(rest)
        position += len(word) + 1
        room -= length + 1
    for number, line in enumerate(text.divide(breaks)):
        line.rstrip()
        yield Text.assemble(rest if number else start, line)
