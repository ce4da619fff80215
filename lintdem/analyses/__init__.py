"""What a program does when it runs twice: effects, guards, keys, freshness.

`Facts` is what rules ask. It judges what `lintdem.interpreter` saw a handler do: `subjects` says who delivers, `keys` where
identities come from, `effects` what a repeat does, `guards` what holds it back, `diagnosis` which of the faults is the most
telling. Nothing here reads a file or parses Python.
"""

from __future__ import annotations

from lintdem.analyses.cases import Case, Kind
from lintdem.analyses.facts import Facts
from lintdem.analyses.keys import Grade, Provenance
from lintdem.analyses.subjects import Subject

__all__ = ["Case", "Facts", "Grade", "Kind", "Provenance", "Subject"]
