"""From the configuration files and the command line to one frozen `Config`.

The nearest file wins whole; it may name one to start from with `extend`. The command line stands
above both. Every setting remembers where it came from.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from pathspec import GitIgnoreSpec

from lintdem.config.declarations import Declaration
from lintdem.config.options import Handler, Options, options_from
from lintdem.errors import UsageError
from lintdem.files import read_regular, repository_of
from lintdem.globs import spec_of
from lintdem.model.finding import Level
from lintdem.model.stack import Source
from lintdem.regexes import late

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CONFIG_NAMES = (".lintdem.toml", "lintdem.toml", "pyproject.toml")
"""Names looked for in each folder, the first one found counts."""

MOST_BYTES = 1_000_000
_MOST_PARTS = 200
_ENDLESS_NAME = late(rf"""(?<![\w"'.-])(?:[\w"'-]+[ \t]*\.[ \t]*){{{_MOST_PARTS}}}""")
_LISTS_THAT_ADD = ("extend-select", "extend-exclude", "effects", "guards", "safe")


class Origin(msgspec.Struct, frozen=True):
    """Where a setting comes from: a file and line, or "command line", or "default"."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


class PathGlobs(msgspec.Struct, frozen=True, dict=True):
    """Git-style patterns that count from the folder `base`."""

    base: str
    patterns: tuple[str, ...]

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        return spec_of(self.patterns)

    def match(self, path: str) -> bool:
        """Whether the absolute path (ending in a slash for a folder) matches."""
        start = self.base.rstrip("/") + "/"
        return path.startswith(start) and bool(self._spec.match_file(path[len(start) :]))


class Overrides(msgspec.Struct, frozen=True):
    """What the command line said; None where it said nothing."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    fail_on: Level | None = None


class Config(msgspec.Struct, frozen=True):
    """The resolved settings. `select` None means the groups that are on by default; `exclude` None the
    built-in list. What the command line selects is kept apart, because it is asked before the files.
    `templates` narrows what is read as a template; `baseline` is an absolute path; `sources` how many seconds a source goes
    on delivering. `root` is the workspace root and `file` the configuration file, if any."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    command_line: Overrides = Overrides()
    per_file_ignores: tuple[tuple[PathGlobs, tuple[str, ...]], ...] = ()
    levels: tuple[tuple[str, Level], ...] = ()
    fail_on: Level = Level.WARNING
    require_reason: bool = False
    exclude: PathGlobs | None = None
    extend_exclude: tuple[PathGlobs, ...] = ()
    respect_gitignore: bool = True
    source_roots: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    templates: tuple[PathGlobs, ...] = ()
    baseline: str | None = None
    target_version: str | None = None
    plugins: tuple[str, ...] = ()
    sources: tuple[tuple[Source, int], ...] = ()
    handlers: tuple[Handler, ...] = ()
    effects: tuple[Declaration, ...] = ()
    guards: tuple[Declaration, ...] = ()
    safe: tuple[Declaration, ...] = ()
    root: str = "/"
    file: str | None = None
    origins: Mapping[str, Origin] = msgspec.field(default_factory=dict)
    value_origins: Mapping[tuple[str, str], Origin] = msgspec.field(default_factory=dict)

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        """What is declared of calls, guards first: who declares a function both, means its guard."""
        return (*self.guards, *self.effects, *self.safe)

    def ignored_in(self, path: str) -> tuple[str, ...]:
        """The names that `per-file-ignores` sets aside in a file, given by its path from the root."""
        absolute = f"{self.root.rstrip('/')}/{path}"
        return tuple(name for globs, names in self.per_file_ignores if globs.match(absolute) for name in names)

    def origin(self, key: str, value: str | None = None) -> Origin:
        """Where a key, or one name in it, was set."""
        if value is not None and (key, value) in self.value_origins:
            return self.value_origins[key, value]
        return self.origins.get(key, Origin("default"))


def settings_in(folder: Path) -> Path | None:
    """The configuration file of a folder, if it has one."""
    for name in CONFIG_NAMES:
        file = folder / name
        if file.is_file() and _is_own(file) and (name != "pyproject.toml" or _holds_section(file)):
            return file
    return None


def load(root: Path, explicit: Path | None = None, overrides: Overrides | None = None) -> Config:
    """Resolve the settings of the workspace `root`: those of its nearest file, or of the one named."""
    file = explicit or _nearest_file(root)
    if explicit is not None and not explicit.is_file():
        raise UsageError(f"{explicit}: no such configuration file")
    chain = _chain(file) if file else []
    if explicit is None:
        _confine(chain)
    return _resolve(chain, root, file, overrides or Overrides())


def _is_own(file: Path) -> bool:
    """Whether a file belongs to the project it stands in, or is a link to what stands elsewhere: a project that comes from
    anybody has no say over what is read of the machine."""
    home = repository_of(file.parent) or file.parent
    own = not file.is_symlink() or file.resolve().is_relative_to(home.resolve())
    if not own and file.name != "pyproject.toml":
        raise UsageError(f"{file}: is a link that leads out of {home}; name the settings with --config")
    return own


def _confine(chain: Iterable[Options]) -> None:
    """Settings that were found, not named, lead to no file outside of their repository."""
    for options in chain:
        folder = options.file.parent
        home = repository_of(folder)
        for key, flag, limit in (("extend", "--config", home), ("baseline", "--baseline", home or folder)):
            value = options.values.get(key)
            if value and limit is not None and not (folder / value).resolve().is_relative_to(limit.resolve()):
                place = f"{options.file}:{options.line(key)}: {key}"
                raise UsageError(f'{place}: "{value}" lies outside of {limit}; name it with {flag}')


def parse(text: str, root: Path) -> Config:
    """Resolve the settings of a workspace that has no disk behind it."""
    file = root / "lintdem.toml"
    return _resolve([options_from(_parse(file, text), file, text, ())], root, file, Overrides())


def _nearest_file(folder: Path) -> Path | None:
    for candidate in (folder, *folder.parents):
        file = settings_in(candidate)
        if file:
            return file
    return None


def _holds_section(file: Path) -> bool:
    """A pyproject.toml without the section is somebody else's; broken ones are only judged when lintdem is named."""
    text = _read(file)
    return "lintdem" in text and isinstance(_section(_parse(file, text), file), dict)


def _read(file: Path) -> str:
    try:
        return read_regular(file.resolve(), MOST_BYTES).decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read: {error}") from error


def _parse(file: Path, text: str) -> dict[str, Any]:
    if _ENDLESS_NAME.search(text):
        raise UsageError(f"{file}: a name of more than {_MOST_PARTS} parts is read by no TOML reader in bounded memory")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{file}: not valid TOML: {error}") from error


def _section(data: Mapping[str, Any], file: Path) -> Any:
    if file.name != "pyproject.toml":
        return data
    tool = data.get("tool")
    return tool.get("lintdem") if isinstance(tool, dict) else None


def _options(file: Path) -> Options:
    text = _read(file)
    section = _section(_parse(file, text), file)
    table = ("tool", "lintdem") if file.name == "pyproject.toml" else ()
    if not isinstance(section, dict):
        raise UsageError(f"{file}: has no table [tool.lintdem]")
    return options_from(section, file, text, table)


def _chain(file: Path) -> list[Options]:
    """The file and the ones it extends, the farthest first."""
    chain: list[Options] = []
    seen: set[Path] = set()
    current: Path | None = file
    while current is not None:
        if current.resolve() in seen:
            raise UsageError(f"{current}: extends itself")
        seen.add(current.resolve())
        options = _options(current)
        chain.insert(0, options)
        target = options.values.get("extend")
        current = current.parent / target if target else None
        if current is not None and not current.is_file():
            raise UsageError(f'{options.file}:{options.line("extend")}: extend: no such file "{target}"')
    return chain


def _resolve(chain: Sequence[Options], root: Path, file: Path | None, overrides: Overrides) -> Config:
    merged: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    values: dict[tuple[str, str], Origin] = {}
    for options in chain:
        for key, value in _anchored(options, root).items():
            merged[key] = (*merged.get(key, ()), *value) if key in _LISTS_THAT_ADD else value
            origins[key] = Origin(str(options.file), options.line(key))
            values.update({(key, name): Origin(str(options.file), options.line(key, name)) for name in _names(value)})
    merged.pop("extend", None)
    if overrides.fail_on is not None:
        merged["fail-on"] = overrides.fail_on
    for key, set_there in _on_command_line(overrides).items():
        if set_there:
            origins[key] = Origin("command line")
    fields = {key.replace("-", "_"): value for key, value in merged.items()}
    return Config(
        **fields,
        command_line=overrides,
        root=root.as_posix(),
        file=str(file) if file else None,
        origins=origins,
        value_origins=values,
    )


def _on_command_line(overrides: Overrides) -> dict[str, bool]:
    return {
        "select": overrides.select is not None,
        "ignore": bool(overrides.ignore),
        "extend-select": bool(overrides.extend_select),
        "fail-on": overrides.fail_on is not None,
    }


def _anchored(options: Options, root: Path) -> dict[str, Any]:
    """The values of a file with its paths counted from its folder."""
    folder = options.file.parent.resolve()
    values = dict(options.values)
    base = folder.as_posix() if _holds(folder, root) or _holds(root, folder) else root.as_posix()
    if "exclude" in values:
        values["exclude"] = PathGlobs(base, values["exclude"])
    if "extend-exclude" in values:
        values["extend-exclude"] = (PathGlobs(base, values["extend-exclude"]),)
    if "per-file-ignores" in values:
        values["per-file-ignores"] = tuple(
            (PathGlobs(base, (pattern,)), names) for pattern, names in values["per-file-ignores"]
        )
    if "templates" in values:
        values["templates"] = tuple(PathGlobs(base, (pattern,)) for pattern in values["templates"])
    if "baseline" in values:
        values["baseline"] = (folder / values["baseline"]).as_posix()
    for key in ("source-roots", "layers"):
        if key in values:
            values[key] = tuple(_from_root(folder, name, root, options, key) for name in values[key])
    return values


def _holds(folder: Path, other: Path) -> bool:
    return other == folder or folder in other.parents


def _from_root(folder: Path, name: str, root: Path, options: Options, key: str) -> str:
    relative = os.path.relpath(folder / name, root).replace(os.sep, "/")
    if relative == ".." or relative.startswith("../"):
        raise UsageError(f'{options.file}:{options.line(key, name)}: {key}: "{name}" lies outside of {root}')
    return relative


def _names(value: Any) -> Iterable[str]:
    """The texts inside a setting that a later check may find unknown."""
    if isinstance(value, tuple):
        for item in value:
            if isinstance(item, str):
                yield item
            elif isinstance(item, tuple):
                yield from _names(item)
            elif isinstance(item, Handler):
                yield item.pattern
