"""Writes that are sent in a batch, which takes no condition.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

from __future__ import annotations

from lintdem.interpreter.domain import Client
from lintdem.interpreter.trace import Invocation

SINGLY = "a batch takes no condition: write the items one by one, or in transactions, "
"""How the advice begins for what is sent in one."""


def is_gathered(call: Invocation) -> bool:
    """Whether a write is handed to a `batch_writer`, which sends it with others."""
    return isinstance(call.target, Client) and call.target.resource == "batch_writer"


def is_batched(call: Invocation) -> bool:
    """Whether a write is sent in a batch, by the `batch_writer` of a table or by hand."""
    return is_gathered(call) or (call.service, call.method) == ("dynamodb", "batch_write_item")
