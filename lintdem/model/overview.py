"""What was understood of a program: each handler with its trigger, effects and guards. The map that `handlers` draws."""

from __future__ import annotations

from enum import Enum

import msgspec

from lintdem.model.finding import Level, Step, TriggerInfo
from lintdem.model.module import Problem
from lintdem.model.span import Place


class Verdict(str, Enum):
    """What a second delivery makes of an effect."""

    REPEATS = "repeats"
    """It does harm: there is a finding, or one that was set aside."""
    GUARDED = "guarded"
    """It is held back."""
    REPEATABLE = "repeatable"
    """It happens again without harm."""
    UNKNOWN = "unknown"
    """Something that looks like a guard could not be read."""


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """An effect that a handler reaches. `way` are the calls that lead there; `repeat` is what a second call does; `words`
    say why the verdict; `codes` are the rules that report it, `level` the loudest of them."""

    call: str
    place: Place
    verdict: Verdict
    repeat: str
    words: str = ""
    way: tuple[Step, ...] = ()
    codes: tuple[str, ...] = ()
    level: Level | None = None


class Guarding(msgspec.Struct, frozen=True, kw_only=True):
    """A guard that a handler passes: its mechanism, and its key in words."""

    words: str
    place: Place
    key: str


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """The runs that one event may come to. `runs` is None when only time ends them; `apart` is the time between two, empty
    when it is not known; `end` is what becomes of the event then, and `kept` whether it is still there."""

    runs: int | None
    apart: str = ""
    end: str
    kept: bool = False


class HandlerView(msgspec.Struct, frozen=True, kw_only=True):
    """One handler. `learned` tells where its trigger was learned from: "template", "setting", "code" or "nothing";
    `redelivery` in words with the numbers of the template, `course` the same as numbers; `unread` what of it could
    not be followed."""

    name: str
    place: Place
    trigger: TriggerInfo
    learned: str
    redelivery: str
    course: Course | None = None
    effects: tuple[Reached, ...] = ()
    guards: tuple[Guarding, ...] = ()
    unread: tuple[str, ...] = ()


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Every handler of a workspace, and what could not be read."""

    handlers: tuple[HandlerView, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: int = 0
