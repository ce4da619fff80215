"""Tables, lists and sheets that a run empties before it fills them: the next run does so too, and fills them with the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintdem.interpreter.domain import Derived, Done, Value
from lintdem.interpreter.engine import Run
from lintdem.interpreter.sql.clauses import plain_name
from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import known, members, text
from lintdem.regexes import late

_FILLS = late(r"^\s*(?:insert\s+into|create\s+table(?:\s+if\s+not\s+exists)?)\s+([^\s(]+)", re.IGNORECASE)
_EMPTIES = late(r"^\s*(?:drop\s+table(?:\s+if\s+exists)?|delete\s+from|truncate(?:\s+table)?)\s+([^\s;(]+)", re.IGNORECASE)


def is_filled_anew(effect: Effect, run: Run) -> bool:
    """Whether a query or a load fills a table that was emptied before."""
    earlier = _before(effect, run)
    if (effect.call.service, effect.call.method) == ("athena", "start_query_execution"):
        filled = {name for query in _queries(effect) if (name := _named(_FILLS, query))}
        emptied = {name for e in earlier for query in _queries(e) if (name := _named(_EMPTIES, query))}
        return bool(filled) and filled <= emptied
    if effect.call.name.startswith("google.cloud.bigquery.") and effect.call.method.startswith("load_table_from_"):
        table = effect.call.arg("destination") or effect.call.arg("1")
        wanted = known(plain_name(text(table) or "…")) if table is not None else None
        return any(e.call.write is not None and e.call.write.kind == "unset" and e.call.write.table == wanted for e in earlier)
    return False


def is_begun_anew(effect: Effect, run: Run) -> bool:
    """Whether the list under a key, or the sheet, that a call adds to was emptied before on every way to it."""
    adds = effect.call.method in _ADDS.get(effect.call.service, ())
    return adds and any(_is_emptied_by(one, effect) for one in _before(effect, run) if one != effect)


def _is_emptied_by(one: Effect, effect: Effect) -> bool:
    """Whether a call empties what a later one adds to, not once a round only."""
    whole = one.call.method in _EMPTYING.get(effect.call.service, ()) and one.call.target == effect.call.target
    same = whole and (effect.call.service == "gspread" or _key(one) == _key(effect) is not None)
    around = one.loops == effect.loops[: len(one.loops)]
    return same and around and one.must <= effect.must and Done(one.place, one.call.name) in effect.may


def _key(effect: Effect) -> Value | None:
    return next((v for name in ("0", "name", "key") if (v := effect.call.arg(name)) is not None), None)


_LISTS = ("rpush", "lpush", "rpushx", "lpushx", "append", "incr", "incrby", "hincrby", "zincrby", "xadd")
_ADDS = {"redis": _LISTS, "valkey": _LISTS, "gspread": ("append_row", "append_rows", "insert_row", "insert_rows")}
_EMPTYING = {"redis": ("delete", "unlink"), "valkey": ("delete", "unlink"), "gspread": ("clear",)}


def _before(effect: Effect, run: Run) -> list[Effect]:
    """The effects of a run up to this one; several queries of one call are gone through together."""
    found: list[Effect] = []
    for event in run.events:
        if isinstance(event, Effect):
            found.append(event)
            if event == effect:
                break
    return found


def _queries(effect: Effect) -> Iterator[str]:
    """The texts that one call may send, with a dot where something unknown is put in."""
    query = effect.call.arg("QueryString")
    for one in members(query) if query is not None else ():
        yield "".join(_word(part) for part in (one.parts if isinstance(one, Derived) else (one,)))


def _word(part: Value) -> str:
    return text(part) or "…"


def _named(pattern: re.Pattern[str], query: str) -> str:
    match = pattern.match(query)
    return plain_name(match[1].rstrip(";")) if match else ""
