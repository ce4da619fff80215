"""LDM901: a file could not be read, so nothing in it was checked."""

from __future__ import annotations

from lintdem.rule import Group, Rule

RULE = Rule("LDM901", "unreadable-source", Group.CORRECTNESS, "0.1", "a file could not be read, so nothing in it was checked")
