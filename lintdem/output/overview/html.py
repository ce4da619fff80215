"""The overview as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib import resources

from lintdem.model.overview import HandlerView, Overview, Reached, Verdict
from lintdem.output.escape import visible
from lintdem.output.overview.phrases import (
    AGAIN,
    MARKS,
    NOTHING,
    counts,
    place_of,
    summary,
    trigger_of,
    verdict_of,
    way_of,
)
from lintdem.output.view import View

_TITLES = {
    Verdict.REPEATS: "do harm when repeated",
    Verdict.UNKNOWN: "may be guarded",
    Verdict.GUARDED: "guarded",
    Verdict.REPEATABLE: "repeatable",
}


def render(overview: Overview, view: View) -> str:
    """The page."""
    style = resources.files("lintdem.output.overview").joinpath("page.css").read_text(encoding="utf-8")
    body = "\n".join(_body(overview, view))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">\n'
        f"<title>What a second delivery does</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _body(overview: Overview, view: View) -> Iterator[str]:
    yield "<header><h1>What a second delivery does</h1>"
    yield f"<p>{_text(summary(overview))}</p>"
    yield f'<ul class="totals">{"".join(_totals(overview))}</ul></header>'
    yield "<main>"
    for handler in overview.handlers:
        yield from _handler(handler, view)
    yield "</main>"
    if overview.problems:
        yield '<section class="problems"><h2>Not read</h2><ul>'
        for problem in overview.problems:
            place = f"{view.path(problem.place.path)}:{problem.place.span.line}"
            yield f"<li><code>{_text(place)}</code> {_text(problem.message)}</li>"
        yield "</ul></section>"


def _totals(overview: Overview) -> Iterator[str]:
    for verdict, number in counts(overview).items():
        yield f'<li class="{verdict.value}"><b>{number}</b> {_TITLES[verdict]}</li>'


def _handler(handler: HandlerView, view: View) -> Iterator[str]:
    path, _, function = (view.handler(handler.name) or handler.name).rpartition(":")
    yield '<article><div class="flow">'
    yield f'<div class="node trigger"><b>{_text(handler.trigger.source)}</b><span>{AGAIN[handler.trigger.redelivers]}</span></div>'
    yield f'<div class="node handler"><h2>{_text(function)}</h2><span>{_text(path)}:{handler.place.span.line}</span></div>'
    yield '<ol class="effects">'
    if not handler.effects:
        yield f'<li class="node repeatable"><span>{NOTHING}</span></li>'
    for reached in handler.effects:
        yield _effect(reached, view)
    yield "</ol></div><dl>"
    yield f"<dt>Trigger</dt><dd>{_text(trigger_of(handler, view))}</dd>"
    yield f"<dt>Redelivery</dt><dd>{_text(handler.redelivery)}</dd>"
    for guard in handler.guards:
        place = f"{view.path(guard.place.path)}:{guard.place.span.line}"
        yield f"<dt>Guard</dt><dd>{_text(guard.words)}, keyed on {_text(guard.key)} <code>{_text(place)}</code></dd>"
    for reason in handler.unread:
        yield f"<dt>Not read</dt><dd>{_text(reason)}</dd>"
    yield "</dl></article>"


def _effect(reached: Reached, view: View) -> str:
    said = reached.repeat if reached.verdict is Verdict.REPEATS else reached.words
    way = way_of(reached)
    level = reached.level.value if reached.level is not None else ""
    rules = f'<em class="{level}">{_text(", ".join(reached.codes))}</em>' if reached.codes else ""
    label = verdict_of(reached).partition(":")[0]
    return (
        f'<li class="node {reached.verdict.value}"><b><i aria-label="{_text(label)}">{MARKS[reached.verdict]}</i> '
        f"{_text(reached.call)}</b>{rules}<span>{_text(said)}</span>"
        f"<code>{_text(f'{way} → ' if way else '')}{_text(place_of(reached, view))}</code></li>"
    )


def _text(text: str) -> str:
    """What may come from the user's files, as text and nothing else."""
    return escape(visible(text), quote=True)
