"""One repository, wherever it is checked: in this process, in a worker of this machine, on a cluster.

Whatever goes wrong is the outcome of this repository, never the end of the run.
"""

from __future__ import annotations

import threading
import traceback
from pathlib import Path

import msgspec

from lintdem import __version__
from lintdem.audit.cloning import cloned, revision_of
from lintdem.audit.records import Audited, Outcome, Row, Task, Trouble
from lintdem.audit.targets import without_secret
from lintdem.audit.teams import Owners, owners_in
from lintdem.config import Overrides
from lintdem.errors import UsageError
from lintdem.model.finding import Finding, Level, Report
from lintdem.model.module import Problem
from lintdem.output import View
from lintdem.session import CheckRequest, Session
from lintdem.triage import FATAL, fails, is_whole

_ONE_AT_A_TIME = threading.Lock()
"""A worker of a cluster may have several threads; what is analysed sets the depth of the stack for the whole process."""


def audited(task: Task) -> Audited:
    """Check one repository."""
    with _ONE_AT_A_TIME:
        try:
            return _checked(task)
        except UsageError as error:
            return failed(task, str(error))
        except OSError as error:
            return failed(task, f"cannot be read: {error.strerror or error}")
        except Exception as error:  # a fault of lintdem is the outcome of this repository alone
            last = traceback.extract_tb(error.__traceback__)[-1]
            return failed(task, f"lintdem failed: {type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})")


def audited_far_away(data: bytes) -> bytes:
    """The same, asked and answered in bytes."""
    return msgspec.msgpack.encode(audited(msgspec.msgpack.decode(data, type=Task)))


def failed(task: Task, message: str) -> Audited:
    """The record of a repository of which nothing was checked."""
    return Audited(
        key=task.key,
        name=task.name,
        place=without_secret(task.place),
        outcome=Outcome.FAILED,
        version=__version__,
        troubles=(Trouble(message),),
    )


def _checked(task: Task) -> Audited:
    folder = Path(task.place)
    if task.is_address:
        if task.clones is None:
            raise UsageError("is an address, and nothing is cloned without --clone")
        folder = cloned(task.place, Path(task.clones))
    elif not folder.is_dir():
        raise UsageError("no such folder" if not folder.exists() else "is no folder")
    else:
        next(folder.iterdir(), None)  # one that cannot be read is not an empty one
    session = Session(_request(task, folder))
    report = session.check()
    view = View(root=session.root.as_posix(), folder=folder.as_posix())
    return _record(task, report, view, owners_in(folder), revision_of(folder), fails(report, session.config.fail_on))


def _request(task: Task, folder: Path) -> CheckRequest:
    overrides = Overrides(
        select=task.select,
        ignore=task.ignore,
        extend_select=task.extend_select,
        fail_on=Level(task.fail_on) if task.fail_on else None,
    )
    return CheckRequest(
        paths=(str(folder),), folder=folder, overrides=overrides, jobs=task.jobs, cache=task.cache, cache_dir=task.cache_dir
    )


def _record(task: Task, report: Report, view: View, owners: Owners, revision: str | None, fails_there: bool) -> Audited:
    return Audited(
        key=task.key,
        name=task.name,
        place=without_secret(task.place),
        outcome=Outcome.CHECKED if is_whole(report) else Outcome.INCOMPLETE,
        version=__version__,
        revision=revision,
        findings=tuple(_row(finding, view, owners) for finding in report.findings),
        troubles=tuple(_trouble(problem, view) for problem in report.problems if problem.code in FATAL),
        files=report.files,
        handlers=report.handlers,
        gaps=sum(problem.code not in FATAL for problem in report.problems),
        suppressed=len(report.suppressed),
        baselined=len(report.baselined),
        fails=fails_there,
    )


def _row(finding: Finding, view: View, owners: Owners) -> Row:
    path = view.path(finding.path)
    return Row(
        code=finding.code,
        name=finding.name,
        level=finding.level,
        message=_text(finding.message),
        path=_text(path),
        line=finding.span.line,
        column=finding.span.column,
        handler=_text(view.handler(finding.handler) or "") or None,
        source=finding.trigger.source if finding.trigger is not None else None,
        identity=_text(finding.identity),
        team=owners.of(path),
    )


def _trouble(problem: Problem, view: View) -> Trouble:
    return Trouble(_text(problem.message), problem.code, _text(view.path(problem.place.path)), problem.place.span.line)


def _text(text: str) -> str:
    """Text that any file and network takes: bytes of a name that are no text are written out."""
    return text.encode("utf-8", "backslashreplace").decode()
