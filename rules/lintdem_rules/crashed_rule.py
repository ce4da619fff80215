"""LDM905: a rule failed on this program, so its findings are missing."""

from __future__ import annotations

from lintdem.rule import Group, Rule

RULE = Rule("LDM905", "crashed-rule", Group.CORRECTNESS, "0.1", "a rule failed on this program, so its findings are missing")
