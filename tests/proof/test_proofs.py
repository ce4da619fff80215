"""What the pages say happens at the second delivery does happen: their examples are run, twice, against a pretend AWS account.

A bad example must do harm, a good one none. `redelivery` is the world they run in, `proofs` holds what is delivered to each.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import IO

import pytest

from lintdem.rule import load_rules
from lintdem.testing.fixed import fixed
from lintdem.testing.pages import Page, parse_page
from lintdem.testing.patching import patched

HERE = Path(__file__).parent
PACK = HERE.parents[1] / "rules" / "lintdem_rules"
PROVED = sorted(path.stem for path in (HERE / "proofs").glob("*.py") if path.stem != "__init__")
WORDS = "Proved by running"
"""What a page says of itself when its examples are run here."""


def page_of(stem: str) -> Page:
    """The page of a rule."""
    path = PACK / f"{stem}.md"
    return parse_page(path.read_text(encoding="utf-8"), path.name)


def proofs(stem: str) -> ModuleType:
    """The module of proofs for the page of a rule."""
    sys.path.insert(0, str(HERE))
    try:
        return importlib.import_module(f"proofs.{stem}")
    finally:
        sys.path.remove(str(HERE))


RUNS = [stem for stem in PROVED if sys.version_info >= getattr(proofs(stem), "PYTHON", (3, 10))]
"""A library that an example is about may need a newer Python than lintdem does."""
CASES = [(stem, case) for stem in RUNS for case in proofs(stem).PROOFS]


class Runner:
    """The process that runs proofs."""

    def __init__(self, requests: IO[str], answers: IO[str]) -> None:
        self._requests = requests
        self._answers = answers

    def harm(self, stem: str, case: str, files: dict[str, str]) -> str:
        """What the second delivery did, in words; nothing is the empty text."""
        self._requests.write(json.dumps({"proof": stem, "case": case, "files": files}) + "\n")
        self._requests.flush()
        answer = json.loads(self._answers.readline())
        assert "error" not in answer, answer["error"]
        harm: str = answer["harm"]
        return harm


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """One process for all proofs."""
    environ = {**os.environ, "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "redelivery.server"]
    with subprocess.Popen(
        command, cwd=HERE, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Runner(process.stdin, process.stdout)
        process.stdin.close()


@pytest.mark.parametrize(("stem", "title"), CASES, ids=lambda value: value)
def test_second_delivery(stem: str, title: str, runner: Runner) -> None:
    """A bad example does harm when it is delivered again, a good one does not."""
    case = next(case for case in page_of(stem).cases if case.title == title)
    harm = runner.harm(stem, title, case.files)
    assert bool(harm) == (case.section == "Bad"), harm or "the second delivery changed nothing"


FIXED = [(stem, case) for stem, case in CASES if next(c for c in page_of(stem).cases if c.title == case).diff]


@pytest.mark.parametrize(("stem", "title"), FIXED, ids=lambda value: value)
def test_second_delivery_after_the_fix(stem: str, title: str, runner: Runner) -> None:
    """A bad example with the fix that its page shows does no harm when it is delivered again."""
    case = next(case for case in page_of(stem).cases if case.title == title)
    rule = next(rule for rule in load_rules(("lintdem_rules",)) if rule.name == page_of(stem).title)
    files = fixed(case.files, case.config, rule.code).files
    assert files != case.files
    assert not runner.harm(stem, title, files)


MENDED = [(stem, case) for stem, case in CASES if next(c for c in page_of(stem).cases if c.title == case).mend]


@pytest.mark.parametrize(("stem", "title"), MENDED, ids=lambda value: value)
def test_second_delivery_after_the_shown_patch(stem: str, title: str, runner: Runner) -> None:
    """A bad example with the patch that its page shows below "The fix" does no harm when it is delivered again."""
    case = next(case for case in page_of(stem).cases if case.title == title)
    assert not runner.harm(stem, title, patched(case.files, case.mend))


@pytest.mark.parametrize("stem", PROVED)
def test_all_examples_of_a_proved_page_are_run(stem: str) -> None:
    """A page that says it was proved means each of its examples; what cannot run is listed with the reason."""
    module = proofs(stem)
    told = [*module.PROOFS, *getattr(module, "UNPROVED", {})]
    assert sorted(told) == sorted(case.title for case in page_of(stem).cases)


@pytest.mark.parametrize("stem", sorted(path.stem for path in PACK.glob("*.md")))
def test_page_says_whether_it_was_proved(stem: str) -> None:
    """The words stand on the pages whose examples run here, and on no other."""
    assert (WORDS in (PACK / f"{stem}.md").read_text(encoding="utf-8")) == (stem in PROVED)
