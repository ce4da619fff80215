"""`lintdem config`: the settings of a run and where each came from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import click

from lintdem.cli.terminal import put
from lintdem.config import KEYS, Config, Declaration, Handler, Origin, PathGlobs, schema_of
from lintdem.discover import DEFAULT_EXCLUDE
from lintdem.model.finding import Group
from lintdem.output import visible
from lintdem.session import CheckRequest, Session
from lintdem.triage import is_on_by_default

_DEFAULTS: dict[str, object] = {
    "select": [group.value for group in Group if is_on_by_default(group)],
    "exclude": sorted(DEFAULT_EXCLUDE),
    "per-file-ignores": {},
    "levels": {},
    "sources": {},
    "baseline": "",
    "target-version": "",
}


@click.command("config")
@click.argument("path", default=".")
@click.option("--config", "config_file", metavar="FILE", help="Take the settings from this file.")
@click.option("--format", "--output-format", "format_name", type=click.Choice(["text", "json"]), default="text", help="The form.")
@click.option("--schema", is_flag=True, help="Print the JSON schema of lintdem.toml.")
def command(path: str, config_file: str | None, format_name: str, *, schema: bool) -> None:
    """Show the settings that a check of PATH would use, and the file and line each came from."""
    if schema:
        put(json.dumps(schema_of(), indent=2) + "\n")
        return
    session = Session(CheckRequest(paths=(path,), config_file=config_file))
    if format_name == "json":
        rows = list(_settings(session.config))
        put(json.dumps({key: {"value": value, "origin": str(origin)} for key, value, origin in rows}, indent=2) + "\n")
        return
    put(settings_of(session))


def settings_of(session: Session) -> str:
    """The settings as lines of TOML, each with its origin."""
    rows = _settings(session.config)
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}  # {_short(origin)}" for key, value, origin in rows]
    return "".join(f"{visible(line)}\n" for line in [f"# workspace: {session.root}", *lines])


def _settings(config: Config) -> Iterator[tuple[str, object, Origin]]:
    for key in KEYS:
        if key != "extend":
            value = getattr(config, key.replace("-", "_"))
            value = {source.value: {"retention": f"{seconds}s"} for source, seconds in value} if key == "sources" else value
            yield key, _DEFAULTS.get(key, []) if value in ((), {}, None) else _plain(value), config.origin(key)


def _plain(value: object) -> object:
    """A setting in the types of JSON, as close to TOML as they allow."""
    if isinstance(value, PathGlobs):
        return list(value.patterns)
    if isinstance(value, tuple):
        if value and all(isinstance(item, PathGlobs) for item in value):
            return [pattern for item in value for pattern in item.patterns]
        if value and all(isinstance(item, tuple) for item in value):
            return {_name(name): _plain(inner) for name, inner in value}
        return [_plain(item) for item in value]
    if isinstance(value, Handler):
        return {"pattern": value.pattern, "source": value.source.value}
    if isinstance(value, Declaration):
        return value.as_written()
    return value


def _name(name: object) -> str:
    return ", ".join(name.patterns) if isinstance(name, PathGlobs) else str(name)


def _short(origin: Origin) -> str:
    return str(origin) if origin.line is None else str(Origin(os.path.relpath(origin.file), origin.line))
