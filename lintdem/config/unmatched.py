"""Folders, patterns and handlers of the configuration that mean nothing that is there: told, for a slip changes no result."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from lintdem.config.resolve import Config
from lintdem.config.wrong import nearest
from lintdem.model.span import file_of
from lintdem.regexes import late

_FUNCTION = late(rb"^\s*(?:async\s+)?def\s+(\w+)|^(\w+)\s*(?::[^=]+)?=[^=]", re.MULTILINE)


def unmatched(
    config: Config, root: Path, python: Collection[str], templates: Collection[str], read: Callable[[str], bytes | None]
) -> Iterator[str]:
    """What a run may want to say of its settings; `read` gives the bytes of a Python file."""
    for key, names in (("source-roots", config.source_roots), ("layers", config.layers)):
        for name in names:
            if not (root / name).is_dir():
                yield f"{config.origin(key, name)}: {key}: no such folder {name}"
    for globs in config.templates:
        if not any(globs.match(f"{root.as_posix()}/{path}") for path in templates):
            yield f"{config.origin('templates', globs.patterns[0])}: templates: no file matches {globs.patterns[0]}"
    for handler in config.handlers:
        told = _missing(handler.pattern, python, templates, read)
        if told:
            yield f"{config.origin('handlers', handler.pattern)}: handlers: {told}"


def _missing(pattern: str, python: Collection[str], templates: Collection[str], read: Callable[[str], bytes | None]) -> str:
    """What is not there of `path:function`; code inside of templates is not looked at."""
    path, colon, function = pattern.rpartition(":")
    if not colon:
        return f'"{pattern}" names no function; a pattern is path:function'
    if any(fnmatchcase(name, file_of(path)) for name in templates if file_of(path) != path or name == path):
        return ""
    files = [name for name in python if fnmatchcase(name, path)]
    if not files:
        return f"no Python file is {path}{nearest(path, python)}"
    names = {(one or other).decode() for file in files for one, other in _FUNCTION.findall(read(file) or b"")}
    if any(fnmatchcase(name, function.rpartition(".")[2]) for name in names):
        return ""
    return f"no function of {path} is called {function}{nearest(function, names)}"
