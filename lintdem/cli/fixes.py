"""`--fix` and its relatives on the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from lintdem.cli.terminal import complain, put_bytes
from lintdem.model.finding import Fixed, Report
from lintdem.output import View
from lintdem.session import Session

_OPTIONS = (
    click.option("--fix", is_flag=True, help="Mend what can be mended without a change to a first delivery."),
    click.option("--unsafe-fixes", is_flag=True, help="Mend more: what each fix changes is to be looked at."),
    click.option("--diff", is_flag=True, help="Print what would be mended, and change nothing; exit code 1 if anything."),
    click.option("--fix-only", is_flag=True, help="Mend, and do not report what is left."),
    click.option("--show-fixes", is_flag=True, help="Tell on standard error what was mended, and how."),
)


def fix_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options, in this order."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


class Wanted(msgspec.Struct, frozen=True):
    """What is asked for."""

    fix: bool
    unsafe_fixes: bool
    diff: bool
    fix_only: bool
    show_fixes: bool

    @property
    def any(self) -> bool:
        """Whether anything is to be mended."""
        return self.fix or self.unsafe_fixes or self.diff or self.fix_only


class Outcome(msgspec.Struct, frozen=True):
    """The report of what is left, whether files were or would be changed, and whether all could be written."""

    report: Report
    changed: bool = False
    whole: bool = True


def apply(session: Session, report: Report, wanted: Wanted) -> Outcome:
    """Mend what was reported and write it, or show it."""
    if not wanted.any:
        return Outcome(report)
    # Loaded here, for a run without fixes needs nothing of it.
    from lintdem.fixing import patch  # noqa: PLC0415
    from lintdem.mending import mend_session, save  # noqa: PLC0415

    mended = mend_session(session, report, unsafe=wanted.unsafe_fixes)
    view = View(root=session.root.as_posix(), folder=Path.cwd().as_posix())
    for one, reason in mended.undone:
        complain(f"note: {_at(one, view)} {one.code}: not mended ({one.title}): {reason}")
    if wanted.show_fixes:
        for one in sorted(mended.fixed):
            complain(f"{'would fix' if wanted.diff else 'fixed'} {_at(one, view)} {one.code} {one.name}: {one.title}")
    if wanted.diff:
        put_bytes(patch({view.path(path): pair for path, pair in mended.files.items()}), sys.stdout)
        return Outcome(mended.report, bool(mended.files))
    failed = save(mended, session)
    for path, reason in failed:
        complain(f"error: {view.path(path)}: not written: {reason}")
    left = session.check() if failed else mended.report
    return Outcome(left, bool(mended.files), not failed)


def _at(one: Fixed, view: View) -> str:
    return f"{view.path(one.path)}:{one.span.line}:{one.span.column}"
