"""`lintdem baseline`: write down what is found today, so that `check` reports only what is new."""

from __future__ import annotations

from pathlib import Path

import click

from lintdem.baseline import LED_OUT, NAME, Baseline, empty_baseline, entry_of
from lintdem.cli.progress import Progress
from lintdem.cli.terminal import put
from lintdem.errors import UsageError
from lintdem.files import leads_out, repository_of
from lintdem.model.finding import Report
from lintdem.output import visible
from lintdem.output.tally import by_level, count
from lintdem.session import CheckRequest, Session
from lintdem.triage import is_whole


@click.command("baseline")
@click.argument("path", default=".")
@click.option("--update", is_flag=True, help="Drop the entries that speak for nothing any more; add none.")
@click.option("--baseline", "--output", "-o", "file", metavar="FILE", help=f"The file.  [default: {NAME} in the workspace]")
@click.option("--config", "config_file", metavar="FILE", help="Take the settings from this file.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option("--cache-dir", metavar="FOLDER", help="Where the cache stands.")
@click.pass_context
def command(
    ctx: click.Context,
    path: str,
    update: bool,
    file: str | None,
    config_file: str | None,
    no_cache: bool,
    cache_dir: str | None,
) -> None:
    """Write all findings of the workspace of PATH into a baseline. Commit that file: `lintdem check` then reports only
    what is not in it, and says how many findings are.

    Written again it holds what is found then. With --update it only becomes shorter, so no new finding slips in.
    """
    progress = ctx.with_resource(Progress())
    root = Session(CheckRequest(paths=(path,), config_file=config_file)).root
    request = CheckRequest(
        paths=(str(root),), config_file=config_file, cache=not no_cache, cache_dir=cache_dir, baseline=file, baselined=False
    )
    session = Session(request, progress)
    before = _before(session, update=update)
    report = session.check()
    progress.close()
    put(_updated(before, report, root) if update else _written(before, report))
    for problem in report.problems:
        if problem.code != "LDM902":
            put(visible(f"{problem.place.path}:{problem.place.span.line}: {problem.code} {problem.message}") + "\n")
    ctx.exit(0 if is_whole(report) else 2)


def _before(session: Session, *, update: bool) -> Baseline:
    """The baseline as it is, or an empty one where it is to be written for the first time."""
    named = session.request.baseline or session.config.baseline
    file = session.request.folder / named if named else session.root / NAME
    if not named and leads_out(file, repository_of(session.root) or session.root):
        raise UsageError(f"{file}: {LED_OUT}")
    if not update and not file.exists() and (named or session.baseline is None):
        return empty_baseline(file, session.root)
    found = session.baseline
    if found is None:
        raise UsageError(f"{file}: there is no baseline to update; `lintdem baseline` writes one")
    return found


def _written(before: Baseline, report: Report) -> str:
    after = before.holding(entry_of(finding) for finding in report.findings)
    after.write()
    levels = ", ".join(count(number, level.value) for level, number in by_level(report).items() if number)
    told = f"{count(len(after.entries), 'finding')} ({levels})" if levels else "no findings"
    had = f"; it had {len(before.entries)}" if before.entries else ""
    return f"Wrote {_shown(before.file)}: {told}{had}.\n"


def _updated(before: Baseline, report: Report, root: Path) -> str:
    """Entries are dropped only when everything was checked: what could not be looked for may still be there."""
    parted = before.part(report.findings, lambda path: not (root / path).exists())
    if not is_whole(report):
        return f"Left {_shown(before.file)} as it is: not everything could be checked.\n"
    before.holding(entry_of(finding) for finding in parted.known).write()
    new = f"; {count(len(parted.new), 'new finding')} not added" if parted.new else ""
    dropped = f"dropped {len(parted.stale)} stale, kept {len(parted.known)}"
    return f"Updated {_shown(before.file)}: {dropped}{new}.\n"


def _shown(file: Path) -> str:
    here = Path.cwd()
    return file.relative_to(here).as_posix() if here in file.parents else str(file)
