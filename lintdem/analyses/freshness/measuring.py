"""Lag that nobody measures: an event is set aside for its age, and no metric says how many or how old."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from lintdem.analyses.subjects import Subject
from lintdem.interpreter.ages import freshness
from lintdem.interpreter.domain import Fresh
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Tested
from lintdem.interpreter.values import leaves
from lintdem.interpreter.written import Texts, encloses, nodes
from lintdem.model.function import Continue, If, Return
from lintdem.model.span import Place
from lintdem.program import Program
from lintdem.regexes import late

_METRICS = frozenset(
    """
        add_metric put_metric_data put_metric single_metric metric_scope Metrics MetricUnit _aws statsd distribution gauge histogram
        timing lambda_metric record_metric
    """.split()
)  # fmt: skip
"""Words of the code that sends metrics: CloudWatch, its embedded format, Powertools, Datadog, StatsD, OpenTelemetry."""
_AGE = late(r"age|lag|delay|skew", re.IGNORECASE)


class Unmeasured(msgspec.Struct, frozen=True):
    """The comparison at `place` sets an event of age aside."""

    run: Run
    subject: Subject
    place: Place


def unmeasured(run: Run, subject: Subject, texts: Texts, program: Program) -> Iterator[Unmeasured]:
    """Comparisons with the clock after which a stale event leaves quietly, in code that sends no metric."""
    if not subject.late or subject.by_caller or _is_alarmed(program):
        return
    if any(texts.holds(path, _METRICS) for path in {run.handler.path, *(event.place.path for event in run.events)}):
        return
    for event in run.events:
        if isinstance(event, Tested) and freshness(event.test) is not None and _asks_clock(event) and _leaves(event, texts):
            yield Unmeasured(run, subject, event.place)


def _is_alarmed(program: Program) -> bool:
    """Whether an alarm of a template watches any age."""
    return any(alarm.metric is None or _AGE.search(alarm.metric) for stack in program.stacks for alarm in stack.alarms)


def _asks_clock(event: Tested) -> bool:
    return any(isinstance(leaf, Fresh) and leaf.kind == "clock" for arg in event.test.args for leaf in leaves(arg))


def _leaves(event: Tested, texts: Texts) -> bool:
    """Whether an `if` around the comparison, or around the call that makes it, goes away without an error."""
    for place in (event.place, *(call.place for call in event.stack)):
        module = texts.modules.get(place.path)
        for node in nodes(module.body) if module is not None else ():
            if isinstance(node, If) and encloses(Place(place.path, node.test.span), place):
                return bool(node.then) and isinstance(node.then[-1], (Return, Continue))
    return False
