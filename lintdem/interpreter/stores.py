"""Stores other than DynamoDB and S3: which module knows the call of a library, and what its claims are worth.

Databases, object-relational mappers, documents, keys and files each have a module; here they are asked.
"""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Claim, Done, Error, Fact, Failed, Func, Made, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.libraries.clouddocuments import FIRESTORE, call_firestore
from lintdem.interpreter.libraries.documents import call_documents, call_search
from lintdem.interpreter.libraries.keyvalue import call_keys
from lintdem.interpreter.libraries.local import call_file, create_file, opened
from lintdem.interpreter.libraries.orm import call_peewee, call_session
from lintdem.interpreter.libraries.querylanguages import LANGUAGES, call_language
from lintdem.interpreter.machine import Args, Machine, result_of
from lintdem.interpreter.objects import found_name
from lintdem.interpreter.sql.databases import call_driver
from lintdem.interpreter.trace import Claimed, Effect, Event, Invocation
from lintdem.knowledge import Kind
from lintdem.model.span import Place

_DRIVERS = ("psycopg2.Connection.", "sqlite3.Connection.", "psycopg2.extras.execute_")
_STATEMENTS = frozenset({"google.cloud.bigquery.Client.query", "google.cloud.bigquery.Client.query_and_wait"})
"""Methods outside of the drivers that take a statement as these do."""


def call_store(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value | None:
    """Call a method of a store; None when `name` is not one, or nothing special is to be said of it."""
    head = name.partition(".")[0]
    if name.startswith(_DRIVERS) or name in _STATEMENTS:
        return call_driver(m, name, args, place, flow, receiver)
    if name.startswith(LANGUAGES):
        return call_language(m, name, args, place, flow, receiver)
    if name.startswith(FIRESTORE):
        return call_firestore(m, name, args, place, flow, receiver)
    if head in ("sqlalchemy", "sqlmodel", "flask_sqlalchemy"):
        return call_session(m, _as_sqlalchemy(name), args, place, flow, receiver)
    if isinstance(receiver, Made) and receiver.type == "peewee.Query":
        return call_peewee(m, name.rpartition(".")[2], args, place, flow, receiver)
    if name == "peewee.prefetch" and args.positional:
        return args.positional[0]
    if head == "pymongo":
        return call_documents(m, name, args, place, flow, receiver)
    if head in ("elasticsearch", "opensearchpy"):
        return call_search(m, name, args, place, flow, receiver)
    if head in ("redis", "valkey", "pymemcache"):
        return call_keys(m, name, args, place, flow, receiver)
    file = opened(name, args, place, receiver)
    if file is not None:
        create_file(m, name, args, file, place, flow)
        return file
    if name in ("json.dump", "pickle.dump", "yaml.dump", "yaml.safe_dump") and len(args.positional) > 1:
        return call_file(m, "builtins.file.write", replace(args, positional=args.positional[:1]), place, flow, args.positional[1])
    if name.startswith(("builtins.file.", "csv.writer.", "csv.DictWriter.")):
        return call_file(m, name, args, place, flow, receiver)
    return None


TASKS = frozenset({"delay", "apply_async", "send", "send_with_options", "kiq", "defer"})
"""Methods of Celery's, Dramatiq's, Taskiq's and Procrastinate's tasks."""


def queue_task(m: Machine, name: str, args: Args, place: Place, flow: Flow, task: Func) -> Value:
    """`task.delay(…)`: a function of the program is queued for a worker."""
    call = Invocation(
        f"{found_name(task)}.{name}", "celery", name, Kind.EFFECT, "queues the task again", args.named(), task
    )
    m.sites[place] = call
    m.can_raise(Error(("any",), place), flow)
    m.effect(call, place, flow)
    return result_of(place)


def _as_sqlalchemy(name: str) -> str:
    """Packages around SQLAlchemy use its sessions and constructs under their own names."""
    if name.startswith("sqlalchemy."):
        return name
    session = ".session." in name or name.startswith("sqlmodel.Session.")
    return f"sqlalchemy.orm.Session.{name.rpartition('.')[2]}" if session else f"sqlalchemy.{name.rpartition('.')[2]}"


def settled(events: tuple[Event, ...], recognised: set[Place]) -> tuple[Event, ...]:
    """The events without the claims that nobody looks at.

    A recognised claim in a database also holds back the statements before it: they are rolled back
    together when it fails.
    """
    claims = {e.claim for e in events if isinstance(e, Claimed) and e.claim.tentative}
    if not claims:
        return events
    idle = {c for c in claims if c.place not in recognised}
    found: list[Event] = []
    for event in events:
        if isinstance(event, Claimed) and event.claim in idle:
            continue
        must, may = _without(event.must, idle), _without(event.may, idle)
        if isinstance(event, Effect) and event.call.service == "sql":
            must |= _of_transaction(event, events, idle)
        found.append(replace(event, must=must, may=may))
    return tuple(found)


def _without(facts: frozenset[Fact], idle: set[Claim]) -> frozenset[Fact]:
    return frozenset(f for f in facts if f not in idle and not (isinstance(f, Failed) and f.claim in idle))


def _of_transaction(effect: Effect, events: tuple[Event, ...], idle: set[Claim]) -> frozenset[Fact]:
    """Recognised claims of the same database that are tried after this statement, in the same round."""
    return frozenset(
        event.claim
        for event in events
        if isinstance(event, Claimed)
        and event.claim.tentative
        and event.claim not in idle
        and event.loops == effect.loops
        and any(isinstance(f, Done) and f.place == effect.place for f in event.may)
        and event.claim.kind.startswith("the unique key")
    )
