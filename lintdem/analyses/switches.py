"""What a write says of a test: whether it changes what was tested, and whether it writes the word that was tested, such as a
switch that somebody else turns."""

from __future__ import annotations

from collections.abc import Iterable

from lintdem.interpreter.domain import Check, Derived, Fresh, Known, Path, Value
from lintdem.interpreter.dynamodb.itemwrites import KEY_PARTS, key_attributes
from lintdem.interpreter.engine import Run
from lintdem.interpreter.ordering import in_order
from lintdem.interpreter.rows import OWN
from lintdem.interpreter.trace import Effect, Invocation, Tested, Write
from lintdem.interpreter.values import known, leaves, members
from lintdem.model.span import Place


def touches(check: Check, event: Effect, read: Invocation | None = None) -> bool:
    """Whether the later write changes the attribute that was tested. A key, as the read names it or the write, is never
    changed: to test one asks which items there are, not what has become of this one."""
    write = event.call.write
    if write is None or write.kind == "delete":
        return False
    parts = check.subject.parts if isinstance(check.subject, Derived) else (check.subject,)
    own = key_attributes(write) if write.kind == "put" else write.key
    if write.kind == "put" and any(isinstance(leaf, Fresh) for _, value in own for leaf in leaves(value)):
        return False  # A new item leaves the one that was read as it is.
    if (rows := rows_of(event)) and not any(isinstance(part, Path) and part.place in rows for part in parts):
        return False  # What is put on an object changes the row that it was read from.
    asked = {name.removeprefix("Key.") for name, _ in read.args if name.startswith("Key.")} if read is not None else set()
    names = {name for name, value in write.values if not _is_put_back(write, value, parts)} - {name for name, _ in own}
    names -= asked | KEY_PARTS
    return any(isinstance(part, Path) and set(_meant(part)[-2:]) & names for part in parts)


_TAGS = frozenset({"S", "N", "M", "L", "B", "BOOL", "SS", "NS"})


def _meant(part: Path) -> list[str]:
    """The steps to an attribute, without the type tag of the low-level client and the forms its text is read in."""
    steps = [step for step in part.steps if step not in ("json()", "b64()")]
    return steps[:-1] if len(steps) > 1 and steps[-1] in _TAGS else steps


def _is_put_back(write: Write, value: Value, read: tuple[Value, ...]) -> bool:
    """Whether a put leaves what was tested as it was: the row comes back as it was read, written in another form or not."""
    own = list(leaves(value))
    return write.kind == "put" and bool(own) and all(leaf in read for leaf in own)


def only_if_other(check: Check, effect: Effect, run: Run) -> bool:
    """Whether a write sets what was tested to the very value it was held against: whoever finds another one sets the same.
    Where more hangs on the test, the write is the record of that."""
    write, subject = effect.call.write, check.subject
    others = (e for e in run.events if isinstance(e, Effect) and e.call.write is None)
    if any(_reads(f) & _reads(check) for e in others for f in e.must if isinstance(f, Check)):
        return False
    if write is None or write.kind not in ("update", "set", "put") or not isinstance(subject, Path) or not subject.steps:
        return False
    tests = [e.test for e in run.events if isinstance(e, Tested) and e.test.place == check.place and e.test.op in ("!=", "==")]
    held = {other for test in tests if subject in test.args for other in test.args if other != subject}
    return any(name == subject.steps[-1] and value in held for name, value in write.values)


def _reads(check: Check) -> set[Place]:
    """What a test has looked at."""
    return {leaf.place for leaf in leaves(check.subject) if isinstance(leaf, Path) and leaf.place is not None}


def rows_of(event: Effect) -> set[Place | None]:
    """Where the rows were read, as objects, that a change is limited to."""
    compares = event.call.write.compares if event.call.write is not None else ()
    own = [one.parts[0] for one in compares if isinstance(one, Derived) and one.op == OWN]
    return {one.place for one in own if isinstance(one, Path)}


