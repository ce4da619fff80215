"""`lintdem cache`: what is kept between runs."""

from __future__ import annotations

import click

from lintdem.cache import clean
from lintdem.cli.terminal import put
from lintdem.output import visible
from lintdem.session import CheckRequest, Session


@click.group("cache")
def command() -> None:
    """What is kept between runs: read files and reports. It is made anew when it is gone."""


@command.command("clean")
@click.option("--cache-dir", metavar="FOLDER", help="Where the cache stands.  [default: .lintdem_cache in the workspace]")
def _clean(cache_dir: str | None) -> None:
    """Remove the cache of the workspace, or the one in FOLDER."""
    folder = Session(CheckRequest(cache_dir=cache_dir)).cache_folder
    freed = clean(folder)
    put(f"Removed {visible(folder.as_posix())} ({freed / 1e6:.1f} MB).\n" if freed is not None else "There is no cache.\n")
