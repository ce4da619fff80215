"""Carts in Redis."""

import os

import redis

DAY = 24 * 3600
store = redis.Redis(host=os.environ["REDIS_HOST"])


def add(cart_id, line, request_id):
    """Add a line, once a request."""
    if not store.set(f"request:{request_id}", "1", nx=True, ex=DAY):
        return
    store.rpush(f"cart:{cart_id}", line)


def delete(cart_id):
    store.delete(f"cart:{cart_id}")
