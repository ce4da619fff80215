"""The overview as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources

from lintdem.model.finding import Level, Redelivers
from lintdem.model.overview import HandlerView, Overview, Reached, Verdict
from lintdem.output.overview.phrases import (
    AGAIN,
    MARKS,
    NO_HANDLERS,
    NOTHING,
    counts,
    escaped,
    place_of,
    summary,
    trigger_of,
    verdict_of,
    way_of,
)
from lintdem.output.overview.picture import ORDER, runs, stream
from lintdem.output.view import View

_LOUD = (Level.ERROR, Level.WARNING, Level.NOTE, None)
_AGAIN = (Redelivers.ITSELF, Redelivers.UNKNOWN, Redelivers.CALLER)
_WITH = {
    Verdict.REPEATS: "with harm when repeated",
    Verdict.UNKNOWN: "with effects that may be guarded",
    Verdict.GUARDED: "with guarded effects",
    Verdict.REPEATABLE: "with repeatable effects",
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
    yield f"<p>{escaped(summary(overview))}</p></header>"
    if overview.handlers:
        yield from list(stream(overview.handlers)) or _proportions(overview)
        yield from _choices(overview)
    else:
        yield f'<p class="nothing">{escaped(NO_HANDLERS)}</p>'
    yield "<main>"
    for handler in sorted(overview.handlers, key=_urgency):
        yield from _handler(handler, view) if handler.effects else _quiet(handler, view)
    yield "</main>"
    if overview.problems:
        yield '<section class="problems"><h2>Not read</h2><ul>'
        for problem in overview.problems:
            place = f"{view.path(problem.place.path)}:{problem.place.span.line}"
            yield f"<li><code>{_path(place)}</code> {escaped(problem.message)}</li>"
        yield "</ul></section>"


def _urgency(handler: HandlerView) -> tuple[int, int, int]:
    """What does harm comes first, the loudest and what runs again by itself before others; what repeats nothing comes last;
    within these the order stays that of the names."""
    worst = min(((ORDER.index(one.verdict), _LOUD.index(one.level)) for one in handler.effects), default=(len(ORDER), 0))
    return (*worst, _AGAIN.index(handler.trigger.redelivers))


def _proportions(overview: Overview) -> Iterator[str]:
    """The verdicts as one bar; the numbers stand below it."""
    parts = [
        f'<i class="{verdict.value}" style="flex-grow:{number}"></i>' for verdict, number in counts(overview).items() if number
    ]
    if parts:
        yield f'<div class="bar" aria-hidden="true">{"".join(parts)}</div>'


def _choices(overview: Overview) -> Iterator[str]:
    """What the page is narrowed to, chosen without a script: by mouse, finger or arrow keys."""
    yield '<fieldset class="choices"><legend>Show handlers</legend>'
    yield f'<label><input type="radio" name="show" id="all" checked><b>{len(overview.handlers)}</b> all</label>'
    for verdict in ORDER:
        number = sum(any(one.verdict is verdict for one in handler.effects) for handler in overview.handlers)
        yield _choice(verdict.value, number, _WITH[verdict])
    yield _choice("quiet", sum(not handler.effects for handler in overview.handlers), "that repeat nothing")
    yield "</fieldset>"


def _choice(name: str, number: int, words: str) -> str:
    if not number:
        return ""
    return f'<label class="{name}"><input type="radio" name="show" id="show-{name}"><b>{number}</b> {words}</label>'


def _handler(handler: HandlerView, view: View) -> Iterator[str]:
    has = " ".join(f"has-{verdict}" for verdict in sorted({reached.verdict.value for reached in handler.effects}))
    again = AGAIN[handler.trigger.redelivers]
    yield f'<article class="{has}"><div class="flow">'
    yield f'<div class="node trigger"><b>{escaped(handler.trigger.source)}</b><span>{again}</span></div>'
    yield f'<div class="node handler">{_title(handler, view)}</div>'
    yield '<ol class="effects">'
    for reached in handler.effects:
        yield _effect(reached, view)
    yield "</ol></div><dl>"
    yield f"<dt>Trigger</dt><dd>{_path(trigger_of(handler, view))}</dd>"
    drawn = runs(handler.course) if handler.course is not None else ""
    yield f"<dt>Redelivery</dt><dd>{drawn}{escaped(handler.redelivery)}</dd>"
    for guard in handler.guards:
        place = f"{view.path(guard.place.path)}:{guard.place.span.line}"
        yield f"<dt>Guard</dt><dd>{escaped(guard.words)}, keyed on {escaped(guard.key)} <code>{_path(place)}</code></dd>"
    for reason in handler.unread:
        yield f"<dt>Not read</dt><dd>{escaped(reason)}</dd>"
    yield "</dl></article>"


def _quiet(handler: HandlerView, view: View) -> Iterator[str]:
    """A handler that repeats nothing is one line; what is known of it opens below."""
    yield '<details class="quiet"><summary>'
    yield f'<b class="source">{escaped(handler.trigger.source)}</b><div>{_title(handler, view)}</div><em>{NOTHING}</em>'
    yield f"</summary><dl><dt>Trigger</dt><dd>{_path(trigger_of(handler, view))}</dd>"
    yield f"<dt>Redelivery</dt><dd>{escaped(handler.redelivery)}</dd>"
    for reason in handler.unread:
        yield f"<dt>Not read</dt><dd>{escaped(reason)}</dd>"
    yield "</dl></details>"


def _title(handler: HandlerView, view: View) -> str:
    """The function with the file it is in, and the whole path below: most functions have the same name."""
    path, _, function = (view.handler(handler.name) or handler.name).rpartition(":")
    near = "/".join(path.split("/")[-2:])
    return f"<h2>{_path(near)} <b>{escaped(function)}</b></h2><span>{_path(path)}:{handler.place.span.line}</span>"


def _effect(reached: Reached, view: View) -> str:
    said = reached.repeat if reached.verdict is Verdict.REPEATS else reached.words
    way = way_of(reached)
    level = reached.level.value if reached.level is not None else ""
    rules = f'<em class="{level}">{escaped(", ".join(reached.codes))}</em>' if reached.codes else ""
    label = verdict_of(reached).partition(":")[0]
    return (
        f'<li class="node {reached.verdict.value} {level}"><b><i aria-label="{escaped(label)}">{MARKS[reached.verdict]}</i>&nbsp;'
        f"{escaped(reached.call)}</b>{rules}<span>{escaped(said)}</span>"
        f"<code>{escaped(f'{way} → ' if way else '')}{_path(place_of(reached, view))}</code></li>"
    )


def _path(text: str) -> str:
    """A text that may be broken after a slash or an underscore, before anywhere else."""
    return "<wbr>".join(escaped(part) for part in re.split(r"(?<=[/_#-])(?=\w)", text))
