"""The mapping that is told to read which records failed, as each kind of template says it."""

from __future__ import annotations

from lintdem.interpreter.spots import exactly
from lintdem.interpreter.written import dotted
from lintdem.model.remedy import Argument, Change, Property
from lintdem.model.span import Place
from lintdem.model.values import Call
from lintdem.program import Program
from lintdem.program.remembering import attached

_LIST = '["ReportBatchItemFailures"]'
_MADE = ("cdk.out/", ".aws-sam/", ".serverless/", ".terraform/")
"""Folders of what tools write: a change there is gone with the next run."""


def reported(program: Program, place: Place) -> Change | None:
    """What lets the event source mapping at a place of a template read `batchItemFailures`."""
    path = f"/{place.path}"
    if any(f"/{folder}" in path for folder in _MADE):
        return None
    if path.endswith(".py"):
        return _constructed(program, place)
    kind = _kind(program, place)
    if kind == "serverless":
        return Property(place, "functionResponseType", '"ReportBatchItemFailures"', "arn")
    if kind == "terraform":
        return Property(place, "function_response_types", _LIST) if path.endswith(".tf") else None
    return Property(place, "FunctionResponseTypes", _LIST) if kind in ("sam", "cloudformation") else None


def _kind(program: Program, place: Place) -> str:
    """Which tool reads the mapping; its file may be one of several of a template."""
    return _kinds(program).get(place, "")


@attached
def _kinds(program: Program) -> dict[Place, str]:
    found: dict[Place, str] = {}
    for stack in program.stacks:
        for function in stack.functions:
            for event in function.events:
                found.setdefault(event.place, stack.kind)
    return found


def _constructed(program: Program, place: Place) -> Change | None:
    """The argument of the CDK's construct; CloudFormation's own resources keep their names."""
    call = exactly(program, place, Call)
    if call is None or any(arg.star == "**" for arg in call.args):
        return None
    name = dotted(call.func)[-1]
    if not name.lower().replace("_", "").endswith(("eventsource", "eventsourcemapping")):
        # A construct that makes the mapping itself takes its settings in an argument of their own.
        return None
    if name.startswith("Cfn"):
        return Argument(place, "function_response_types", _LIST)
    return Argument(place, "report_batch_item_failures", "True")
