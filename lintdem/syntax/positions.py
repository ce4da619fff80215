"""Where the nodes of a tree stand in the text.

libcst nodes carry no places. Its own `PositionProvider` writes the tree out and counts lines and
columns at every token; this does the same, but only remembers between which tokens each node stands
and counts once at the end, at a fraction of the cost. A test holds the two against each other.

libcst does not always write what it read (a form feed before code and the blank in `except (A) :`
are lost): the written text is compared with the source, and columns on lines that differ are mended.
"""

from __future__ import annotations

from types import TracebackType

import libcst as cst
from libcst._nodes.internal import CodegenState

from lintdem.model.span import Span

_Range = tuple[int, int]


class _Stretch:
    """Remembers the tokens written while it is open as the place of a node, blank space left out."""

    __slots__ = ("_at", "_end", "_node", "_start", "_state")

    def __init__(self, state: _Recorder, node: cst.CSTNode, start: cst.CSTNode | None, end: cst.CSTNode | None) -> None:
        self._state, self._node, self._start, self._end = state, node, start, end
        self._at = len(state.tokens)

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ranges = self._state.ranges
        start = self._at if self._start is None else ranges[self._start][0]
        end = len(self._state.tokens) if self._end is None else ranges[self._end][1]
        ranges[self._node] = (start, end)


class _Recorder(CodegenState):
    """Writes a tree out and remembers between which tokens every node stands."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(default_indent=module.default_indent, default_newline=module.default_newline)
        self.ranges: dict[cst.CSTNode, _Range] = {}
        self._open: list[int] = []
        # The method is called for every token; the list's own is ten times cheaper.
        self.add_token = self.tokens.append  # type: ignore[method-assign, assignment]

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._open.append(len(self.tokens))

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self._open.pop()
        if node not in self.ranges:
            self.ranges[node] = (start, len(self.tokens))

    def record_syntactic_position(  # type: ignore[override]
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _Stretch:
        return _Stretch(self, node, start_node, end_node)

    def pop_trailing_newline(self) -> None:
        """Keep the last newline: one more does no harm, and ranges may end behind it."""


class Positions:
    """The places of all nodes of one module; `text` is its source with "\\n" newlines."""

    def __init__(self, module: cst.Module, text: str) -> None:
        recorder = _Recorder(module)
        module._codegen(recorder)
        self.ranges = recorder.ranges
        self._lines: list[int] = []
        self._columns: list[int] = []
        self._tokens = recorder.tokens
        self._count(recorder.tokens)
        self._mends = _differences("".join(recorder.tokens), text)

    def span(self, node: cst.CSTNode) -> Span:
        """The place of a node."""
        start, end = self.ranges[node]
        return self.between(start, end)

    def across(self, first: cst.CSTNode, last: cst.CSTNode) -> Span:
        """From the start of one node to the end of another."""
        return self.between(self.ranges[first][0], self.ranges[last][1])

    def line(self, node: cst.CSTNode) -> int:
        """The line a node starts on."""
        return self._lines[self.ranges[node][0]]

    def text(self, first: cst.CSTNode, last: cst.CSTNode) -> str:
        """What is written from the start of one node to the end of another."""
        return "".join(self._tokens[self.ranges[first][0] : self.ranges[last][1]])

    def between(self, start: int, end: int) -> Span:
        """The place between two tokens."""
        lines, columns = self._lines, self._columns
        if not self._mends:
            return Span(lines[start], columns[start], lines[end], columns[end])
        return Span(*self._mended(lines[start], columns[start], 0), *self._mended(lines[end], columns[end], 1))

    def _mended(self, line: int, column: int, after: int) -> tuple[int, int]:
        mend = self._mends.get(line)
        if mend is not None and column >= mend[0] + after:
            return line, column + mend[1]
        return line, column

    def _count(self, tokens: list[str]) -> None:
        """Line and column before each token, and behind the last."""
        lines, columns = self._lines, self._columns
        line = column = 1
        for token in tokens:
            lines.append(line)
            columns.append(column)
            if "\n" in token:
                line += token.count("\n")
                column = len(token) - token.rfind("\n")
            else:
                column += len(token)
        lines.append(line)
        columns.append(column)


def _differences(written: str, text: str) -> dict[int, _Range]:
    """For every line written otherwise than it was read: from which column on, and how far off."""
    if written.rstrip("\n") == text.rstrip("\n"):
        return {}
    mends: dict[int, _Range] = {}
    for number, (ours, theirs) in enumerate(zip(written.split("\n"), text.split("\n"), strict=False), 1):
        if ours != theirs:
            same = 0
            while same < min(len(ours), len(theirs)) and ours[same] == theirs[same]:
                same += 1
            mends[number] = (same + 1, len(theirs) - len(ours))
    return mends
