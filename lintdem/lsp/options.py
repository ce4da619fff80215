"""What an editor may set."""

from __future__ import annotations

from dataclasses import dataclass

_DEBOUNCE = 0.3
_LONGEST = 60_000


@dataclass(frozen=True)
class Options:
    """`run` "onSave" waits for a save; `debounce` is the quiet time after a change, in seconds; `whole` tells of files that
    are not open too; `code_lens` shows trigger and redelivery above handlers."""

    on_type: bool = True
    whole: bool = False
    code_lens: bool = True
    debounce: float = _DEBOUNCE

    @classmethod
    def of(cls, told: object) -> Options:
        """The settings that a client sends; what means nothing counts as not said."""
        told = told if isinstance(told, dict) else {}
        wait = told.get("debounce")
        valid = isinstance(wait, (int, float)) and not isinstance(wait, bool) and 0 <= wait <= _LONGEST
        return cls(
            on_type=told.get("run") != "onSave",
            whole=told.get("diagnostics") == "workspace",
            code_lens=told.get("codeLens") is not False,
            debounce=wait / 1000 if valid and isinstance(wait, (int, float)) else _DEBOUNCE,
        )
