"""How a run goes, on standard error: notes, a bar on a terminal once it takes long, and times when asked for."""

from __future__ import annotations

import sys
import time

from lintdem.cli.terminal import complain, is_terminal
from lintdem.observer import Observer

_PATIENCE = 0.5
_CLEAR = "\r\x1b[K"


class Progress(Observer):
    """Tells the user what the run has to say."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self._quiet = quiet
        self._verbose = verbose
        self._phases: list[tuple[str, float]] = []
        self._start = time.monotonic()
        self._shown = False

    def note(self, text: str) -> None:
        """Something left out, or not as it could be."""
        if not self._quiet:
            self.close()
            complain(f"note: {text}")

    def detail(self, text: str) -> None:
        """The same, for those who asked."""
        if self._verbose:
            self.note(text)

    def phase(self, name: str, seconds: float) -> None:
        """Kept for `tell_phases`."""
        self._phases.append((name, seconds))

    def progress(self, done: int, total: int) -> None:
        """A line that is written over, on a terminal, in a run of more than half a second."""
        if self._quiet or not is_terminal(sys.stderr) or time.monotonic() - self._start < _PATIENCE:
            return
        sys.stderr.write(f"{_CLEAR}reading {done}/{total} files")
        sys.stderr.flush()
        self._shown = True

    def close(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
            self._shown = False

    def tell_phases(self) -> None:
        """How long each stage took."""
        for name, seconds in self._phases:
            complain(f"{seconds:8.3f} s  {name}")
