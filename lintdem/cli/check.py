"""`lintdem check`: the main job."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec

from lintdem.cli.fixes import Outcome, Wanted, apply, fix_options
from lintdem.cli.ignoring import add_ignores
from lintdem.cli.progress import Progress
from lintdem.cli.settings import settings_of
from lintdem.cli.terminal import PIPE_WIDTH, complain, follows_links, put, put_file, wants_color, width_of
from lintdem.config import Overrides
from lintdem.errors import UsageError
from lintdem.model.finding import Level, Report
from lintdem.output import FORMATS, WITH_FIXES, WITH_RULES, View, limits, render, visible
from lintdem.session import CheckRequest, Session
from lintdem.triage import fails, is_whole

_LEVELS = click.Choice([level.value for level in Level])


class _Check(click.Command):
    """`--only` takes all file names that follow it, the way pre-commit hands them over."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _spread(args))


def _spread(args: list[str]) -> list[str]:
    """`--only a.py b.py` as `--only a.py --only b.py`; a folder behind the first name is a PATH again."""
    result: list[str] = []
    spreading = False
    for position, arg in enumerate(args):
        if arg == "--":
            return [*result, *args[position:]]
        if arg.startswith("-"):
            spreading = arg == "--only"
        elif spreading and args[position - 1] != "--only":
            if Path(arg).is_dir():
                spreading = False
            else:
                result.append("--only")
        result.append(arg)
    return result


def _names(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for value in values for name in value.replace(" ", "").split(",") if name)


@click.command(
    "check",
    cls=_Check,
    context_settings={"show_default": True},
)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option(
    "--select", multiple=True, metavar="RULES", help="Report these: codes, prefixes (LDM3), names, groups, ALL."
)
@click.option("--extend-select", multiple=True, metavar="RULES", help="Report these too.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Do not report these.")
@click.option("--fail-on", type=_LEVELS, help="The level from which on findings give exit code 1.  [default: warning]")
@click.option(
    "--format", "--output-format", "format_name", type=click.Choice(FORMATS), default="text", help="How to report."
)
@click.option(
    "--output",
    "-o",
    multiple=True,
    metavar="[FORMAT:]FILE",
    help="Write the report there; FORMAT:FILE writes one more.",
)
@click.option(
    "--only", multiple=True, metavar="FILE...", help="Report only about these files; the whole program is analysed."
)
@click.option(
    "--stdin-filename", metavar="PATH", help="Check standard input as this file; the rest of its project is on the disk."
)
@click.option(
    "--changed-since", metavar="REV", help="Report what is not in this revision, or has a changed line in its place or way."
)
@click.option("--baseline", metavar="FILE", help="Report only what this baseline does not hold.  [default: the nearest]")
@click.option("--no-baseline", is_flag=True, help="Report what the baseline holds, too.")
@fix_options
@click.option("--config", "config_file", metavar="FILE", help="Take the settings from this file.")
@click.option(
    "--jobs", "-j", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: as many as processors]"
)
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option(
    "--cache-dir", metavar="FOLDER", help="Where the cache stands.  [default: .lintdem_cache in the workspace]"
)
@click.option(
    "--exit-zero", "-e", is_flag=True, help="Give exit code 0 for findings; what could not be checked still gives 2."
)
@click.option("--watch", "-w", is_flag=True, help="Check again whenever a file changes, until Ctrl-C.")
@click.option("--add-ignore", metavar="REASON", help="Silence each finding by a comment with this reason.")
@click.option("--statistics", is_flag=True, help="Report how often each rule found something.")
@click.option("--timing", is_flag=True, help="Tell on standard error how long each stage took.")
@click.option("--show-settings", is_flag=True, help="Show the settings and where each came from.")
@click.option("--show-files", is_flag=True, help="List the files that would be checked.")
@click.option("--quiet", "-q", is_flag=True, help="Findings only: no closing line, no notes.")
@click.option("--verbose", "-v", is_flag=True, help="Tell everything: what was left out, all notes, tracebacks.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to write colour.")
@click.pass_context
def command(ctx: click.Context, /, **params: Any) -> None:
    """Check everything below PATHS, by default the working directory.

    A folder is checked whole. A file is checked as part of its project, and the report is about that file.
    """
    flags = _Flags(**params)
    if flags.watch:
        _watch(flags)
    ctx.exit(_once(flags))


def _once(flags: _Flags) -> int:
    """One run; its exit code."""
    with Progress(quiet=flags.quiet, verbose=flags.verbose) as progress:
        session = Session(_request(flags), progress)
        if flags.show_files:
            _show_files(session)
            return 0
        if flags.show_settings:
            put(settings_of(session))
            return 0
        return _check(flags, session, progress)


def _check(flags: _Flags, session: Session, progress: Progress) -> int:
    targets = _targets(flags)
    if flags.add_ignore is not None and flags.wanted.any:
        raise UsageError("--add-ignore writes comments, and does not go with --fix, --unsafe-fixes or --diff")
    if flags.add_ignore is not None:
        view = View(root=session.root.as_posix(), folder=Path.cwd().as_posix())
        return add_ignores(session, session.check(), flags.add_ignore, session.config.fail_on, view)
    carried = not flags.wanted.any and any(format_name in WITH_FIXES for format_name, _ in targets)
    outcome = apply(session, session.check(fixes=carried), flags.wanted)
    report = outcome.report
    progress.close()
    if not session.found.python and not flags.quiet:
        complain("warning: no Python files found")
    if flags.diff or flags.fix_only:
        targets = []
    elif flags.wanted.any and any(format_name in WITH_FIXES for format_name, _ in targets):
        # Loaded here, for finding edits takes the parser.
        from lintdem.mending import with_fixes  # noqa: PLC0415

        report = with_fixes(report, session.content)
    for format_name, file in targets:
        _write(report, format_name, file, flags, session)
    if flags.timing:
        progress.tell_phases()
    return _exit_code(outcome, session.config.fail_on, flags)


