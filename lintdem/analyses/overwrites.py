"""Writes that replace what is there: what a late or repeated one destroys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lintdem.analyses.beginnings import apart, differ
from lintdem.analyses.effects import event_values, is_drawn_anew, is_random
from lintdem.analyses.keys import Grade, provenance, readable
from lintdem.analyses.subjects import Subject
from lintdem.analyses.tablewrites import changing, in_order, is_chosen_now, key_names
from lintdem.analyses.testedwrites import is_new
from lintdem.interpreter.domain import AnyOf, Check, Claim, Derived, Done, Env, Failed, Fresh, Known, Made, Path, Value
from lintdem.interpreter.dynamodb.itemwrites import QUERIED, key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.layers import names_around
from lintdem.interpreter.trace import Asked, Effect, Event, Invocation, Tested, Write
from lintdem.interpreter.values import leaves, parts_of, text
from lintdem.knowledge import Kind
from lintdem.model.finding import Level
from lintdem.model.span import Place
from lintdem.model.stack import Source
from lintdem.program.modules import Modules
from lintdem.regexes import late


def overwrite_level(
    effect: Effect, run: Run, subject: Subject, others: Mapping[Place, Write], schema: tuple[str, ...], modules: Modules
) -> tuple[Level, str]:  # fmt: skip
    """How loud an unconditional write is to be told, and what it does to what is there; `others` are all writes by place, and
    `schema` is the key of the table."""
    write = effect.call.write
    assert write is not None
    if write.kind == "put" and _is_missing(effect, write, run):
        return Level.NOTE, "it was looked up before and is written only where it is missing"
    random = _drawn(effect, run, subject, others)
    if random and write.kind == "put" and _keeps_place(effect, modules):
        return Level.NOTE, "it says how far a run has come, and the last one is right"
    drawn = random and write.kind == "update" and not write.conditional and _is_drawn(dict(write.values)[random[0]], run)
    if random and not subject.by_caller and (write.kind == "put" or drawn):
        return Level.ERROR, f"{random[0]} is another value in every run, {_under_key(write, schema)}"
    numbered = next((name for name, value in write.values if is_numbered(value, run)), "") if write.kind == "put" else ""
    if numbered and not subject.by_caller:
        return Level.ERROR, f"{numbered} is another number in every run, drawn from a counter, {_under_key(write, schema)}"
    later = _goes_back(effect, run)
    if later is not None:
        where = f"{later.path}:{later.span.line}"
        return Level.WARNING, f"{where} writes it again behind a guard that no repeat passes, so a repeat puts the old one back"
    if not subject.late or subject.by_caller:
        same = f"and {random[0]} is another value then" if random else "and the same values are written"
        return Level.NOTE, f"only the caller sends it again, {same}"
    if subject.source is Source.UNKNOWN:
        return Level.NOTE, "what delivers the event is not known, so neither is whether it may be late"
    if write.kind == "delete":
        read_now = bool(write.key) and all(_is_read(value) for _, value in write.key)
        read_now = read_now and (subject.source is Source.SCHEDULE or is_chosen_now(write))
        if subject.source not in _ORDERED and not read_now and _created_here(effect, run) and not _is_gone_for_good(write, others):
            return Level.WARNING, "an old event deletes what a newer one wrote"
        return Level.NOTE, "a repeat deletes nothing more"
    if write.kind in ("update", "accumulate") and event_values(effect):
        return Level.WARNING, "a late or reordered event overwrites what a newer one wrote"
    if write.kind == "put" and write.opaque and _whole_event(effect):
        return Level.WARNING, "a late or reordered event replaces the whole item that a newer one wrote"
    chosen = _chosen(effect, run)
    if chosen:
        return Level.WARNING, f"{chosen} depends on what kind of event this is, and a late one of another kind sets it back"
    other = _other_writer(effect, _late_for(subject, run, others))
    if other and not is_chosen_now(write):
        return Level.WARNING, other
    if random:
        return Level.NOTE, f"{random[0]} is another value in every run"
    return Level.NOTE, "a repeat writes the same values again"


def _is_read(value: Value) -> bool:
    """Whether a key comes from nothing but what the run has read: it is of now, however late the run is."""
    found = [leaf for leaf in leaves(value) if not isinstance(leaf, Known)]
    return bool(found) and all(isinstance(leaf, Path) and leaf.root == "result" for leaf in found)


def _under_key(write: Write, schema: tuple[str, ...]) -> str:
    """Where the second run writes its own value."""
    known = schema or key_attributes(write)
    return "under the same key" if known else "in the same item or, where that is its key, in one more: the key is not known"


def _keeps_place(effect: Effect, modules: Modules) -> bool:
    """Whether a write keeps how far somebody has come, by what the function around it is called: `set_watermark`."""
    return any(map(_PLACES.search, names_around(modules, effect.place, effect.stack)))


_PLACES = late(r"watermark|cursor|checkpoint|bookmark|high_?water", re.IGNORECASE)


def _late_for(subject: Subject, run: Run, others: Mapping[Place, Write]) -> Mapping[Place, Write]:
    """The writes that an event may come late for. Over a stream or a FIFO queue what happens to one thing comes in order, so
    what the same handler writes for a newer event is written after this, however often that is."""
    if subject.source not in _ORDERED:
        return others
    own = {e.place for e in run.events if isinstance(e, Effect)}
    return {place: write for place, write in others.items() if place not in own}


_ORDERED = frozenset({Source.DYNAMODB_STREAM, Source.KINESIS, Source.SQS_FIFO})


def _drawn(effect: Effect, run: Run, subject: Subject, others: Mapping[Place, Write]) -> list[str]:
    """The attributes that get another value in every run. A name that is made anew is another item, not another value of this
    one."""
    write = effect.call.write
    if write is None:
        return []
    keys = (key_names(others) if others else None) or {name for name, _ in key_attributes(write)}
    lots = _lots(run)
    # What names the item as well is new with it: that is another item, too.
    named_by = {leaf for name, value in write.values if name in keys for leaf in leaves(value) if isinstance(leaf, Fresh)}
    plain = {_plain(name) for name in keys}
    # A model writes its fields under other names than its own: `transaction_id` is the key `transactionId`.
    named = ((n, value) for n, value in write.values if _plain(n) not in plain and named_by.isdisjoint(leaves(value)))
    return [name for name, value in named if value in lots or is_drawn_anew(value, effect, run, subject)]


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _lots(run: Run) -> list[Value]:
    """The values that chance picks from: `PAID if random() < 0.9 else REFUSED`."""
    return [e.test.args[1] for e in run.events if isinstance(e, Tested) and e.test.op == "drawn"]


def _is_missing(effect: Effect, write: Write, run: Run) -> bool:
    """Whether a look-up of this very item has found none: then there is nothing that a late event replaces."""
    named = dict((*write.values, *write.key))
    for fact in effect.must:
        found = fact.subject if isinstance(fact, Check) and fact.kind == "absent" else None
        read = run.sites.get(found.place) if isinstance(found, Path) and found.place is not None else None
        if read is None or read.arg("TableName") != write.table:
            continue
        prefixes = ("Key.", QUERIED)
        asked = {k.removeprefix(p): v for k, v in read.args for p in prefixes if k.startswith(p)}
        if asked and all(named.get(k) == v for k, v in asked.items()):
            return True
    return False


def is_asked_for(effect: Effect, run: Run) -> bool:
    """Whether an item whose key is a stretch of time, such as the minute, is looked for under that very key: it is meant to
    end with it, as a count or a memory of what was seen does."""
    write = effect.call.write
    named = dict((*write.values, *write.key)) if write is not None else {}
    for event in run.events:
        if not isinstance(event, Asked) or write is None or event.call.arg("TableName") != write.table:
            continue
        asked = {k.removeprefix("Key."): v for k, v in event.call.args if k.startswith("Key.")}
        made = [leaf.kind for v in asked.values() for leaf in leaves(v) if isinstance(leaf, Fresh)]
        if made and set(made) == {"clock"} and all(named.get(k) == v for k, v in asked.items()):
            return True
    return False


def _is_drawn(value: Value, run: Run) -> bool:
    """Whether a value is drawn by chance: a new uuid in an update may be a token of the owner, a draw is not."""
    return value in _lots(run) or any(isinstance(leaf, Fresh) and leaf.kind == "random" for leaf in leaves(value))


def _created_here(effect: Effect, run: Run) -> bool:
    """Whether the same handler also stores such items: then the key comes back, and order matters."""
    table = effect.call.write.table if effect.call.write is not None else None
    return any(
        isinstance(e, Effect) and e.call.write is not None and e.call.write.table == table
        and e.call.write.kind in ("put", "update", "accumulate")
        for e in run.events
    )  # fmt: skip


_ENDS = late(r"^(?:_?id|uuid|guid)$|(?:_id|Id|ID|_uuid)$")
_ACTORS = late(r"user|customer|account|member|tenant|device|client|person|player|subscriber|owner|email", re.IGNORECASE)


def _is_gone_for_good(write: Write, others: Mapping[Place, Write]) -> bool:
    """Whether nothing comes back under the key of a delete: everything that is stored gets a name made for it, or the key
    is the id of one thing, which ends once. Whoever uses a service comes again, and so does what two ids put together."""
    names = {name for name, _ in write.key}
    stored = [[v for k, v in one.values if k in names] for one in others.values() if one.kind == "put"]
    if stored and all(any(map(is_random, values)) for values in stored):
        return True
    varying = [(name, value) for name, value in write.key if not isinstance(value, (Known, Env))]
    said = [readable(leaf.steps) for _, value in varying for leaf in leaves(value) if isinstance(leaf, Path)]
    called = [*(name for name, _ in varying), *said]
    return len(varying) == 1 and len(said) < 2 and all(_ENDS.search(name) and not _ACTORS.search(name) for name in called)


def _chosen(effect: Effect, run: Run) -> str:
    """The attribute of an update that one kind of event sets to one literal and other kinds to another."""
    write = effect.call.write
    if write is None or write.kind != "update":
        return ""
    found = [e.test.args[1] for e in run.events if isinstance(e, Tested) and e.test.op == "chosen"]
    literal = (n for n, v in write.values if isinstance(v, AnyOf) and v in found and all(map(text, v.values)))
    return next(literal, "")


def _other_writer(effect: Effect, others: Mapping[Place, Write]) -> str:
    """Why another writer of the table makes an old event harmful: it changed the item since."""
    write = effect.call.write
    if write is None:
        return ""
    for place, other in in_order(others) if write.kind == "update" else changing(others) if write.kind == "put" else ():
        puts_back = write.kind == "put" and other.kind in ("update", "delete", "accumulate")
        if place == effect.place or not (puts_back or write.kind == "update") or apart(write, other):
            continue
        if other.kind == "delete" and is_chosen_now(other):
            continue  # It clears away what it has listed, whatever that is.
        where = f"{place.path}:{place.span.line}"
        if puts_back:
            done = "deletes" if other.kind == "delete" else "updates"
            return f"{where} {done} the item, and a late event puts the old one back"
        if _contradicts(write, other) and not is_new(other):
            return f"{where} sets the same attribute otherwise, and a late event sets it back"
    return ""


def _contradicts(write: Write, other: Write) -> bool:
    named = dict(other.values)
    return any(
        k in named and named[k] != v and (isinstance(v, Known) or differ(v, named[k]))
        for k, v in write.values
    )


def _goes_back(effect: Effect, run: Run) -> Place | None:
    """Where the run writes the same item once more, with something else in it, behind a guard that keeps the second run away."""
    write, done = effect.call.write, Done(effect.place, effect.call.name)
    keys = set(key_attributes(write)) if write is not None else set()
    for event in run.events if keys else ():
        later = event.call.write if isinstance(event, Effect) and done in event.may else None
        if write is None or later is None or later.table != write.table or set(key_attributes(later)) != keys:
            continue
        if any(_keeps_away(f, event, effect, run) for f in event.must) and _contradicts(write, later):
            return event.place
    return None


def _keeps_away(fact: object, event: Event, effect: Effect, run: Run) -> bool:
    """Whether a fact is a claim that only the first run gets, and that the effect itself neither asks for nor makes free again."""
    if not isinstance(fact, Claim) or fact.useless or not fact.record or fact.place == event.place:
        return False
    mark, write = site.write if (site := run.sites.get(fact.place)) is not None else None, effect.call.write
    own = mark is not None and write is not None and mark.table == write.table
    return not own and fact not in effect.must and Failed(fact) not in effect.may


def _whole_event(effect: Effect) -> bool:
    whole = effect.call.write.whole if effect.call.write is not None else ()
    return any(isinstance(v, Path) and v.root == "event" for item in whole for v in leaves(item))


def is_of_this_run(write: Write, run: Run, schema: tuple[str, ...] = ()) -> bool:
    """Whether the key is what the service called the thing that this run has made, or a number that it drew from a counter:
    no other run has such an item."""
    keys = key_attributes(write, schema)
    if any(is_numbered(value, run) for _, value in keys):
        return True
    found = [leaf for _, value in keys for leaf in leaves(value)]
    made = (run.sites.get(leaf.place) for leaf in found if isinstance(leaf, Path) and leaf.root == "result" and leaf.place)
    return any(call is not None and call.kind in (Kind.CREATE, Kind.EFFECT) and not _is_named(call) for call in made)


def is_of_event(
    effect: Effect, run: Run, subject: Subject, schema: tuple[str, ...], others: Mapping[Place, Write]
) -> bool:  # fmt: skip
    """Whether the key holds the number that the source gave the event or Lambda the run, or the event's own time: nothing newer
    has the item, and a repeat finds in it what it would write."""
    if _drawn(effect, run, subject, others):
        return False
    write = effect.call.write
    keys = [leaf for _, v in key_attributes(write, schema) for leaf in leaves(v)] if write is not None else []
    mine = [leaf for leaf in keys if isinstance(leaf, Path) and leaf.root in ("event", "context")]
    return any(provenance(leaf, subject, run.sites).grade is Grade.DELIVERY for leaf in mine)


def is_of_several_objects(write: Write, schema: tuple[str, ...]) -> bool:
    """Whether the key is cut out of what an object is called, so that other objects have the same item: S3 numbers the changes
    of one object, and says nothing of which came first of two."""
    named = [cut for _, value in key_attributes(write, schema) for cut in _mentions(value, False)]
    return bool(named) and all(named)


def _mentions(value: Value, cut: bool) -> Iterator[bool]:
    """Where the name of the object stands in a value: for each whether it is a part of it that was cut out."""
    if isinstance(value, Path) and value.steps[-2:] == _OBJECT:
        yield cut
    for part in parts_of(value):
        yield from _mentions(part, cut or (isinstance(value, Derived) and value.op == "slice"))


_OBJECT = ("object", "key")


def is_made_for_event(
    effect: Effect, run: Run, subject: Subject, others: Mapping[Place, Write], schema: tuple[str, ...]
) -> bool:  # fmt: skip
    """Whether a new item gets a key that is hashed from the event, as in `uuid5(NAMESPACE_URL, order_id)`, and nothing that is
    another value in every run: its repeat finds the same item, which is what such a key is made for."""
    write = effect.call.write
    keys = [value for _, value in key_attributes(write, schema)] if write is not None and write.kind == "put" else []
    return any(map(_is_hashed, keys)) and not _drawn(effect, run, subject, others)


def _is_hashed(value: Value) -> bool:
    if isinstance(value, Made):
        return any(_is_hashed(inner) for _, inner in value.args)
    if not isinstance(value, Derived):
        return False
    own = value.op == "hash" and any(isinstance(leaf, Path) and leaf.root == "event" for leaf in leaves(value))
    return own or any(map(_is_hashed, value.parts))


def is_numbered(value: Value, run: Run) -> bool:
    """Whether a value is made of what a counter answered when this run added to it: every run gets another number."""
    results = [leaf for leaf in leaves(value) if isinstance(leaf, Path) and leaf.root == "result" and leaf.place is not None]
    writes = [site.write for leaf in results if (site := run.sites.get(leaf.place)) is not None]  # type: ignore[arg-type]
    return any(write is not None and write.kind == "accumulate" for write in writes)


def _is_named(call: Invocation) -> bool:
    """Whether the caller says what the thing is called: then another run may mean the same."""
    return any(call.arg(name) is not None for name in call.identity)
