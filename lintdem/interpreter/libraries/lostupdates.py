"""Lost updates: what was read from a store is changed in the code and written back, and nothing compares versions.

`origins` is asked at every write, while the objects that hold the values are still there; `lost_update`
judges the answer when the whole run is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lintdem.interpreter.domain import (
    AnyOf,
    Cases,
    Check,
    Claim,
    Derived,
    DictObj,
    Fact,
    HeapObject,
    Instance,
    Known,
    ListObj,
    Made,
    Method,
    Path,
    Ref,
    Test,
    Unknown,
    Value,
)
from lintdem.interpreter.dynamodb.itemwrites import QUERIED, key_attributes
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.leftovers import missing_from
from lintdem.interpreter.machine import Machine
from lintdem.interpreter.sql.readback import all_back
from lintdem.interpreter.trace import Asked, Effect, Event, Invocation, Origin, Tested, Write
from lintdem.interpreter.values import NONE, any_of, known, leaves, members, read_at
from lintdem.knowledge import Kind
from lintdem.regexes import late

_ARITHMETIC = frozenset({"arith+", "arith-", "arith*", "arith/", "arith//", "arith%", "arith**"})
_PLAIN = frozenset({"dumps", "encode"})
_WRAPPING = frozenset({"Item", "Items", "Attributes", "*", "json()", "b64()"})
_BODIES = {"put_object": "Body", "upload_fileobj": "Fileobj"}
_KEY_VALUE = frozenset({"redis", "valkey"})


def origins(m: Machine, call: Invocation, flow: Flow) -> tuple[Origin, ...]:
    """What a write puts back of the very place that the run has read before."""
    if call.write is not None and call.service == "dynamodb":
        return tuple(dict.fromkeys((*_whole_items(m, call.write, flow), *_attributes(m, call.write, flow))))
    if call.write is not None and call.service == "sql":
        found = ((name, path, counts) for name, value in call.write.values for path, _, counts in _read_in(m, value, flow))
        return tuple(all_back(m, call.write, found))
    if (call.service, call.method) == ("ssm", "put_parameter"):
        return tuple(_replaced(m, call, call.arg("Value"), ("Name",), flow))
    if call.service == "s3" and call.method in _BODIES:
        return tuple(_replaced(m, call, call.arg(_BODIES[call.method]), ("Bucket", "Key"), flow))
    if call.service in _KEY_VALUE and call.method in ("set", "setex", "psetex", "hset"):
        value = call.arg("value") or next((v for k, v in reversed(call.args) if k.isdigit()), None)
        return tuple(_replaced(m, call, value, ("0",), flow))
    return ()


def _whole_items(m: Machine, write: Write, flow: Flow) -> Iterator[Origin]:
    for value in write.whole:
        for path, computed, arithmetic in _read_in(m, value, flow):
            read = _site(m, path)
            whole = all(step in _WRAPPING or step.isdigit() for step in path.steps)
            if not whole or read is None or read.arg("TableName") != write.table:
                continue
            picked = not computed and any(step.isdigit() for step in path.steps)
            if picked and not any(one.place == path.place for one in m.altered):
                # One of those that were found, put back as it was.
                continue
            own = _key_of(read)
            named = dict(write.values)
            if all(named[k] == v or _is_from(named[k], path) for k, v in own.items() if k in named):
                yield Origin("", path, computed, arithmetic)


def _attributes(m: Machine, write: Write, flow: Flow) -> Iterator[Origin]:
    keys = {name for name, _ in (write.key or key_attributes(write))}
    if write.kind not in ("put", "update"):
        return
    for name, value in write.values:
        if name in keys or (isinstance(value, Derived) and value.op == "merged"):
            continue
        for path, computed, arithmetic in _read_in(m, value, flow):
            if _is_stored_as(m, name, path, write):
                kept = all(_is_as_read(m, one) or _is_nothing(one) for one in members(value))
                if kept and write.kind == "update" and len(members(value)) > 1:
                    # What may as well be something else is set, not put back.
                    continue
                yield Origin(name, path, computed, arithmetic, kept)
        for path in sorted(_left_out(m, value, flow), key=lambda one: (one.steps, str(one.place))):
            if _is_stored_as(m, name, path, write):
                yield Origin(name, path, True, left=True)
    for value in write.unnamed:
        for path, _, arithmetic in _read_in(m, value, flow):
            name = next((step for step in path.steps if step not in _WRAPPING and not step.isdigit()), "")
            if (arithmetic or _is_altered(m, path)) and name not in keys and _is_stored_as(m, name, path, write):
                yield Origin(name, path, True, arithmetic)


def _is_stored_as(m: Machine, name: str, path: Path, write: Write) -> bool:
    """Whether a value was read from the attribute of the very item that a write replaces."""
    read = _site(m, path)
    if read is None or read.arg("TableName") != write.table:
        return False
    steps = [step for step in path.steps if step not in _WRAPPING and not step.isdigit()]
    # A part of a document has the name of the attribute somewhere on its way, a whole attribute begins with it.
    among = steps if "." in name else steps[:1]
    named = _plain(name) in map(_plain, among) or (name.startswith("#") and "*" in path.steps[1:])
    return named and _is_same_item(write, read, path)


def _left_out(m: Machine, value: Value, flow: Flow) -> set[Path]:
    """What a collection was stripped of and has not got again."""
    gone = {one for one in missing_from(m, value, flow) if isinstance(one, Path)}
    return gone - {path for path, _, _ in _read_in(m, value, flow)} if gone else gone


def _is_nothing(value: Value) -> bool:
    """Nothing, or what an attribute of nothing would be: no value that a run can write."""
    return value == NONE or (isinstance(value, Method) and value.receiver == NONE)


def _is_as_read(m: Machine, value: Value) -> bool:
    """Whether a value is what a store gave and nothing in it was changed."""
    if not isinstance(value, Path) or value.root != "result":
        return False
    return not any(one.place == value.place and one.steps[: len(value.steps)] == value.steps for one in m.altered)


def _is_altered(m: Machine, path: Path) -> bool:
    """Whether something is, or stands in, a part of what was read that was changed in place."""
    held = [one for one in m.altered if one.place == path.place and path.steps[: len(one.steps)] == one.steps]
    return any(not set(one.steps) <= _WRAPPING for one in held)


def _replaced(
    m: Machine, call: Invocation, value: Value | None, address: tuple[str, ...], flow: Flow
) -> Iterator[Origin]:  # fmt: skip
    """An object or key whose new content is made of its old one, or else of what stands for "nothing there yet"."""
    choices = list(_choices(value)) if value is not None else []
    if len(choices) > 1 and _has_source(m, any_of(choices), flow):
        return
    kept = [c for c in choices if len(choices) == 1 or _is_read(m.get(flow, c))]
    found = [read for choice in kept for read in _read_in(m, choice, flow, True)]
    if len({path.place for path, _, _ in found}) == 1:
        yield from _same_address(m, call, found, address)


def _is_read(found: HeapObject | None) -> bool:
    """Whether one of several contents is more than the dict that stands for "nothing there yet"."""
    return not isinstance(found, DictObj) or any(isinstance(one, Path) and one.root == "result" for one in found.spread)


def _choices(value: Value) -> Iterator[Value]:
    """The alternatives of a content, seen through its encoding."""
    if isinstance(value, Derived) and value.op in _PLAIN and value.parts:
        yield from _choices(value.parts[0])
    elif isinstance(value, (AnyOf, Cases)):
        for one in members(value):
            yield from _choices(one)
    else:
        yield value


def _same_address(
    m: Machine, call: Invocation, found: list[tuple[Path, bool, bool]], address: tuple[str, ...]
) -> Iterator[Origin]:  # fmt: skip
    """What was read where a call writes."""
    for path, computed, arithmetic in found:
        read = _site(m, path)
        if read is None or read.service != call.service or (call.service in _KEY_VALUE and read.target != call.target):
            continue
        same = all(call.arg(a) is not None and call.arg(a) == read.arg(a) for a in address)
        if same and (computed or "json()" in path.steps):
            yield Origin("", path, computed, arithmetic)


def _site(m: Machine, path: Path) -> Invocation | None:
    """The read a value comes from."""
    call = m.sites.get(path.place) if path.place is not None else None
    return call if call is not None and call.kind is Kind.READ else None


def _read_in(m: Machine, value: Value, flow: Flow, alone: bool = False) -> Iterator[tuple[Path, bool, bool]]:
    """The results of calls in a value: whether something was made of them, and whether by counting. With `alone`, only
    what has no other source: what may come from elsewhere is a cache that is filled, not a record that is kept."""
    work: list[tuple[Value, bool, bool]] = [(value, False, False)]
    for _ in range(200):
        if not work:
            return
        current, computed, arithmetic = work.pop()
        if isinstance(current, Path):
            if current.root == "result":
                yield current, computed, arithmetic
        elif isinstance(current, Derived):
            made = current.op not in _PLAIN and (current.op != "call" or len(current.parts) > 1)
            counts = current.op in _ARITHMETIC
            work += [(part, computed or made, arithmetic or counts) for part in current.parts]
        elif isinstance(current, Ref):
            work += [(part, True, arithmetic) for part in _held(m, current, flow)]
        elif isinstance(current, Made):
            work += [(part, computed, arithmetic) for _, part in current.args]
        elif isinstance(current, Unknown) and not alone and _is_of_one_read(current):
            # What code that is not there makes of one record, and of nothing else, is that record.
            work += [(part, True, arithmetic) for part in current.parts]
        elif not isinstance(current, (Test, Known)) and not (alone and _has_source(m, current, flow)):
            work += [(part, computed, arithmetic) for part in members(current) if part is not current]


def _is_of_one_read(value: Unknown) -> bool:
    said = [leaf for leaf in leaves(value) if isinstance(leaf, Path)]
    return bool(said) and {leaf.root for leaf in said} == {"result"} and len({leaf.place for leaf in said}) == 1


def _has_source(m: Machine, value: Value, flow: Flow) -> bool:
    """Whether one of several alternatives is more than what stands for "nothing there yet"."""
    for one in members(value):
        found = m.get(flow, one)
        written_out = all(isinstance(leaf, Known) for leaf in leaves(one))
        empty = written_out or isinstance(found, DictObj) or (isinstance(found, ListObj) and not found.items)
        if not empty and not any(isinstance(leaf, Path) and leaf.root == "result" for leaf in leaves(one)):
            return True
    return False


def _held(m: Machine, ref: Ref, flow: Flow) -> Iterable[Value]:
    found = m.get(flow, ref)
    if isinstance(found, DictObj):
        return (*found.entries.values(), *(v for _, v in found.rest), *found.spread)
    if isinstance(found, ListObj):
        return found.items
    return tuple(found.attrs.values()) if isinstance(found, Instance) else ()


def _key_of(read: Invocation) -> dict[str, Value]:
    return {name.removeprefix("Key."): value for name, value in read.args if name.startswith("Key.")}


def _is_same_item(write: Write, read: Invocation, path: Path) -> bool:
    """Whether a write goes to the item that was read: the same key, or the key that was read with it."""
    given = _key_of(read)
    asked = {k.removeprefix(QUERIED): v for k, v in read.args if k.startswith(QUERIED)}
    if write.key and asked:
        # A query for part of a key finds many items: this one is meant where the rest of its key was read with it.
        return all(_is_one(asked.get(k), v) or _is_from(v, path, k) for k, v in write.key)
    named = dict(write.key) or {k: v for k, v in write.values if k in given} or dict(key_attributes(write))
    if not given:
        return named.get("", known(None)) == read.arg("Key") or any(_is_from(v, path, k) for k, v in named.items())
    both = [k for k in given if k in named]
    return bool(both) and all(
        _is_one(given[k], named[k]) or _is_from(named[k], path, k) or _is_made_again(given[k], named[k], path) for k in both
    )


def _is_one(asked: Value | None, named: Value) -> bool:
    """Whether two parts of keys are the same; of several forms of one value, such as its text and its number, any."""
    if asked is None or asked == named:
        return asked == named
    return any(not isinstance(one, (Known, Ref)) for one in set(members(asked)) & set(members(named)))


def _is_from(value: Value, path: Path, attribute: str = "") -> bool:
    """Whether a part of a key was read with what `path` means, or is put together again of that part of its key."""
    if any(isinstance(one, Path) and one.root == "result" and one.place == path.place for one in members(value)):
        return True
    return any(leaf.steps[-1:] == (attribute,) for leaf in read_at(path.place, value))


def _is_made_again(asked: Value, named: Value, path: Path) -> bool:
    """Whether a part of a key has the form of the one that was read by, with what the item that was read says of itself."""
    return any(_has_form(one, other, path) for one in members(asked) for other in members(named))


def _has_form(one: Value, other: Value, path: Path) -> bool:
    both = [v.parts for v in (one, other) if isinstance(v, Derived) and v.op == "format"]
    fit = len(both) > 1 and len(both[0]) == len(both[1])
    said = [b for a, b in zip(*both, strict=True) if a != b] if fit else []
    return bool(said) and all(any(isinstance(v, Path) and v.place == path.place for v in leaves(b)) for b in said)


def _plain(name: str) -> str:
    return name.rpartition(".")[2].replace("_", "").lower()


def lost_update(effect: Effect, events: Iterable[Event], others: Iterable[Write]) -> Origin | None:
    """What a write puts back without asking whether it changed in between, if it does. What it leaves as it was read can
    be lost only where one of the `others` of its table changes it."""
    changed = {name for write in others if write.kind in ("update", "accumulate") for name, _ in write.values}
    opaque = any(write.opaque and write.kind == "update" for write in others)
    said = _words_asked(effect, events)
    found = [o for o in effect.origins if o.path not in said and (not o.kept or opaque or o.attribute in changed)]
    found = [o for o in found if o.attribute or not _is_moved(effect, events, o.path)]
    if not found or _is_versioned(effect) or _is_locked(effect) or _is_missing(effect, events):
        return None
    if effect.call.service in _KEY_VALUE and any(isinstance(e, Asked) and e.call.method == "watch" for e in events):
        return None
    keyed = _named_by(effect)
    return min(found, key=lambda o: (not o.arithmetic, not o.computed, o.path in keyed, o.attribute))


def _named_by(effect: Effect) -> set[Value]:
    """What the key of the item is made of: that is written back as it was read in any case."""
    write = effect.call.write
    return {leaf for _, value in key_attributes(write) for leaf in leaves(value)} if write is not None else set()


def _is_moved(effect: Effect, events: Iterable[Event], path: Path) -> bool:
    """Whether an item that was found is put under another name, which is part of its key: `{**found, "owner": owner}`."""
    write = effect.call.write
    calls = (e.call for e in events if isinstance(e, (Asked, Effect))) if write is not None and write.kind == "put" else ()
    keys: set[str] = set()
    asked = [value for e in events if isinstance(e, Asked) and e.place == path.place for _, value in e.call.args]
    for call in calls:
        table = call.write.table if call.write is not None else call.arg("TableName")
        if write is not None and table == write.table:
            keys |= {name for name, _ in call.write.key} if call.write is not None else set()
            keys |= {name.partition(".")[2] for name, _ in call.args if name.startswith(("Key.", QUERIED))}
    named = write.values if write is not None else ()
    others = [value for name, value in named if name in keys and not isinstance(value, Known) and not read_at(path.place, value)]
    return any(value not in asked and not any(one in asked for one in members(value)) for value in others)


def _is_missing(effect: Effect, events: Iterable[Event]) -> bool:
    """Whether the run has looked for the item that it puts, and found none: there is nothing to be lost."""
    write = effect.call.write
    if write is None or write.kind != "put":
        return False
    subjects = (f.subject for f in effect.must if isinstance(f, Check) and f.kind == "absent")
    places = {subject.place for subject in subjects if isinstance(subject, Path)}
    reads = [e.call for e in events if isinstance(e, Asked) and e.place in places and e.call.arg("TableName") == write.table]
    named = dict(write.values)
    return any(own and all(named.get(k) == v for k, v in own.items()) for own in map(_key_of, reads))


def _words_asked(effect: Effect, events: Iterable[Event]) -> set[Value]:
    """What is known to be one certain word where a write is: `if item["state"] == "FAILED"`."""
    held = {(f.place, f.subject, f.words == "held") for f in effect.must if isinstance(f, Check) and f.kind == "state"}
    tests = [e.test for e in events if isinstance(e, Tested) and e.test.op == "said"] if held else []
    return {t.args[0] for t in tests if (t.place, t.args[0], t.args[2] == known("==")) in held}


def counts_again(effect: Effect) -> str:
    """Why a write that counts up what it read holds again in the next run, which reads anew what it compares."""
    write = effect.call.write
    claim = write.claim if write is not None else None
    if write is None or claim is None:
        return ""
    compared = {leaf for value in write.compares for leaf in leaves(value)}
    return claim.useless if any(o.arithmetic and o.path not in compared for o in effect.origins) else ""


def swaps_again(effect: Effect) -> str:
    """Why a write that counts up what its own condition compares counts again: who reads anew compares anew. A version that
    is counted up so keeps the rest of the item, and does no harm by itself."""
    write = effect.call.write
    claim = write.claim if write is not None else None
    if write is None or claim is None:
        return ""
    compared = {leaf for value in write.compares for leaf in leaves(value)}
    counts = (o for o in effect.origins if o.arithmetic and o.path in compared)
    return claim.useless if any(not _VERSIONS.search(o.attribute) for o in counts) else ""


_VERSIONS = late(
    r"(^|[_.#\d-]|(?<=[a-z])(?=[A-Z]))(?i:version|ver|rev|revision|e_?tag|lock|generation|epoch)(?i:_?(no|nr|num|number|id))?$"
)
"""Attributes that say which state of the item this is."""


def _is_versioned(effect: Effect) -> bool:
    write = effect.call.write
    if write is not None and write.conditional:
        return write.claim is None or not write.claim.useless or _is_fenced(write)
    return effect.call.arg("IfMatch") is not None


def _is_fenced(write: Write) -> bool:
    """Whether a condition that holds again still tells who may write: it compares a limit, a version or an owner, not only
    the item's own key or one word, and asks for more than whether something is there."""
    keys = [value for _, value in key_attributes(write)]
    return any(value not in keys and not isinstance(value, Known) for value in write.compares)


def _is_locked(effect: Effect) -> bool:
    """Whether a claim on the very item is held: then nobody else is between the read and the write."""
    write = effect.call.write
    address = [v for _, v in write.key] if write is not None else [v for k, v in effect.call.args if k in ("Key", "0")]
    wanted = {leaf for value in address for leaf in leaves(value) if not isinstance(leaf, Known)}
    return bool(wanted) and any(wanted <= set(leaves(claim.key)) for claim in _claims(effect.must))


def _claims(facts: Iterable[Fact]) -> Iterator[Claim]:
    return (fact for fact in facts if isinstance(fact, Claim) and not fact.useless)
