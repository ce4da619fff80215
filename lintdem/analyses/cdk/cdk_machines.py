"""State machines of a CDK application whose definition is a file with slots for the functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from posixpath import normpath

from lintdem.analyses.cdk.cdk_code import written_path
from lintdem.analyses.cdk.constructs import Built
from lintdem.interpreter.cdk_values import functions_in
from lintdem.interpreter.domain import Made, Value
from lintdem.model.stack import Event, Source
from lintdem.program.paths import ancestors, join

Steps = Sequence[tuple[str, Event]]
"""The slots of one definition that its tasks call, each with the event that this is for the function."""
_BODY = ("definition_body", "definition", "definition_string")


def calls_of(machine: Built, function: Value, steps: Mapping[str, Steps]) -> Iterator[Event]:
    """What the tasks of a state machine make of a function that fills a slot of its definition. Of a definition that cannot be
    read it is not known whether a task is retried."""
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
