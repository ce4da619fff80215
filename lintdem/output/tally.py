"""What the formats have in common: names of codes, addresses of pages, counts, the closing sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from lintdem.model.finding import Finding, Level, Report
from lintdem.triage import RUN_CODES, is_whole

HELP = "https://github.com/lintdem/lintdem/blob/main/rules/lintdem_rules/"
"""Where the pages of the rules stand."""
NAMES = {code.code: code.name for code in RUN_CODES}
"""Names of the codes that problems carry."""
LEVELS = {code.code: code.level for code in RUN_CODES}
"""Levels of the codes that problems carry."""


def help_page(name: str, code: str = "LDM") -> str:
    """The address of a rule's page; the pages of other packs have none."""
    if not code.startswith("LDM"):
        return ""
    return f"{HELP}{name.replace('-', '_')}.md"


def by_level(report: Report) -> dict[Level, int]:
    """How many findings of each level."""
    counts = Counter(finding.level for finding in report.findings)
    return {level: counts[level] for level in Level}


def by_rule(report: Report) -> list[tuple[int, str, str]]:
    """(count, code, name) of every rule that found something, the most frequent first."""
    counts = Counter((finding.code, finding.name) for finding in report.findings)
    return sorted(((count, code, name) for (code, name), count in counts.items()), key=lambda row: (-row[0], row[1]))


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def closing(report: Report) -> list[str]:
    """`Found 3 errors, 1 warning in 12 files, 5 handlers (0.8 s).`, and what to know about that."""
    where = f"{count(report.files, 'file')}, {count(report.handlers, 'handler')} ({report.seconds:.1f} s)"
    found = _levels(report.findings)
    silenced = f"; {len(report.suppressed)} suppressed" if report.suppressed else ""
    unread = sum(LEVELS.get(problem.code) is Level.ERROR for problem in report.problems)
    if found:
        sentence = f"Found {found} in {where}{silenced}."
    elif is_whole(report):
        sentence = f"{'Nothing new' if report.baselined else 'All clear'}: {where}{silenced}."
    else:
        sentence = f"Found nothing in what could be checked: {where}{silenced}."
    sentences = [sentence]
    if unread:
        sentences.append(f"Not everything was checked: {count(unread, 'problem')}.")
    if report.baselined:
        sentences.append(f"{count(len(report.baselined), 'finding')} baselined: {_levels(report.baselined)}.")
    if report.stale:
        told = "entry speaks" if report.stale == 1 else "entries speak"
        sentences.append(f"{report.stale} stale baseline {told} for nothing: `lintdem baseline --update` drops them.")
    sentences += _fixes(report)
    return sentences


def _levels(findings: Iterable[Finding]) -> str:
    counts = Counter(finding.level for finding in findings)
    return ", ".join(count(counts[level], level.value) for level in Level if counts[level])


def _fixes(report: Report) -> Iterator[str]:
    """What was fixed, and what more could be."""
    if report.fixed:
        yield f"Fixed {count(len(report.fixed), 'finding')}."
    offered = [{remedy.safe for remedy in finding.remedies} for finding in report.findings if finding.remedies]
    safe = sum(True in one for one in offered)
    unsafe = len(offered) - safe
    if safe:
        more = f", {unsafe} more with --unsafe-fixes" if unsafe else ""
        yield f"{count(safe, 'finding')} can be fixed with --fix{more}."
    elif unsafe:
        yield f"{count(unsafe, 'finding')} can be fixed with --unsafe-fixes."
