"""LDM514: the guard of a record handler looks for another argument than `record`."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.weakguards.powertools import GuardFault, misused
from lintdem.interpreter.spots import around, exactly, passes
from lintdem.model.values import Call
from lintdem.rule import Argument, Finding, Group, Level, Pass, Place, Remedy, Renamed, Rule, Step


def check(p: Pass) -> Iterator[Finding]:
    """The guard of a record handler looks for another argument than `record`."""
    for one in p.once(lambda judged: misused(judged.run, judged.subject, ("record argument",))):
        handler = one.run.handler
        start = Step(Place(handler.path, handler.span), f"{handler.function} receives the event")
        yield p.finding(
            one.run,
            one.place,
            f"every record fails: the batch processor passes record=, and the guard of {one.name} looks for "
            f"{one.words}=; the second delivery fails the same way, until the messages are dead letters",
            subject=one.subject,
            level=Level.ERROR,
            why=(start, Step(one.place, f"data_keyword_argument is {one.words}")),
            guard="the guard raises before the function runs",
            advice='name the parameter record, and pass data_keyword_argument="record"',
            about=one.name,
            remedies=_remedies(p, one),
        )


def _remedies(p: Pass, one: GuardFault) -> tuple[Remedy, ...]:
    """The parameter takes part, unless somebody passes it by its name."""
    function = around(p.facts.program, one.place)
    call = exactly(p.facts.program, one.place, Call)
    if function is None or call is None or passes(p.facts.program, one.name, one.words):
        return ()
    named = [parameter.name for parameter in function.params]
    changes: tuple[Argument | Renamed, ...] = (Argument(one.place, "data_keyword_argument", '"record"'),)
    if "record" not in named and one.words in named:
        changes += (Renamed(Place(one.place.path, function.span), one.words, "record"),)
    elif "record" not in named:
        return ()
    return (Remedy("guard the argument record (check: the records that failed so far are processed)", False, changes),)


RULE = Rule(
    "LDM514", "wrong-record-argument", Group.CORRECTNESS, "0.1",
    "the guard of a record handler looks for an argument that the batch processor does not pass", check, "unsafe",
)  # fmt: skip
