"""Regular expressions that are compiled when they are first asked for something: a run asks few of those that there are, and to
compile all of them would be a sixth of what it takes to load lintdem."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Late:
    """Has what the compiled expression has, from the first time on that it is asked for it."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, found)  # and is not asked for it here again
        return found


def late(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """An expression as `re.compile` makes it, later."""
    return cast("re.Pattern[AnyStr]", _Late(pattern, flags))
