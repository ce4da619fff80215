"""unreported-batch-failures: the second of two messages fails; the mapping does with the answer what its template says."""

from __future__ import annotations

from redelivery import World, sqs
from redelivery.events import Event

TOLD = ("ReportBatchItemFailures", "function_response_types")


def labels(world: World) -> str:
    """S3 refuses the second label once; the queue keeps what the mapping does not delete."""
    world.bucket("labels", one="1", two="2")
    world.refuse("s3.DeleteObject", 2)
    template = next(path for path in world.folder.iterdir() if path.suffix != ".py" and path.is_file()).read_text()
    waiting = sqs("one", "two")["Records"]
    size = 1 if "batch_size              = 1" in template else 10
    for _ in range(3):
        for batch in [{"Records": waiting[i : i + size]} for i in range(0, len(waiting), size)]:
            kept = left(world, batch, any(word in template for word in TOLD))
            waiting = [one for one in waiting if one not in batch["Records"] or one in kept]
    done = [params["Key"] for name, params in world.account.done if name == "s3.DeleteObject"]
    return f"done were {done}" if sorted(done) != ["one", "two"] else ""


def left(world: World, batch: Event, told: bool) -> list[Event]:
    """The messages that the mapping leaves in the queue."""
    run = world.deliver(batch)
    if run.error is not None:
        return list(batch["Records"])
    answer = (run.result or {}).get("batchItemFailures", []) if told else []
    failed = [one["itemIdentifier"] for one in answer]
    return [one for one in batch["Records"] if one["messageId"] in failed]


PROOFS = {
    "Bad / An answer that nobody reads": labels,
    "Bad / Nobody reads it in the Serverless Framework": labels,
    "Bad / A promise that the code does not keep": labels,
    "Good / Both agree": labels,
    "Good / One message at a time": labels,
}
