"""Change one thing in a function, and see whether a test notices.

python tools/mutants.py lintdem/triage lintdem/analyses --sample 200

The tests are collected once. A first run, in a process of its own, notes which of the functions each of them reaches; then every
mutant is one more process that takes the changed code in the place of the old one and runs only the tests that reach it, the
quickest first, until one fails. A function that no test reaches is told apart: nothing could notice. Needs `os.fork`.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import copy
import gc
import os
import pickle
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType

import pytest

TESTS = (
    "tests/cases", "rules", "tests/triage", "tests/deploy", "tests/program", "tests/fixing", "tests/test_advice.py",
    "tests/cli/test_check.py", "tests/cli/test_handlers.py", "tests/cli/test_silenced.py", "tests/test_answers.py",
    "tests/test_kept.py", "tests/test_reuse.py", "tests/test_applications_kept.py",
)  # fmt: skip
SECONDS = 600
"""Processor time of one mutant; one that never ends is noticed, too."""

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
SWAPPED = {"any": "all", "all": "any", "min": "max", "max": "min"}


@dataclass(frozen=True)
class Mutant:
    """One change of one function: `name` is `module:qualified name`, `number` which of its changes."""

    path: str
    name: str
    number: int
    line: int
    words: str


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[], None]]]:
    """What may be changed at a node: in words, and how."""
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            other = COMPARED[type(operator)]
            yield f"{type(operator).__name__} becomes {other.__name__}", _setting(node.ops, index, other())
    elif isinstance(node, ast.BoolOp):
        turned = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield f"{type(node.op).__name__} becomes {type(turned).__name__}", _putting(node, "op", turned)
    elif isinstance(node, (ast.If, ast.IfExp, ast.While)):
        yield "the test is turned round", _putting(node, "test", ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield "a filter is left out", _putting(node, "ifs", node.ifs[1:])
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "None is returned", _putting(node, "value", ast.Constant(None))
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield f"{node.value} becomes {not node.value}", _putting(node, "value", not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield f"{node.value} becomes {node.value + 1}", _putting(node, "value", node.value + 1)
    elif isinstance(node, ast.Continue):
        yield "continue becomes break", _putting(node, "__class__", ast.Break)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SWAPPED:
        yield f"{node.func.id} becomes {SWAPPED[node.func.id]}", _putting(node.func, "id", SWAPPED[node.func.id])
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "a call is left out", _putting(node, "value", ast.Constant(None))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _setting(items: list[ast.cmpop], index: int, value: ast.cmpop) -> Callable[[], None]:
    return lambda: items.__setitem__(index, value)


def _putting(node: ast.AST, name: str, value: object) -> Callable[[], None]:
    return lambda: setattr(node, name, value)


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods with their qualified names; what is nested in one belongs to it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{part.name}", part) for part in node.body if isinstance(part, ast.FunctionDef))


def sites(function: ast.FunctionDef) -> list[tuple[int, str, Callable[[], None]]]:
    """Everything that may be changed in a body; annotations and defaults are not the body."""
    found = []
    for statement in function.body:
        for node in ast.walk(statement):
            line = getattr(node, "lineno", statement.lineno)
            found += [(line, words, change) for words, change in changes(node)]
    return found


def mutants(paths: list[str]) -> list[Mutant]:
    """Every change of every function below these paths."""
    found = []
    for path in sorted(file for given in paths for file in _files(Path(given))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = ".".join(path.with_suffix("").parts)
        for name, function in functions(tree):
            for number, (line, words, _) in enumerate(sites(function)):
                found.append(Mutant(str(path), f"{module}:{name}", number, line, words))
    return found


def _files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def code_of(mutant: Mutant, change: Callable[[ast.FunctionDef], None]) -> tuple[CodeType, CodeType]:
    """The function's code as it is, and changed."""
    text = Path(mutant.path).read_text(encoding="utf-8")
    name = mutant.name.split(":")[1]
    codes = []
    for is_changed in (False, True):
        tree = ast.parse(text)
        if is_changed:
            change(dict(functions(tree))[name])
        compiled = compile(ast.fix_missing_locations(copy.deepcopy(tree)), str(Path(mutant.path).resolve()), "exec")
        codes.append(_inside(compiled, name.split(".")))
    return codes[0], codes[1]


def _inside(code: CodeType, names: list[str]) -> CodeType:
    for name in names:
        code = next(part for part in code.co_consts if isinstance(part, CodeType) and part.co_name == name)
    return code


