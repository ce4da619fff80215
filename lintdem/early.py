"""What is found in the files that somebody looks at, told before the rest of a program is analysed: where it is the same as it
will be in the whole report, and only then.

The handlers that may have a say there are run first (`analyses.nearby`). When what they were told of others hangs on handlers that
were not among them, those are taken in. Where that leads to most of the handlers, nothing is told before the whole is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from lintdem.analyses.nearby import Nearby
from lintdem.analyses.runs import Keeper, Present
from lintdem.interpreter.engine import Run
from lintdem.interpreter.worlds import Looked
from lintdem.model.finding import Finding, Report
from lintdem.model.module import Problem
from lintdem.program import Handler, Program
from lintdem.rule import Facts, Rule, run

_PART = 2
"""The chosen handlers are at most one in so many: else the whole is done nearly as soon."""
_ROUNDS = 4


class Early(msgspec.Struct, frozen=True):
    """`told` is given the report about the files at `paths` as soon as it is known."""

    paths: frozenset[str]
    told: Callable[[Report], None]


class Lasting:
    """Keeps runs for those that come after it, and forgets none."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper, self.applications = keeper, keeper.applications

    def find(self, now: Present, handler: Handler) -> Run | None:
        """The run of a handler, where it may serve again."""
        return self._keeper.find(now, handler)

    def keep(self, now: Present, made: Run, looked: Looked) -> None:
        """Keep a run for the next time."""
        self._keeper.keep(now, made, looked)

    def keep_only(self, handlers: Iterable[Handler]) -> None:
        """The others have not been asked for yet."""

    def flush(self) -> None:
        """Nothing is over yet."""


def found_early(
    paths: frozenset[str], program: Program, rules: tuple[Rule, ...], make: Callable[[Program], Iterable[Run | Problem]]
) -> list[Finding] | None:
    """What the rules find in files, and `make` is how handlers are run; None where it takes the whole program to know."""
    nearby = Nearby(program, paths)
    chosen = nearby.start
    for _ in range(_ROUNDS):
        if _PART * len(chosen) > len(program.handlers):
            return None
        part = nearby.part(chosen)
        facts = Facts(part, make)
        more = nearby.more(facts)
        if more is not None and more <= chosen:
            found, problems = run(rules, part, facts)
            more = nearby.more(facts)
            if more is not None and more <= chosen:
                return [one for one in found if one.path in paths] if not problems else None
        if more is None:
            return None
        chosen |= more
    return None
