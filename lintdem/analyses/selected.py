"""Work on what a read has found under a word, such as all that are still waiting, which get another word when it is done."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lintdem.interpreter.domain import Check, Done, Known, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.ordering import in_order
from lintdem.interpreter.selections import ASKED, FOUND
from lintdem.interpreter.sql.sql import LOCKED
from lintdem.interpreter.trace import Asked, Effect, Invocation
from lintdem.interpreter.values import leaves, members
from lintdem.knowledge import Kind
from lintdem.model.span import Place


class Selected(msgspec.Struct, frozen=True):
    """A read that asked for `words` by attribute, and what it found, as a test that is not atomic."""

    read: Invocation
    check: Check
    words: tuple[tuple[str, Value], ...]

    @property
    def locks(self) -> bool:
        """Whether the rows are locked until the end of the transaction: `SELECT … FOR UPDATE`."""
        return any(name == LOCKED for name, _ in self.words)

    def is_left_by(self, event: Effect, effect: Effect) -> bool:
        """Whether a write in the same store gives what was found another word, so that the next run does not find it."""
        write = event.call.write
        together = Done(effect.place, effect.call.name) in event.may or Done(event.place, event.call.name) in effect.may
        if write is None or event.place == effect.place or not together or _asks_more(event, effect):
            return False
        asked = {name for name, _ in self.words}
        return any(name in asked and all(self._is_other(name, one) for one in members(value)) for name, value in write.values)

    def _is_other(self, name: str, value: Value) -> bool:
        asked = {_word(one) for attribute, one in self.words if attribute == name}
        if "null" in asked:
            return not isinstance(value, Known) or _word(value) != "null"
        return isinstance(value, Known) and _word(value) not in asked


def _word(value: Value) -> str:
    """A word as a statement may write it: `TRUE`, `null`, and None for nothing there."""
    written = value.value if isinstance(value, Known) else "…"
    return "null" if written is None else str(written).lower()


def _asks_more(event: Effect, effect: Effect) -> bool:
    """Whether what a write hangs on is more than what the work does: then it is no record of the work."""
    asked = (f for f in event.must - effect.must if isinstance(f, Check))
    return any(f.kind in ("state", "absent", "fresh", "changed") and f.subject not in _subjects(effect) for f in asked)


def _subjects(effect: Effect) -> set[Value]:
    return {f.subject for f in effect.must if isinstance(f, Check)}


def taken(effect: Effect, run: Run) -> Iterator[Selected]:
    """The reads by words whose finds an effect is made for: in a loop over them, or where there are some."""
    places = dict.fromkeys((*_looped(effect), *_found(effect)))
    for place in places:
        read = _read_at(place, run)
        asked = ((n.removeprefix(ASKED), v) for n, v in read.args if n.startswith(ASKED)) if read is not None else ()
        words = tuple((name, value) for name, value in asked if isinstance(value, Known))
        if read is not None and words:
            yield Selected(read, Check(place, "state", Path("result", (), place)), words)


def _looped(effect: Effect) -> Iterator[Place]:
    for loop in effect.loops:
        for value in (loop.over, *loop.items):
            for leaf in leaves(value) if value is not None else ():
                if isinstance(leaf, Path) and leaf.root == "result" and leaf.place is not None:
                    yield leaf.place


def _found(effect: Effect) -> Iterator[Place]:
    for fact in in_order(f for f in effect.must if isinstance(f, Check) and f.kind in (FOUND, "state")):
        if isinstance(fact.subject, Path) and fact.subject.place is not None:
            yield fact.subject.place


def _read_at(place: Place, run: Run) -> Invocation | None:
    """What was asked at a place, where one function may run all the statements of a program."""
    site = run.sites.get(place)
    if site is not None and site.kind is not Kind.READ:
        return next((e.call for e in run.events if isinstance(e, Asked) and e.place == place), site)
    return site
