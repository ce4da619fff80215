"""The audit for the terminal: what was not checked, and the three rankings."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from rich.text import Text

from lintdem.audit.phrases import closing, told_of
from lintdem.audit.ranking import Audit, Rank
from lintdem.model.finding import Level
from lintdem.output.console import console_for
from lintdem.output.escape import visible
from lintdem.output.palette import ERROR, LABEL, LEVEL, SOFT
from lintdem.output.view import View

_ROWS = 20


def render(audit: Audit, view: View) -> str:
    """The audit as lines."""
    written = io.StringIO()
    console = console_for(written, view.width, view)
    for line in _lines(audit, whole=view.verbose):
        console.print(line, soft_wrap=True)
    return written.getvalue()


def _lines(audit: Audit, *, whole: bool) -> Iterator[Text]:
    troubles = list(told_of(audit))
    if troubles:
        yield Text("Not checked", style=LABEL)
        for where, what in troubles:
            yield Text.assemble(("  ", ""), (visible(where), ERROR), f": {visible(what)}")
        yield Text("")
    for title, ranks, noun in (
        ("By repository", audit.by_repository(), "repositories"),
        ("By team", audit.by_team(), "teams"),
        ("By rule", audit.by_rule(), "rules"),
    ):
        if ranks:
            yield from _table(title, ranks, noun, len(ranks) if whole else _ROWS)
    yield Text(closing(audit), style="bold")


def _table(title: str, ranks: Sequence[Rank], noun: str, most: int) -> Iterator[Text]:
    yield Text.assemble((f"{'errors':>8}{'warnings':>10}{'notes':>7}  ", SOFT), (title, LABEL))
    shown = ranks if len(ranks) <= most + 1 else ranks[:most]
    for rank in shown:
        more = f" {rank.more}" if title == "By rule" else ""
        spread = f"  in {rank.spread} repositories" if title != "By repository" and rank.spread > 1 else ""
        yield Text.assemble(
            (f"{rank.errors:8}", LEVEL[Level.ERROR] if rank.errors else SOFT),
            (f"{rank.warnings:10}", LEVEL[Level.WARNING] if rank.warnings else SOFT),
            (f"{rank.notes:7}", SOFT),
            f"  {visible(rank.name + more)}",
            (spread, SOFT),
        )
    if len(shown) < len(ranks):
        yield Text(f"{'':25}  and {len(ranks) - len(shown)} more {noun}; --verbose shows all", style=SOFT)
    yield Text("")
