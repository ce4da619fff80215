"""State machines of a CDK application whose definition is a file with slots for the functions, or written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from posixpath import normpath

from lintdem.analyses.cdk.cdk_code import written_path
from lintdem.analyses.cdk.constructs import Built
from lintdem.interpreter.cdk_values import each_of, functions_in, number_in
from lintdem.interpreter.domain import Made, Value
from lintdem.interpreter.machine import Plain
from lintdem.model.stack import Event, Source
from lintdem.program.paths import ancestors, join

Steps = Sequence[tuple[str, Event]]
"""The slots of one definition that its tasks call, each with the event that this is for the function."""
_BODY = ("definition_body", "definition", "definition_string")


def calls_of(machine: Built, function: Value, steps: Mapping[str, Steps]) -> Iterator[Event]:
    """What the tasks of a state machine make of a function that fills a slot of its definition. Of a definition that cannot be
    read it is not known whether a task is retried."""
    yield from dict.fromkeys(one for name in _BODY for one in _written(machine, machine.args.get(name), function, retried=False))
    filled = machine.args.get("definition_substitutions")
    filled = filled if isinstance(filled, dict) else {}
    slots = {name for name, value in filled.items() if function in set(functions_in([value]))}
    if not slots:
        return
    known = _definition(machine, steps)
    found = dict.fromkeys(event for slot, event in known or () if slot in slots)
    if known is None:
        yield Event(source=Source.STEP_FUNCTIONS, place=machine.place)
    yield from found


def _written(machine: Built, states: Plain | None, function: Value, *, retried: bool) -> Iterator[Event]:
    """The tasks that call a function in a definition that is written out. What holds them may be retried whole."""
    if isinstance(states, list):
        for item in states:
            yield from _written(machine, item, function, retried=retried)
    if not isinstance(states, dict):
        return
    again = retried or any(_tries(item) for item in each_of(states.get("Retry")))
    arguments = [one.get("FunctionName") for name in ("Parameters", "Arguments") if isinstance(one := states.get(name), dict)]
    if function in set(functions_in([states.get("Resource"), *arguments])):
        yield Event(source=Source.STEP_FUNCTIONS, place=machine.place, retried=again)
    for name, inner in states.items():
        if name not in ("Retry", "Resource", "Parameters", "Arguments"):
            yield from _written(machine, inner, function, retried=again)


def _tries(retrier: Plain) -> bool:
    return not (isinstance(retrier, dict) and number_in(retrier.get("MaxAttempts")) == 0)


def _definition(machine: Built, steps: Mapping[str, Steps]) -> Steps | None:
    """The definition that a machine is made of, when that is a file that was read."""
    for name in _BODY:
        body = machine.args.get(name)
        rest = written_path(body) if isinstance(body, Made) else None
        for above in ancestors(machine.place.path) if rest else ():
            target = normpath(join(above, rest or ""))
            if target in steps:
                return steps[target]
    return None
