"""One command as a whole process: how long it took, what it cost the processors, how much memory it held.

The operating system's own account of the finished process and of all it waited for. Memory is that of the largest single
process: with worker processes the sum is more.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss


@dataclass(frozen=True)
class Run:
    """One finished run."""

    wall: float
    cpu: float
    peak: int
    code: int


def measured(command: Sequence[str], folder: Path, environ: Mapping[str, str], output: Path) -> Run:
    """Run a command in a folder; what it prints goes to a file, so that a full pipe never holds it up."""
    with output.open("wb") as written:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _UNIT, process.returncode)


@dataclass(frozen=True)
class Figures:
    """What several runs of one command come to."""

    runs: tuple[Run, ...]

    @property
    def wall(self) -> float:
        """Seconds on the clock, the median."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        """Seconds of processors, the median."""
        return statistics.median(run.cpu for run in self.runs)

    @property
    def peak(self) -> float:
        """Bytes of the largest process, the median."""
        return statistics.median(run.peak for run in self.runs)

    @property
    def span(self) -> tuple[float, float]:
        """The fastest and the slowest run by the clock; far apart on a machine that others use."""
        return min(run.wall for run in self.runs), max(run.wall for run in self.runs)

    def ratio(self, other: Figures, what: str) -> float:
        """How often the other's figure goes into this one: the median over the rounds, in which both ran one after the other,
        so that a machine whose speed drifts does not tell the result."""
        pairs = [(getattr(one, what), getattr(two, what)) for one, two in zip(self.runs, other.runs, strict=True)]
        return statistics.median(mine / max(theirs, 1e-9) for mine, theirs in pairs)
