"""Words that every format of the overview uses."""

from __future__ import annotations

from collections import Counter
from html import escape

from lintdem.model.finding import Redelivers
from lintdem.model.overview import HandlerView, Overview, Reached, Verdict
from lintdem.output.escape import visible
from lintdem.output.view import View

AGAIN = {
    Redelivers.ITSELF: "redelivers by itself",
    Redelivers.CALLER: "only the caller repeats",
    Redelivers.UNKNOWN: "not known who redelivers",
}
MARKS = {Verdict.REPEATS: "✗", Verdict.UNKNOWN: "?", Verdict.GUARDED: "✓", Verdict.REPEATABLE: "·"}
NOTHING = "nothing that a second delivery repeats"
NO_HANDLERS = (
    "No handler was found: no template names one, no function looks like one. A handler with another name is declared under "
    "[[tool.lintdem.handlers]] in pyproject.toml."
)


def escaped(text: str) -> str:
    """What may come from the user's files, as text of a page and nothing else."""
    return escape(visible(text), quote=True)


def trigger_of(handler: HandlerView, view: View) -> str:
    """Who delivers, and where that was learned."""
    evidence = handler.trigger.evidence
    place = f" ({view.path(evidence.path)}:{evidence.span.line})" if evidence is not None else ""
    learned = {"template": "from the template", "setting": "declared", "code": "from the event's shape"}
    return f"{handler.trigger.source}, {learned.get(handler.learned, 'no trigger was found')}{place}"


def place_of(reached: Reached, view: View) -> str:
    """Where an effect stands."""
    return f"{view.path(reached.place.path)}:{reached.place.span.line}"


def way_of(reached: Reached) -> str:
    """The calls that lead to an effect."""
    return " → ".join(f"{step.message.partition('(')[0]}()" for step in reached.way)


def verdict_of(reached: Reached) -> str:
    """The verdict in a word or two, with the rules."""
    if reached.verdict is Verdict.REPEATS:
        return f"repeats: {', '.join(reached.codes)}" if reached.codes else "repeats, set aside"
    return str(reached.verdict.value)


def counts(overview: Overview) -> dict[Verdict, int]:
    """How many effects have which verdict."""
    found = Counter(reached.verdict for handler in overview.handlers for reached in handler.effects)
    return {verdict: found[verdict] for verdict in Verdict}


def summary(overview: Overview) -> str:
    """The closing sentence."""
    number = len(overview.handlers)
    effects = counts(overview)
    total = sum(effects.values())
    parts = ", ".join(f"{effects[verdict]} {_PLURAL[verdict]}" for verdict in Verdict if effects[verdict])
    handlers = f"{number} handler{'s' if number != 1 else ''}"
    return f"{handlers}, {total} effect{'s' if total != 1 else ''}{': ' + parts if parts else ''}."


_PLURAL: dict[Verdict, str] = {
    Verdict.REPEATS: "do harm when repeated",
    Verdict.UNKNOWN: "may be guarded",
    Verdict.GUARDED: "guarded",
    Verdict.REPEATABLE: "repeatable",
}
