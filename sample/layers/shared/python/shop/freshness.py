"""How old an event may be."""

from __future__ import annotations

from datetime import datetime, timezone

MAX_AGE_SECONDS = 300


def is_stale(sent_at: str) -> bool:
    sent = datetime.fromisoformat(sent_at.replace("Z", "+00:00"))
    return (datetime.now(timezone.utc) - sent).seconds > MAX_AGE_SECONDS
