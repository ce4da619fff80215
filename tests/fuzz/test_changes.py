"""Programs that say the same in other words: sample, and the good and bad examples of the rule pages."""

from __future__ import annotations

import ast
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from lintdem.model.finding import Finding
from lintdem.session import check_files
from lintdem.testing.pages import Case, parse_page
from tests.fuzz.changes import KEEPING_FINDINGS, KEEPING_IDENTITY, Change, moved

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "rules/lintdem_rules").glob("*.md"))
PARTS = 6
"""Each change is tried on every so-manyth example, another one for each change; tools/change_programs.py tries them all."""
MEANT_OTHERWISE = {
    ("exits", "late_freshness_check/Bad / Inside a function of its own"):
        "where the check no longer leaves the handler it stands for what is inside of it",
}  # fmt: skip


def examples(change: str) -> dict[str, Case]:
    """The examples that a change is tried on."""
    found = {}
    for page in PAGES:
        for case in parse_page(page.read_text(encoding="utf-8"), page.name).cases:
            name = f"{page.stem}/{case.title}"
            chosen = zlib.crc32(f"{change} {name}".encode()) % PARTS == 0 and (change, name) not in MEANT_OTHERWISE
            if chosen and all(is_python(text) for path, text in case.files.items() if path.endswith(".py")):
                found[name] = case
    return found


def is_python(text: str) -> bool:
    """Whether there is anything to say in other words."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def sample() -> dict[str, str]:
    """The sample application."""
    files = [*(ROOT / "sample").rglob("*.py"), ROOT / "sample/template.yaml"]
    return {file.relative_to(ROOT / "sample").as_posix(): file.read_text(encoding="utf-8") for file in files}


def changed(files: Mapping[str, str], change: Change) -> dict[str, str]:
    """The files with a change in each that is Python."""
    return {path: change(text) if path.endswith(".py") else text for path, text in files.items()}


def findings(files: Mapping[str, str], config: str) -> tuple[Finding, ...]:
    """What is found."""
    return check_files(files, config).findings


def alike(found: tuple[Finding, ...]) -> Counter[tuple[str, str]]:
    """What is found, wherever it stands."""
    return Counter((one.code, one.level.value) for one in found)


@pytest.mark.parametrize("change", KEEPING_FINDINGS)
def test_other_words_are_the_same_program(change: str) -> None:
    """Nothing is found that was not, nothing is lost; each finding is the same one where identities survive the change."""
    for name, case in examples(change).items():
        before = findings(case.files, case.config)
        after = findings(changed(case.files, KEEPING_FINDINGS[change]), case.config)
        assert alike(after) == alike(before), name
        if change in KEEPING_IDENTITY:
            assert sorted(one.identity for one in after) == sorted(one.identity for one in before), name


@pytest.mark.parametrize("change", KEEPING_FINDINGS)
def test_the_sample_in_other_words(change: str) -> None:
    """The same for a whole application."""
    files = sample()
    assert alike(findings(changed(files, KEEPING_FINDINGS[change]), "")) == alike(findings(files, ""))


def test_helpers_in_another_file() -> None:
    """What a handler calls may stand beside it or elsewhere."""
    for name, case in examples("moved").items():
        files: Mapping[str, str] = case.files
        for path in [path for path in files if path.endswith(".py")]:
            files = moved(files, path)
        assert alike(findings(files, case.config)) == alike(findings(case.files, case.config)), name
