"""Calls whose operation is an argument: `client.api_call("chat.postMessage", …)`, `redis.execute_command("INCR", key)`.

They are given the name of the method that does the same.
"""

from __future__ import annotations

from lintdem.interpreter.altering import replace
from lintdem.interpreter.machine import Args
from lintdem.interpreter.values import NONE, TRUE, text

_ADDING_MODES = frozenset({None, "append"})
"""What awswrangler does with files that are there when `dataset=True` names no other mode."""

_REPLACING = frozenset(
    {"overwrite", "upsert", "upsert_replace_into", "upsert_duplicate_key", "upsert_distinct", "ignore", "drop"}
)
"""What of awswrangler's modes of a table leaves one row for each key."""


def named_by_argument(name: str, args: Args) -> tuple[str, Args]:
    """The name and arguments of the method that is meant; those given when the call says its operation itself."""
    owner, _, short = name.rpartition(".")
    first = text(args.positional[0]) if args.positional else text(dict(args.keywords)["api_method"]) if "api_method" in dict(
        args.keywords
    ) else None  # fmt: skip
    if short == "api_call" and name.startswith(("slack", "slack_sdk")) and first:
        return f"{owner}.{first.replace('.', '_')}", replace(args, positional=args.positional[1:])
    if short == "execute_command" and owner == "redis.Redis" and first:
        return f"{owner}.{first.lower()}", replace(args, positional=args.positional[1:])
    if short == "upload_blob" and dict(args.keywords).get("overwrite") == TRUE:
        return f"{owner}.replace_blob", args
    if owner == "ftplib.FTP" and first and first.upper().startswith("APPE"):
        return f"{owner}.append", args
    if name.startswith("awswrangler.") and short == "to_sql" and text(dict(args.keywords).get("mode", NONE)) in _REPLACING:
        return "awswrangler.to_sql_replacing", args
    if owner == "awswrangler.s3" and dict(args.keywords).get("dataset") == TRUE and short.startswith("to_"):
        mode = dict(args.keywords).get("mode")
        return (f"{owner}.append" if (text(mode) if mode is not None else None) in _ADDING_MODES else name), args
    return name, args
