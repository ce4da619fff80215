"""Codes that were rules once. They are never given again."""

from __future__ import annotations

RETIRED: dict[str, str] = {}
"""A retired code and the name of the rule that took its place, or the reason why none did."""
