"""How a run goes, on standard error: notes, a line on a terminal once it takes long, and times when asked for."""

from __future__ import annotations

import os
import sys
import threading
import time
from types import TracebackType

from lintdem.cli.terminal import CLEAR, complain, is_terminal, width_of
from lintdem.observer import Observer

PATIENCE = 1.0
"""A run that is done within so many seconds shows nothing."""
_BEAT = 0.1
_STAGES = {
    "discover": ("looking for files", ""),
    "recall": ("looking for files", ""),
    "read": ("looking for files", ""),
    "lower": ("reading", "files"),
    "revision": ("reading the revision", "files"),
    "templates": ("reading templates", ""),
    "link": ("linking", ""),
    "handlers": ("following", "handlers"),
    "rules": ("judging by", "rules"),
    "triage": ("sorting out", ""),
    "audit": ("auditing", "repositories"),
}


class Progress(Observer):
    """Tells the user what the run has to say. To be left as a context: then the line is gone, however the run ended."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False, patience: float = PATIENCE) -> None:
        self._quiet = quiet
        self._verbose = verbose
        self._patience = patience
        self._phases: list[tuple[str, float]] = []
        self._start = time.monotonic()
        self._stage = ""
        self._count = (0, 0)
        self._shown = ""
        self._writing = threading.Lock()
        self._done = threading.Event()
        self._beat: threading.Thread | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def note(self, text: str) -> None:
        """Something left out, or not as it could be."""
        if not self._quiet:
            with self._writing:
                self._erase()
                complain(f"note: {text}")

    def detail(self, text: str) -> None:
        """The same, for those who asked."""
        if self._verbose:
            self.note(text)

    def stage(self, name: str) -> None:
        """What the line says from now on; the first stage sets the clock going."""
        self._stage, self._count = name, (0, 0)
        if self._beat is None and not self._quiet and is_watched():
            self._beat = threading.Thread(target=self._tell, name="lintdem progress", daemon=True)
            self._beat.start()

    def phase(self, name: str, seconds: float) -> None:
        """Kept for `tell_phases`."""
        self._phases.append((name, seconds))

    def progress(self, done: int, total: int) -> None:
        """Kept for the next beat."""
        self._count = (done, total)

    def close(self) -> None:
        """Take the line away, for good."""
        self._done.set()
        if self._beat is not None:
            self._beat.join()
            self._beat = None
        with self._writing:
            self._erase()

    def tell_phases(self) -> None:
        """How long each stage took."""
        for name, seconds in self._phases:
            complain(f"{seconds:8.3f} s  {name}")

    def _tell(self) -> None:
        """Write the line over and over, from a thread of its own: some stages say nothing for seconds."""
        wait = self._patience
        while not self._done.wait(wait):
            wait = _BEAT
            with self._writing:
                line = self._line()[: width_of(sys.stderr) - 1]
                if line != self._shown:
                    sys.stderr.write(f"{CLEAR}{line}")
                    sys.stderr.flush()
                    self._shown = line

    def _line(self) -> str:
        words, noun = _STAGES.get(self._stage, (self._stage, ""))
        done, total = self._count
        told = f"{words} {done}/{total} {noun}" if noun and total else f"{words} {noun}".strip()
        return f"{told} ({time.monotonic() - self._start:.0f} s)"

    def _erase(self) -> None:
        if self._shown:
            sys.stderr.write(CLEAR)
            sys.stderr.flush()
            self._shown = ""


def is_watched() -> bool:
    """Whether somebody looks at standard error who sees a line change: no log of a CI job, even where that has a terminal."""
    return is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb" and "CI" not in os.environ
