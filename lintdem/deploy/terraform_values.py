"""What `-var-file` gives to a root module: values for variables without a default, where the files of the workspace agree.

Which file a deployment names is not written in Terraform. A file that is called like the folder is meant for it; of the others
those in the folder, below it and above it count. One of them that cannot be read gives nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

import msgspec

from lintdem.deploy.hcl import read_hcl
from lintdem.deploy.hcl_json import read_hcl_json
from lintdem.deploy.nodes import Node, Scalar, Series
from lintdem.deploy.paths import folder_of
from lintdem.deploy.terraform_index import Index
from lintdem.errors import LoweringError

_ENDINGS = (".tfvars", ".tfvars.json")
_MOST = 300
"""Files that are read; there is one for each environment and stack."""


class ValueFile(msgspec.Struct, frozen=True):
    """A file of values. `name` is that of the file without its endings."""

    folder: str
    name: str
    values: Mapping[str, Node]


def value_files(files: Mapping[str, str]) -> tuple[ValueFile, ...]:
    """All files of values in the workspace."""
    paths = sorted(path for path in files if path.endswith(_ENDINGS))[:_MOST]
    return tuple(found for path in paths if (found := _read(path, files[path])) is not None)


def values_for(folder: str, blocks: Index, known: Mapping[str, Node], found: Iterable[ValueFile]) -> dict[str, Node]:
    """The values of the variables of a root module that have no other."""
    missing = [
        block.labels[0]
        for block in blocks.of_type("variable")
        if block.labels and block.get("default") is None and block.labels[0] not in known
    ]
    groups = [list(group) for group in _by_nearness(folder, tuple(found))] if missing else []
    values = {name: _agreed(name, groups) for name in missing}
    return {name: value for name, value in values.items() if value is not None}


def _read(path: str, text: str) -> ValueFile | None:
    try:
        content = read_hcl_json(path, text) if path.endswith(".json") else read_hcl(path, text)
    except LoweringError:
        return None
    values = {key: entry.value for key, entry in content.attributes.items() if not _is_null(entry.value)}
    return ValueFile(folder_of(path), PurePosixPath(path).name.partition(".")[0], values)


def _is_null(value: Node) -> bool:
    return isinstance(value, Scalar) and value.is_null


def _by_nearness(folder: str, found: tuple[ValueFile, ...]) -> Iterator[Iterator[ValueFile]]:
    """The files that may be meant for a folder, the likeliest first."""
    own = _word(PurePosixPath(folder).name)
    yield (one for one in found if own and _word(one.name) == own)
    yield (one for one in found if _is_within(one.folder, folder))
    yield (one for one in found if _is_within(folder, one.folder))


def _word(name: str) -> str:
    return name.lower().replace("-", "_")


def _is_within(inner: str, outer: str) -> bool:
    return outer in ("", ".") or inner == outer or inner.startswith(f"{outer}/")


def _agreed(name: str, groups: list[list[ValueFile]]) -> Node | None:
    """The value of the first group of files that name a variable, when all of them say the same."""
    for group in groups:
        values = [one.values[name] for one in group if name in one.values]
        if values:
            return values[0] if len({_written(value) for value in values}) == 1 else None
    return None


def _written(node: Node) -> str:
    """What a node says, wherever it stands."""
    if isinstance(node, Scalar):
        return repr(node.text)
    if isinstance(node, Series):
        return f"[{', '.join(_written(item) for item in node.items)}]"
    return f"{{{', '.join(f'{key}: {_written(entry.value)}' for key, entry in sorted(node.entries.items()))}}}"
