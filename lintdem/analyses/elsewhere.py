"""What a clause calls, found again where it was run: a function that is called very often is not run for each call."""

from __future__ import annotations

from collections.abc import Iterable

from lintdem.interpreter.trace import Effect, Swallowed
from lintdem.interpreter.written import Texts, calls


def does_elsewhere(one: Swallowed, effects: Iterable[Effect], texts: Texts) -> bool:
    """Whether a clause calls what does something where it was run: one of its own file where that has a function of this name."""
    own = texts.modules.get(one.place.path)
    run = {found for effect in effects for found in _functions(effect)}
    anywhere = {name for name, _ in run}
    for *owners, name in calls(one.body):
        here = not owners and own is not None and texts.is_in(name, own)
        if (name, one.place.path) in run if here else name in anywhere:
            return True
    return False


def _functions(effect: Effect) -> list[tuple[str, str]]:
    """The functions on the way to an effect that the handler does not call itself, by name, with the file that each stands in."""
    inside = [*(step.place.path for step in effect.stack[2:]), effect.place.path]
    return [(step.text.rpartition(".")[2], path) for step, path in zip(effect.stack[1:], inside, strict=False)]
