"""Aggregation pipelines of MongoDB: what their last stage stores, and whether a second run stores it once more.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/merge/: a document that is there under the key is replaced,
merged, kept or refused. What is worked out from other collections comes out the same; only a pipeline of its own may add up.
"""

from __future__ import annotations

from enum import Enum

from lintdem.interpreter.domain import Value
from lintdem.interpreter.dynamodb.updates import entries
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Machine


class Stores(str, Enum):
    """What an aggregation leaves behind."""

    NOTHING = "nothing"
    THE_SAME = "the same"
    MORE = "more"


def stored_by(m: Machine, pipeline: Value | None, flow: Flow) -> Stores:
    """What the stages of a pipeline store."""
    found = m.elements(flow, pipeline) if pipeline is not None else None
    stages = [entries(m, stage, flow) for stage in (found.items if found else ())]
    if not any({"$out", "$merge"} & stage.keys() for stage in stages):
        return Stores.NOTHING
    merged = [entries(m, stage.get("$merge"), flow).get("whenMatched") for stage in stages]
    return Stores.MORE if any(one is not None and m.elements(flow, one) is not None for one in merged) else Stores.THE_SAME
