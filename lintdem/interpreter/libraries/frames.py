"""Data frames: rows that are appended to a table or a shared file, and files written under a name.

A frame comes out of so many calls that it is told by the method: https://pandas.pydata.org/docs/reference/io.html
"""

from __future__ import annotations

from lintdem.interpreter.domain import Error, Value
from lintdem.interpreter.flow import Flow
from lintdem.interpreter.machine import Args, Machine, result_of
from lintdem.interpreter.trace import Invocation, Write
from lintdem.interpreter.values import NONE, leaves, text
from lintdem.knowledge import Kind
from lintdem.model.span import Place
from lintdem.regexes import late

FILES = frozenset({"to_csv", "to_parquet", "to_json", "to_excel", "to_pickle", "to_feather", "to_orc", "to_xml"})
FRAMES = FILES | {"to_sql", "to_gbq"}
_SHARED = late(r"(s3a?|gs|gcs|abfss?)://|/mnt/")


def call_frame(m: Machine, name: str, args: Args, place: Place, flow: Flow) -> Value | None:
    """A method of a frame that writes; None when it stays in the run or is of something else."""
    call = _rows(name, args) if name not in FILES else _file(name, args)
    if call is None:
        return None
    m.sites[place] = call
    m.can_raise(Error(("any",), place), flow)
    m.effect(call, place, flow)
    return result_of(place)


def _rows(name: str, args: Args) -> Invocation | None:
    """`frame.to_sql(table, connection, if_exists="append")`; left out, it refuses a table that is there."""
    table = args.get(0, "name") or args.get(0, "destination_table") or NONE
    connected = name == "to_gbq" or args.get(1, "con") is not None
    there = text(dict(args.keywords).get("if_exists", NONE))
    if not connected or there not in ("append", "replace"):
        return None
    write = Write("insert" if there == "append" else "upsert", table)
    kind, phrase = (Kind.WRITE, "inserts the rows again") if there == "append" else (Kind.SET, "writes the table anew")
    given = (("TableName", table), *args.named())
    return Invocation(f"DataFrame.{name} {text(table) or '…'}", "pandas", name, kind, phrase, given, write=write)


def _file(name: str, args: Args) -> Invocation | None:
    """`frame.to_csv(path)`, where the path is not of the run's own disk."""
    path = args.get(0, "path") or next((v for k, v in args.keywords if k.startswith("path")), None)
    if path is None or not any(_SHARED.match(t) for leaf in leaves(path) if (t := text(leaf)) is not None):
        return None
    given = (("path", path), *args.named())
    if "a" in (text(dict(args.keywords).get("mode", NONE)) or ""):
        write = Write("accumulate", path, accumulates="append")
        return Invocation(f"DataFrame.{name}", "file", "append", Kind.WRITE, "appends again", given, write=write)
    return Invocation(f"DataFrame.{name}", "pandas", name, Kind.SET, "writes the file again", given, identity=("path",))
