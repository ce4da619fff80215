"""Repositories by address: their newest state, fetched into a folder that is kept.

Git runs without hooks, without asking for a password, and with no helper that an address could name.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from hashlib import blake2b
from pathlib import Path

from lintdem.audit.targets import without_secret
from lintdem.errors import UsageError

_SECONDS = 1800
_QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never", "-c", "advice.detachedHead=false")
_ENVIRON = {"GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1", "LC_ALL": "C"}


def cloned(address: str, folder: Path) -> Path:
    """The checkout of an address, as new as it can be had; UsageError when it cannot be had."""
    bare = without_secret(address)
    name = re.sub(r"[^\w.-]+", "-", bare.rstrip("/").removesuffix(".git").rpartition("/")[2])[-40:]
    place = folder / f"{name}-{blake2b(bare.encode(), digest_size=6).hexdigest()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if (place / ".git").is_dir():
            _git(address, "-C", str(place), "fetch", "--quiet", "--depth", "1", "--no-tags", "--", address, "HEAD")
            _git(address, "-C", str(place), "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD")
        else:
            _clone(address, folder, place)
    except OSError as error:
        raise UsageError(f"cannot be cloned: {error.strerror or error}") from error
    return place


def _clone(address: str, folder: Path, place: Path) -> None:
    """Beside its place, then moved there: a run that is killed leaves no half of a repository."""
    beside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    try:
        depth = ("--depth", "1", "--single-branch", "--no-tags", "--no-recurse-submodules")
        _git(address, "clone", "--quiet", *depth, "--", address, str(beside / "it"))
        _git(address, "-C", str(beside / "it"), "remote", "set-url", "origin", without_secret(address))
        if not place.exists():
            (beside / "it").rename(place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _git(address: str, *arguments: str) -> None:
    try:
        subprocess.run(
            ["git", *_QUIET, *arguments],
            env=os.environ | _ENVIRON,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=_SECONDS,
        )
    except FileNotFoundError:
        raise UsageError("cannot be cloned: git is not installed") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"cannot be cloned: git took longer than {_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").replace(address, without_secret(address)).strip().splitlines()
        raise UsageError(f"cannot be cloned: {said[-1] if said else 'git failed'}") from None


def revision_of(folder: Path) -> str | None:
    """The commit that a checkout is at, None where git has none to say."""
    command = ["git", *_QUIET, "-C", str(folder), "rev-parse", "--verify", "--quiet", "HEAD"]
    try:
        done = subprocess.run(command, env=os.environ | _ENVIRON, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None
