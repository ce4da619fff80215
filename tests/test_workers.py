"""Several processes do what one would do: nothing is lost with one that dies, and none is left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from lintdem.workers import FEWEST, spread

NUMBERS = range(4 * FEWEST)
HERE = os.getpid()


def busy(number: int) -> tuple[int, int]:
    """Enough work that other processes come to their share."""
    return sum(range(20_000)) * 0 + number, os.getpid()


@pytest.fixture(autouse=True)
def nobody_is_left() -> Iterator[None]:
    """This process has no others below it that it had not before; those of other tests may still be there."""
    before = below()
    yield
    assert below() <= before


def below() -> set[int]:
    """The processes below this one, with those that have ended and that nobody has waited for."""
    return {one.pid for one in psutil.Process().children()}


def test_every_number_once() -> None:
    """Each number is done once, by whatever process."""
    done = [(number, result[0]) for number, result in spread(busy, NUMBERS, 3)]
    assert sorted(done) == [(number, number) for number in NUMBERS]


def test_work_is_shared() -> None:
    """With two jobs, another process does a part, where it can be forked."""
    here, there = os.pipe(), os.pipe()
    alone = {HERE: True}

    def together(number: int) -> tuple[int, int]:
        """Goes on when both processes have taken something, however late the system starts one of them."""
        if alone.get(os.getpid(), True) and sys.platform == "linux":
            alone[os.getpid()] = False
            mine, other = (here, there) if os.getpid() == HERE else (there, here)
            os.write(mine[1], b".")
            select.select([other[0]], [], [], 60)
        return number, os.getpid()

    assert len({pid for _, (_, pid) in spread(together, NUMBERS, 2)}) == (2 if sys.platform == "linux" else 1)
    for end in (*here, *there):
        os.close(end)


def test_small_work_stays_here() -> None:
    """A few handlers are not worth a process."""
    assert {pid for _, (_, pid) in spread(busy, NUMBERS[: FEWEST - 1], 8)} == {HERE}


def test_a_process_that_dies() -> None:
    """What it had taken is done here."""

    def deadly(number: int) -> tuple[int, int]:
        if os.getpid() != HERE:
            os.kill(os.getpid(), signal.SIGKILL)
        return busy(number)

    assert sorted(number for number, (_, pid) in spread(deadly, NUMBERS, 3) if pid == HERE) == list(NUMBERS)


def test_a_result_that_cannot_be_sent() -> None:
    """It is made here."""

    def unsendable(number: int) -> Callable[[], int]:
        return lambda: number

    done = {number: result() for number, result in spread(unsendable, NUMBERS, 2)}
    assert done == {number: number for number in NUMBERS}


def test_work_that_is_given_up() -> None:
    """Whoever stops taking results leaves no process behind."""
    with closing(iter(spread(busy, NUMBERS, 3))) as results:  # type: ignore[type-var]
        next(results)


def test_interrupted(tmp_path: Path) -> None:
    """Ctrl-C in the middle of a check: no report, no trace, and the whole group of processes ends."""
    for number in range(FEWEST * 2):
        code = "\n".join(f"def f{i}(event):\n    return [g{i}(event, x) for x in event['a']]\ndef g{i}(e, x):\n    return f{i - 1}(x) if e else x\n"
                         for i in range(1, 40))  # fmt: skip
        (tmp_path / f"app{number}.py").write_text(f"def f0(event):\n    return event\n{code}\ndef handler(event, context):\n    return f39(event)\n")
    script = textwrap.dedent(
        """
        import os, signal, sys
        from lintdem import workers
        take = workers._taken
        def taken(tasks):
            for count, number in enumerate(take(tasks)):
                if count == 2 and os.getpid() == MAIN:
                    os.killpg(0, signal.SIGINT)
                yield number
        MAIN = os.getpid()
        workers._taken = taken
        from lintdem.cli import run
        sys.exit(run(["check", ".", "--no-cache", "--jobs", "2"]))
        """
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, start_new_session=True, check=False
    )
    assert ended.returncode == 130, ended.stderr
    assert "Traceback" not in ended.stderr
