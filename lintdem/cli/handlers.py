"""`lintdem handlers`: what was understood of each handler."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from lintdem.cli.progress import Progress
from lintdem.cli.terminal import PIPE_WIDTH, complain, put, put_file, wants_color, width_of
from lintdem.output import View
from lintdem.output.overview import FORMATS, render
from lintdem.session import CheckRequest, Session


@click.command("handlers")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--format", "--output-format", "format_name", type=click.Choice(FORMATS), default="text", help="How to show it.")
@click.option("--output", "-o", metavar="FILE", help="Write it there; for html one page that needs nothing else.")
@click.option("--config", "config_file", metavar="FILE", help="Take the settings from this file.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option("--cache-dir", metavar="FOLDER", help="Where the cache stands.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to write colour.")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    format_name: str,
    output: str | None,
    config_file: str | None,
    no_cache: bool,
    cache_dir: str | None,
    color: str,
) -> None:
    """Show the handlers below PATHS as lintdem understands them: who calls each one and where that was learned, when it
    runs again, which effects it reaches and what holds them back."""
    progress = ctx.with_resource(Progress())
    request = CheckRequest(paths=paths or (".",), config_file=config_file, cache=not no_cache, cache_dir=cache_dir)
    session = Session(request, progress)
    overview = session.overview()
    progress.close()
    colorful = wants_color(color, sys.stdout, os.environ) if output is None else color == "always"
    width = width_of(sys.stdout) if output is None else PIPE_WIDTH
    view = View(root=session.root.as_posix(), folder=Path.cwd().as_posix(), color=colorful, width=width)
    _write(render(format_name, overview, view), output, session.root)
    for problem in overview.problems:
        complain(f"{view.path(problem.place.path)}:{problem.place.span.line}: {problem.code} {problem.message}")
    ctx.exit(2 if overview.problems else 0)


def _write(text: str, output: str | None, root: Path) -> None:
    if output is None:
        put(text)
        return
    put_file(Path(output), text, root)
