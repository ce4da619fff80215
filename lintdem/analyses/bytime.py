"""Things that are named by the time of their run on purpose, so that each run leaves its own: reports, logs, backups, samples."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import Fresh, Path, Value
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import leaves, text
from lintdem.model.stack import Source
from lintdem.regexes import late

_TEMPORARY = late(r"(^|[/_.-])(te?mp|scratch)([/_.-]|$)", re.IGNORECASE)
_BACKUP = late(r"back_?up|snapshot", re.IGNORECASE)
_LOG = late(r"(^|[/_.\-])logs?([/_.\-]|$)", re.IGNORECASE)
_COUNTED = late(r"audit|access|event|transaction|order|payment", re.IGNORECASE)
"""A log of these is data that somebody counts."""
_REPORT = late(r"status|reports?([/_.\-]|$)|summary|statistic|(^|[/_.\-])stats|daily|weekly|monthly|hourly", re.IGNORECASE)


def is_for_a_while(effect: Effect, name: Value, run: Run, subject: Subject) -> bool:
    """Whether an object of S3 is a scratch file of its run, or one of those that are named by their time so that earlier ones
    stay: a backup, a log, a report of how things stand."""
    if effect.call.service != "s3":
        return False
    words = [written for leaf in leaves(name) if (written := text(leaf))]
    if any(_TEMPORARY.search(word) for word in words):
        return True
    if not _is_timed(name):
        return False
    told = [*words, *(step.text.rpartition(".")[2] for step in effect.stack[-2:])]
    if any(_BACKUP.search(word) for word in told):
        return True
    told += _names(effect)
    logs = any(_LOG.search(word) for word in told) and not any(_COUNTED.search(word) for word in told)
    reports = any(_REPORT.search(word) for word in (*told, run.handler.path.rpartition("/")[0], run.handler.function))
    return logs or (reports and _is_by_clock(run, subject) and not _tells_event(effect))


def is_sample(effect: Effect, subject: Subject) -> bool:
    """Whether a scheduled run stores how things stand, and nothing that came with the event, under the time: two samples are
    both true."""
    named = [value for name in effect.call.identity if (value := effect.call.arg(name)) is not None]
    write = effect.call.write
    named += [value for _, value in write.key] if write is not None else []
    return subject.source is Source.SCHEDULE and bool(named) and all(map(_is_timed, named)) and not _tells_event(effect)


def is_of_its_day(effect: Effect, run: Run) -> bool:
    """Whether a run keeps a backup or a report under its time: no later run makes up for one that is missing."""
    write = effect.call.write
    named = [value for name in effect.call.identity if (value := effect.call.arg(name)) is not None]
    named += [value for _, value in key_attributes(write)] if write is not None else []
    told = [*(written for name in named for leaf in leaves(name) if (written := text(leaf))), *_names(effect)]
    told += [run.handler.function, *(step.text.rpartition(".")[2] for step in effect.stack)]
    timed = any(isinstance(leaf, Fresh) and leaf.kind == "clock" for name in named for leaf in leaves(name))
    kept = bool(_BACKUP.search(effect.call.method)) and effect.call.method.startswith("create")
    return kept or (timed and any(tells.search(word) for word in told for tells in (_BACKUP, _REPORT)))


_SAMPLES = late(
    r"stat(u|istic)?s($|_)|rates?($|_)|metric|measure|sample|history|(^|_)logs?($|_)|snapshot|prices?($|_)|reading|health|check",
    re.IGNORECASE,
)


def is_sample_row(effect: Effect, subject: Subject) -> bool:
    """Whether a scheduled run adds a row to a series of how things stood: each run is a sample of its own."""
    write = effect.call.write
    if subject.source is not Source.SCHEDULE or write is None or write.kind != "insert" or _tells_event(effect):
        return False
    names = [text(leaf) or getattr(leaf, "name", "") for leaf in leaves(write.table)] if write.table is not None else []
    return any(_SAMPLES.search(name) for name in names) or any(name == "@timestamp" for name, _ in write.values)


def _is_by_clock(run: Run, subject: Subject) -> bool:
    """Whether a run comes from a schedule, as far as is known: what reads nothing of its event has no other reason to run."""
    return subject.source is Source.SCHEDULE or (subject.source is Source.UNKNOWN and not any(run.paths))


def _is_timed(name: Value) -> bool:
    """Whether nothing but the time makes a name new."""
    return all(leaf.kind == "clock" for leaf in leaves(name) if isinstance(leaf, Fresh))


def _tells_event(effect: Effect) -> bool:
    return any(isinstance(leaf, Path) and leaf.root == "event" for _, value in effect.call.args for leaf in leaves(value))


def _names(effect: Effect) -> Iterator[str]:
    """The words of where an object is put."""
    bucket = effect.call.arg("Bucket")
    yield from (word for leaf in leaves(bucket) if (word := text(leaf) or getattr(leaf, "name", ""))) if bucket is not None else ()
