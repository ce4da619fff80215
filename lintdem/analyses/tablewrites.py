"""The writes of a program by the table that they go to, and what is asked of all of one. That is worked out once for each table:
in a large application a thousand writes go to one, and each is compared with the others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from lintdem.analyses.runs import own
from lintdem.interpreter.deployed import table_of
from lintdem.interpreter.domain import Env, Known, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.listing import is_listed
from lintdem.interpreter.trace import Effect, Write
from lintdem.interpreter.values import leaves
from lintdem.model.span import Place
from lintdem.program import Handler, Program
from lintdem.program.remembering import remembered
from lintdem.regexes import late

Writes: TypeAlias = Mapping[Place, Write]
"""The writes to one table, by place."""

_TABLES = 256
_CHANGING = frozenset({"update", "delete", "accumulate"})


@remembered(_TABLES)
def in_order(writes: Writes) -> tuple[tuple[Place, Write], ...]:
    """The writes in order of their places."""
    return tuple(sorted(writes.items(), key=lambda pair: pair[0]))


@remembered(_TABLES)
def changing(writes: Writes) -> tuple[tuple[Place, Write], ...]:
    """Those that change or remove what is there, in order of their places."""
    return tuple(pair for pair in in_order(writes) if pair[1].kind in _CHANGING)


@remembered(_TABLES)
def key_names(writes: Writes) -> frozenset[str]:
    """The attributes by which updates and deletes name an item."""
    return frozenset(name for one in writes.values() for name, _ in one.key)


@remembered(_TABLES)
def whole_keys(writes: Writes) -> frozenset[tuple[str, ...]]:
    """The same, those of each update or delete together."""
    return frozenset(tuple(name for name, _ in one.key) for one in writes.values() if one.key)


_ANY_TABLE = late(r"^(DYNAMO_?DB_?|DDB_?|DYNAMO_?)?TABLE(_?NAME|_?ID)?$", re.IGNORECASE)
"""Names of variables that say nothing of which table it is."""

Writers: TypeAlias = Mapping[object, Mapping[Place, Write]]
"""Every write of the program by its table, as `store_of` names it."""


def store_of(table: Value | None, run: Run, program: Program) -> object | None:
    """What two writes to one table have in common: the template's resource, else the name within one application."""
    if not isinstance(table, (Known, Env)):
        return None
    resource = table_of(table, run.handler, program)
    if resource is not None:
        return resource.place
    template, above, own = homes_of(run.handler, program)
    home = template or (above if isinstance(table, Known) else own)
    if isinstance(table, Env) and _ANY_TABLE.match(table.name):
        # Every function of an application may have a table of its own under such a name.
        home = own
    return (table, home)


def homes_of(handler: Handler, program: Program) -> tuple[str, str, str]:
    """Within which two tables of one name are one: the template of a handler if it has one, the folder above its own, its own."""
    evidence = handler.evidence
    template = next((stack.path for stack in program.stacks_at(evidence)), evidence.path) if evidence is not None else ""
    folders = handler.path.split("/")[:-1]
    return template, "/".join(folders[:-1]), "/".join(folders)


def writers_of(runs: list[Run], program: Program) -> Writers:
    """The writes of a program by table, so that one write knows of the others."""
    found: dict[object, dict[Place, Write]] = {}
    for store, _, place, write in _written(runs, program):
        writes = found.setdefault(store, {})
        writes[place] = _more_telling(writes.get(place), write)
    return found


def makers_of(runs: list[Run], program: Program) -> Mapping[object, set[tuple[object, ...]]]:
    """The handlers that write to each table."""
    found: dict[object, set[tuple[object, ...]]] = {}
    for store, run, _, _ in _written(runs, program):
        found.setdefault(store, set()).add(own(run.handler))
    return found


def _written(runs: list[Run], program: Program) -> Iterator[tuple[object, Run, Place, Write]]:
    for run in runs:
        for event in run.events:
            if isinstance(event, Effect) and event.call.write is not None:
                store = store_of(event.call.write.table, run, program)
                if store is not None:
                    yield store, run, event.place, event.call.write


def _more_telling(before: Write | None, now: Write) -> Write:
    """Of what two ways write in one place: a delete of what an event names says more than one of what was listed."""
    clears = before is not None and now.kind == "delete" and is_chosen_now(now)
    return before if before is not None and clears else now


def is_chosen_now(write: Write) -> bool:
    """Whether the item was chosen by what the run has just listed, not by the event: then it is no late word on it."""
    keys = [leaf for _, value in write.key for leaf in leaves(value) if not isinstance(leaf, (Known, Env))]
    return any(is_listed(leaf) for leaf in keys)


def key_names_of(effect: Effect, run: Run, program: Program, writers: Writers) -> tuple[str, ...]:
    """The attributes that are the key of the written table, as its template or the program's updates and deletes name them."""
    write = effect.call.write
    store = store_of(write.table, run, program) if write is not None and not write.key else None
    table = table_of(write.table, run.handler, program) if write is not None else None
    if table is not None and table.keys:
        return table.keys
    named = whole_keys(writers[store]) if store in writers else frozenset()
    return next(iter(named)) if len(named) == 1 else ()
