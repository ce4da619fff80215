"""Databases of the pretend world: a psycopg2 over SQLite, one MongoDB in memory, one Redis for all clients."""

from __future__ import annotations

import sqlite3
import sys
import types
from typing import Any


def shared_redis() -> Any:
    """One Redis for every client that the example makes; returns a client of it."""
    import fakeredis
    import redis

    server = fakeredis.FakeServer()

    class Client(fakeredis.FakeRedis):  # type: ignore[misc]
        def __init__(self, *_: Any, **options: Any) -> None:
            super().__init__(server=server, decode_responses=bool(options.get("decode_responses")))

        @classmethod
        def from_url(cls, _: str, **options: Any) -> Any:
            return cls(**options)

    redis.Redis = redis.StrictRedis = Client
    redis.from_url = Client.from_url
    return Client(decode_responses=True)


def shared_mongo() -> Any:
    """One MongoDB for every client; returns a client of it."""
    import mongomock
    import pymongo

    client = mongomock.MongoClient()
    pymongo.MongoClient = lambda *_, **__: client
    return client


def postgres(schema: str) -> sqlite3.Connection:
    """A psycopg2 whose one database is SQLite; returns its connection."""
    database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    database.executescript(schema)
    module, errors = types.ModuleType("psycopg2"), types.ModuleType("psycopg2.errors")
    members: dict[str, Any] = {
        "connect": lambda *_, **__: Connection(database),
        "IntegrityError": UniqueViolation,
        "errors": errors,
    }
    vars(module).update(members)
    vars(errors).update(UniqueViolation=UniqueViolation)
    sys.modules.update({"psycopg2": module, "psycopg2.errors": errors})
    return database


class UniqueViolation(Exception):
    """A row with this key is there."""

    pgcode = "23505"


class Connection:
    """A connection: `with` commits, or undoes what an exception left half done."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def cursor(self) -> Cursor:
        """A cursor."""
        return Cursor(self._database)

    def commit(self) -> None:
        """End the transaction."""
        if self._database.in_transaction:
            self._database.execute("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction."""
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.rollback() if kind is not None else self.commit()


class Cursor:
    """A cursor: statements in the style of psycopg2."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._cursor = database.cursor()

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed."""
        return self._cursor.rowcount

    def execute(self, sql: str, values: Any = ()) -> None:
        """Run one statement in a transaction."""
        if not self._database.in_transaction:
            self._database.execute("BEGIN")
        try:
            self._cursor.execute(sql.replace("%s", "?").replace("now()", "CURRENT_TIMESTAMP"), tuple(values))
        except sqlite3.IntegrityError as error:
            raise UniqueViolation(str(error)) from None

    def fetchone(self) -> Any:
        """The next row."""
        return self._cursor.fetchone()

    def fetchall(self) -> Any:
        """All rows."""
        return self._cursor.fetchall()

    def __enter__(self) -> Cursor:
        return self

    def __exit__(self, *_: object) -> None:
        self._cursor.close()
