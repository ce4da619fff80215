"""How a report is to be shown."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from lintdem.rule import Rule

COMMANDS = ("::", "##[", "##vso[")
"""With these at the beginning of a line GitHub and Azure take it for a command, also behind blanks."""


@dataclass(frozen=True)
class View:
    """What the reader has. `root` is the workspace and `folder` the working directory, both absolute; `links` is
    whether the terminal follows links, `host` the machine that those lead to; `statistics` asks for counts instead of
    findings; `rules` are all that could have found something, for formats that describe them."""

    root: str = "/"
    folder: str = "/"
    color: bool = False
    links: bool = False
    host: str = ""
    width: int = 80
    quiet: bool = False
    verbose: bool = False
    statistics: bool = False
    rules: tuple[Rule, ...] = ()

    def path(self, path: str) -> str:
        """A path of the report as seen from the working directory. One that begins like a command to the log of a CI job is
        written so that it does not."""
        seen = path if self.root == self.folder else posixpath.relpath(posixpath.join(self.root, path), self.folder)
        return f"./{seen}" if seen.startswith(COMMANDS) else seen

    def address(self, path: str, line: int) -> str:
        """Where a line of a file is to be had, for terminals that open what is clicked."""
        there = posixpath.join(self.root, path).encode("utf-8", "surrogateescape")
        return f"file://{quote(self.host)}{quote(there)}#{line}"

    def handler(self, handler: str | None) -> str | None:
        """`path:function` as seen from the working directory."""
        if handler is None:
            return None
        path, colon, function = handler.rpartition(":")
        return f"{self.path(path)}{colon}{function}" if colon else handler
