"""What one run keeps for the next: fixes, what the bytes of files tell, and, for servers, the runs of handlers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from lintdem.lsp.project import Project, Watched
from lintdem.model.finding import Report
from lintdem.session import CheckRequest, Session

SAMPLE = Path(__file__).parents[1] / "sample"
WORKER = "functions/order_worker/app.py"
API = "functions/orders_api/app.py"
WORDS = "nobody has saved this"
CHECK = """
import sys
from pathlib import Path
from lintdem.session import CheckRequest, Session

report = Session(CheckRequest(folder=Path(sys.argv[1]))).check(fixes=True)
assert any(finding.fixes for finding in report.findings)
print("libcst" in sys.modules)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The sample as a project of its own."""
    shutil.copytree(SAMPLE, tmp_path / "shop")
    (tmp_path / "shop" / ".git").mkdir()
    return tmp_path / "shop"


def more(project: Path, path: str, text: str = "\n# one line more\n") -> None:
    """A file says more."""
    with (project / path).open("a", encoding="utf-8") as stream:
        stream.write(text)


def report(project: Path, *, cache: bool) -> Report:
    """What a check finds, with fixes."""
    found = Session(CheckRequest(folder=project, cache=cache)).check(fixes=True)
    return msgspec.structs.replace(found, seconds=0.0)


def begun(project: Path, buffers: dict[Path, str]) -> tuple[Project, list[tuple[int, int]]]:
    """A server that has looked at a project, and how far the runs of its handlers were, first and later."""
    told: list[tuple[int, int]] = []

    def hear(stage: str, done: int, total: int) -> None:
        if stage == "handlers" and total:
            told.append((done, total))

    server = Project(project)
    server.look(buffers, Watched(hear))
    return server, told


def test_fixes_are_made_once(project: Path) -> None:
    """After a change in another file nobody needs the parser that writes fixes; after one in their own, it does."""

    def needed() -> str:
        return subprocess.run([sys.executable, "-c", CHECK, project], capture_output=True, text=True, check=True).stdout.strip()

    assert needed() == "True"
    more(project, API)
    assert needed() == "False"
    more(project, WORKER)
    assert needed() == "True"


def test_fixes_follow_the_settings(project: Path) -> None:
    """A formatter that lets lines be shorter is another reason to make a fix anew."""
    report(project, cache=True)
    (project / "pyproject.toml").write_text("[tool.black]\nline-length = 40\n", encoding="utf-8")
    assert report(project, cache=True) == report(project, cache=False)


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda data: data[: len(data) // 2],
    "another byte": lambda data: data[:-1] + bytes([data[-1] ^ 1]) if data else b"x",
    "empty": lambda data: b"",
    "too much": lambda data: data + data,
}


@pytest.mark.parametrize("harm", HARMS)
def test_damaged_entries(project: Path, harm: str) -> None:
    """Whatever is wrong with them, what was kept is made anew."""
    report(project, cache=True)
    for file in (project / ".lintdem_cache").glob("??/*"):
        file.write_bytes(HARMS[harm](file.read_bytes()))
    more(project, WORKER)
    assert report(project, cache=True) == report(project, cache=False)


def test_a_server_begins_with_what_is_kept(project: Path) -> None:
    """A server makes the runs that none before it has made, and neither does one that comes after a check."""
    server, first = begun(project, {})
    rest = server.rest()
    assert first[0][0] == 0
    assert rest is not None
    rest()
    again, second = begun(project, {})
    assert second == [first[-1]]
    assert again.rest() is None
    more(project, WORKER)
    report(project, cache=True)
    assert begun(project, {})[1] == [first[-1]]


def test_nothing_unsaved_is_kept(project: Path) -> None:
    """What stands in a buffer and not on the disk is on the disk nowhere else either."""
    text = (project / WORKER).read_text(encoding="utf-8").replace('"refunded before"', f'"{WORDS}"')
    text += f"\n\ndef {WORDS.replace(' ', '_')}(event, context):\n    orders.set_status('{WORDS}', '{WORDS}')\n"
    server, _ = begun(project, {project / WORKER: text})
    rest = server.rest()
    assert rest is not None
    rest()
    kept = [file.read_bytes() for file in (project / ".lintdem_cache").rglob("*") if file.is_file()]
    assert kept
    assert not [data for data in kept if WORDS.encode() in data or WORDS.replace(" ", "_").encode() in data]
