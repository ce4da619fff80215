"""Search bytes that a reader of templates, configuration, suppressions, cache or baseline does not stand, guided by coverage.

    pip install atheris      # Linux, CPython 3.11 to 3.13
    python tools/fuzz_readers.py --minutes 60                     # all readers, one after another, round after round
    python tools/fuzz_readers.py --minutes 5 terraform cache      # these
    python tools/fuzz_readers.py --keep                           # minimise what was found into tests/fuzz/corpus

What is searched with stands in --work (kept between runs), beside it what broke a promise: `broken/<reader>/crash-…`,
`timeout-…`. The exit code is 1 when anything did. tests/fuzz/readers.py says what the readers promise,
tests/fuzz/test_readers.py replays what is kept.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

KEPT = ROOT / "tests" / "fuzz" / "corpus"
SECONDS = 60
"""For one input: far more than any takes, also beside other work."""
MEGABYTES = 2500
MOST_KEPT = 30
"""Files of one reader that are kept in the repository."""
LARGEST_KEPT = 1_500
INNER = "LINTDEM_FUZZ_MERGE"
"""What a merge tells the processes that it starts."""
INSTRUMENTED = (
    "lintdem.deploy", "lintdem.config", "lintdem.triage", "lintdem.cache", "lintdem.recall", "lintdem.baseline",
    "lintdem.model", "lintdem.program", "lintdem.syntax.comments", "lintdem.output",
)  # fmt: skip


def mutated(data: bytes, size: int, seed: int) -> bytes:
    """The data with words moved, doubled, dropped or made odd: deeper than single bytes reach. Half the time bytes, as ever."""
    import atheris  # noqa: PLC0415

    from tests.fuzz.mutating import reworded  # noqa: PLC0415

    chance = random.Random(seed)
    if chance.random() < 0.4:
        return bytes(atheris.Mutate(data, size))
    if data[:1] >= b"\x80":
        return packed(data, chance)[:size]
    return reworded(data, chance)[:size]


def packed(data: bytes, chance: random.Random) -> bytes:
    """The same for what is kept in MessagePack: a value somewhere inside becomes another one."""
    import msgspec  # noqa: PLC0415

    try:
        tree = msgspec.msgpack.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return data[:-1]
    places: list[tuple[Any, Any]] = []
    waiting = [tree] if isinstance(tree, (dict, list)) else []
    while waiting:
        one = waiting.pop()
        for key, value in one.items() if isinstance(one, dict) else enumerate(one):
            places.append((one, key))
            waiting += [value] if isinstance(value, (dict, list)) else []
    for _ in range(chance.choice((1, 1, 2, 4)) if places else 0):
        one, key = chance.choice(places)
        other, name = chance.choice(places)
        odd = (0, -1, 1, 2**40, "", "app.py", "\x1b[0m", None, True, [], {}, 0.5)
        with contextlib.suppress(LookupError):
            one[key] = chance.choice((*odd, other[name], other[name], other[name]))
    try:
        return msgspec.msgpack.encode(tree)
    except (ValueError, RecursionError):
        return data


def search(reader: str, work: Path, seconds: int) -> None:
    """Search in this process, which the fuzzer ends when the time is up or a promise is broken."""
    import atheris  # noqa: PLC0415

    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        from lintdem.session import check_files  # noqa: PLC0415
        from tests.fuzz.readers import APP, READERS  # noqa: PLC0415
        from tests.fuzz.seeds import LARGEST, seeds  # noqa: PLC0415
    READERS[reader](b"")
    check_files({"app.py": APP})  # loads all that the first input would load
    found, broken = work / "found" / reader, work / "broken" / reader
    for folder in (found, broken):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(reader)):
        (found / f"seed-{number:03}").write_bytes(seed)
    for file in (KEPT / reader).glob("*"):
        (found / f"kept-{file.name}").write_bytes(file.read_bytes())
    flags = [f"-max_total_time={seconds}", f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}", f"-max_len={LARGEST}"]
    flags += ["-print_final_stats=1", f"-artifact_prefix={broken}/", "-reload=0"]
    atheris.Setup([sys.argv[0], *flags, str(found)], READERS[reader], custom_mutator=mutated)
    atheris.Fuzz()


def rounds(readers: list[str], work: Path, minutes: float) -> int:
    """Search with one reader after another for these minutes of processor time; the number of those that broke a promise."""
    from tests.fuzz.readers import READERS  # noqa: PLC0415

    chosen, bad, done, runs = readers or list(READERS), set(), 0, 0
    share = max(20, min(300, int(minutes * 60 / len(chosen))))
    spent: Counter[str] = Counter()
    while (left := int(minutes * 60 - spent.total())) > 5:
        reader = chosen[done % len(chosen)]
        done += 1
        command = [sys.executable, __file__, "--search", reader, "--work", str(work), "--seconds", str(min(share, left))]
        before = _processor_seconds()
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
        spent[reader] += round(_processor_seconds() - before)
        (work / f"{reader}.log").write_text(ran.stdout + ran.stderr)
        counted = re.search(r"number_of_executed_units: (\d+)", ran.stderr)
        covered = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", ran.stderr)
        runs += int(counted[1]) if counted else 0
        told = f"{counted[1] if counted else '?'} runs, {covered[-1:]}, exit {ran.returncode}, {spent[reader]} s so far"
        sys.stdout.write(f"{time.strftime('%H:%M:%S')} {reader}: {told}\n")
        sys.stdout.flush()
        if ran.returncode:
            bad.add(reader)
    sys.stdout.write(f"{runs} runs in {spent.total() / 60:.1f} minutes of processor time; broken: {sorted(bad)}\n")
    return len(bad)


def _processor_seconds() -> float:
    """What all processes that have ended have used: on a busy machine far less than has passed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def keep(work: Path) -> None:
    """Minimise what was found, and keep the smallest files that reach the most."""
    from tests.fuzz.readers import READERS  # noqa: PLC0415

    for reader in READERS:
        small = work / "small" / reader
        small.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, __file__, "--merge", reader, "--work", str(work)]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        sizes = sorted((file.stat().st_size, file.name) for file in small.iterdir())
        files = [small / name for size, name in sizes if size <= LARGEST_KEPT]
        folder = KEPT / reader
        folder.mkdir(parents=True, exist_ok=True)
        step = max(1, len(files) // MOST_KEPT)
        for file in files[::step][:MOST_KEPT]:
            (folder / file.name[:16]).write_bytes(file.read_bytes())


def merge(reader: str, work: Path) -> None:
    """Copy the files that reach something no other does."""
    import atheris  # noqa: PLC0415

    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        from tests.fuzz.readers import READERS  # noqa: PLC0415
    folders = [str(work / name / reader) for name in ("small", "found")]
    # It starts itself again with arguments of its own, and has to know then which reader it is about.
    asked = sys.argv if _is_inner() else [f"{sys.executable} {__file__}", "-merge=1", f"-timeout={SECONDS}", *folders]
    os.environ[INNER] = f"{reader}\n{work}"
    atheris.Setup(asked, READERS[reader])
    atheris.Fuzz()


def _is_inner() -> bool:
    return INNER in os.environ and any(one.startswith("-merge_control_file=") for one in sys.argv)


def main() -> int:
    """As the command line says."""
    if _is_inner():
        reader, work = os.environ[INNER].split("\n")
        merge(reader, Path(work))
        return 0
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("readers", nargs="*")
    asked.add_argument("--minutes", type=float, default=10, help="of processor time")
    asked.add_argument("--work", type=Path, default=Path("/tmp/lintdem-fuzz"))
    asked.add_argument("--keep", action="store_true")
    asked.add_argument("--search", help=argparse.SUPPRESS)
    asked.add_argument("--merge", help=argparse.SUPPRESS)
    asked.add_argument("--seconds", type=int, default=60, help=argparse.SUPPRESS)
    given = asked.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    if given.search:
        search(given.search, given.work, given.seconds)
    elif given.merge:
        merge(given.merge, given.work)
    elif given.keep:
        keep(given.work)
    else:
        return int(rounds(given.readers, given.work, given.minutes) > 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