class Functions:
    """The functions of the modules that are to be changed, found once: to look for them in every process would touch all memory."""

    def __init__(self, chosen: list[Mutant]) -> None:
        for mutant in chosen:
            import_module(mutant.name.split(":")[0])
        files = {str(Path(mutant.path).resolve()) for mutant in chosen}
        gc.collect()
        found = (one for one in gc.get_objects() if isinstance(one, FunctionType))
        self.found = [one for one in found if one.__code__.co_filename in files]
        gc.freeze()

    def put(self, mutant: Mutant) -> bool:
        """Take the changed code in the place of the old one in this process; False where there is no such function."""
        return self._place(*code_of(mutant, lambda function: sites(function)[mutant.number][2]()))

    def watch(self, chosen: list[Mutant], calls: set[str]) -> None:
        """Have those that are to be changed tell when they are called: a profile of all calls takes thrice the time."""
        vars(builtins)["_mutant_called"] = calls.add
        for mutant in {one.name: one for one in chosen}.values():
            self._place(*code_of(mutant, _telling(mutant.name)))

    def _place(self, old: CodeType, new: CodeType) -> bool:
        held = [one for one in self.found if _same(one.__code__, old)]
        for function in held:
            function.__code__ = new
        return bool(held)


def _telling(name: str) -> Callable[[ast.FunctionDef], None]:
    tells = ast.Expr(ast.Call(ast.Name("_mutant_called", ast.Load()), [ast.Constant(name)], []))
    return lambda function: function.body.insert(0, tells)


def _same(one: CodeType, other: CodeType) -> bool:
    place = one.co_name, one.co_firstlineno, one.co_freevars
    return place == (other.co_name, other.co_firstlineno, other.co_freevars) and one.co_filename == other.co_filename


class Mutating:
    """The run of pytest: in the place of its loop over the tests."""

    def __init__(self, chosen: list[Mutant]) -> None:
        self.chosen = chosen

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Note what is reached, then judge every mutant."""
        items, self.functions = session.items, Functions(self.chosen)
        reached, seconds = self._reached(items)
        say(f"{len(items)} tests; {len(self.chosen)} mutants")
        counted: Counter[str] = Counter()
        for mutant in self.chosen:
            able = sorted((index for index in range(len(items)) if mutant.name in reached[index]), key=seconds.__getitem__)
            verdict = self._judge(mutant, [items[index] for index in able]) if able else "not reached"
            counted[verdict] += 1
            if verdict != "killed":
                say(f"{verdict}: {mutant.path}:{mutant.line} {mutant.name.split(':')[1]}: {mutant.words}")
        say(", ".join(f"{count} {verdict}" for verdict, count in sorted(counted.items())))
        return True

    def _reached(self, items: list[pytest.Item]) -> tuple[list[set[str]], list[float]]:
        """For each test the functions it calls, and how long it takes."""
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder) / "reached"

            def noting() -> int:
                calls: set[str] = set()
                self.functions.watch(self.chosen, calls)
                found, seconds = [], []
                for item in items:
                    calls.clear()
                    started = time.process_time()
                    self._run(item)
                    found.append(set(calls))
                    seconds.append(time.process_time() - started)
                kept.write_bytes(pickle.dumps((found, seconds)))
                return 0

            if _forked(noting) != 0:
                raise SystemExit("the tests do not run")
            return pickle.loads(kept.read_bytes())  # type: ignore[no-any-return]

    def _judge(self, mutant: Mutant, items: list[pytest.Item]) -> str:
        def judging() -> int:
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            if not self.functions.put(mutant):
                return 2
            return 0 if all(self._run(item) for item in items) else 1

        status = _forked(judging)
        return {0: "survived", 2: "no such function"}.get(status, "killed")

    @staticmethod
    def _run(item: pytest.Item) -> bool:
        """Whether a test passes. One alone, with what it needs set up and taken down."""
        reports = item.config.pluginmanager.getplugin("runner").runtestprotocol(item, nextitem=None, log=False)
        return not any(report.failed for report in reports)


def _forked(work: Callable[[], int]) -> int:
    """The status of a process that does this."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 2)
            status = work()
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(ended)


def say(line: str) -> None:
    """Print a line at once: somebody may be watching."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Choose mutants and run the tests against each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", help="files and folders of the package")
    parser.add_argument("--sample", type=int, help="as many of them, drawn at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="functions and methods, such as `horizon` or `Facts.handlers`")
    parser.add_argument("--tests", nargs="+", default=TESTS)
    given = parser.parse_args()
    found = [one for one in mutants(given.paths) if not given.only or one.name.split(":")[1] in given.only]
    if given.sample and given.sample < len(found):
        found = sorted(random.Random(given.seed).sample(found, given.sample), key=lambda one: (one.path, one.line))
    options = ["-q", "-s", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist", "-W", "ignore"]
    return int(pytest.main([*options, *given.tests], plugins=[Mutating(found)]))


if __name__ == "__main__":
    sys.exit(main())
