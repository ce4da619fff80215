"""Who delivers to a handler: from the template, from declarations, else from the shape of the event in code."""

from __future__ import annotations

from dataclasses import dataclass, field

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Path
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Asked, Effect
from lintdem.interpreter.values import leaves
from lintdem.knowledge import Redelivery, detect_source, redelivery, source_of_class, sources_with
from lintdem.model.finding import Redelivers, TriggerInfo
from lintdem.model.span import Place
from lintdem.model.stack import Source
from lintdem.program import Trigger


@dataclass(frozen=True, slots=True)
class Subject:
    """The delivery a handler is judged by: the one of its triggers that redelivers most eagerly.

    `learned` is "template", "setting", "code" or "nothing"."""

    source: Source
    learned: str
    redelivers: Redelivers
    words: str
    late: bool
    ordered: bool
    batch_size: int | None
    batch: bool
    reports_failures: bool | None
    evidence: Place | None
    triggers: tuple[Trigger, ...] = ()
    paths: frozenset[tuple[str, ...]] = field(default=frozenset(), compare=False, repr=False)
    """What the run reads of the event."""

    @property
    def info(self) -> TriggerInfo:
        """The trigger as findings carry it."""
        return TriggerInfo(self.source.value, self.redelivers, self.evidence, self.words)

    @property
    def by_caller(self) -> bool:
        """Whether only the caller delivers again."""
        return self.redelivers is Redelivers.CALLER

    @property
    def queued(self) -> bool:
        """Whether another function invokes this one without waiting: Lambda queues the event, and runs it again by itself."""
        return self.source is Source.DIRECT and self.redelivers is Redelivers.ITSELF


def subjects_of(run: Run) -> list[Subject]:
    """One subject for each trigger of a run, at least one; what redelivers most eagerly comes first."""
    shaped = _from_code(run)
    named = tuple(trigger for trigger in run.handler.triggers if may_be_read(trigger, run))
    triggers = named or shaped or run.handler.triggers or (Trigger(Source.UNKNOWN, "nothing"),)
    looks = {trigger.source for trigger in shaped}
    # Of several that redeliver alike the one whose events the code reads tells the finding.
    return sorted(
        (delivered_by(trigger, run) for trigger in triggers),
        key=lambda one: (*_eagerness(one)[:1], one.source not in looks, one.source.value),
    )


RECORDS = frozenset({Source.SQS, Source.SQS_FIFO, Source.SNS, Source.S3, Source.KINESIS, Source.DYNAMODB_STREAM, Source.SES})
"""Sources whose events have `Records` and nothing else."""


def may_be_read(trigger: Trigger, run: Run) -> bool:
    """Whether the handler can read what a trigger brings. Where it surely takes other things out of the event than `Records`,
    a permission or notification for such a source is not what calls it."""
    if trigger.learned != "template" or trigger.source not in RECORDS or run.handler.part is not None:
        return True
    firsts = {path[0].lower() for path in run.certain if path}
    return not firsts or bool(firsts & {"records", "*"})


_ANY = frozenset({Source.DIRECT, Source.UNKNOWN, Source.STEP_FUNCTIONS, Source.PIPES})
"""Callers whose events may look like anything."""


def may_be_brought_by(call: Effect | Asked, subject: Subject) -> bool:
    """Whether what a call is given can be part of what a source delivers: the id of a connection is in no event of a bus."""
    found = (leaf for _, value in call.call.args for leaf in leaves(value) if isinstance(leaf, Path) and leaf.root == "event")
    owners = [sources_with(leaf.steps) for leaf in found]
    return subject.source in _ANY or all(not sources or subject.source in sources for sources in owners)


def delivered_by(trigger: Trigger, run: Run) -> Subject:
    """The subject of a run that one trigger delivers to."""
    return replace(_judged(trigger), paths=run.paths)


def _from_code(run: Run) -> tuple[Trigger, ...]:
    names = (*run.event_types, *sorted(run.classes))
    source = detect_source(sorted(run.paths), sorted(run.constants))
    for name in names:
        known = source_of_class(name)
        # An application is made by whatever imports its file; a handler that reads fields of its own is none of it.
        if known is not None and (source is not None or not run.paths or name.partition(".")[0] not in _APPLICATIONS):
            return (Trigger(known, "code", Place(run.handler.path, run.handler.span)),)
    if source is None:
        return ()
    return (Trigger(source, "code", Place(run.handler.path, run.handler.span)),)


_APPLICATIONS = frozenset({"fastapi", "mangum"})


def _eagerness(subject: Subject) -> tuple[int, str]:
    return ([Redelivers.ITSELF, Redelivers.UNKNOWN, Redelivers.CALLER].index(subject.redelivers), subject.source.value)


def _judged(trigger: Trigger) -> Subject:
    facts: Redelivery = redelivery(trigger.source)
    redelivers, words = facts.redelivers, facts.words
    if trigger.source is Source.STEP_FUNCTIONS:
        redelivers = Redelivers.CALLER if trigger.retried is False else Redelivers.ITSELF
    if trigger.source is Source.UNKNOWN:
        words = "what calls the handler is not known, so it is taken to be called again for the same event"
    size = trigger.batch_size if trigger.batch_size is not None else facts.default_batch if facts.batch else 1
    return Subject(
        trigger.source, trigger.learned, redelivers, words, facts.late, facts.ordered, size, facts.batch and size != 1,
        trigger.reports_failures, trigger.evidence, (trigger,),
    )  # fmt: skip
