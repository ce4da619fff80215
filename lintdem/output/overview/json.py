"""The overview as one JSON object. Fields may be added, none changes its meaning."""

from __future__ import annotations

import json
from typing import Any

from lintdem import __version__
from lintdem.model.overview import Guarding, HandlerView, Overview, Reached
from lintdem.model.span import Place
from lintdem.output.view import View

VERSION = 1


def render(overview: Overview, view: View) -> str:
    """The overview as JSON text in ASCII."""
    document = {
        "version": VERSION,
        "tool": {"name": "lintdem", "version": __version__},
        "handlers": [_handler(handler, view) for handler in overview.handlers],
        "problems": [{"code": p.code, "message": p.message, **_place(p.place, view)} for p in overview.problems],
    }
    return json.dumps(document, indent=2).replace("\x7f", "\\u007f") + "\n"


def _handler(handler: HandlerView, view: View) -> dict[str, Any]:
    trigger = handler.trigger
    return {
        "handler": view.handler(handler.name),
        **_place(handler.place, view),
        "trigger": {
            "source": trigger.source,
            "redelivers": trigger.redelivers.value,
            "learned": handler.learned,
            "evidence": _place(trigger.evidence, view) if trigger.evidence is not None else None,
        },
        "redelivery": handler.redelivery,
        "effects": [_effect(reached, view) for reached in handler.effects],
        "guards": [_guard(guard, view) for guard in handler.guards],
        "unread": list(handler.unread),
    }


def _effect(reached: Reached, view: View) -> dict[str, Any]:
    return {
        "call": reached.call,
        **_place(reached.place, view),
        "repeat": reached.repeat,
        "verdict": reached.verdict.value,
        "words": reached.words,
        "codes": list(reached.codes),
        "level": reached.level.value if reached.level is not None else None,
        "way": [{**_place(step.place, view), "call": step.message} for step in reached.way],
    }


def _guard(guard: Guarding, view: View) -> dict[str, Any]:
    return {"guard": guard.words, **_place(guard.place, view), "key": guard.key}


def _place(place: Place, view: View) -> dict[str, Any]:
    return {"path": view.path(place.path), "line": place.span.line, "column": place.span.column}
