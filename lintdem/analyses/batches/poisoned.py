"""Batches of writes that one key may enter twice: DynamoDB refuses the whole call, and the event comes back with it.

A producer that sends a record again puts two records with one key into one batch of the source.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.analyses.batches.batches import RECORDS, is_over_records
from lintdem.analyses.keys import Grade, provenance
from lintdem.analyses.secondruns import Refused
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.altering import replace
from lintdem.interpreter.deployed import table_of
from lintdem.interpreter.domain import Check, Client, Fresh, Path, Value
from lintdem.interpreter.dynamodb.itemwrites import key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Loop
from lintdem.interpreter.values import leaves
from lintdem.interpreter.written import Texts, calls, function_at
from lintdem.model.span import Place
from lintdem.model.stack import Source
from lintdem.program import Program

REPEATING = frozenset({Source.KINESIS, Source.KAFKA, Source.SQS, Source.DYNAMODB_STREAM})
"""Sources whose batches may hold two records of one key."""
DEDUPLICATES = frozenset({"values", "set", "fromkeys", "groupby", "drop_duplicates", "unique", "dedupe", "deduplicate"})


def poisoned(run: Run, subject: Subject, texts: Texts, program: Program) -> Iterator[Refused]:
    """The batch writers of a run whose keys come from the records of one batch."""
    if subject.source not in REPEATING or not subject.batch:
        return
    if subject.source is Source.DYNAMODB_STREAM and "INSERT" in run.constants and "MODIFY" not in run.constants:
        # A key is created once in a while, not twice in one batch.
        return
    raised = {r.error.place for r in run.raises}
    found: dict[Place, Refused] = {}
    for effect in run.events:
        place = _buffer(effect, run) if isinstance(effect, Effect) else None
        if place is None or not isinstance(effect, Effect) or effect.place not in raised:
            continue
        if _collides(effect, run, subject, program) and not _is_deduplicated(effect, texts):
            found.setdefault(place, _refused(effect, place, run, subject, program))
    yield from found.values()


def _buffer(effect: Effect, run: Run) -> Place | None:
    """Where the writes are gathered that this one is sent with."""
    buffers = dict(run.buffers)
    target = effect.call.target
    if isinstance(target, Client) and target.resource == "batch_writer":
        return target.place if not target.config and _gathers(effect, buffers.get(target.place, frozenset())) else None
    if effect.call.method == "batch_write_item" and effect.place in buffers and not any(map(_takes_record, effect.loops)):
        return effect.place
    return None


def _gathers(effect: Effect, around: frozenset[Place]) -> bool:
    """Whether records go into one buffer: in a loop that the buffer stands outside of."""
    inner = [loop for loop in effect.loops if loop.place not in around and is_over_records(loop)]
    alone = all(_stars(path) == 1 for path in _record_paths(effect))
    return any(_takes_record(loop) or (alone and not isinstance(loop.over, Path)) for loop in inner)


def _takes_record(loop: Loop) -> bool:
    """Whether a loop runs over the records of the event themselves."""
    return isinstance(loop.over, Path) and loop.over.root == "event" and "*" not in loop.over.steps and is_over_records(loop)


def _record_paths(effect: Effect) -> list[tuple[str, ...]]:
    write = effect.call.write
    values = [v for _, v in (*write.key, *write.values)] + list(write.whole) if write is not None else []
    return [leaf.steps for v in values for leaf in leaves(v) if isinstance(leaf, Path) and leaf.root == "event"]


def _stars(steps: tuple[str, ...]) -> int:
    """How many lists deep a value lies; the records of Kafka lie in a list for each partition."""
    return steps.count("*") - (1 if steps[:3] == ("records", "*", "*") else 0)


def _collides(effect: Effect, run: Run, subject: Subject, program: Program) -> bool:
    """Whether the key is made of what the record says, and of nothing that is its own."""
    write = effect.call.write
    if write is None or write.kind != "put" or any(isinstance(f, Check) and f.kind == "memory" for f in effect.must):
        return False
    schema = _schema(effect, run, program)
    key = [v for _, v in key_attributes(write, schema)]
    if not schema and any(_is_own(v, subject, run) for _, v in write.values):
        return False
    if not key or (schema and len(key) < len(schema)):
        key += write.whole
    if not key or any(_is_own(v, subject, run) or not _is_told(v) for v in key):
        return False
    return any(isinstance(leaf, Path) and _is_of_record(leaf) for v in key for leaf in leaves(v))


def _schema(effect: Effect, run: Run, program: Program) -> tuple[str, ...]:
    table = table_of(effect.call.write.table, run.handler, program) if effect.call.write is not None else None
    return table.keys if table is not None else ()


def _is_own(value: Value, subject: Subject, run: Run) -> bool:
    """Whether a value is new for each record: made here, or the number its source gave it."""
    fresh = any(isinstance(leaf, Fresh) and leaf.kind in ("uuid", "random") for leaf in leaves(value))
    return fresh or provenance(value, subject, run.sites).grade in (Grade.DELIVERY, Grade.ENVELOPE)


def _is_told(value: Value) -> bool:
    """Whether all of a key is seen: the event's own, or written out."""
    return all(not isinstance(leaf, Path) or leaf.root == "event" for leaf in leaves(value)) and not any(
        isinstance(leaf, Fresh) for leaf in leaves(value)
    )


def _is_of_record(leaf: Path) -> bool:
    named = [i for i, step in enumerate(leaf.steps) if step.lower() in RECORDS]
    return leaf.root == "event" and bool(named) and leaf.steps[named[0] + 1 : named[0] + 2] == ("*",)


def _is_deduplicated(effect: Effect, texts: Texts) -> bool:
    """Whether a function on the way sorts out what it has already: into a dict or a set."""
    for place in (effect.place, *(call.place for call in effect.stack)):
        module = texts.modules.get(place.path)
        function = function_at(module, place.span) if module is not None else None
        if function is not None and any(name[-1] in DEDUPLICATES for name in calls(function.body)):
            return True
    return False


def _refused(effect: Effect, place: Place, run: Run, subject: Subject, program: Program) -> Refused:
    writer = effect.call.method != "batch_write_item"
    name = "batch_writer" if writer else effect.call.name
    cause = "an item that changes twice" if subject.source is Source.DYNAMODB_STREAM else "a record that is sent twice"
    found = Refused(
        run, subject, place, name, "ValidationException", None,
        f"{cause} puts one key into {name} twice: DynamoDB refuses the whole batch, which comes back", effect.place,
        "the key comes from the record",
    )  # fmt: skip
    schema = _schema(effect, run, program)
    keys = ", ".join(f'"{name}"' for name in schema) or "<the attributes of the key>"
    advice = f"pass overwrite_by_pkeys=[{keys}]: of two writes with one key the later one is sent"
    return replace(
        found, advice=advice if writer else "keep one request for each key, in a dict by key, before the call",
        guard="the batch is delivered whole again, with both records in it, and is refused again",
        keys=schema if writer else (),
    )  # fmt: skip