def _watch(flags: _Flags) -> NoReturn:
    """Run again and again. What changes files would make the next round itself."""
    if flags.wanted.any or flags.add_ignore is not None or flags.stdin_filename is not None:
        raise UsageError("--watch only looks: it does not go with --fix, --diff, --add-ignore or --stdin-filename")
    # Loaded here, for it is needed by few.
    from lintdem.cli.watch import watch  # noqa: PLC0415

    session = Session(_request(flags))
    written = [session.cache_folder, *(file for _, file in _targets(flags) if file is not None)]
    watch(session.root, written, lambda: _once(flags))


class _Flags(msgspec.Struct, frozen=True):
    """The command line as click understood it."""

    paths: tuple[str, ...]
    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    fail_on: str | None
    format_name: str
    output: tuple[str, ...]
    only: tuple[str, ...]
    stdin_filename: str | None
    changed_since: str | None
    baseline: str | None
    no_baseline: bool
    config_file: str | None
    jobs: int | None
    no_cache: bool
    cache_dir: str | None
    exit_zero: bool
    add_ignore: str | None
    statistics: bool
    timing: bool
    show_files: bool
    watch: bool
    show_settings: bool
    quiet: bool
    verbose: bool
    color: str
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    fix_only: bool = False
    show_fixes: bool = False

    @property
    def wanted(self) -> Wanted:
        """What is to be mended."""
        return Wanted(self.fix, self.unsafe_fixes, self.diff, self.fix_only, self.show_fixes)


def _request(flags: _Flags) -> CheckRequest:
    overrides = Overrides(
        select=_names(flags.select) or None,
        ignore=_names(flags.ignore),
        extend_select=_names(flags.extend_select),
        fail_on=Level(flags.fail_on) if flags.fail_on else None,
    )
    return CheckRequest(
        paths=flags.paths or (".",),
        config_file=flags.config_file,
        overrides=overrides,
        only=flags.only or None,
        jobs=flags.jobs,
        cache=not flags.no_cache,
        cache_dir=flags.cache_dir,
        changed_since=flags.changed_since,
        given=_given(flags),
        baseline=flags.baseline,
        baselined=not flags.no_baseline,
    )


def _given(flags: _Flags) -> tuple[str, bytes] | None:
    """The file on standard input. It is not on the disk, so nothing can be written to it."""
    if flags.stdin_filename is None:
        return None
    if flags.paths not in ((), ("-",)):
        raise UsageError("--stdin-filename is about one file; leave PATHS out")
    if flags.add_ignore is not None or flags.wanted.any:
        raise UsageError("--stdin-filename changes no file: it does not go with --fix, --diff or --add-ignore")
    return flags.stdin_filename, sys.stdin.buffer.read()


def _targets(flags: _Flags) -> list[tuple[str, Path | None]]:
    """What to write where; None is standard output. A file without a format takes the report's place there."""
    targets: list[tuple[str, Path | None]] = []
    instead = False
    for value in flags.output:
        format_name, colon, file = value.partition(":")
        named = bool(colon) and format_name in FORMATS
        targets.append((format_name if named else flags.format_name, Path(file if named else value)))
        instead = instead or not named
    return targets if instead else [(flags.format_name, None), *targets]


def _write(report: Report, format_name: str, file: Path | None, flags: _Flags, session: Session) -> None:
    on_screen = file is None
    color = wants_color(flags.color, sys.stdout, os.environ) if on_screen else flags.color == "always"
    view = View(
        root=session.root.as_posix(),
        folder=Path.cwd().as_posix(),
        color=color,
        links=color and on_screen and follows_links(sys.stdout, os.environ),
        host=platform.node(),
        width=width_of(sys.stdout) if on_screen else PIPE_WIDTH,
        quiet=flags.quiet,
        verbose=flags.verbose,
        statistics=flags.statistics,
        rules=session.rules if format_name in WITH_RULES else (),
    )
    text = render(format_name, report, view)
    for note in () if flags.quiet else limits(format_name, report):
        complain(f"note: {note}")
    if file is None:
        put(text)
        return
    put_file(file, text, session.root)


def _show_files(session: Session) -> None:
    view = View(root=session.root.as_posix(), folder=Path.cwd().as_posix())
    put("".join(f"{visible(view.path(path))}\n" for path in session.files()))


def _exit_code(outcome: Outcome, fail_on: Level, flags: _Flags) -> int:
    """2 for a run that is not whole wins over 1 for findings; a diff is what `--diff` finds."""
    if not is_whole(outcome.report) or not outcome.whole:
        return 2
    if flags.exit_zero or (flags.fix_only and not flags.diff):
        return 0
    return int(outcome.changed if flags.diff else fails(outcome.report, fail_on))
