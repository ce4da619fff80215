"""unstable-hash: the second delivery meets a process that was started anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from redelivery import World

SCRIPT = """
import json, sys
sys.path[:0] = [{root!r}, {folder!r}]
from pathlib import Path
from redelivery import World, eventbridge, sns
world = World(Path({folder!r}))
world.web.stripe()
world.table("shipments", "shipment_id")
world.account.stubs["sqs.SendMessage"] = lambda params: {{"MessageId": "m-1"}}
order = {{"order_id": "o-1", "customer_id": "c-1", "total_cents": 4200, "items": [{{"sku": name}} for name in "abcdefgh"]}}
by_topic = "Sns" in Path({folder!r}, "handler.py").read_text()
assert world.deliver(sns(order) if by_topic else eventbridge(order)).error is None
keys = [request.headers["idempotency-key"] for request in world.web.done]
keys += [item["shipment_id"] for item in world.items("shipments")]
keys += [params["MessageDeduplicationId"] for name, params in world.account.done if name == "sqs.SendMessage"]
print(json.dumps(keys))
"""


def processes(world: World) -> str:
    """The keys that two processes make for one event."""
    root = str(Path(__file__).resolve().parents[1])
    script = SCRIPT.format(root=root, folder=str(world.folder))
    keys = []
    for seed in ("1", "2"):
        environ = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True)
        keys.append(json.loads(done.stdout.splitlines()[-1]))
    assert keys[0]
    return "" if keys[0] == keys[1] else f"two keys for one event: {keys[0][0]} and {keys[1][0]}"


PROOFS = {
    "Bad / hash() of the order": processes,
    "Bad / A digest of an unsorted set": processes,
    "Good / A digest of sorted parts": processes,
    "Good / hash() to choose a shard": processes,
}
