"""LDM904: a suppression names no rule."""

from __future__ import annotations

from lintdem.rule import Group, Rule

RULE = Rule("LDM904", "unknown-suppression", Group.SUSPICIOUS, "0.1", "a suppression names no rule")
