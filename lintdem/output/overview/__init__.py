"""The overview of handlers for people and machines: each format is a module with `render(overview, view) -> str`.

`text`, `json`, `mermaid`, `html` the formats; `phrases` what they say in the same words.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from lintdem.output.view import View

if TYPE_CHECKING:
    from lintdem.model.overview import Overview

FORMATS = ("text", "json", "mermaid", "html")
"""The formats; each is the module of its name, loaded when it is asked for."""


class _Format(Protocol):
    def render(self, overview: Overview, view: View) -> str: ...


def render(format_name: str, overview: Overview, view: View) -> str:
    """The overview in one of the `FORMATS`."""
    return cast(_Format, import_module(f"lintdem.output.overview.{format_name}")).render(overview, view)
