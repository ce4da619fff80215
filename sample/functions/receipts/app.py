"""Sends a receipt for each paid order, once."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.typing import LambdaContext
from shop.mailer import Mailer

mailer = Mailer()
processor = BatchProcessor(event_type=EventType.SQS)
store = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"])
config = IdempotencyConfig(
    event_key_jmespath="order_id",
    raise_on_no_idempotency_key=True,
    expires_after_seconds=14 * 24 * 3600,
)


@idempotent_function(data_keyword_argument="paid", config=config, persistence_store=store)
def send_receipt(paid: dict[str, Any]) -> dict[str, str]:
    mailer.receipt(paid["email"], paid["order_id"], paid["cents"])
    return {"order_id": paid["order_id"]}


def on_record(record: SQSRecord) -> None:
    send_receipt(paid=record.json_body)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    config.register_lambda_context(context)
    return process_partial_response(event=event, record_handler=on_record, processor=processor, context=context)
