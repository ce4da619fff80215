"""Modules and templates linked to one program: imports, handlers, triggers. No AWS calls, no rules."""

from __future__ import annotations

from lintdem.program.handlers import Handler, inline_path
from lintdem.program.link import HandlerSetting, LinkSettings, Program, link
from lintdem.program.modules import Modules
from lintdem.program.reaching import prepare
from lintdem.program.triggers import Trigger
from lintdem.program.unfound import Unfound, unfound

__all__ = [
    "Handler", "HandlerSetting", "LinkSettings", "Modules", "Program", "Trigger", "Unfound", "inline_path", "link", "prepare",
    "unfound",
]  # fmt: skip
