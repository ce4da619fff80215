"""What the configuration says that calls do: `[[effects]]`, `[[guards]]` and `[[safe]]`.

An entry names its calls as the tables of `lintdem.knowledge` do: every name of `names` in every module or class
of `of`, where a `*` stands for one or more steps of a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from lintdem.config.wrong import Wrong, nearest
from lintdem.regexes import late

_NAME = late(r"[A-Za-z_*][A-Za-z0-9_]*(\.[A-Za-z_*][A-Za-z0-9_]*)*")
KINDS = ("read", "set", "delete", "create", "effect", "compute", "telemetry")
"""What a declared call may do, as in `lintdem explain`."""

FORMS = ("decorator", "claims", "seen", "raises")
"""How a guard tells a duplicate: it does not run what it decorates, it returns false (`claims`) or true (`seen`), or
it raises, also on entering a `with`."""

_SHAPES: Mapping[str, tuple[str, ...]] = {
    "effects": ("of", "names", "kind", "phrase", "token", "source"),
    "guards": ("of", "names", "form", "key", "source"),
    "safe": ("of", "names", "reason", "source"),
}


class Declaration(msgspec.Struct, frozen=True):
    """One entry. `table` is "effects", "guards" or "safe"; what belongs to another table keeps its default."""

    table: str
    of: tuple[str, ...]
    names: tuple[str, ...]
    kind: str = "effect"
    phrase: str = ""
    token: str | None = None
    form: str = "decorator"
    key: str = ""
    reason: str = ""
    source: str = ""

    def as_written(self) -> dict[str, object]:
        """The entry as it stands in the file, without what it leaves out."""
        default = Declaration(self.table, self.of, self.names)
        texts = {name: getattr(self, name) for name in _SHAPES[self.table] if name not in ("of", "names")}
        given = {name: value for name, value in texts.items() if value != getattr(default, name)}
        return {"of": list(self.of), "names": list(self.names), **given}

    @property
    def calls(self) -> tuple[str, ...]:
        """The dotted names of its calls."""
        return tuple(f"{owner}.{name}" for owner in self.of for name in self.names)


def declarations(table: str, value: Any) -> tuple[Declaration, ...]:
    """The entries of one table; `Wrong` names the entry that is not right."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Wrong(f"expected [[{table}]] tables")
    return tuple(_declaration(table, item, index) for index, item in enumerate(value))


def _declaration(table: str, item: dict[str, Any], index: int) -> Declaration:
    known = _SHAPES[table]
    for name in item:
        if name not in known:
            raise Wrong(f'unknown key "{name}"{nearest(name, known)}', index, name)
    of, names = (_dotted(item, name, index) for name in ("of", "names"))
    texts = {name: value for name, value in item.items() if name not in ("of", "names")}
    for name, value in texts.items():
        if not isinstance(value, str) or not value:
            raise Wrong(f"{name}: expected a text", index, name)
    for name, choice in (("kind", KINDS), ("form", FORMS)):
        if name in texts and texts[name] not in choice:
            expected = f"expected one of {', '.join(choice)}{nearest(texts[name], choice)}"
            raise Wrong(f'unknown {name} "{texts[name]}", {expected}', index, name)
    return Declaration(table, of, names, **texts)


def _dotted(item: dict[str, Any], name: str, index: int) -> tuple[str, ...]:
    value = item.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise Wrong(f'every entry needs "{name}", a list of texts', index, name)
    for one in value:
        if not _NAME.fullmatch(one):
            raise Wrong(f'{name}: "{one}" is no dotted name', index, name)
    return tuple(value)
