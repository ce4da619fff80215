"""The two drawings of the page: the stream from who delivers to what becomes of it, and the runs of one event.

Sizes are whole pixels that only the numbers decide, so the same overview is the same picture everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lintdem.model.overview import Course, HandlerView, Verdict
from lintdem.output.overview.phrases import AGAIN, escaped

ORDER = (Verdict.REPEATS, Verdict.UNKNOWN, Verdict.GUARDED, Verdict.REPEATABLE)
QUIET = "quiet"
_OUTCOMES = {
    "repeats": "do harm when repeated", "unknown": "may be guarded", "guarded": "are guarded", "repeatable": "repeat without harm",
    QUIET: "repeat nothing",
}  # fmt: skip
_FEWEST = 4
"""Handlers below which the stream shows nothing that the cards do not."""

_HEIGHT, _LEAST, _GAP = 260, 24, 8
_THICKEST = 12
_DOTS = 6
_SOURCES = 12


def outcome(handler: HandlerView) -> str:
    """What is the worst that a second delivery does in a handler."""
    verdicts = {reached.verdict for reached in handler.effects}
    return next((verdict.value for verdict in ORDER if verdict in verdicts), QUIET)


@dataclass(frozen=True)
class _Node:
    """A bar at one side: where it starts, how high it is, and where its bands start."""

    name: str
    number: int
    top: int
    height: int
    bands: float


def stream(handlers: Sequence[HandlerView]) -> Iterator[str]:
    """From the sources on the left to the outcomes on the right, each band as thick as it has handlers."""
    if len(handlers) < _FEWEST:
        return
    named = _named(handlers)
    pairs = Counter((named[handler.trigger.source], outcome(handler)) for handler in handlers)
    sources, outcomes = Counter[str](), Counter[str]()
    for (source, result), number in pairs.items():
        sources[source] += number
        outcomes[result] += number
    thick = min(_THICKEST, _HEIGHT / len(handlers))
    ordered = [name for name in dict.fromkeys(named.values()) if name in sources]
    left = _column([(name, sources[name]) for name in ordered], thick)
    right = _column([(name, outcomes[name]) for name in _OUTCOMES if outcomes[name]], thick)
    height = max(column[-1].top + column[-1].height for column in (left, right))
    left, right = _centred(left, height), _centred(right, height)
    yield f'<section class="stream" style="height:{height}px" aria-label="Who delivers, and what a second delivery does">'
    yield f'<ul class="from">{"".join(_source(node, handlers) for node in left)}</ul>'
    yield f'<svg viewBox="0 0 100 {height}" height="{height}" preserveAspectRatio="none" aria-hidden="true">'
    yield from _bands(left, right, pairs, thick)
    yield "</svg>"
    yield f'<ul class="to">{"".join(_result(node) for node in right)}</ul></section>'


def _named(handlers: Sequence[HandlerView]) -> dict[str, str]:
    """What each source is shown as: the rarest of many sources are one."""
    counted = Counter(handler.trigger.source for handler in handlers)
    ordered = sorted(counted, key=lambda name: (-counted[name], name))
    others = ordered[_SOURCES - 1 :] if len(ordered) > _SOURCES else []
    return {name: f"{len(others)} other sources" if name in others else name for name in ordered}


def _column(numbers: Sequence[tuple[str, int]], thick: float) -> list[_Node]:
    found, top = [], 0
    for name, number in numbers:
        height = max(_LEAST, round(number * thick))
        found.append(_Node(name, number, top, height, top + (height - number * thick) / 2))
        top += height + _GAP
    return found


def _centred(column: list[_Node], height: int) -> list[_Node]:
    """The column spread over the height that the other one has."""
    spare = height - column[-1].top - column[-1].height
    each = spare // (len(column) + 1)
    return [
        _Node(node.name, node.number, node.top + each * n, node.height, node.bands + each * n) for n, node in enumerate(column, 1)
    ]


def _source(node: _Node, handlers: Sequence[HandlerView]) -> str:
    again = next((AGAIN[one.trigger.redelivers] for one in handlers if one.trigger.source == node.name), "")
    return (
        f'<li style="top:{node.top}px;height:{node.height}px" title="{escaped(again)}"><b>{node.number}</b> '
        f"{escaped(node.name)}</li>"
    )


def _result(node: _Node) -> str:
    return (
        f'<li class="{node.name}" style="top:{node.top}px;height:{node.height}px"><b>{node.number}</b> '
        f"<span>{_OUTCOMES[node.name]}</span></li>"
    )


def _bands(left: list[_Node], right: list[_Node], pairs: Mapping[tuple[str, str], int], thick: float) -> Iterator[str]:
    ends = {node.name: node.bands for node in right}
    for node in left:
        start = node.bands
        for other in right:
            wide = pairs.get((node.name, other.name), 0) * thick
            if wide:
                yield _band(other.name, start, ends[other.name], wide)
                start += wide
                ends[other.name] += wide


def _band(name: str, start: float, end: float, wide: float) -> str:
    low, lower = start + wide, end + wide
    return (
        f'<path class="{name}" d="M0 {start:.1f}C50 {start:.1f} 50 {end:.1f} 100 {end:.1f}V{lower:.1f}'
        f'C50 {lower:.1f} 50 {low:.1f} 0 {low:.1f}Z"/>'
    )


def runs(course: Course) -> str:
    """One event's runs as dots with the time between them, and what becomes of it at the end."""
    shown = min(course.runs or 3, _DOTS)
    endless = course.runs is None or course.runs > _DOTS
    between = f"<s>{escaped(course.apart)}</s>"
    dots = [f"<i>{n}</i>" for n in range(1, shown + 1)]
    if endless:
        dots[-1] = "<i>…</i>" if course.runs is None else f"<u>…</u>{between}<i>{course.runs}</i>"
    kind = "kept" if course.kept else "gone"
    return f'<div class="runs" aria-hidden="true">{between.join(dots)}<s></s><b class="{kind}">{escaped(course.end)}</b></div>'
