"""Orders in DynamoDB."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import boto3


@dataclass(frozen=True)
class Line:
    sku: str
    quantity: int
    cents: int


@dataclass(frozen=True)
class Order:
    order_id: str
    customer_id: str
    email: str
    lines: tuple[Line, ...]

    @property
    def cents(self) -> int:
        return sum(line.quantity * line.cents for line in self.lines)


class OrderRepository:
    """The orders table."""

    def __init__(self, table_name: str | None = None) -> None:
        self._table = boto3.resource("dynamodb").Table(table_name or os.environ["ORDERS_TABLE"])

    def get(self, order_id: str) -> dict[str, Any] | None:
        return self._table.get_item(Key={"order_id": order_id}).get("Item")

    def create(self, cart: dict[str, Any]) -> Order:
        order = Order(
            order_id=str(uuid.uuid4()),
            customer_id=cart["customer_id"],
            email=cart["email"],
            lines=tuple(Line(line["sku"], int(line["quantity"]), int(line["cents"])) for line in cart["lines"]),
        )
        self._table.put_item(
            Item={
                "order_id": order.order_id,
                "customer_id": order.customer_id,
                "cents": Decimal(order.cents),
                "order_status": "PLACED",
                "placed_at": datetime.now(timezone.utc).isoformat(),
            }
        )
        return order

    def set_status(self, order_id: str, status: str) -> None:
        self._table.update_item(
            Key={"order_id": order_id},
            UpdateExpression="SET order_status = :status",
            ExpressionAttributeValues={":status": status},
        )
