"""LDM106: a custom resource makes something that nobody finds again."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.customresources import renamed
from lintdem.analyses.remedies.requestnames import kept_name, requested_once
from lintdem.rule import Finding, Group, Kind, Level, Pass, Place, Rule, Step, way

_REQUEST = "event['RequestId']"


def check(p: Pass) -> Iterator[Finding]:
    """Creating calls without a token of the request, and answers under another PhysicalResourceId in each run."""
    yield from _made(p)
    for judged, one in p.owned(lambda judged: renamed(judged.run, judged.subject)):
        handler, name = judged.run.handler, one.deleted.call.name
        given = one.key.words if one.key is not None else "the name of the log stream"
        yield p.finding(
            judged.run, one.place, f"after an update CloudFormation has the resource deleted: its PhysicalResourceId is {given}, "
            "another one in another sandbox", subject=judged.subject, level=Level.WARNING, group=Group.PEDANTIC,
            why=(Step(Place(handler.path, handler.span), f"{handler.function} receives the request"),
                 Step(one.place, "the answer names the resource anew"),
                 Step(one.deleted.place, f"{name} deletes it, whatever its name was")),
            guard="a changed PhysicalResourceId means a replacement, and the one before it is deleted",
            advice="pass physicalResourceId: event.get('PhysicalResourceId', <StackId and LogicalResourceId>)",
            about="PhysicalResourceId", remedies=kept_name(p.facts.program, one),
        )  # fmt: skip


def _made(p: Pass) -> Iterator[Finding]:
    for case in p.cases(Kind.UNTRACKED):
        call = case.effect.call
        token = call.token.rpartition(":")[2] if call.token is not None else ""
        advice = f"pass {token}={_REQUEST}" if token else (
            "mark what is made with StackId and LogicalResourceId, and look for it before another one is made")  # fmt: skip
        yield p.finding(
            case, case.effect.place, f"{call.name} leaves something behind that no stack knows when the request comes again: "
            "nothing in the call names the request", subject=case.subject, level=Level.ERROR, why=way(case),
            guard=case.cover.words, advice=advice, about=call.name, remedies=p.remedies(case, requested_once),
        )  # fmt: skip


RULE = Rule(
    "LDM106", "untracked-custom-resource", Group.CORRECTNESS, "0.1",
    "a custom resource makes something that a repeated request makes again, or changes its name with each run", check, "unsafe",
)  # fmt: skip
