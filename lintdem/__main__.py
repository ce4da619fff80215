"""`python -m lintdem`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import lintdem


def _forget_working_directory() -> None:
    """`-m` puts the working directory first on the import path; a `rich.py` of the project that is being
    checked must not run."""
    here = str(Path.cwd())
    if not Path(lintdem.__file__).is_relative_to(here):
        sys.path[:] = [entry for entry in sys.path if entry and os.path.realpath(entry) != here]


if __name__ == "__main__":
    _forget_working_directory()
    import_module("lintdem.cli").main()
