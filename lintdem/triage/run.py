"""The codes of the run itself: what could not be checked, and comments that do not do what they say.

They have their pages in the rule pack like all others, but no rule reports them: the stages of the run do.
"""

from __future__ import annotations

import msgspec

from lintdem.model.finding import Group, Level


class RunCode(msgspec.Struct, frozen=True):
    """A code of the run, as far as reports need to know it."""

    code: str
    name: str
    group: Group
    level: Level


UNREADABLE = RunCode("LDM901", "unreadable-source", Group.NOTE, Level.ERROR)
NOT_UNDERSTOOD = RunCode("LDM902", "coverage-gap", Group.NOTE, Level.NOTE)
UNUSED = RunCode("LDM903", "unused-suppression", Group.SUSPICIOUS, Level.WARNING)
UNKNOWN = RunCode("LDM904", "unknown-suppression", Group.SUSPICIOUS, Level.WARNING)
CRASHED = RunCode("LDM905", "crashed-rule", Group.NOTE, Level.ERROR)

RUN_CODES = (UNREADABLE, NOT_UNDERSTOOD, UNUSED, UNKNOWN, CRASHED)
FATAL = frozenset({UNREADABLE.code, CRASHED.code})
"""Problems after which a run cannot be called whole."""
ABOUT_COMMENTS = frozenset({UNUSED.code, UNKNOWN.code})
"""What is wrong with a comment is not mended by another one."""
