"""Alarms of CDK applications: which metric of which resource each one watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lintdem.analyses.cdk.cdk_calls import Calls
from lintdem.analyses.cdk.constructs import Built
from lintdem.interpreter.cdk_values import mades, text_in
from lintdem.interpreter.domain import Made, Value
from lintdem.interpreter.machine import Plain
from lintdem.model.span import Place
from lintdem.model.stack import Alarm
from lintdem.model.stack import Value as TemplateValue

_METRIC = "metric"
_OF = {"Queue": ("AWS/SQS", "QueueName"), "Topic": ("AWS/SNS", "TopicName"), "Stream": ("AWS/Kinesis", "StreamName")}
_FUNCTION = ("AWS/Lambda", "FunctionName")
Reference = Callable[["Plain | None", Place], TemplateValue]


def alarms_of(built: Calls, names: Mapping[Value, str], reference: Reference) -> Iterator[Alarm]:
    """The metric of every alarm; one that cannot be read stays open, and may be about anything."""
    for one in built:
        name = names.get(one.value, one.name)
        if one.type == "aws_cloudwatch.CfnAlarm":
            yield _written(one, name, one.args, reference)
        elif one.type == "aws_cloudwatch.Alarm" or one.name == "create_alarm":
            given = one.receiver if one.name == "create_alarm" else one.args.get("metric")
            made = next(mades([given]), None)
            yield _watched(one, name, made, built, reference)


def _watched(one: Built, name: str, made: Made | None, built: Calls, reference: Reference) -> Alarm:
    last = made.type.rpartition(".")[2] if made is not None else ""
    own = dict(made.args) if made is not None else {}
    if made is not None and last.startswith(_METRIC) and isinstance(owner := own.get("self"), Made):
        kind = owner.type.rpartition(".")[2]
        namespace, dimension = _OF.get(kind, _FUNCTION if "Function" in kind else (None, ""))
        metric = text_in(own.get("0", own.get("metric_name"))) if last == _METRIC else _spelled(last)
        about = ((dimension, reference(owner, one.place)),) if namespace is not None else ()
        return Alarm(name=name, place=one.place, namespace=namespace, metric=metric, dimensions=about)
    if last == "Metric":
        given = built.that_gave(made) if made is not None else None
        return _written(one, name, given.args if given is not None else {}, reference)
    return Alarm(name=name, place=one.place)


def _written(one: Built, name: str, args: Mapping[str, Plain], reference: Reference) -> Alarm:
    """An alarm whose metric is given by its name."""
    given = args.get("dimensions_map", args.get("dimensions"))
    entries = given.items() if isinstance(given, dict) else ()
    return Alarm(
        name=name,
        place=one.place,
        namespace=text_in(args.get("namespace")),
        metric=text_in(args.get("metric_name")),
        dimensions=tuple((key, reference(value, one.place)) for key, value in entries),
    )


def _spelled(method: str) -> str:
    """`metric_number_of_messages_sent` as CloudWatch has it."""
    return "".join(part.capitalize() for part in method.split("_")[1:])
