"""`lintdem check --watch`: check again whenever something changes that could change the report.

Each round is a run like any other, with settings read anew, so that a broken file, a deleted one or a fault in the
configuration is reported and the next change is waited for. What is printed between the reports goes to standard error.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from lintdem.cli.terminal import complain, is_terminal, put
from lintdem.errors import UsageError
from lintdem.output.tally import count

if TYPE_CHECKING:
    from watchfiles import Change

_CLEAR = "\x1b[H\x1b[2J"
_ENDINGS = (".py", ".yml", ".yaml", ".json", ".toml", ".tf", ".template", ".ts")
_NAMES = ("Dockerfile", ".gitignore")
_LEFT_OUT = frozenset(
    {".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
)
_QUIET_MS = 200
"""So long nothing more may change before a round begins."""
_LOOK_MS = 300
_NAMED = 3


def watch(folder: Path, written: Iterable[Path], once: Callable[[], object]) -> NoReturn:
    """Run `once` now and after every change below the folder, until interrupted. `written` are the
    files and folders that a run writes itself."""
    changes = _changes(folder, frozenset(Path(os.path.realpath(file)) for file in written))
    next(changes)  # from here on nothing is missed, not even what changes during the first round
    _round("", once, folder)
    for changed in changes:
        if changed:
            _round(_told(changed, folder), once, folder)
    raise KeyboardInterrupt  # the watch ends by nothing else


def _round(told: str, once: Callable[[], object], folder: Path) -> None:
    if is_terminal(sys.stdout) and os.environ.get("TERM") != "dumb":
        put(_CLEAR)
    complain(f"[{time.strftime('%H:%M:%S')}] {told or f'checking {folder}'}")
    try:
        once()
    except UsageError as error:
        complain(f"error: {error}")
    complain(f"[{time.strftime('%H:%M:%S')}] watching for changes; Ctrl-C ends")


def _changes(folder: Path, written: frozenset[Path]) -> Iterator[list[Path]]:
    """What changed since it was last asked; empty after a while without changes."""
    try:
        import watchfiles  # noqa: PLC0415
    except ImportError:
        raise UsageError("--watch needs the extra: pip install 'lintdem[watch]'") from None

    def counts(change: Change, path: str) -> bool:
        real = Path(os.path.realpath(path))
        return _counts(Path(path), folder) and written.isdisjoint((real, *real.parents))

    for found in watchfiles.watch(
        folder, watch_filter=counts, debounce=_QUIET_MS * 4, step=_QUIET_MS, rust_timeout=_LOOK_MS, yield_on_timeout=True
    ):
        yield sorted({Path(path) for _, path in found})


def _counts(path: Path, folder: Path) -> bool:
    """Whether a file can have a part in the report: code, a template, settings, what is ignored; or a folder, which may
    have come or gone with all that is in it."""
    if _LEFT_OUT & set(path.relative_to(folder).parts):
        return False
    if path.suffix in _ENDINGS or path.name.startswith(_NAMES):
        return True
    return not path.suffix and not path.is_file()


def _told(changed: list[Path], folder: Path) -> str:
    names = [path.relative_to(folder).as_posix() for path in changed]
    more = f" and {count(len(names) - _NAMED, 'more file')}" if len(names) > _NAMED else ""
    return f"changed: {', '.join(names[:_NAMED])}{more}"
