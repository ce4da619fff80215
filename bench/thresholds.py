"""The seconds and megabytes that the list of 123 tests allows (docs/promises.md), measured: one line each, exit code 1 when one is
not kept.

    python bench/thresholds.py              # all, some minutes
    python bench/thresholds.py T16 T64      # these
    python bench/thresholds.py --rough      # each once: for a first look

Seconds are those of the clock. On a machine that others use they say more about the others; where the processors' seconds alone are
below the bound, the line says "kept but for the load". Memory is that of the largest process.
"""

from __future__ import annotations

import argparse
import os
import pydoc_data.topics
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from contenders import environ
from generate import write
from measure import Run, measured

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.trust.conftest import APP
from tests.trust.test_input import NOTHING, READ, TOLD
from tests.trust.test_reading import NESTED

CHECK = ("check", "--no-cache", "--format", "concise")
MEGABYTE = 1_000_000
HUGE = 10_000


@dataclass(frozen=True)
class Measured:
    """One bound: what was measured, what is allowed, and what the processors took of it."""

    words: str
    value: float
    most: float
    unit: str = "s"
    cpu: float | None = None
    least: bool = False

    @property
    def verdict(self) -> str:
        """Whether the bound is kept."""
        if (self.value >= self.most) if self.least else (self.value <= self.most):
            return "kept"
        return "kept but for the load" if self.cpu is not None and self.cpu <= self.most else "NOT kept"


class Place:
    """A workspace that is made for one measurement."""

    def __init__(self, folder: Path, runs: int) -> None:
        self.folder = folder
        self.runs = runs
        (folder / ".git").mkdir()
        (folder / "app.py").write_text(APP, encoding="utf-8")

    def file(self, name: str, data: str | bytes) -> None:
        """A file of it."""
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(data.encode() if isinstance(data, str) else data)

    def run(self, *arguments: str) -> Run:
        """The quickest of some runs of lintdem in it."""
        command = [sys.executable, "-m", "lintdem", *(arguments or CHECK)]
        output = self.folder.parent / "output"
        found = [measured(command, self.folder, environ(), output) for _ in range(self.runs)]
        if any(run.code not in (0, 1, 2) for run in found) or b"Traceback" in output.read_bytes():
            sys.exit(f"{' '.join(command)}: {output.read_text(encoding='utf-8', errors='replace')[-2000:]}")
        return min(found, key=lambda run: run.wall)


def timed(words: str, run: Run, most: float) -> Measured:
    """A bound on the clock."""
    return Measured(words, run.wall, most, cpu=run.cpu)


def held(words: str, run: Run, most: float) -> Measured:
    """A bound on memory, in megabytes."""
    return Measured(words, run.peak / MEGABYTE, most, "MB")


def unreadable(place: Place) -> Iterator[Measured]:
    """T1: all that cannot be read in one run."""
    for name, data in {**{name: data for name, (data, _) in TOLD.items()}, **READ, **NOTHING}.items():
        place.file(name, data)
    yield timed(f"{len(TOLD) + len(READ) + len(NOTHING)} hostile files", place.run(), 60)


def nested(place: Place) -> Iterator[Measured]:
    """T11, T12: each form of nesting alone."""
    for depth in (200, 1_000, 3_000, HUGE, 100_000):
        worst = Measured("", 0, 5)
        for name, made in NESTED.items():
            place.file("deep.py", made(depth))
            found = timed(f"{depth:,} {name}, the slowest", place.run(), 5)
            worst = max(worst, found, key=lambda one: one.value)
        yield worst


def odd_files(place: Place) -> Iterator[Measured]:
    """T13 to T17: help texts, ten megabytes, a long line, a large table, what is no file."""
    place.file("topics.py", Path(pydoc_data.topics.__file__).read_bytes())
    yield timed("pydoc_data/topics.py", place.run(), 5)
    place.file("topics.py", b"")
    bare = place.run()
    place.file("big.py", b"x = 1\n" * 1_700_000)
    run = place.run()
    yield Measured("10 MB of Python more", run.wall - bare.wall, 0.5, cpu=run.cpu - bare.cpu)
    place.file("big.py", "x = [" + "1, " * 1_700_000 + "]\n")
    yield timed("a line of 5 MB", place.run(), 5)
    place.file("big.py", "x = {\n" + "".join(f"    'key{n}': {n},\n" for n in range(100_000)) + "}\n" + APP)
    run = place.run()
    yield timed("a table of 100,000 entries", run, 60)
    yield held("its memory", run, 1_000)
    place.file("big.py", b"")
    os.mkfifo(place.folder / "pipe.py")
    run = place.run()
    yield Measured("a pipe more", run.wall - bare.wall, 1, cpu=run.cpu - bare.cpu)


