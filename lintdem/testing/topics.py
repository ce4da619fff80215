"""The hundreds of the rule codes: topics, never severities."""

from __future__ import annotations

TOPICS = {
    "effects": (1, "Effects"),
    "keys": (2, "Keys"),
    "writes": (3, "DynamoDB writes"),
    "freshness": (4, "Freshness and order"),
    "guards": (5, "Guards that do not guard"),
    "retries": (6, "Retries, batches, failures"),
    "deployment": (7, "Deployment"),
    "sagas": (8, "Sagas and traces"),
    "run": (9, "The run itself"),
}
"""The hundred and the title of each topic."""
