"""Values, facts and events with other fields. Most are structs, made and compared many times; some are data classes, whose
equality leaves fields out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T")


def replace(value: T, /, **changes: Any) -> T:
    """The same with these fields."""
    change = msgspec.structs.replace if isinstance(value, msgspec.Struct) else dataclasses.replace
    return cast("Callable[..., T]", change)(value, **changes)
