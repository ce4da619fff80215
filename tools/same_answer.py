"""Whether the same files give the same bytes, however they are checked: by every hash seed and number of workers, and by many runs
at once on one cache.

    python tools/same_answer.py                    # over the sample: 20 runs, then 20 at once, ten times
    python tools/same_answer.py --times 1 FOLDER   # over a folder, 20 at once, once

The exit code is 1 when any report differs from the first, or a run ends in another way. tests/test_determinism.py and
tests/cli/test_cache_trouble.py do a part of it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SAMPLE = Path(__file__).parents[1] / "sample"


def started(folder: Path, *flags: str, seed: int = 0) -> subprocess.Popen[bytes]:
    """A run over the folder."""
    command = [sys.executable, "-m", "lintdem", "check", ".", "--format", "json", *flags]
    environ = {**os.environ, "PYTHONHASHSEED": str(seed)}
    return subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(run: subprocess.Popen[bytes]) -> tuple[int, bytes, bytes]:
    """Exit code, report and what was said beside it."""
    out, error = run.communicate()
    return run.returncode, out, error


def main() -> int:
    """Run them and compare."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", nargs="?", type=Path, default=SAMPLE)
    asked.add_argument("--times", type=int, default=10)
    asked.add_argument("--at-once", type=int, default=20)
    given = asked.parse_args()
    first = ended(started(given.folder, "--no-cache", "--jobs", "1"))
    alone = [ended(started(given.folder, "--no-cache", "--jobs", jobs, seed=seed)) for seed in range(10) for jobs in ("1", "8")]
    wrong = sum(one != first for one in alone)
    sys.stdout.write(f"{len(alone)} runs, seeds 0 to 9, one and eight workers: {wrong} differ\n")
    differing, broken, total = 0, 0, 0
    for number in range(given.times):
        with tempfile.TemporaryDirectory() as name:
            cache = Path(name) / "cache"
            runs = [started(given.folder, "--cache-dir", str(cache), seed=number) for _ in range(given.at_once)]
            ends = [ended(run) for run in runs]
            ends.append(ended(started(given.folder, "--cache-dir", str(cache))))
            total += len(ends)
            differing += sum(one != first for one in ends)
            broken += len(list(cache.glob("??/.new-*")))
    words = f"{given.at_once} at once on one cache and one after them"
    sys.stdout.write(f"{total} runs, {words}: {differing} differ, {broken} left half files\n")
    return int(wrong + differing + broken > 0)


if __name__ == "__main__":
    sys.exit(main())
