"""The overview for the terminal: each handler with its trigger, its effects and what holds them back."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from lintdem.model.overview import HandlerView, Overview, Reached, Verdict
from lintdem.output.console import console_for
from lintdem.output.escape import visible
from lintdem.output.overview.phrases import MARKS, NOTHING, place_of, summary, trigger_of, verdict_of, way_of
from lintdem.output.palette import DOUBT, ERROR, GOOD, PLACE, SOFT
from lintdem.output.view import View

_STYLE = {Verdict.REPEATS: ERROR, Verdict.UNKNOWN: DOUBT, Verdict.GUARDED: GOOD, Verdict.REPEATABLE: SOFT}
_INDENT = 14
_NARROWEST = 50


def render(overview: Overview, view: View) -> str:
    """The overview as lines of at most the view's width, as far as names allow."""
    written = io.StringIO()
    width = max(view.width, _NARROWEST)
    console = console_for(written, width, view)
    for handler in overview.handlers:
        for line in _handler(handler, view, width):
            console.print(line, soft_wrap=True)
    console.print(Text(summary(overview), style="bold"), soft_wrap=True)
    return written.getvalue()


def _handler(handler: HandlerView, view: View, width: int) -> Iterator[Text]:
    name = f"{view.handler(handler.name) or handler.name}"
    yield Text.assemble((visible(name), "bold underline"), f" line {handler.place.span.line}")
    yield from _row("trigger", Text(visible(trigger_of(handler, view))), width)
    yield from _row("redelivery", Text(visible(handler.redelivery)), width)
    for guard in handler.guards:
        place = f"{view.path(guard.place.path)}:{guard.place.span.line}"
        yield from _row("guard", Text(visible(f"{guard.words}, keyed on {guard.key} ({place})")), width)
    if not handler.effects:
        yield from _row("effects", Text(NOTHING, style=SOFT), width)
    for reached in handler.effects:
        yield from _effect(reached, view, width)
    if handler.unread:
        more = f" and {len(handler.unread) - 1} more" if len(handler.unread) > 1 else ""
        yield from _row("not read", Text(visible(handler.unread[0]) + more, style=DOUBT), width)
    yield Text("")


def _effect(reached: Reached, view: View, width: int) -> Iterator[Text]:
    style = _STYLE[reached.verdict]
    said = reached.repeat if reached.verdict is Verdict.REPEATS else reached.words
    line = Text.assemble((f"{visible(reached.call)} ", "bold"), (verdict_of(reached), style), f"  {visible(said)}")
    yield from _row(f"{MARKS[reached.verdict]} effect", line, width, style)
    way = way_of(reached)
    there = f"{way} → {place_of(reached, view)}" if way else place_of(reached, view)
    yield from _row("", Text(visible(there), style=SOFT), width)


def _row(title: str, body: Text, width: int, style: str = PLACE) -> Iterator[Text]:
    for index, line in enumerate(body.wrap(Console(width=width, file=io.StringIO()), width - _INDENT)):
        line.rstrip()
        yield Text.assemble((f"  {'' if index else title}".ljust(_INDENT), style), line)
