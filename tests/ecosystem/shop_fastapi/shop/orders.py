"""Orders in PostgreSQL."""

import os
import uuid

import psycopg

SELECT = "SELECT id, customer, lines FROM orders WHERE id = %s"
INSERT = "INSERT INTO orders (id, customer, lines) VALUES (%s, %s, %s)"
UPSERT = INSERT + " ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, lines = excluded.lines"


def connected():
    return psycopg.connect(os.environ["DATABASE_URL"])


def read(order_id):
    with connected() as connection:
        return connection.execute(SELECT, (order_id,)).fetchone()


def create(customer, lines):
    order_id = str(uuid.uuid4())
    with connected() as connection:
        connection.execute(INSERT, (order_id, customer, lines))
    return order_id


def replace(order_id, customer, lines):
    with connected() as connection:
        connection.execute(UPSERT, (order_id, customer, lines))
