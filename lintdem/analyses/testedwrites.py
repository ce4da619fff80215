"""Writes behind a test that is not atomic: what two runs that pass it together, or one that comes late, do to the record that
was tested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lintdem.analyses.effects import is_random
from lintdem.analyses.guards import looked_at
from lintdem.analyses.subjects import Subject
from lintdem.interpreter.domain import Check, Derived, Env, Fresh, Known, Made, Path, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Tested, Write
from lintdem.interpreter.values import known, leaves, text
from lintdem.interpreter.written import function_at
from lintdem.knowledge import Kind
from lintdem.model.span import Place
from lintdem.model.stack import Source
from lintdem.program.modules import Modules


def goes_over(effect: Effect, check: Check, run: Run) -> bool:
    """Whether a write moves a record on that was missing or said something else than one word: `if status != "paid"`
    sets "failed". To write the very word that was missed is no harm, and to store what differs keeps the record right."""
    write, read = effect.call.write, looked_at(check)
    if write is None or read is None:
        return False
    sets = {name: text(value) for name, value in write.values}
    asked = ((said.steps[-2:], word) for said, word in _said(run) if isinstance(said, Path) and said.place == read.place)
    return any(sets.get(name, word) not in (None, word) for names, word in asked for name in names)


def fills(effect: Effect, check: Check, run: Run) -> bool:
    """Whether a write fills what the test has found to be empty: two deliveries that find it so fill in the same, and one that
    comes late finds it filled."""
    write = effect.call.write
    tests = [e.test for e in run.events if isinstance(e, Tested) and e.test.op == "said" and e.test.place == check.place]
    own = [test.args for test in tests if test.args[0] == check.subject]
    empty = all(args[1] == known("") and (args[2] == known("==")) == (check.words == "held") for args in own)
    return check.kind == "state" and bool(own) and empty and write is not None and not any(is_random(v) for _, v in write.values)


def copies(effect: Effect, check: Check, run: Run) -> bool:
    """Whether a write stores what the run has just read elsewhere and found to differ from what is stored: whoever comes late
    reads anew, and stores what is there now."""
    write = effect.call.write
    tests = (e.test for e in run.events if isinstance(e, Tested) and e.test.op == "beside" and e.test.place == check.place)
    read = [arg for test in tests if check.subject in test.args for arg in test.args if arg != check.subject]
    set_to = [value for name, value in write.values if name in _steps(check)] if write is not None else []
    return bool(set_to) and all(value in read for value in set_to)


def _steps(check: Check) -> tuple[str, ...]:
    return check.subject.steps[-2:] if isinstance(check.subject, Path) else ()


def is_another(effect: Effect, check: Check, run: Run) -> bool:
    """Whether a write goes to another item than the one that was asked about: both are named, by different keys."""
    asked, write = looked_at(check), effect.call.write
    read = run.sites.get(asked.place) if asked is not None and asked.place is not None else None
    if asked is None or read is None or write is None:
        return False
    given = {name.removeprefix("Key."): value for name, value in read.args if name.startswith("Key.")}
    apart = ((given[name], value) for name, value in write.key if name in given and given[name] != value)
    if any(not any(isinstance(leaf, Path) and leaf.place == asked.place for leaf in leaves(value)) for _, value in apart):
        return True
    return check.kind == "state" and write.kind == "put" and _is_finer(write, asked, read.args)


def _is_finer(write: Write, asked: Path, args: Iterable[tuple[str, Value]]) -> bool:
    """Whether the key of an item has a part of which the read that found the tested row knew nothing: it is one of many below
    that row."""
    known_of = {leaf for _, value in args for leaf in _all_leaves(value)}
    keys = write.key or [(name, value) for name, value in write.values if name.lower() in ("pk", "sk")]
    parts = [[leaf for leaf in _all_leaves(value) if not isinstance(leaf, (Known, Env))] for _, value in keys]
    own = [part for part in parts if part and not any(isinstance(leaf, Path) and leaf.place == asked.place for leaf in part)]
    return len(parts) > 1 and any(not known_of & set(part) for part in own)


def _all_leaves(value: Value) -> Iterator[Value]:
    """The leaves of a value, also of what a condition was made of."""
    for leaf in leaves(value):
        if isinstance(leaf, Made):
            for _, inner in leaf.args:
                yield from _all_leaves(inner)
        else:
            yield leaf


def _is_of_now(value: Value, check: Check, run: Run) -> bool:
    """Whether a value was read in this run elsewhere than what was tested, such as in a bucket."""
    tested, read = looked_at(check), run.sites.get(value.place) if isinstance(value, Path) and value.place is not None else None
    return read is not None and read.kind is Kind.READ and isinstance(value, Path) and value.root == "result" and (
        tested is not None and value.place != tested.place
    )


def takes(
    effect: Effect, check: Check, run: Run, modules: Modules, subject: Subject, others: Mapping[Place, Write]
) -> bool:  # fmt: skip
    """Whether a test that is not atomic lets harm through: two runs that pass it together and write the same constants
    and times do none, but one that comes late writes them over what was reached meanwhile, if anything else is reached there."""
    write = effect.call.write
    if write is None:
        return False
    asked = looked_at(check)
    values = [leaf for name, value in _said_anew(write) for leaf in leaves(value) if not _is_of_row(leaf, asked)]
    plain = [isinstance(v, (Known, Env)) or (isinstance(v, Fresh) and v.kind == "clock") for v in values]
    if not write.opaque and not all(plain) and all(map(any, zip(plain, (_is_of_now(v, check, run) for v in values), strict=True))):
        return False  # whoever asks later works out anew what is to be stored
    if write.opaque or not write.values or not all(plain):
        return True
    # What is written in a function of its own is written for others too, who may write something else there.
    known_of = effect.place in others and _is_asked_there(check, effect, modules)
    return subject.late and subject.source is not Source.UNKNOWN and not (known_of and not _is_moved(write, check, others.values()))


def _said_anew(write: Write) -> Iterator[tuple[str, Value]]:
    """What a write stores beside the key, and beside who has done it."""
    keys = {name for name, _ in write.key}
    return ((name, value) for name, value in write.values if name not in keys and not name.endswith(("By", "_by")))


def _is_of_row(value: Value, asked: Path | None) -> bool:
    """Whether a value stands in the row that was tested: each of two runs finds it there."""
    return asked is not None and isinstance(value, Path) and value.root == "result" and value.place == asked.place


def _is_asked_there(check: Check, effect: Effect, modules: Modules) -> bool:
    """Whether the function that writes is the one that asks."""
    module = modules.get(effect.place.path) if check.place.path == effect.place.path else None
    return module is not None and function_at(module, check.place.span) is function_at(module, effect.place.span)


def _is_moved(write: Write, check: Check, others: Iterable[Write]) -> bool:
    """Whether another write sets what was tested to something else, or one cannot be read; what makes an item of its own
    sets what it begins with."""
    parts = check.subject.parts if isinstance(check.subject, Derived) else (check.subject,)
    tested = {step for part in parts if isinstance(part, Path) for step in part.steps[-2:]}
    mine = {name: value for name, value in write.values if name in tested}
    rest = [other for other in others if not is_new(other)]
    return any(other.opaque or any(name in mine and mine[name] != value for name, value in other.values) for other in rest)


def _said(run: Run) -> Iterator[tuple[Value, str | None]]:
    said = (e.test.args for e in run.events if isinstance(e, Tested) and e.test.op == "said")
    return ((args[0], word) for args in said if (word := text(args[1])) is not None)


def is_new(other: Write) -> bool:
    """Whether a write makes an item of its own in each run: it never touches one that is there."""
    return other.kind == "put" and any(is_random(value) for name, value in other.values if name.lower().endswith(_KEYS))


_KEYS = ("id", "pk", "sk", "key", "uuid")
