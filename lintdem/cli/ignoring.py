"""`--add-ignore REASON` on the command line."""

from __future__ import annotations

from lintdem.cli.terminal import complain, put
from lintdem.errors import UsageError
from lintdem.model.finding import Level, Report
from lintdem.output import View, visible
from lintdem.output.tally import count
from lintdem.session import Session
from lintdem.triage import fails, is_whole


def add_ignores(session: Session, report: Report, reason: str, fail_on: Level, view: View) -> int:
    """Write a comment with the reason for each finding, and say what was done; the exit code of what is left."""
    # Loaded here, for few runs need it.
    from lintdem.ignoring import ignore_findings  # noqa: PLC0415

    if not reason.strip() or not reason.isprintable():
        raise UsageError("--add-ignore needs a reason in one line")
    done = ignore_findings(session, report, reason.strip())
    failed = list(done.save(session.root))
    files = len(done.files) - len(failed)
    told = f"Changed {count(files, 'file')}" if failed else f"Added {count(done.comments, 'comment')} in {count(files, 'file')}"
    put(f"{told}.\n")
    for finding, why in done.left:
        put(f"{visible(view.path(finding.path))}:{finding.span.line}:{finding.span.column}: {finding.code} left alone: {why}\n")
    for path, why in failed:
        complain(f"error: {view.path(path)}: not written: {why}")
    if failed or not is_whole(done.report):
        return 2
    return 1 if fails(done.report, fail_on) else 0
