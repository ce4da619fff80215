"""No file, however it is nested, ends or stalls a run; its neighbours are lowered all the same."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lintdem.model.module import Module
from lintdem.syntax import lower_files, lower_source
from lintdem.syntax.hazard import Risk, weigh

DEEP = {
    "parentheses": "x = " + "(" * 3000 + "1" + ")" * 3000,
    "lists": "x = " + "[" * 3000 + "]" * 3000,
    "calls": "f(" * 3000 + ")" * 3000,
    "terms": "x = " + " + ".join(["a"] * 10_000),
    "signs": "x = " + "-" * 10_000 + "a",
    "negations": "x = " + "not " * 10_000 + "a",
    "powers": "x = " + "**".join(["a"] * 10_000),
    "attributes": "x = a" + ".b" * 10_000,
    "indices": "x = a" + "[0]" * 10_000,
    "elifs": "if a:\n    b\n" + "elif c:\n    d\n" * 10_000,
    "texts": "x = (" + "'a'\n" * 10_000 + ")",
    "choices": "x = " + "a if b else " * 10_000 + "c",
    "lambdas": "x = " + "lambda a, b: " * 500 + "c",
    "format": "x = f'{" + "(" * 1000 + "1" + ")" * 1000 + "}'",
    "blocks": "".join(" " * level + "if a:\n" for level in range(500)) + " " * 500 + "b\n",
    "halfway blocks": "".join(" " * level + "if a:\n" for level in range(90)) + " " * 90 + "b\n",
    "open brackets": "x = " + "(" * 3000,
    "open string": "x = '''" + "(" * 3000,
    "halfway terms": "x = " + " + ".join(["a"] * 1000),
    "halfway attributes": "x = a" + ".b" * 1000,
    "halfway elifs": "if a:\n    b\n" + "elif c:\n    d\n" * 1000,
}


def _unreadable(module: Module) -> bool:
    return module.body == () and [problem.code for problem in module.problems] == ["LDM901"]


@pytest.mark.parametrize("name", DEEP)
def test_deep_file(name: str) -> None:
    """A file nested too deeply is unreadable, or lowered whole; this process lives on."""
    module = lower_source("deep.py", DEEP[name].encode())
    assert _unreadable(module) or (module.problems == () and len(module.body) == 1)


@pytest.mark.parametrize("name", DEEP)
def test_nothing_deep_is_parsed_here(name: str) -> None:
    """What could end this process is never called calm."""
    assert weigh(DEEP[name]).risk > Risk.CALM


def test_reason_and_place() -> None:
    """The problem says what is nested, and where."""
    (problem,) = lower_source("deep.py", b"x = 1\n\n" + DEEP["parentheses"].encode()).problems
    assert problem.message == "nested too deeply for the parser: 3000 brackets inside one another (at most 200)"
    assert problem.place.span.line == 3


def test_lambdas_side_by_side() -> None:
    """A table of many lambdas is no depth; as many inside one another are more than any parser reads."""
    table = "x = {" + ", ".join(f"{number}: lambda a, b: {number}" for number in range(4000)) + "}"
    assert weigh(table).risk is Risk.RISKY
    assert "lambdas inside one another" in weigh("x = " + "lambda a, b: " * 4000 + "c").reason


@pytest.mark.parametrize("jobs", [1, 2])
def test_neighbours_are_lowered(jobs: int) -> None:
    """Deep files cost only themselves, in one process and in several, and the order is kept."""
    padding = b"#" * 300_000
    files: list[tuple[str, bytes]] = [("first.py", b"a = 1\n" + padding), ("second.py", b"b = 2\n" + padding)]
    for name in ("parentheses", "elifs", "halfway attributes"):
        files += [(name, DEEP[name].encode()), (f"after {name}", b"c = f()\n")]
    lowered = list(lower_files(files, jobs=jobs))
    assert [path for path, _ in lowered] == [path for path, _ in files]
    for path, module in lowered:
        assert module.path == path
        assert _unreadable(module) if path in DEEP else (module.problems == () and len(module.body) == 1)


def test_a_file_that_takes_too_long() -> None:
    """A file the parser chews on is given up after a time, and its worker is replaced."""
    slow = b"x = " + b"lambda: \\\n" * 30_000 + b"1"
    padding = b"#" * 500_000
    files = [("a.py", b"a = 1\n" + padding), ("slow.py", slow), ("b.py", b"b = 2\n"), ("c.py", b"c = 3\n")]
    lowered = dict(lower_files(files, jobs=2, seconds=1.5))
    (problem,) = lowered["slow.py"].problems
    assert problem.code == "LDM901"
    assert "longer than" in problem.message
    assert [len(lowered[path].body) for path in ("a.py", "b.py", "c.py")] == [1, 1, 1]


def test_many_processes_give_what_one_gives() -> None:
    """The models do not depend on the number of processes; reading stays a little ahead, not all."""
    padding = "#" * 20_000
    files = [(f"m{number}.py", f"def f(a):\n    return g(a, {number})\n{padding}".encode()) for number in range(40)]
    assert list(lower_files(iter(files), jobs=2)) == list(lower_files(files, jobs=1))


def test_stopping_early() -> None:
    """Whoever stops listening leaves no process behind and waits for no file."""
    files = ((f"m{number}.py", b"x = 1\n" + b"#" * 500_000) for number in range(1000))
    lowering = lower_files(files, jobs=2)
    assert next(lowering)[0] == "m0.py"
    lowering.close()
    read = int(next(files)[0].removeprefix("m").removesuffix(".py"))
    assert read < 50


def test_the_package_is_cheap_to_import() -> None:
    """Importing the package does not load the parser: a run with a warm cache never needs it."""
    code = "import sys, lintdem.syntax; sys.exit('libcst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_workers_from_a_script_without_a_main_guard(tmp_path: object) -> None:
    """Workers do not import the caller's script again."""
    code = (
        "from lintdem.syntax import lower_files\n"
        "files = [(f'{n}.py', b'x = f()\\n' + b'#' * 300_000) for n in range(4)]\n"
        "print([len(module.body) for _, module in lower_files(files, jobs=2)])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[1, 1, 1, 1]\n"