def library(place: Place) -> Iterator[Measured]:
    """T22, T65: Python's own library, in which no handler is."""
    root = Path(sysconfig.get_paths()["stdlib"])
    lines = 0
    for file in root.rglob("*.py"):
        if "site-packages" not in file.parts:
            data = file.read_bytes()
            lines += data.count(b"\n")
            place.file(f"lib/{file.relative_to(root)}", data)
    run = Place.run(place)
    yield timed(f"the standard library, {lines:,} lines", run, 120)
    yield Measured("thousand lines for each second of a processor", lines / 1_000 / run.cpu, 15, "kLOC/s", least=True)
    yield held("its memory", run, 300 * lines / 100_000)


def interrupted(place: Place) -> Iterator[Measured]:
    """T27: Ctrl-C in the middle of it."""
    write("handlers", 1_000, place.folder / "made")
    worst = 0.0
    for after in (0.3, 1.0, 2.0):
        process = subprocess.Popen(
            [sys.executable, "-m", "lintdem", *CHECK], cwd=place.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(after)
        start = time.perf_counter()
        process.send_signal(signal.SIGINT)
        process.wait()
        worst = max(worst, time.perf_counter() - start)
    yield Measured("from Ctrl-C to the end, the slowest of three", worst, 2)


def found(place: Place) -> Iterator[Measured]:
    """T30: a tree of a hundred thousand files."""
    for folder in range(1_000):
        inner = place.folder / f"d{folder % 30}" / f"e{folder}"
        inner.mkdir(parents=True)
        for number in range(100):
            (inner / f"f{number}.{'py' if number % 4 == 0 else 'txt'}").touch()
    yield timed("100,000 files listed", place.run("check", "--show-files"), 5)


def started(place: Place) -> Iterator[Measured]:
    """T64: how soon it is there."""
    place.file("app.py", "def handler(event, context):\n    return event\n")
    bare = min(measured([sys.executable, "-c", "pass"], place.folder, environ(), place.folder.parent / "o").wall for _ in range(5))
    yield timed(f"--version (python -c pass takes {bare * 1_000:.0f} ms)", place.run("--version"), 0.06)
    yield timed("one clean file, nothing cached", place.run(), 0.3)
    place.run("check")
    yield timed("one clean file, cached", place.run("check"), 0.15)


def throughput(place: Place) -> Iterator[Measured]:
    """T65, T66: code that is all handlers."""
    lines = write("handlers", 2_700, place.folder / "made")
    run = place.run()
    yield Measured(f"thousand lines for each second of a processor, of {lines:,}", lines / 1_000 / run.cpu, 3, "kLOC/s", least=True)
    yield held("its memory", run, 300 * lines / 100_000)


def comments(place: Place) -> Iterator[Measured]:
    """T72: a comment of twenty thousand characters."""
    from lintdem.syntax import lower_source  # noqa: PLC0415

    def seconds(comment: str) -> float:
        text = f"x = 1  # {comment}\n".encode()
        start = time.perf_counter()
        lower_source("a.py", text)
        return time.perf_counter() - start

    opening = "lintdem: ignore["
    for comment in (opening + "A," * 10_000, opening + "A" * 20_000 + "]", "lintdem: " * 2_000, opening * 1_250):
        bare = min(seconds("x") for _ in range(5))
        yield Measured(f"{comment[:20]}… more", min(seconds(comment) for _ in range(5)) - bare, 0.01)


def templates(place: Place) -> Iterator[Measured]:
    """T96, T97: templates that are made to do harm."""
    head = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.handler\n      X: "
    nine = {n: ", ".join([f"*a{n - 1}"] * 9) for n in range(1, 12)}
    bomb = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [{names}]\n" for n, names in nine.items())
    merge = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [{names}]}}\n" for n, names in nine.items())
    cases = {
        "a Python object": head + "!!python/object/apply:os.system [true]\n", "aliases": bomb + head + "1\n",
        "merges": merge + head + "1\n", "100,000 levels": head + "[" * 100_000 + "]" * 100_000 + "\n",
        "a circle": head + "&a [*a]\n", "a date that is none": head + "2026-99-99\n", "a key twice": head + "{a: 1, a: 2}\n",
        "documents": "---\n".join([head + "1\n"] * 1_000), "tabs": head + "\t\t1\n", "NUL": head + "\x00\n",
        "50 MB": head + "1\n" + "#" * 50 * MEGABYTE,
    }  # fmt: skip
    yield from _each(place, "template.yaml", cases)
    yield from _each(place, "main.tf", {
        "3,000 levels of Terraform": "locals {\n  a = " + "[" * 3_000 + "]" * 3_000 + "\n}\n",
        "100,000 brackets of Terraform": "locals {\n  a = " + "(" * 100_000 + "1" + ")" * 100_000 + "\n}\n",
        "a heredoc without an end": "locals {\n  a = <<EOT\n" + "x ${\n" * 100_000, "a mark": "\ufefflocals {\n  a = 1\n}\n",
    })  # fmt: skip


