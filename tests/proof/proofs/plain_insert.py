"""plain-insert, delivered twice."""

from __future__ import annotations

from redelivery import World, eventbridge, sns, sqs

PAYMENT = {"payment_id": "p-1", "customer_id": "c-1", "cents": 4200}


def payment(world: World) -> str:
    """SNS delivers a notification again."""
    world.postgres("CREATE TABLE payments (id INTEGER PRIMARY KEY, customer_id TEXT, cents INTEGER)")
    return world.repeat(sns(PAYMENT))


def unique(world: World) -> str:
    """The table has the key that the row brings, so that the second notification is refused for good."""
    world.postgres("CREATE TABLE payments (payment_id TEXT PRIMARY KEY, cents INTEGER)")
    event = sns(PAYMENT)
    assert world.deliver(event).error is None
    error = world.deliver(event).error
    return f"the second delivery fails: {error}" if error is not None else ""


def visit(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.env(DATABASE_URL=f"sqlite:///{world.folder}/visits.db")
    import models  # type: ignore[import-not-found]  # the example's own module

    models.Base.metadata.create_all(models.Session.kw["bind"])
    event = eventbridge({"patient": "Ann", "room": "4"})
    for _ in range(2):
        assert world.deliver(event).error is None
    with models.Session() as session:
        rows = session.query(models.Visit).count()
    return f"{rows} visits for one event" if rows > 1 else ""


def own_id(world: World) -> str:
    """The queue delivers a message again."""
    world.postgres("CREATE TABLE payments (payment_id TEXT PRIMARY KEY, cents INTEGER)")
    return world.repeat(sqs(PAYMENT))


def document(world: World) -> str:
    """Lambda retries an asynchronous event."""
    world.mongo()
    return world.repeat(eventbridge({"order_id": "o-1", "lines": ["tea"]}))


PROOFS = {
    "Bad / A row per payment": payment,
    "Bad / An id that the row has, and nobody looks at": unique,
    "Bad / A document with an id of the database's": document,
    "Bad / An object of a mapper": visit,
    "Good / The payment's own id, left when it is there": own_id,
    "Good / A document whose _id is taken": document,
}
