"""What lintdem knows of what stands under the cursor: the page of a rule, an effect, a handler."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from lintdem.callfacts import facts_of
from lintdem.errors import UsageError
from lintdem.lsp.project import Seen
from lintdem.model.finding import Redelivers
from lintdem.model.overview import HandlerView, Reached, Verdict
from lintdem.model.span import Place, Span
from lintdem.output.tally import help_page
from lintdem.rule import Rule

_AGAIN = {
    Redelivers.ITSELF: "delivers again by itself",
    Redelivers.CALLER: "only the caller repeats",
    Redelivers.UNKNOWN: "not known who delivers again",
}
_WORDS = {
    Verdict.REPEATS: "a second delivery does harm",
    Verdict.UNKNOWN: "may be guarded",
    Verdict.GUARDED: "held back",
    Verdict.REPEATABLE: "repeats without harm",
}
_COUNTED = {Verdict.REPEATS: "repeats", Verdict.UNKNOWN: "unclear", Verdict.GUARDED: "guarded", Verdict.REPEATABLE: "harmless"}
_MANY = 12


def hover(seen: Seen, path: str, at: tuple[int, int], rules: Iterable[Rule]) -> tuple[str, Span] | None:
    """Markdown on what stands at a place, and its range: what is found there, the effect, the handler."""
    findings = sorted((f for f in seen.report.findings if f.path == path and _covers(f.span, at)), key=lambda f: f.order)
    reached = [(view, one) for view in seen.views for one in view.effects if one.place.path == path and _covers(one.place.span, at)]
    handlers = [view for view in seen.views if view.place.path == path and _covers(view.place.span, at)]
    parts: list[str] = []
    if reached:
        parts.append("\n".join(_effect(reached)))
    if handlers:
        parts += ["\n".join(_handler(view)) for view in handlers]
    named = {rule.code: rule for rule in rules}
    parts += [_page(named[code]) for code in dict.fromkeys(f.code for f in findings) if code in named]
    spans = [f.span for f in findings] + [one.place.span for _, one in reached] + [view.place.span for view in handlers]
    return ("\n\n---\n\n".join(parts), max(spans)) if parts else None


def lens(view: HandlerView) -> str:
    """A handler in a line: who delivers, who delivers again, what its effects are."""
    counts = Counter(one.verdict for one in view.effects)
    told = ", ".join(f"{counts[verdict]} {word}" for verdict, word in _COUNTED.items() if counts[verdict])
    return " · ".join((view.trigger.source, _AGAIN[view.trigger.redelivers], told or "no effect"))


def trigger_at(seen: Seen, path: str, at: tuple[int, int]) -> list[tuple[Place, Span]]:
    """From a handler to what delivers to it, from there to the handler: places, each with the span that leads there."""
    found = []
    for view in seen.views:
        evidence = view.trigger.evidence
        if evidence is None:
            continue
        if view.place.path == path and _covers(view.place.span, at):
            found.append((evidence, view.place.span))
        elif evidence.path == path and _covers(evidence.span, at):
            found.append((view.place, evidence.span))
    return found


def _covers(span: Span, at: tuple[int, int]) -> bool:
    return (span.line, span.column) <= at <= (span.end_line, span.end_column)


def _effect(reached: list[tuple[HandlerView, Reached]]) -> Iterator[str]:
    """An effect: what a second call does, what lintdem makes of it, from which handlers."""
    first = reached[0][1]
    yield f"**{first.call}**: a second call {first.repeat}\n"
    yield from _known(first.call)
    for view, one in reached[:_MANY]:
        words = f": {one.words}" if one.words else ""
        way = "".join(f" → `{step.message}`" for step in one.way)
        yield f"- from `{view.name}` ({view.trigger.source}){way}: {_WORDS[one.verdict]}{words}"
    if len(reached) > _MANY:
        yield f"- and {len(reached) - _MANY} more handlers"


def _known(call: str) -> Iterator[str]:
    """What is known of the call wherever it stands."""
    try:
        facts = facts_of(call)
    except UsageError:
        return
    if facts["token"]:
        yield f"- known again by `{facts['token']}`"
    if facts["refused"]:
        yield f"- a second call is refused: {', '.join(f'`{error}`' for error in facts['refused'])}"
    if facts["source"].startswith("https://"):
        yield f"- [where that is written]({facts['source']})"


def _handler(view: HandlerView) -> Iterator[str]:
    """A handler as `lintdem handlers` shows it."""
    yield f"**{view.name}**: {lens(view)}\n"
    yield f"{view.redelivery}\n"
    for one in view.effects[:_MANY]:
        codes = f" ({', '.join(one.codes)})" if one.codes else ""
        yield f"- `{one.call}` {one.place.path}:{one.place.span.line}: {_WORDS[one.verdict]}{codes}"
    for guard in view.guards[:_MANY]:
        yield f"- guard: {guard.words}, keyed on {guard.key}"
    for reason in view.unread[:_MANY]:
        yield f"- not read: {reason}"


def _page(rule: Rule) -> str:
    """The page of a rule up to its examples, and where the rest stands."""
    page = rule.page().partition("\n## Bad")[0].strip()
    _, _, body = page.partition("\n")
    address = help_page(rule.name, rule.code)
    more = f"\n\n[Examples and fix]({address})" if address else ""
    return f"**{rule.code} {rule.name}**\n{body}{more}"