def settings(place: Place) -> Iterator[Measured]:
    """T99: settings that are made to do harm."""
    yield from _each(place, "lintdem.toml", {
        "10 MB of TOML": "x = [" + "1, " * 3_300_000 + "]", "arrays in arrays": "select = " + "[" * HUGE + "]" * HUGE,
        "a key twice": "x = 1\nx = 2", "a date that is none": "x = 2026-99-99",
    })  # fmt: skip


def literals(place: Place) -> Iterator[Measured]:
    """T98: SQL and JMESPath that are made to do harm."""
    sql = "import psycopg2\n\n\ndef handler(event, context):\n    psycopg2.connect('x').cursor().execute('{}')\n"
    key = (
        "from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent\n\n\n"
        "@idempotent(persistence_store=DynamoDBPersistenceLayer(table_name='t'),\n"
        "            config=IdempotencyConfig(event_key_jmespath='{}'))\n"
        "def handler(event, context):\n    return {{}}\n"
    )
    deep = "(" * 3_000 + "1" + ")" * 3_000
    yield from _each(place, "sql.py", {
        "3,000 brackets of SQL": sql.format(f"INSERT INTO t VALUES ({deep})"),
        "in a MERGE": sql.format(f"MERGE INTO t USING s ON ({deep})"),
        "2,000 brackets of JMESPath": key.format("[" * 2_000), "100,000 names of JMESPath": key.format("a" + ".a" * 100_000),
    })  # fmt: skip


def _each(place: Place, name: str, cases: dict[str, str]) -> Iterator[Measured]:
    for words, text in cases.items():
        place.file(name, text)
        run = place.run()
        yield timed(words, run, 2)
        yield held("its memory", run, 300)
    (place.folder / name).unlink()


GROUPS: dict[str, Callable[[Place], Iterator[Measured]]] = {
    "T1": unreadable,
    "T11, T12": nested,
    "T13, T14, T15, T16, T17": odd_files, "T22, T65": library, "T27": interrupted, "T30": found,
    "T64": started, "T65, T66": throughput, "T72": comments, "T96, T97": templates, "T98": literals, "T99": settings,
}  # fmt: skip


def main() -> int:
    """Measure and print; 1 when a bound is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", nargs="*", metavar="T", help="only these")
    parser.add_argument("--rough", action="store_true", help="each once")
    asked = parser.parse_args()
    bad = 0
    for numbers, measure in GROUPS.items():
        if asked.numbers and not set(asked.numbers) & set(numbers.split(", ")):
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name).resolve() / "place"
            folder.mkdir()
            for one in measure(Place(folder, 1 if asked.rough else 3)):
                bound = f"{'at least' if one.least else 'at most'} {one.most:g}"
                cpu = f", {one.cpu:.2f} of processors" if one.cpu is not None else ""
                sys.stdout.write(f"{numbers:24} {one.words:48} {one.value:9.3f} {one.unit} ({bound}{cpu}): {one.verdict}\n")
                sys.stdout.flush()
                bad += one.verdict == "NOT kept"
    sys.stdout.write(f"{bad} not kept\n")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
