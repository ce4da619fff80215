"""What is kept of each repository: plain data, which goes through pipes, over the network and into a file."""

from __future__ import annotations

from enum import Enum

import msgspec

from lintdem.model.finding import Level

SCHEMA = 1


class Outcome(str, Enum):
    """Whether everything in a repository was checked, something was not, or nothing was."""

    CHECKED = "checked"
    INCOMPLETE = "incomplete"
    FAILED = "failed"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of a repository; `path` counts from its root. `team` is None for a file that nobody owns."""

    code: str
    name: str
    level: Level
    message: str
    path: str
    line: int
    column: int
    handler: str | None
    source: str | None
    identity: str
    team: str | None = None


class Trouble(msgspec.Struct, frozen=True):
    """What could not be checked; without a path it is about the repository as a whole."""

    message: str
    code: str = ""
    path: str = ""
    line: int = 0


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A repository to be checked, and how. `key` tells it from all others, `name` is how people call it, `place` is its
    folder or its address; `clones` is where repositories are fetched to, None when none are."""

    key: str
    name: str
    place: str
    is_address: bool = False
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    cache: bool = True
    cache_dir: str | None = None
    clones: str | None = None
    jobs: int = 1


class Audited(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one repository. `fails` is whether a finding reaches the level that fails a run there; `version` is that
    of the lintdem that checked it; `gaps` counts what was not understood on the way (LDM902)."""

    key: str
    name: str
    place: str
    outcome: Outcome
    version: str
    revision: str | None = None
    findings: tuple[Row, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    files: int = 0
    handlers: int = 0
    gaps: int = 0
    suppressed: int = 0
    baselined: int = 0
    fails: bool = False
