"""Writes invoices, each once, and sends them."""

import os

import boto3
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

processor = BatchProcessor(event_type=EventType.SQS)
layer = DynamoDBPersistenceLayer(table_name=os.environ["DONE"])
config = IdempotencyConfig(event_key_jmespath="invoice_id", raise_on_no_idempotency_key=True, expires_after_seconds=14 * 24 * 3600)
ses = boto3.client("ses")


@idempotent_function(data_keyword_argument="invoice", persistence_store=layer, config=config)
def write(invoice):
    ses.send_email(
        Source="billing@example.com",
        Destination={"ToAddresses": [invoice["email"]]},
        Message={"Subject": {"Data": f"Invoice {invoice['invoice_id']}"}, "Body": {"Text": {"Data": invoice["text"]}}},
    )
    return {"invoice_id": invoice["invoice_id"]}


def handle_record(record):
    write(invoice=record.json_body)


def handler(event, context):
    config.register_lambda_context(context)
    return process_partial_response(event=event, record_handler=handle_record, processor=processor, context=context)
