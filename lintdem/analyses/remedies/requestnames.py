"""What a custom resource makes under the name of its request, as a remedy: the same for each repetition of it."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.cases import Case
from lintdem.analyses.customresources import Renamed
from lintdem.analyses.remedies.keysinscope import calls_alike, spelled
from lintdem.interpreter.domain import Path
from lintdem.interpreter.spots import around, exactly
from lintdem.interpreter.written import nodes
from lintdem.model.function import Assign
from lintdem.model.remedy import Argument, Remedy
from lintdem.model.span import Span
from lintdem.model.values import Call, Const, Item, Name
from lintdem.program import Program

_UUID = 36
"""The length of a RequestId."""
_RESPONSE = 4
"""Where `cfnresponse.send` takes the name of the resource."""


def requested_once(program: Program, case: Case) -> tuple[Remedy, ...]:
    """Pass the request's own id as the token of the one thing that is made."""
    call, place = case.effect.call, case.effect.place
    node, event = exactly(program, place, Call), _event(program, case)
    name = (call.token or "").rpartition(":")[2]
    if node is None or not event or not name.isidentifier() or call.token_fifo or case.effect.loops:
        return ()
    if any(arg.star for arg in node.args) or calls_alike(program, place) != 1:
        return ()
    text = f'{event}["RequestId"]'
    if call.token_max is not None and call.token_max < _UUID:
        text = f"«hashlib:sha256»({text}.encode()).hexdigest()[:{call.token_max}]"
    title = f"make {name} from the RequestId (check: a request makes one of it; each update asks anew)"
    return (Remedy(title, False, (Argument(place, name, text),)),)


def kept_name(program: Program, one: Renamed) -> tuple[Remedy, ...]:
    """Answer with the name that the resource has, or with one made of its stack and its place there."""
    node = exactly(program, one.place, Call)
    given = node.args[0].value if node is not None and node.args and one.key is None else None
    if node is None or not isinstance(given, Name) or any(arg.star for arg in node.args):
        return ()
    event = given.id
    text = f"""{event}.get("PhysicalResourceId", f"{{{event}['StackId']}}/{{{event}['LogicalResourceId']}}")"""
    title = "answer with the name that the resource has (check: nothing reads the name for something else)"
    return (Remedy(title, False, (Argument(one.place, "physicalResourceId", text, _RESPONSE),)),)


def _event(program: Program, case: Case) -> str:
    """The name under which the function of the call has the request; empty where it has not."""
    place = case.effect.place
    function = around(program, place)
    if function is None:
        return ""
    assigned = {t.id for node in nodes(function.body) if isinstance(node, Assign) for t in node.targets if isinstance(t, Name)}
    own = {parameter.name for parameter in function.params} - assigned
    reads = {span: path for (file, span), path in case.run.reads if file == place.path}
    return next((name for name in _whole(function.body, reads) if name in own), "")


def _whole(body: object, reads: dict[Span, Path]) -> Iterator[str]:
    """What holds the event itself: a part of it is read there by its first step."""
    for node in nodes(body):
        if isinstance(node, Item) and isinstance(node.index, Const) and node.span in reads:
            yield spelled(node.value) if reads[node.span].steps == (node.index.value,) else ""
