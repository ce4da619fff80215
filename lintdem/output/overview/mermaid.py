"""The overview as a Mermaid flowchart, for a README or a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.model.overview import HandlerView, Overview, Verdict
from lintdem.output.escape import visible
from lintdem.output.overview.phrases import AGAIN, NOTHING, verdict_of
from lintdem.output.view import View

_CLASSES = {
    Verdict.REPEATS: "fill:#fde0de,stroke:#b3261e,color:#5c110c",
    Verdict.UNKNOWN: "fill:#fff2cc,stroke:#8a6d00,color:#4d3c00",
    Verdict.GUARDED: "fill:#dcf2e0,stroke:#1d6b34,color:#0e3d1c",
    Verdict.REPEATABLE: "fill:#eceff1,stroke:#607d8b,color:#263238",
}


def render(overview: Overview, view: View) -> str:
    """The flowchart: trigger, handler, effects from left to right."""
    return "".join(f"{line}\n" for line in _lines(overview, view))


def _lines(overview: Overview, view: View) -> Iterator[str]:
    yield "flowchart LR"
    for verdict, style in _CLASSES.items():
        yield f"  classDef {verdict.value} {style}"
    for number, handler in enumerate(overview.handlers, 1):
        yield from _handler(f"h{number}", handler, view)


def _handler(key: str, handler: HandlerView, view: View) -> Iterator[str]:
    name = view.handler(handler.name) or handler.name
    source = f"{handler.trigger.source}<br/>{AGAIN[handler.trigger.redelivers]}"
    yield f'  {key}t(["{_safe(source, keep="<br/>")}"]) --> {key}["{_safe(name)}"]'
    if not handler.effects:
        yield f'  {key} --> {key}e0["{NOTHING}"]:::{Verdict.REPEATABLE.value}'
    for index, reached in enumerate(handler.effects, 1):
        label = f"{reached.call}<br/>{verdict_of(reached)}"
        yield f'  {key} --> {key}e{index}["{_safe(label, keep="<br/>")}"]:::{reached.verdict.value}'


def _safe(text: str, keep: str = "") -> str:
    """Text inside a quoted label: Mermaid reads entities, so nothing of the user's acts as markup."""
    parts = text.split(keep) if keep else [text]
    return keep.join("".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in visible(part)) for part in parts)


_PLAIN = " ._-/,:()"
