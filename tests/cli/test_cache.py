"""The cache: never wrong, never in the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from lintdem.cache import Cache
from lintdem.model.finding import Report
from lintdem.model.function import Pass
from lintdem.model.module import Module, Problem
from lintdem.model.span import NOWHERE, Place
from lintdem.recall import Kept
from tests.cli.conftest import Ran

Run = Callable[..., Ran]
SOURCE = b"pass\n"


def module(path: str = "a.py", *problems: Problem) -> Module:
    """A module of one statement."""
    return Module(path=path, digest="d", body=(Pass(NOWHERE),), problems=problems, lines=1)


def entries(folder: Path) -> list[Path]:
    """The files that hold modules."""
    return sorted(file for file in folder.glob("??/*"))


def test_what_was_stored_is_loaded_for_any_path(tmp_path: Path) -> None:
    """The same bytes are the same module wherever they stand, with their notes at the new place."""
    gap = Problem(Place("a.py", NOWHERE), "LDM902", "not understood")
    Cache(tmp_path / "c").store(SOURCE, module("a.py", gap))
    moved = Problem(Place("b/c.py", NOWHERE), "LDM902", "not understood")
    assert Cache(tmp_path / "c").load("b/c.py", SOURCE) == module("b/c.py", moved)
    assert Cache(tmp_path / "c").load("a.py", b"other") is None


def test_an_unreadable_file_is_not_kept(tmp_path: Path) -> None:
    """A time limit may have been the cause, so it is tried again."""
    cache = Cache(tmp_path / "c")
    cache.store(SOURCE, module("a.py", Problem(Place("a.py", NOWHERE), "LDM901", "took too long")))
    assert cache.load("a.py", SOURCE) is None


def test_a_damaged_entry_is_a_miss(tmp_path: Path) -> None:
    """An entry cut off anywhere, or replaced by anything, is read as absent."""
    cache = Cache(tmp_path / "c")
    cache.store(SOURCE, module())
    (file,) = entries(tmp_path / "c")
    whole = file.read_bytes()
    for damaged in [*(whole[:length] for length in range(len(whole))), b"\xff" * 40, msgspec.msgpack.encode({"a": 1})]:
        file.write_bytes(damaged)
        assert cache.load("a.py", SOURCE) is None
    cache.store(SOURCE, module())
    assert cache.load("a.py", SOURCE) == module()


def test_git_does_not_see_it(tmp_path: Path) -> None:
    """The folder ignores itself."""
    Cache(tmp_path / "c").store(SOURCE, module())
    assert (tmp_path / "c/.gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_folder_that_cannot_be_written_is_no_cache(tmp_path: Path) -> None:
    """Without a place to write, the run goes on and the reason is known."""
    (tmp_path / "c").write_text("a file", encoding="utf-8")
    cache = Cache(tmp_path / "c")
    cache.store(SOURCE, module())
    assert cache.load("a.py", SOURCE) is None
    assert cache.trouble is not None
    assert (tmp_path / "c").read_text(encoding="utf-8") == "a file"


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    """A checked project cannot direct writes elsewhere."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "c").symlink_to(tmp_path / "elsewhere")
    Cache(tmp_path / "c").store(SOURCE, module())
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_it_does_not_grow_without_bound(tmp_path: Path) -> None:
    """Past its bound the oldest entries go, the newest stays."""
    folder = tmp_path / "c"
    for number in range(40):
        cache = Cache(folder, max_bytes=400)
        cache.store(b"%d" % number, module(f"{number}.py"))
        cache.close()
    assert sum(file.stat().st_size for file in entries(folder)) <= 400
    assert Cache(folder).load("39.py", b"39") == module("39.py")


def test_a_name_that_is_no_text_is_no_obstacle(tmp_path: Path) -> None:
    """A file whose name is not UTF-8 is cached like any other."""
    cache = Cache(tmp_path / "c")
    cache.store(SOURCE, module("\udcff.py"))
    assert cache.load("\udcff.py", SOURCE) == module("\udcff.py")


def test_cleaning_takes_what_is_the_caches_own(project: Path, lintdem: Run) -> None:
    """Entries go, and the folder with them; what somebody else put there stays, and so does a folder that is no cache."""
    (project / "app.py").write_text("x = 1\n", encoding="utf-8")
    lintdem("check")
    folder = project / ".lintdem_cache"
    assert entries(folder)
    done = lintdem("cache", "clean")
    assert (done.code, folder.exists()) == (0, False)
    assert done.out.startswith(f"Removed {folder} (")
    lintdem("check")
    (folder / "ab").mkdir(exist_ok=True)
    (folder / "ab/notes.txt").write_text("mine", encoding="utf-8")
    lintdem("cache", "clean")
    left = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert left == {".gitignore", "CACHEDIR.TAG", "ab/notes.txt"}
    (project / "other/cd").mkdir(parents=True)
    (project / "other/cd" / ("0" * 38)).write_text("data", encoding="utf-8")
    assert lintdem("cache", "clean", "--cache-dir", "other").out == "There is no cache.\n"
    assert (project / "other/cd" / ("0" * 38)).exists()


def test_what_comes_with_a_project_is_not_believed(project: Path, lintdem: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends a cache along with their change silences nothing: it was made by another user's runs. A folder outside of
    the project is shared by those who name it."""
    faulty = "import boto3\n\n\ndef handler(event, context):\n    boto3.client('sns').publish(TopicArn='t', Message=event['order'])\n"
    (project / "app.py").write_text(faulty, encoding="utf-8")
    shared = project.parent / "shared"
    codes = {}
    for user in ("sender", "reader"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(project.parent / user))
        if user == "sender":
            lintdem("check", "--format", "json")
            lintdem("check", "--format", "json", "--cache-dir", str(shared))
            forge(project / ".lintdem_cache")
            forge(shared)
        codes[user] = [lintdem("check", "--format", "json", *more).codes for more in ([], ["--cache-dir", str(shared)])]
    assert codes == {"sender": [[], []], "reader": [["LDM101"], []]}


def forge(folder: Path) -> None:
    """Make every report in a cache say that nothing was found, and keep nothing else."""
    for file in entries(folder):
        try:
            kept = msgspec.msgpack.decode(file.read_bytes(), type=Kept)
        except msgspec.MsgspecError:
            continue
        file.write_bytes(msgspec.msgpack.encode(msgspec.structs.replace(kept, report=Report())))


def test_without_a_place_for_the_secret_there_is_no_cache(project: Path, lintdem: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home that is no folder costs the cache, not the run."""
    (project.parent / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(project.parent / "file"))
    (project / "app.py").write_text("x = 1\n", encoding="utf-8")
    assert lintdem("check").code == 0
    assert not (project / ".lintdem_cache").exists()
