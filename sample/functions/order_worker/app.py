"""Works off the orders queue: new orders, refunds, news from the carrier."""

from __future__ import annotations

import json
import logging
from typing import Any

from shop.claims import Claims
from shop.mailer import Mailer
from shop.orders import Order, OrderRepository
from shop.payments import PaymentService
from shop.stock import Stock

logger = logging.getLogger()
logger.setLevel(logging.INFO)

orders = OrderRepository()
payments = PaymentService()
stock = Stock()
mailer = Mailer()
claims = Claims()

SEEN: set[str] = set()


def handler(event: dict[str, Any], context: Any) -> None:
    for record in event["Records"]:
        message = json.loads(record["body"])
        logger.info("message", extra={"message_id": record["messageId"], "kind": message["kind"]})
        if message["kind"] == "order.placed":
            place(record["messageId"], message["cart"])
        elif message["kind"] == "refund.requested":
            refund(record["messageId"], message)
        elif message["kind"] == "shipment.updated":
            orders.set_status(message["order_id"], message["status"])
        else:
            raise ValueError(f"unknown message {message['kind']}")


def place(message_id: str, cart: dict[str, Any]) -> None:
    order = orders.create(cart)
    payments.charge(order.customer_id, order.cents, f"order {order.order_id}")
    for line in order.lines:
        stock.take(line.sku, line.quantity)
    confirm(message_id, order)


def confirm(message_id: str, order: Order) -> None:
    if message_id in SEEN:
        logger.info("confirmed before", extra={"order_id": order.order_id})
        return
    mailer.confirmation(order.email, order.order_id)
    SEEN.add(message_id)


def refund(message_id: str, message: dict[str, Any]) -> None:
    if not claims.claim("refund", message_id):
        logger.info("refunded before", extra={"refund_id": message["refund_id"]})
        return
    try:
        payments.refund(message["payment_id"], message["cents"])
    except Exception:
        claims.release("refund", message_id)
        raise
