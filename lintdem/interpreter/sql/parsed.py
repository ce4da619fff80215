"""What the parser of SQL has made of texts. To load it takes longer than to run a handler, and nothing but the text tells what it
makes of one, so whoever has a place for it keeps that."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lintdem.interpreter.sql.clauses import Statement

Read = Mapping[str, tuple[Statement, ...]]


def _none() -> Read:
    return {}


class Texts:
    """The statements of texts, as they were read now or in an earlier run."""

    def __init__(self) -> None:
        self._earlier: Callable[[], Read] = _none
        self._known: dict[str, tuple[Statement, ...]] | None = None
        self._new: dict[str, tuple[Statement, ...]] = {}

    def begin(self, earlier: Callable[[], Read]) -> None:
        """From here on it is known what an earlier run has read, which is asked for with the first text."""
        self._earlier, self._known, self._new = earlier, None, {}

    def end(self) -> Read:
        """All that is known, when there is something new; then nothing is."""
        known, new = self._known, self._new
        self.begin(_none)
        return {**(known or {}), **new} if new else {}

    def statements(self, text: str) -> tuple[Statement, ...]:
        """The statements of a text with parameters written as `:p_N` or `:n_name`; none when no dialect accepts it."""
        if self._known is None:
            self._known = dict(self._earlier())
        found = self._known.get(text)
        if found is None:
            from lintdem.interpreter.sql.sqltrees import parse_sql  # noqa: PLC0415 - only with such text

            found = parse_sql(text)
            if found:
                self._new[text] = found
        return found


TEXTS = Texts()
