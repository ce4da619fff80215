"""Runs that were made before serve again only where they would come out the same: after any edit the report is that of a cold run."""

from __future__ import annotations

import pickle
import random
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path

import msgspec
import pytest

from lintdem.analyses.asked import Answers, Asked
from lintdem.analyses.runs import Keeper, Memory, Present
from lintdem.cache import Cache
from lintdem.config import parse
from lintdem.deploy import is_template
from lintdem.interpreter.engine import Run
from lintdem.keeping import KeptRuns
from lintdem.lowering import Lowering
from lintdem.model.finding import Report
from lintdem.observer import Observer
from lintdem.program import Handler, Program
from lintdem.rule import load_rules
from lintdem.session import CheckRequest, Session
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


def report(files: Mapping[str, str], memory: Keeper | None, answers: Answers | None = None) -> Report:
    """The report on these files."""
    python = {path: text.encode() for path, text in files.items() if path.endswith(".py")}
    templates = {path: text for path, text in files.items() if path not in python and is_template(path, text.encode())}
    work = Work(python, Lowering(python, None, 1, Observer()), templates, [], None)
    return analyse(work, CONFIG, RULES, Observer(), memory, answers=answers).report


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


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("start", ["sample", "cases"])
@pytest.mark.parametrize("place", ["memory", "disk"])
def test_random_edits(start: str, place: str, seed: int, tmp_path: Path) -> None:
    """One edit after another, some taken back: with what is kept the report is the same to the byte as without."""
    original = folder(ROOT / "sample") if start == "sample" else cases()
    dice, files, remembered = random.Random(f"{place}{seed}"), original, Memory()
    answers = Answers() if place == "memory" else None

    def memory() -> Keeper:
        return remembered if place == "memory" else KeptRuns(Cache(tmp_path), b"this")

    report(files, memory(), answers)
    for step in range(12 if start == "sample" else 4):
        files = edited(original if dice.randrange(6) == 0 else files, dice)
        warm, cold = report(files, memory(), answers), report(files, None)
        assert msgspec.json.encode(warm) == msgspec.json.encode(cold), f"after edit {step}"


def kept(files: Mapping[str, str], place: Path) -> dict[str, int]:
    """How many runs were found, and how many were not, in a check with a cache."""
    counts = {"found": 0, "made": 0}

    class Counting(KeptRuns):
        def find(self, now: Present, handler: Handler) -> Run | None:
            run = super().find(now, handler)
            counts["found" if run is not None else "made"] += 1
            return run

    report(files, Counting(Cache(place), b"this"))
    return counts


def test_only_what_depends_on_a_change(tmp_path: Path) -> None:
    """After a change in one handler's file only its own run is made again; after one in a module of the layer, those that use it."""
    files = folder(ROOT / "sample")
    first = kept(files, tmp_path)
    total = first["made"]
    assert first == {"found": 0, "made": total}
    assert kept(files, tmp_path) == {"found": total, "made": 0}
    one = "functions/order_worker/app.py"
    assert kept({**files, one: files[one] + "\n# changed\n"}, tmp_path) == {"found": total - 1, "made": 1}
    shared = "layers/shared/python/shop/payments.py"
    again = kept({**files, shared: files[shared] + "\n# changed\n"}, tmp_path)
    assert 0 < again["made"] < total


def test_answers_outlive_a_check(tmp_path: Path) -> None:
    """After a change in one handler's file the others are not asked again, but for those that what it does tells something."""
    files = folder(ROOT / "sample")
    one = "functions/order_worker/app.py"
    taken: list[tuple[str, bool]] = []

    class Counting(KeptRuns):
        def take(self, program: Program, run: Run) -> Asked | None:
            asked = super().take(program, run)
            taken.append((run.handler.path, asked is not None))
            return asked

    for texts, missed in ((files, None), (files, []), ({**files, one: files[one] + "\n# changed\n"}, [one])):
        taken.clear()
        report(texts, Counting(Cache(tmp_path), b"this"))
        assert missed is None or [path for path, found in taken if not found] == missed


def entries(place: Path) -> list[Path]:
    """The files of a cache with runs in them."""
    return [file for file in place.glob("??/*") if b"lintdem.interpreter.engine" in file.read_bytes()]


def test_a_damaged_entry(tmp_path: Path) -> None:
    """It counts as absent."""
    files = folder(ROOT / "sample")
    total = kept(files, tmp_path)["made"]
    for number, file in enumerate(sorted(entries(tmp_path))):
        data = file.read_bytes()
        file.write_bytes((data[: len(data) // 2], data[:-1] + b"x", b"")[number % 3])
    assert kept(files, tmp_path) == {"found": 0, "made": total}


class Hostile:
    """What makes a file when it is read as a pickle."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.file,)


def test_a_hostile_entry(tmp_path: Path) -> None:
    """Nothing in an entry is ever executed."""
    files, mark = folder(ROOT / "sample"), tmp_path / "executed"
    total = kept(files, tmp_path / "cache")["made"]
    data = pickle.dumps((Hostile(mark), {}, {}))
    for file in entries(tmp_path / "cache"):
        file.write_bytes(blake2b(data, digest_size=20).digest() + data)
    assert kept(files, tmp_path / "cache") == {"found": 0, "made": total}
    assert not mark.exists()


WRITES = """import psycopg2

db = psycopg2.connect("dbname=shop")


def handler(event, context):
    for record in event["Records"]:
        with db.cursor() as cursor:
            cursor.execute("{sql}", (record["messageId"],))
"""
INSERT, GUARDED = "insert into bills (id) values (%s)", "insert into bills (id) values (%s) on conflict (id) do nothing"


@pytest.mark.parametrize("damage", [lambda data: data, lambda data: data[:-1], lambda data: b""])
def test_texts_in_sql(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """What was read of a text before says the same of it in a changed file; another text is read; a damaged entry counts as absent."""
    (tmp_path / ".git").mkdir()
    app = tmp_path / "app.py"
    for sql in (INSERT, GUARDED, INSERT):
        app.write_text(WRITES.format(sql=sql), encoding="utf-8")
        for remark in ("", "# one\n"):
            with app.open("a", encoding="utf-8") as file:
                file.write(remark)
            warm, cold = (Session(CheckRequest(folder=tmp_path, cache=cache)).check().findings for cache in (True, False))
            assert warm == cold
            assert ("LDM105" in {finding.code for finding in warm}) == (sql is INSERT)
        for entry in (tmp_path / ".lintdem_cache").glob("??/*"):
            if b"bills" in entry.read_bytes():
                entry.write_bytes(damage(entry.read_bytes()))


def test_the_parser_of_sql_is_loaded_once(tmp_path: Path) -> None:
    """After a change beside a text that was read before, its parser is not needed."""
    (tmp_path / ".git").mkdir()
    code = (
        "import sys\nfrom lintdem.session import CheckRequest, Session\n"
        "print('sqlglot' in sys.modules, len(Session(CheckRequest()).check().findings), 'sqlglot' in sys.modules)"
    )
    told = []
    for remark in ("", "\n\ndef more():\n    return None\n"):
        (tmp_path / "app.py").write_text(WRITES.format(sql=INSERT) + remark, encoding="utf-8")
        told.append(subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split())
    assert told[0][0] == told[1][0] == told[1][2] == "False"
    assert told[0][2] == "True"
    assert told[0][1] == told[1][1]
