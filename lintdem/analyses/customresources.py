"""Custom resources of CloudFormation: what they make and cannot find again.

CloudFormation asks by an asynchronous invocation. When the function dies before it has answered, Lambda asks again with the
same RequestId; what the first run has made is known to nobody then. What the answer calls PhysicalResourceId is the identity of
the resource: when it changes, CloudFormation takes the resource for replaced and has the old one deleted.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lintdem.analyses.cases import Case, Kind
from lintdem.analyses.keys import Grade, Provenance, provenance
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Client, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.providers import is_failure
from lintdem.interpreter.trace import Effect, Invocation
from lintdem.interpreter.values import NONE, leaves
from lintdem.knowledge import Kind as Operation
from lintdem.knowledge import has_operation
from lintdem.model.span import Place
from lintdem.model.stack import Source

_MADE = {"create": ("delete", "remove"), "allocate": ("release",), "request": ("delete",), "register": ("deregister",),
         "import": ("delete",), "publish": ("delete",)}  # fmt: skip
_OTHERS = {("ec2", "run_instances"), ("ec2", "request_spot_instances"), ("iot", "create_keys_and_certificate")}
"""Calls that make something to be deleted under another name."""


def makes(call: Invocation) -> bool:
    """Whether a call of AWS makes something that lasts until it is deleted."""
    verb, _, noun = call.method.partition("_")
    known = (call.service, call.method) in _OTHERS
    return isinstance(call.target, Client) and (
        known or any(has_operation(call.service, f"{undo}_{noun}") for undo in _MADE.get(verb, ()))
    )


def untracked(case: Case) -> Case:
    """What a request to create makes without a name or token of the request is lost when the request comes again."""
    if case.subject.source is not Source.CUSTOM_RESOURCE or case.kind not in (Kind.UNGUARDED, Kind.TOKENLESS):
        return case
    return replace(case, kind=Kind.UNTRACKED) if makes(case.effect.call) else case


class Renamed(msgspec.Struct, frozen=True):
    """An answer whose PhysicalResourceId is another one in each run (`key`, None when none is passed), and a deletion that
    does not ask for it."""

    place: Place
    effect: Effect
    key: Provenance | None
    deleted: Effect


def renamed(run: Run, subject: Subject) -> Iterator[Renamed]:
    """Answers of `cfnresponse` after which CloudFormation deletes what is in use."""
    if subject.source is not Source.CUSTOM_RESOURCE or "Delete" not in run.constants:
        return
    deleted = _deletion(run)
    if deleted is None:
        return
    for event in run.events:
        if not isinstance(event, Effect) or event.call.name != "cfnresponse.send":
            continue
        if is_failure(event.call.arg("2") or event.call.arg("responseStatus")) or event.call.arg("**") is not None:
            continue
        given = event.call.arg("4") or event.call.arg("physicalResourceId")
        key = provenance(given, subject, run.sites) if given is not None and given != NONE else None
        if key is None or key.grade is Grade.ATTEMPT:
            yield Renamed(event.place, event, key, deleted)
            return


def _deletion(run: Run) -> Effect | None:
    """A call that deletes, when none of them goes by the PhysicalResourceId."""
    found = [e for e in run.events if isinstance(e, Effect) and e.call.kind is Operation.DELETE]
    named = any(_is_physical(leaf) for e in found for _, value in e.call.args for leaf in leaves(value))
    return found[0] if found and not named else None


def _is_physical(value: Value) -> bool:
    return isinstance(value, Path) and value.root == "event" and "PhysicalResourceId" in value.steps
