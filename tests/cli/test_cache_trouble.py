"""The cache where runs meet, die, or have no room: the report is the one that a run without a cache gives."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stdout, suppress
from pathlib import Path

import pytest

from lintdem.cli import run
from tests.cli.test_recall import FAULTY, QUEUE

RUN = "import sys; from lintdem.cli import run; sys.exit(run(sys.argv[1:]))"
LIMITED = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64)); {RUN}"
COUNTING = """\
import sys
from lintdem.cli import run
code = run(sys.argv[1:])
print("lintdem.syntax.quick.lower" in sys.modules, file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with a fault."""
    return made(tmp_path / "shop")


def made(root: Path) -> Path:
    """The project in a folder."""
    (root / ".git").mkdir(parents=True)
    (root / "app.py").write_text(FAULTY, encoding="utf-8")
    (root / "template.yaml").write_text(QUEUE, encoding="utf-8")
    return root


def started(root: Path, cache: Path, code: str = RUN) -> subprocess.Popen[str]:
    """A run of its own process."""
    command = [sys.executable, "-c", code, "check", ".", "--format", "json", "--cache-dir", str(cache)]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def told(run: subprocess.Popen[str]) -> tuple[int, object]:
    """The exit code of a run and its report, without the time it took."""
    out, error = run.communicate()
    assert out, error
    document = json.loads(out)
    document.get("summary", {}).pop("seconds", None)
    document.pop("seconds", None)
    return run.returncode, document


def expected(root: Path) -> tuple[int, object]:
    """What a run says that finds nothing kept."""
    fresh = root.parent / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    code, document = told(started(root, fresh))
    assert "LDM101" in [finding["code"] for finding in document["findings"]]  # type: ignore[index]
    return code, document


def test_runs_at_the_same_time_share_it(shop: Path, tmp_path: Path) -> None:
    """Several runs over an empty cache all say the same, as does the one after them, and leave nothing half written."""
    cache = tmp_path / "cache"
    runs = [started(shop, cache) for _ in range(3)]
    wanted = expected(shop)
    assert [told(run) for run in runs] == [wanted] * 3
    assert told(started(shop, cache)) == wanted
    assert not list(cache.glob("??/.new-*"))


def test_twenty_at_the_same_time_ten_times(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred runs, twenty at once over an empty cache, over a full one, and over one of which half is gone: each says the same
    as the one that is alone, and nothing half written is left."""
    cache, out = tmp_path / "cache", tmp_path / "out"
    out.mkdir()
    monkeypatch.chdir(shop)

    def checked(name: str) -> int:
        with (out / name).open("w") as stream, redirect_stdout(stream):
            return run(("check", ".", "--format", "jsonl", "--cache-dir", str(cache), "--jobs", "1"))

    def forked(name: str) -> int:
        child = os.fork()
        if child == 0:
            code = 9
            with suppress(BaseException):
                code = checked(name)
            os._exit(code)
        return child

    def ended(children: list[int]) -> list[int]:
        return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]

    assert checked("alone") == 1  # loads what all of them need
    wanted = (out / "alone").read_bytes()
    assert b"LDM101" in wanted
    for number in range(10):
        entries = sorted(cache.glob("??/*"))
        for entry in (entries, [], entries[::2])[number % 3]:
            entry.unlink()
        assert ended([forked(str(one)) for one in range(20)]) == [1] * 20
        assert {(out / str(one)).read_bytes() for one in range(20)} == {wanted}
    assert not list(cache.glob("??/.new-*"))


def test_what_a_killed_run_leaves_is_no_obstacle(shop: Path, tmp_path: Path) -> None:
    """Half of an entry, under its name or the one it had before, is not read."""
    cache = tmp_path / "cache"
    wanted = told(started(shop, cache))
    for entry in [*cache.glob("??/*")]:
        half = entry.read_bytes()[: entry.stat().st_size // 2]
        entry.write_bytes(half)
        (entry.parent / ".new-dead").write_bytes(half)
    assert told(started(shop, cache)) == told(started(shop, cache)) == wanted


def test_a_full_disk_is_no_obstacle(shop: Path, tmp_path: Path) -> None:
    """A run that cannot write a whole entry says the same, and leaves none of it."""
    cache = tmp_path / "cache"
    assert told(started(shop, cache, LIMITED)) == expected(shop)
    assert not list(cache.glob("??/*"))


def test_checkouts_in_other_places_share_it(shop: Path, tmp_path: Path) -> None:
    """A folder that machines of CI share: what one checkout has lowered, another one does not lower again."""
    cache = tmp_path / "cache"
    wanted = told(started(shop, cache))
    run = started(made(tmp_path / "elsewhere" / "shop"), cache, COUNTING)
    out, error = run.communicate()
    assert error.splitlines()[-1] == "False"
    assert (run.returncode, json.loads(out)["findings"]) == (wanted[0], wanted[1]["findings"])  # type: ignore[index]


def test_entries_of_another_version_are_not_read(shop: Path, tmp_path: Path) -> None:
    """A run of another version of lintdem says the same, from entries of its own."""
    cache = tmp_path / "cache"
    wanted = told(started(shop, cache))
    before = {entry: entry.read_bytes() for entry in cache.glob("??/*")}
    newer = f"import lintdem\nlintdem.__version__ = '99.0'\n{COUNTING}"
    run = started(shop, cache, newer)
    out, error = run.communicate()
    assert error.splitlines()[-1] == "True"
    assert json.loads(out)["findings"] == wanted[1]["findings"]  # type: ignore[index]
    assert all(entry.read_bytes() == data for entry, data in before.items())
