"""Whether cost grows with the size of a program and not faster: processor time and memory per line for every shape of
`bench/generate.py`, small and large.

    python bench/growth.py [--scale 0.1] [shape …]

Processor time, not the clock's, of a cold run without a cache; memory is the most the process held.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from generate import SHAPES, write

SIZES = {
    "handlers": (100, 2_000), "chain": (20, 200), "fanout": (50, 500), "function": (500, 5_000),
    "table": (5_000, 50_000), "circle": (50, 500),
}  # fmt: skip
ALLOWED = 1.5
"""A line of the large program may cost so much more than one of the small."""
BYTES, FLOOR = 1_000, 120_000_000
"""Memory for each line, and for none."""

_RUN = """
import json, resource, sys
from pathlib import Path
from lintdem.session import CheckRequest, Session
report = Session(CheckRequest(folder=Path(sys.argv[1]), cache=False, jobs=1)).check()
used = resource.getrusage(resource.RUSAGE_SELF)
gaps = [p.message for p in report.problems]
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, len(report.findings), gaps]))
"""


def measured(shape: str, size: int) -> tuple[int, float, int, int]:
    """Lines, seconds of processor time, bytes and findings of one run."""
    with tempfile.TemporaryDirectory() as folder:
        lines = write(shape, size, Path(folder))
        done = subprocess.run([sys.executable, "-c", _RUN, folder], capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr)
    seconds, memory, findings, problems = json.loads(done.stdout.splitlines()[-1])
    for problem in problems:
        sys.stderr.write(f"  {problem}\n")
    return lines, seconds, memory, findings


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Measure and print; 1 when something grows faster than the program."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("shapes", nargs="*", default=list(SIZES), metavar="shape", help=f"of {', '.join(SHAPES)}")
    parser.add_argument("--scale", type=float, default=1.0, help="a part of the sizes, for a first look")
    asked = parser.parse_args()
    _, bare, _, _ = measured("handlers", 1)
    _tell(f"one handler: {bare:.2f} s")
    worst = 0
    for shape in asked.shapes:
        costs = []
        for size in SIZES[shape]:
            lines, seconds, memory, findings = measured(shape, max(2, round(size * asked.scale)))
            costs.append((seconds - bare) / lines)
            most = FLOOR + BYTES * lines
            worst |= memory > most
            _tell(
                f"{shape:9} {size:7,} {lines:8,} lines {seconds:7.2f} s {1e6 * costs[-1]:7.0f} µs/line "
                f"{memory / 1e6:6.0f} MB (of {most / 1e6:.0f}) {findings:6} findings"
            )
        growth = costs[1] / costs[0]
        worst |= growth > ALLOWED
        _tell(f"{shape:9} a line costs {growth:.2f} times as much")
    return int(worst)


if __name__ == "__main__":
    sys.exit(main())
