"""Firestore: documents that are set under a name, get one of their own, or count with `Increment`.

https://cloud.google.com/firestore/docs/manage-data/add-data
"""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.domain import Claim, Error, Failed, Made, Unknown, Value
from lintdem.interpreter.dynamodb.updates import entries
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine, result_of
from lintdem.interpreter.trace import Invocation, Write
from lintdem.interpreter.values import NONE, known, text
from lintdem.knowledge import Kind
from lintdem.model.span import Place

FIRESTORE = "google.cloud.firestore.Client."
_KINDS = {"set": "upsert", "update": "set", "create": "upsert"}
_REFUSED = ("AlreadyExists", "Conflict", "GoogleAPICallError")


def call_firestore(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value | None:
    """A write through a document, a batch or a transaction; None when it is something else."""
    short = name.rpartition(".")[2]
    if short not in _KINDS or receiver is None:
        return None
    document, data = receiver, args.get(0, "document_data") or args.get(0, "field_updates") or NONE
    if not _is_document(document):
        document, data = args.get(0, "reference") or NONE, args.get(1, "document_data") or args.get(1, "field_updates") or NONE
    values = entries(m, data, flow)
    grows = next((field for field, value in values.items() if _is_increment(value)), "")
    id_ = dict(document.args).get("0") if isinstance(document, Made) else Unknown("the document")
    kind = "insert" if id_ is None else "accumulate" if grows else _KINDS[short]
    key = (("id", id_),) if id_ is not None else ()
    table = _collection(document)
    write = Write(kind, table, key, tuple(values.items()), accumulates=f"Increment {grows}" if grows else "")
    counts = Kind.WRITE if kind in ("insert", "accumulate") else Kind.SET
    phrase = "adds another document" if kind == "insert" else "adds again" if grows else "sets the document again"
    title = f"Firestore {short} {text(table) or '…'}"
    site = Invocation(title, "firestore", short, counts, phrase, (("TableName", table),), receiver, write=write)
    m.sites[place] = site
    m.can_raise(Error(("any", "GoogleAPICallError"), place), flow)
    if short == "create" and id_ is not None:
        claim = Claim(place, f"the document's id in {text(table) or 'the collection'}", id_, table)
        m.claim(claim, flow)
        m.can_raise(Error(_REFUSED, place, claim), flow, frozenset({Failed(claim)}))
        flow.must |= {claim}
        site = replace(site, write=replace(write, claim=claim))
    m.effect(site, place, flow)
    return result_of(place)


def _is_document(value: Value) -> bool:
    return isinstance(value, Made) and value.type.startswith(FIRESTORE) and value.type.endswith(".document")


def _is_increment(value: Value) -> bool:
    return isinstance(value, Made) and value.type.startswith("google.cloud.firestore") and value.type.endswith(".Increment")


def _collection(document: Value) -> Value:
    """The collection that a document is in."""
    owner = dict(document.args).get("self") if isinstance(document, Made) else None
    return dict(owner.args).get("0", known("…")) if isinstance(owner, Made) else known("…")
