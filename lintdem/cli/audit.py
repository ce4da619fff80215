"""`lintdem audit`: many repositories, one report."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from lintdem.audit.ranking import Audit
from lintdem.audit.records import Task
from lintdem.audit.run import AuditRequest, audit
from lintdem.cli.progress import Progress
from lintdem.cli.terminal import PIPE_WIDTH, put, put_file, wants_color, width_of
from lintdem.errors import UsageError
from lintdem.files import write_file
from lintdem.model.finding import Level
from lintdem.output import View

_FORMATS = ("text", "json", "html", "parquet")
_CLONES = "lintdem/repositories"


@click.command("audit", context_settings={"show_default": True})
@click.argument("places", nargs=-1, metavar="[REPOSITORIES]...")
@click.option("--from", "lists", multiple=True, metavar="FILE", help="Check what this file lists, too; - is standard input.")
@click.option("--clone", is_flag=True, help="Fetch repositories that are given by their address; without it none is.")
@click.option("--clone-dir", metavar="FOLDER", help="Where they are kept.  [default: lintdem/repositories in the user's cache]")
@click.option("--teams", metavar="FILE", help="A mapping of teams, which goes before CODEOWNERS.")
@click.option("--select", multiple=True, metavar="RULES", help="Report these everywhere, whatever repositories say.")
@click.option("--extend-select", multiple=True, metavar="RULES", help="Report these too.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Do not report these.")
@click.option(
    "--fail-on",
    type=click.Choice([level.value for level in Level]),
    help="The level from which on findings give exit code 1.  [default: what each repository says]",
)
@click.option("--format", "--output-format", "format_name", type=click.Choice(_FORMATS), default="text", help="How to report.")
@click.option(
    "--output", "-o", multiple=True, metavar="[FORMAT:]FILE", help="Write the report there; FORMAT:FILE writes one more."
)
@click.option("--jobs", "-j", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: as many as processors]")
@click.option("--scheduler", metavar="ADDRESS", help="Check on the Dask cluster at tcp://HOST:PORT.")
@click.option("--state", metavar="FILE", help="Keep there what is done, as soon as it is.")
@click.option("--resume", is_flag=True, help="Take up the run that --state holds.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write caches.")
@click.option("--cache-dir", metavar="FOLDER", help="One cache for all.  [default: .lintdem_cache in each repository]")
@click.option("--exit-zero", "-e", is_flag=True, help="Give exit code 0 for findings; what could not be checked still gives 2.")
@click.option("--quiet", "-q", is_flag=True, help="No notes.")
@click.option("--verbose", "-v", is_flag=True, help="Tell of each repository, and whole tables.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to write colour.")
@click.pass_context
def command(ctx: click.Context, /, **params: Any) -> None:
    """Check many repositories into one report, ranked by repository, team and rule.

    REPOSITORIES are folders, folders of checkouts, files that list them, and, with --clone, addresses for git.
    """
    targets = _targets(params)
    if params["resume"] and params["state"] is None:
        raise UsageError("--resume takes up what --state names; give that, too")
    with Progress(quiet=params["quiet"], verbose=params["verbose"]) as progress:
        result = audit(_request(params), progress)
    for format_name, file in targets:
        _write(result, format_name, file, params)
    ctx.exit(2 if not result.whole else 0 if params["exit_zero"] else int(result.fails))


def _request(params: dict[str, Any]) -> AuditRequest:
    common = Task(
        key="",
        name="",
        place="",
        select=_names(params["select"]) or None,
        extend_select=_names(params["extend_select"]),
        ignore=_names(params["ignore"]),
        fail_on=params["fail_on"],
        cache=not params["no_cache"],
        cache_dir=str(Path(params["cache_dir"]).absolute()) if params["cache_dir"] else None,
        clones=_clones(params["clone_dir"]) if params["clone"] else None,
    )
    return AuditRequest(
        places=params["places"],
        lists=params["lists"],
        common=common,
        teams=params["teams"],
        jobs=params["jobs"],
        scheduler=params["scheduler"],
        state=params["state"],
        resume=params["resume"],
    )


def _clones(named: str | None) -> str:
    if named is not None:
        return str(Path(named).absolute())
    return str(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / _CLONES)


def _names(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for value in values for name in value.replace(" ", "").split(",") if name)


def _targets(params: dict[str, Any]) -> list[tuple[str, Path | None]]:
    """What to write where; None is standard output, which takes no Parquet. Known before anything is checked."""
    targets: list[tuple[str, Path | None]] = []
    instead = False
    for value in params["output"]:
        format_name, colon, file = value.partition(":")
        named = bool(colon) and format_name in _FORMATS
        targets.append((format_name if named else params["format_name"], Path(file if named else value)))
        instead = instead or not named
    targets = targets if instead else [(params["format_name"], None), *targets]
    if ("parquet", None) in targets:
        raise UsageError("parquet is no text: name a file with --output")
    if any(format_name == "parquet" for format_name, _ in targets):
        # Loaded here, for few have what it needs.
        from lintdem.audit.parquet import need  # noqa: PLC0415

        need()
    return targets


def _write(result: Audit, format_name: str, file: Path | None, params: dict[str, Any]) -> None:
    if format_name == "parquet" and file is not None:
        _write_tables(result, file)
        return
    text = _text(result, format_name, file is None, params)
    if file is None:
        put(text)
    else:
        put_file(file, text)


def _text(result: Audit, format_name: str, on_screen: bool, params: dict[str, Any]) -> str:
    # Loaded here, each for its own report.
    if format_name == "json":
        from lintdem.audit.json import render as as_json  # noqa: PLC0415

        return as_json(result)
    if format_name == "html":
        from lintdem.audit.html import render as as_page  # noqa: PLC0415

        return as_page(result)
    from lintdem.audit.text import render as as_text  # noqa: PLC0415

    color = wants_color(params["color"], sys.stdout, os.environ) if on_screen else params["color"] == "always"
    width = width_of(sys.stdout) if on_screen else PIPE_WIDTH
    return as_text(result, View(color=color, width=width, verbose=params["verbose"]))


def _write_tables(result: Audit, file: Path) -> None:
    from lintdem.audit.parquet import tables  # noqa: PLC0415

    for place, data in tables(result, file).items():
        try:
            write_file(place, data)
        except OSError as error:
            raise UsageError(f"--output: {place}: {error.strerror or error}") from error
