"""The README is true: what it shows is what lintdem prints and accepts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from lintdem.config import parse
from lintdem.rule import load_rules
from lintdem.session import BUILTIN_PACK, check_files
from lintdem.triage import Known, validate

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def fences(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def timeless(text: str) -> str:
    """The text without how long the run took."""
    return re.sub(r"\(\d+\.\d s\)", "(… s)", text)


def test_the_shown_report_is_the_real_one() -> None:
    """Every part between two … of the block stands in what the command prints."""
    (block,) = [text for text in fences("console") if text.startswith("$ lintdem check sample\n")]
    command = [sys.executable, "-m", "lintdem", "check", "sample", "--no-cache", "--color", "never"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    parts = timeless(block).partition("\n")[2].split("…\n")
    assert len([part for part in parts if part]) == 2
    for part in parts:
        assert part in timeless(printed)


def test_the_shown_settings_are_accepted() -> None:
    """The block of settings names only keys, rules and sources that exist."""
    (block,) = fences("toml")
    settings = parse(block.replace("tool.lintdem.", "").replace("[tool.lintdem]", ""), ROOT)
    validate(settings, Known(load_rules((BUILTIN_PACK,))).names)
    assert settings.handlers


def test_the_shown_comments_are_known() -> None:
    """No comment in the README is unknown to lintdem, and each says what it needs to say."""
    comments = [line for text in fences("python") for line in text.splitlines() if "# lintdem:" in line]
    assert len(comments) >= 4
    code = "\n".join(comments) + "\ndef handler(event, context):\n    return event\n"
    assert "LDM904" not in [finding.code for finding in check_files({"app.py": code}).findings]


def test_the_shown_files_are_there() -> None:
    """Links of the README, the contributing guide and the change log lead to files of the repository."""
    for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/decisions/README.md", "sample/README.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)", text):
            assert target.startswith("https://") or ((ROOT / page).parent / target).exists(), f"{page}: {target}"
