"""Reports for people and machines: each format is a module with `render(report, view) -> str`.

`view`     how the report is to be shown: names of paths, colour, width;
`escape`   what comes from the user's files, made safe to show;
`console`  the console it is written with;
`tally`    names, counts and the closing sentences;
`frame`    the source line with what is under it;
`lines`    positions in the units that others count in, and the hash by which GitHub knows a line;
`text`, `concise`, `json`, `jsonl`, `sarif`, `github`, `gitlab`, `junit`, `rdjson`, `markdown`
   the formats.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from lintdem.output.escape import visible
from lintdem.output.view import View

if TYPE_CHECKING:
    from lintdem.model.finding import Report

FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson", "markdown")
"""The formats; each is the module of its name, loaded when it is asked for."""


WITH_FIXES = frozenset({"json", "jsonl", "sarif", "rdjson"})
"""The formats that carry the edits of fixes."""
WITH_RULES = frozenset({"sarif"})
"""The formats that describe the rules."""


def limits(format_name: str, report: Report) -> list[str]:
    """What those who read a format will not show of a report."""
    found: list[str] = getattr(import_module(f"lintdem.output.{format_name}"), "limits", lambda report: [])(report)
    return found


class _Format(Protocol):
    def render(self, report: Report, view: View) -> str: ...


def render(format_name: str, report: Report, view: View) -> str:
    """The report in one of the `FORMATS`."""
    return cast(_Format, import_module(f"lintdem.output.{format_name}")).render(report, view)


__all__ = ["FORMATS", "WITH_FIXES", "WITH_RULES", "View", "limits", "render", "visible"]
