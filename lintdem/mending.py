"""Mend a workspace: the session finds, `syntax` writes remedies as edits, `fixing` applies them and holds them to their
promises. Nothing is written to the disk here but by `save`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

import msgspec

from lintdem.fixing import Mended, mend, remove_stale, rewrite_together
from lintdem.model.finding import Report
from lintdem.session import Session
from lintdem.stages import with_fixes
from lintdem.syntax import unmoved, unused_imports

__all__ = ["Mended", "mend_session", "mend_with", "save", "with_fixes"]


def mend_session(session: Session, report: Report, *, unsafe: bool) -> Mended:
    """Mend what a session has reported."""
    return mend_with(report, session.check, session.content, unsafe=unsafe)


def mend_with(
    report: Report, check: Callable[[Mapping[str, bytes]], Report], read: Callable[[str], bytes | None], *, unsafe: bool
) -> Mended:
    """Mend a report; `check` gives the report of the workspace with other files, `read` the files as they were."""

    def checked(overlay: Mapping[str, bytes]) -> Report:
        return with_fixes(check(overlay), lambda path: overlay.get(path) or read(path))

    mended = mend(with_fixes(report, read), checked, read, unmoved, unused_imports, unsafe=unsafe)
    mended.report = msgspec.structs.replace(mended.report, fixed=tuple(sorted(mended.fixed)))
    return mended


def save(mended: Mended, session: Session) -> list[tuple[str, str]]:
    """Write what was mended, and clean up behind runs that were killed; the files that could not be written, and why."""
    root = session.root
    for folder in sorted({(root / path).parent for path in (*session.found.python, *session.found.candidates)}):
        with suppress(OSError):
            remove_stale(folder)
    return [one for files in mended.groups() for one in rewrite_together(files, lambda path: root / path, root)]
