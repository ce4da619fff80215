"""The README is true: what it shows is what lintdem prints and accepts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import yaml

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


def test_the_shown_hook_and_action_are_there() -> None:
    """The pre-commit block names a hook of this repository, the workflow an action with these inputs."""
    hook, workflow = (yaml.safe_load(text) for text in fences("yaml"))
    known = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    named = re.findall(r"`(lintdem-\w+)`", README)
    assert {one["id"] for repo in hook["repos"] for one in repo["hooks"]} | set(named) == {one["id"] for one in known}
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (step,) = [step for step in workflow["steps"] if step["uses"].startswith("lintdem/")]
    assert step["with"].keys() <= action["inputs"].keys()


def test_the_shown_editor_settings_work() -> None:
    """What the editor runs takes the buffer from standard input, and each line of its report is read by the shown pattern."""
    guide = (ROOT / "docs" / "guide" / "editors.md").read_text(encoding="utf-8")
    block = dedent(guide[guide.index("    require(\"lint\")") :].partition("\n\n")[0])
    (arguments,) = re.findall(r"args = \{(.*)\},$", block, re.MULTILINE)
    (pattern,) = re.findall(r'from_pattern\("(.*?)"', block)
    file = ROOT / "sample" / "functions" / "projector" / "app.py"
    command = [sys.executable, "-m", "lintdem", *re.findall(r'"([^"]+)"', arguments), str(file), "--no-cache"]
    run = subprocess.run(
        command, cwd=ROOT, input=file.read_text(encoding="utf-8"), capture_output=True, text=True, check=False
    )
    lines = [re.fullmatch(pattern.replace("%d", r"\d").replace("%w", r"\w"), line) for line in run.stdout.splitlines()]
    read = [line.groups() for line in lines if line is not None]
    assert {code for _, _, _, code, _ in read} == {"LDM101", "LDM104"}
    assert len(read) == len(lines) - 1


def test_the_shown_count_of_misuses_is_right() -> None:
    """The README tells how many rules are about Powertools."""
    (number,) = re.findall(r"(\d+) rules here \(LDM511 to LDM524\)", README)
    rules = [rule for rule in load_rules((BUILTIN_PACK,)) if "LDM511" <= rule.code <= "LDM524"]
    assert int(number) == len(rules)


def test_the_shown_files_are_there() -> None:
    """Links of the README, the contributing guide and the change log lead to files of the repository."""
    for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/decisions/README.md", "sample/README.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)", text):
            assert target.startswith("https://") or ((ROOT / page).parent / target).exists(), f"{page}: {target}"
