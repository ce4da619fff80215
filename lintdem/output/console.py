"""The rich console that reports are written with: its look depends on the view, never on the environment."""

from __future__ import annotations

import io

from rich.console import Console

from lintdem.output.view import View


def console_for(written: io.StringIO, width: int, view: View) -> Console:
    """A console that writes into `written`, without markup, emoji or a look at the terminal."""
    return Console(
        file=written,
        width=width,
        force_terminal=view.color,
        color_system="256" if view.color else None,
        no_color=not view.color,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
