"""What a long report comes to: how much each rule and each handler has, and what to do first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.text import Text

from lintdem.model.finding import Finding, Level, Redelivers, Report
from lintdem.output.escape import visible
from lintdem.output.palette import LABEL, LEVEL
from lintdem.output.tally import LEVELS, count
from lintdem.output.view import View
from lintdem.output.wrapping import wrapped

LONG = 5
"""From so many findings on a report ends with a digest."""
MANY = 50
"""So many are not mended in a day."""
_ROWS = 12
_LOUDNESS = tuple(Level)


@dataclass(frozen=True)
class Share:
    """What one rule or handler has of the findings."""

    name: str
    findings: tuple[Finding, ...]

    @property
    def loudest(self) -> Level:
        """The level that its row is coloured by."""
        return min((finding.level for finding in self.findings), key=_LOUDNESS.index)

    @property
    def weight(self) -> tuple[int, int, int, str]:
        """Errors go first, then warnings, then numbers."""
        levels = [finding.level for finding in self.findings]
        return (-levels.count(Level.ERROR), -levels.count(Level.WARNING), -len(levels), self.name)


def is_remark(finding: Finding) -> bool:
    """Whether a finding only says that something was not understood: no fault, no way, nothing to mend."""
    return finding.level is Level.NOTE and finding.code in LEVELS and not finding.why


def by_handler(findings: Iterable[Finding], view: View) -> list[Share]:
    """The handlers with what is reached from each, the worst first; what no handler reaches stands under its file."""
    return _shares((view.handler(one.handler) or view.path(one.path), one) for one in findings)


def tables(report: Report, view: View, width: int) -> Iterator[Text]:
    """A table of the rules and one of the handlers; the last rows of long ones are only counted."""
    told = [finding for finding in report.findings if not is_remark(finding)]
    yield from _table("By rule", _shares((f"{one.code} {one.name}", one) for one in told), width, _ROWS)
    yield from _table("By handler", by_handler(told, view), width, _ROWS)


def handlers_table(findings: Iterable[Finding], view: View, width: int) -> Iterator[Text]:
    """The table of the handlers, all of them."""
    shares = by_handler(findings, view)
    yield from _table("By handler", shares, width, len(shares))


def first_steps(report: Report, view: View) -> Iterator[str]:
    """What to do with a long report."""
    told = [finding for finding in report.findings if not is_remark(finding)]
    handlers = by_handler((one for one in told if one.handler), view)
    if len(handlers) > 1:
        yield _begin(handlers[0])
    worst = min(_shares((one.code, one) for one in told), key=lambda share: share.weight)
    yield f"`lintdem explain {worst.name}` tells what goes wrong there and what mends it."
    if len(told) >= MANY and not report.baselined:
        yield "`lintdem baseline` writes down what is there today, and check reports what is new."


def _begin(share: Share) -> str:
    same = [one for one in share.findings if one.level is share.loudest]
    trigger = same[0].trigger
    again = f", and {trigger.source} delivers again by itself" if trigger and trigger.redelivers is Redelivers.ITSELF else ""
    return f"Begin with {visible(share.name)}: {count(len(same), share.loudest.value)}{again}."


def _shares(named: Iterable[tuple[str, Finding]]) -> list[Share]:
    rows = sorted(named, key=lambda row: row[0])
    shares = (Share(name, tuple(one for _, one in group)) for name, group in groupby(rows, key=lambda row: row[0]))
    return sorted(shares, key=lambda share: share.weight)


def _table(title: str, shares: Sequence[Share], width: int, most: int) -> Iterator[Text]:
    yield Text(title, style=LABEL)
    shown = shares if len(shares) <= most + 1 else shares[:most]
    for share in shown:
        number = Text(f"{len(share.findings):6}  ", style=LEVEL[share.loudest])
        yield from wrapped(Text(visible(share.name)), width, number, " " * 10)
    if len(shown) < len(shares):
        rest = sum(len(share.findings) for share in shares[len(shown) :])
        yield Text(f"{rest:6}  in {len(shares) - len(shown)} more {title[3:]}s; --statistics shows all")
    yield Text("")
