"""One finding for one fault, in one order, each with an identity of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from lintdem.model.finding import Finding, Level
from lintdem.model.span import Span

_LOUDNESS = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sorted; of several findings of one rule at one place the loudest stays."""
    best: dict[tuple[str, Span, str], Finding] = {}
    for finding in sorted(findings, key=_by_loudness):
        best.setdefault((finding.path, finding.span, finding.code), finding)
    return _distinct(sorted(best.values(), key=lambda finding: finding.order))


def _by_loudness(finding: Finding) -> tuple[int, str, str, str]:
    return (_LOUDNESS[finding.level], finding.identity, finding.handler or "", finding.message)


def _distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Number the identities that repeat, in the order of the file, so that moved lines change none."""
    seen: Counter[str] = Counter()
    result = []
    for finding in findings:
        seen[finding.identity] += 1
        ordinal = seen[finding.identity]
        identity = finding.identity if ordinal == 1 else f"{finding.identity}#{ordinal}"
        result.append(msgspec.structs.replace(finding, identity=identity))
    return tuple(result)
