"""LDM903: a suppression silences nothing."""

from __future__ import annotations

from lintdem.rule import Group, Rule

RULE = Rule("LDM903", "unused-suppression", Group.SUSPICIOUS, "0.1", "a suppression silences nothing", fix="safe")
