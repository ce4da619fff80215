"""Whether a file is Python at all, told by Python's own parser: a thirtieth of what it costs to lower it."""

from __future__ import annotations

import ast
import gc
import warnings

from lintdem.errors import LoweringError
from lintdem.syntax.decode import decode_source
from lintdem.syntax.hazard import CALM_SIZE


def is_sound(data: bytes) -> bool:
    """Whether Python's own parser takes a file. No is no more than a doubt: this Python may be older than the file."""
    if len(data) > CALM_SIZE:
        return False
    collecting = gc.isenabled()
    gc.disable()
    try:
        text = decode_source(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<file>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except (LoweringError, SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    finally:
        if collecting:
            gc.enable()
    return True
