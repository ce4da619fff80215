"""What the user has set: in the editor as a whole, and for each of its folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lintdem.lsp.options import Options

SECTION = "lintdem"


class Settings:
    """Settings in three layers: what the client said when it started the server, what it says of all folders, and of one."""

    def __init__(self, initial: object = None) -> None:
        self._initial = _texts(initial)
        self._everywhere: Mapping[str, Any] = {}
        self._of: dict[Path, Mapping[str, Any]] = {}

    def tell(self, everywhere: object, folders: Mapping[Path, object]) -> None:
        """What is set now takes the place of what was; a client that knows of nothing says null."""
        self._everywhere = _texts(everywhere)
        self._of = {folder: _texts(told) for folder, told in folders.items()}

    def of(self, folder: Path) -> Options:
        """What is set for a folder."""
        return Options.of({**self._initial, **self._everywhere, **self._of.get(folder, {})})


def _texts(told: object) -> Mapping[str, Any]:
    return told if isinstance(told, dict) else {}


def section_of(settings: object) -> object:
    """Our part of what a client pushes: under our name, or all of it."""
    return settings.get(SECTION, settings) if isinstance(settings, dict) else None
