"""Runs that were made before serve again only where they would come out the same: after any edit the report is that of a cold run."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from lintdem.analyses.runs import Memory
from lintdem.config import parse
from lintdem.deploy import is_template
from lintdem.lowering import Lowering
from lintdem.model.finding import Report
from lintdem.observer import Observer
from lintdem.rule import load_rules
from lintdem.stages import Work, analyse
from lintdem.testing.pages import parse_page

ROOT = Path(__file__).parents[1]
RULES = load_rules(["lintdem_rules"])
CONFIG = parse("", Path("/workspace"))
LINES = (
    "import boto3, os, uuid", "from orders import place", "raise ValueError(event)", "return None", "KEY = os.environ['KEY']",
    "    boto3.client('sqs').send_message(QueueUrl='q', MessageBody=str(event))", "REGISTRY = {}", "    REGISTRY['a'] = print",
    "def handler(event, context):", "class Orders:", "    def charge(self, order):", "    global KEY", "    KEY = uuid.uuid4()",
)  # fmt: skip


def folder(path: Path) -> dict[str, str]:
    """The Python files and templates below a folder."""
    files = [file for ending in ("*.py", "*.yaml", "*.yml") for file in path.rglob(ending)]
    return {file.relative_to(path).as_posix(): file.read_text(encoding="utf-8") for file in sorted(files)}


def cases() -> dict[str, str]:
    """The cases of some pages as one workspace, in which everything has to do with everything."""
    found = {}
    for page in sorted((ROOT / "rules/lintdem_rules").glob("*.md"))[::9]:
        for number, case in enumerate(parse_page(page.read_text(encoding="utf-8"), page.name).cases):
            found.update({f"{page.stem}{number}/{name}": text for name, text in case.files.items() if name.endswith((".py", ".yaml"))})
    return found


def report(files: Mapping[str, str], memory: Memory | None) -> Report:
    """The report on these files."""
    python = {path: text.encode() for path, text in files.items() if path.endswith(".py")}
    templates = {path: text for path, text in files.items() if path not in python and is_template(path, text.encode())}
    work = Work(python, Lowering(python, None, 1, Observer()), templates, [], None)
    return analyse(work, CONFIG, RULES, Observer(), memory).report


def edited(files: Mapping[str, str], dice: random.Random) -> dict[str, str]:
    """The files after one edit: of a line, a word, or of which files there are."""
    after = dict(files)
    path = dice.choice(sorted(files))
    lines = files[path].splitlines(keepends=True) or ["\n"]
    at = dice.randrange(len(lines))
    kind = dice.randrange(8)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, dice.choice(LINES) + "\n")
    elif kind == 2:
        other = files[dice.choice(sorted(files))].splitlines(keepends=True) or ["\n"]
        lines.insert(at, dice.choice(other))
    elif kind in (3, 4):
        words = re.findall(r"[a-z_]{3,}", files[path]) or ["x"]
        lines[at] = re.sub(rf"\b{dice.choice(words)}\b", dice.choice(words), lines[at])
    elif kind == 5:
        lines.append("\n# nothing but a remark\n")
    elif kind == 6 and len(files) > 4:
        del after[path]
        return after
    else:
        after[f"{path.rpartition('/')[0] or 'new'}/{dice.choice(('handler', 'common', 'other'))}.py"] = files[path] if path.endswith(".py") else ""
        return after
    after[path] = "".join(lines)
    return after


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("start", ["sample", "cases"])
def test_random_edits(start: str, seed: int) -> None:
    """One edit after another, some taken back: with what is remembered the report is the same to the byte as without."""
    original = folder(ROOT / "sample") if start == "sample" else cases()
    dice, memory, files = random.Random(seed), Memory(), original
    report(files, memory)
    for step in range(12 if start == "sample" else 4):
        files = edited(original if dice.randrange(6) == 0 else files, dice)
        warm, cold = report(files, memory), report(files, None)
        assert msgspec.json.encode(warm) == msgspec.json.encode(cold), f"after edit {step}"