def records_word(check: Check, event: Effect, effect: Effect, run: Run) -> bool:
    """Whether a write makes the next run's test come out differently, as far as the words are known: `status != "cancelled"` is
    not turned by a status of "running", nor by what is written only where it was cancelled."""
    told = _told(check, effect)
    if told is None or event.call.write is None or not isinstance(told.subject, Path):
        return True
    if any(isinstance(fact, Check) and _is_other_way(fact, told) for fact in event.must):
        return False
    words, is_word = _words(told, run)
    return not words or any(_differs(value, words, is_word) for value in _written(told, event))


def asks_word(check: Check, effect: Effect, run: Run) -> bool:
    """Whether only who finds a certain word passes: to write it again goes over what somebody else has made of it meanwhile."""
    told = _told(check, effect)
    words, is_word = _words(told, run) if told is not None and isinstance(told.subject, Path) else (set[Value](), False)
    return bool(words) and is_word


def turns_word(check: Check, event: Effect, effect: Effect, run: Run) -> bool:
    """Whether a write surely makes the next run's test come out differently: the words are known, and none that it may write
    lets the next run pass."""
    told = _told(check, effect)
    if event.call.write is not None and check in event.must and _stores_other(check, event.call.write, run):
        return True
    if told is None or event.call.write is None or told not in event.must:
        return False
    words, is_word = _words(told, run)
    written = [one for value in _written(told, event) for one in members(value)]
    turned = all(isinstance(one, Known) and (one in words) is not is_word for one in written)
    return bool(words and written) and turned


def _stores_other(check: Check, write: Write, run: Run) -> bool:
    """Whether what was found to be stored differs from what is stored in its place now: the next run finds them equal."""
    subject = check.subject
    if write.kind not in ("update", "put", "set") or not isinstance(subject, Path) or not _meant(subject):
        return False
    tests = [e.test for e in run.events if isinstance(e, Tested) and e.test.op == "differs" and e.test.place == check.place]
    differ = [test for test in tests if (test.args[2] == known("!=")) == (check.words == "held")]
    others = {test.args[1] for test in differ if subject in leaves(test.args[0]) and subject not in leaves(test.args[1])}
    stored = [value for name, value in write.values if name == _meant(subject)[-1]]
    return any(other in (value, *leaves(value)) for value in stored for other in others)


def _words(told: Check, run: Run) -> tuple[set[Value], bool]:
    """The words that a test asks for, none when they are not known, and whether whoever passes has one of them."""
    tests = [e.test for e in run.events if isinstance(e, Tested) and e.test.op in _OF_WORDS and e.test.place == told.place]
    own = [test for test in tests if test.args[0] == told.subject]
    asked = {(test.args[2], (test.args[1],)) if test.op == "said" else (test.args[1], test.args[2:]) for test in own}
    if len({op for op, _ in asked}) != 1:
        return set(), False
    is_word = next(iter(asked))[0] in (known("=="), known("in"))
    return {word for _, words in asked for word in words}, is_word == (told.words == "held")


_OF_WORDS = ("said", "among")
"""What a test asks of a word: whether it is one, or one of several."""


def _written(told: Check, event: Effect) -> list[Value]:
    """What a write stores in the attribute that was tested."""
    write, subject = event.call.write, told.subject
    if write is None or not isinstance(subject, Path):
        return []
    return [value for name, value in write.values if name in subject.steps[-2:]]


def _is_other_way(fact: Check, told: Check) -> bool:
    """Whether a fact holds only where a test came out the other way; the item may as well not be there."""
    if fact.kind == "changed" and isinstance(fact.subject, Derived):
        return told.words != "held" and told.subject in fact.subject.parts
    return (fact.place, fact.subject) == (told.place, told.subject) and fact.words != told.words


def _told(check: Check, effect: Effect) -> Check | None:
    """The test of a word that a check is; of one for an item that is there and says something, the latter."""
    parts = check.subject.parts if isinstance(check.subject, Derived) and check.kind == "changed" else (check.subject,)
    found = (f for f in effect.must if isinstance(f, Check) and f.kind == "state" and f.subject in parts)
    return check if check.kind == "state" else next(iter(in_order(found)), None)


def _differs(value: Value, words: Iterable[Value], is_word: bool) -> bool:
    """Whether a value that is written may be one that the test lets nobody pass with."""
    return any(not isinstance(one, Known) or (one in words) is not is_word for one in members(value))
