"""POST /orders puts an order on the queue, GET /orders/{order_id} shows one."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3

from shop.orders import OrderRepository

sqs = boto3.client("sqs")
orders = OrderRepository()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    routes = {"POST /orders": place, "GET /orders/{order_id}": show}
    return routes[event["routeKey"]](event)


def place(event: dict[str, Any]) -> dict[str, Any]:
    body = json.loads(event["body"])
    lines = [{"sku": line["sku"], "quantity": line["quantity"], "cents": line["cents"]} for line in body["lines"]]
    if not lines:
        return answer(400, {"message": "an order needs at least one line"})
    cart = {"customer_id": body["customer_id"], "email": body["email"], "lines": lines}
    sqs.send_message(
        QueueUrl=os.environ["ORDERS_QUEUE_URL"],
        MessageBody=json.dumps({"kind": "order.placed", "cart": cart}),
    )
    return answer(202, {"message": "the order is on its way"})


def show(event: dict[str, Any]) -> dict[str, Any]:
    order = orders.get(event["pathParameters"]["order_id"])
    if order is None:
        return answer(404, {"message": "no such order"})
    return answer(200, {"order_id": order["order_id"], "status": order["order_status"]})


def answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
