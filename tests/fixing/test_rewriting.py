"""Replacing files: the old or the new one, with all that belongs to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lintdem.fixing import NotWritten, rewrite


def test_mode_stays(tmp_path: Path) -> None:
    """The mode of the file is the mode of the new one."""
    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    file.chmod(0o750)
    rewrite(file, tmp_path, b"old", b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o750)


def test_link_is_followed_inside_of_the_workspace(tmp_path: Path) -> None:
    """What a link leads to is replaced and the link stays; one that leads out is refused."""
    inside, outside = tmp_path / "root", tmp_path / "outside.py"
    inside.mkdir()
    outside.write_bytes(b"old")
    (inside / "real.py").write_bytes(b"old")
    (inside / "link.py").symlink_to("real.py")
    (inside / "out.py").symlink_to(outside)
    rewrite(inside / "link.py", inside, b"old", b"new")
    assert (inside / "link.py").is_symlink()
    assert (inside / "real.py").read_bytes() == b"new"
    with pytest.raises(NotWritten, match="leads out of the workspace"):
        rewrite(inside / "out.py", inside, b"old", b"new")
    assert outside.read_bytes() == b"old"


def test_hard_links_are_not_parted(tmp_path: Path) -> None:
    """A file with a second name is refused."""
    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    (tmp_path / "b.py").hardlink_to(file)
    with pytest.raises(NotWritten, match="hard links"):
        rewrite(file, tmp_path, b"old", b"new")
    assert file.read_bytes() == b"old"


def test_what_changed_in_the_meantime_stays(tmp_path: Path) -> None:
    """A file that is no longer what was checked is not overwritten, and nothing is left beside it."""
    file = tmp_path / "a.py"
    file.write_bytes(b"edited")
    with pytest.raises(NotWritten, match="has changed"):
        rewrite(file, tmp_path, b"old", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]
    assert file.read_bytes() == b"edited"


def test_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the new file cannot be written whole, the old one stays and the rest of the new one goes."""
    file = tmp_path / "a.py"
    file.write_bytes(b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritten, match="No space left"):
        rewrite(file, tmp_path, b"old", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]
    assert file.read_bytes() == b"old"


KILLED = """
import os, signal, sys
from pathlib import Path
from lintdem.fixing import rewrite

os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
rewrite(Path(sys.argv[1]), Path(sys.argv[1]).parent, b"old", b"new")
"""


def test_killed_run_leaves_the_old_file_and_the_next_cleans_up(tmp_path: Path) -> None:
    """A run that dies while writing has changed nothing; what it left is removed by the next one."""
    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    died = subprocess.run([sys.executable, "-c", KILLED, str(file)], check=False)
    assert died.returncode == -signal.SIGKILL
    assert file.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2
    rewrite(file, tmp_path, b"old", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]
    assert file.read_bytes() == b"new"
