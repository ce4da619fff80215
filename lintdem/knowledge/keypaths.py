"""JMESPath, as `jmespath` reads it, with a bound: its parser calls itself for every bracket, and a chain of ten thousand names
takes it seconds and gigabytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jmespath
import jmespath.exceptions

_LONGEST = 4_000
"""Characters; far more than anybody writes."""


class Refused(Exception):
    """The words of `jmespath` for what is no expression."""


class Unread(Exception):
    """An expression that is too long or too deep to be read here; at run time it may be one."""


def parsed(expression: str) -> Mapping[str, Any]:
    """The tree of an expression."""
    if len(expression) > _LONGEST:
        raise Unread
    try:
        tree: Mapping[str, Any] = jmespath.compile(expression).parsed
    except jmespath.exceptions.JMESPathError as error:
        raise Refused(str(error).partition("\n")[0]) from error
    except RecursionError as error:
        raise Unread from error
    return tree
