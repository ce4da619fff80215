"""The audit as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources
from itertools import groupby

from lintdem.audit.phrases import closing, count, told_of
from lintdem.audit.ranking import Audit, Rank
from lintdem.audit.records import Audited, Outcome, Row
from lintdem.model.finding import Level
from lintdem.output.escape import visible
from lintdem.output.tally import help_page

_LEVELS = (Level.ERROR, Level.WARNING, Level.NOTE)


def render(audit: Audit) -> str:
    """The page."""
    style = resources.files("lintdem.audit").joinpath("page.css").read_text(encoding="utf-8")
    body = "\n".join(_body(audit))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">\n'
        f"<title>What second deliveries do in {len(audit.records)} repositories</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _body(audit: Audit) -> Iterator[str]:
    yield f"<header><h1>What second deliveries do</h1><p>{_text(closing(audit))}</p>"
    legend = "".join(f'<li class="{level.value}">{level.value}s</li>' for level in _LEVELS)
    yield f'<ul class="legend">{legend}</ul></header>'
    troubles = list(told_of(audit))
    if troubles:
        yield '<section class="problems" id="not-checked"><h2>Not checked</h2><ul>'
        for where, what in troubles:
            yield f"<li><code>{_path(where)}</code> {_text(what)}</li>"
        yield "</ul></section>"
    anchors = {record.key: f"r{number}" for number, record in enumerate(audit.records, 1)}
    places = {(record.name, record.place): f"#{anchors[record.key]}" for record in audit.records}
    links = {rank.name: places[(rank.name, rank.more)] for rank in audit.by_repository()}
    yield from _ranking("By repository", audit.by_repository(), links, spread=False)
    yield from _ranking("By team", audit.by_team(), {}, spread=True)
    yield from _ranking("By rule", audit.by_rule(), _pages(audit), spread=True)
    yield "<main><h2>Repositories</h2>"
    for record in audit.records:
        yield from _repository(record, anchors[record.key])
    yield "</main>"


def _pages(audit: Audit) -> dict[str, str]:
    pages = {rank.name: help_page(rank.more, rank.name) for rank in audit.by_rule()}
    return {code: page for code, page in pages.items() if page}


def _ranking(title: str, ranks: Sequence[Rank], links: dict[str, str], *, spread: bool) -> Iterator[str]:
    """A table with a bar in each row, drawn to the longest of them."""
    if not ranks:
        return
    most = max(rank.total for rank in ranks)
    yield f'<section class="ranking"><h2>{title} <span>{len(ranks):,}</span></h2><table><thead><tr>'
    heads = ["errors", "warnings", "notes", *(["repositories"] if spread else [])]
    yield f'<th scope="col">name</th><td></td>{"".join(f"<th scope=col>{head}</th>" for head in heads)}</tr></thead><tbody>'
    for rank in ranks:
        yield _row(rank, links.get(rank.name, ""), most, title == "By rule", spread=spread)
    yield "</tbody></table></section>"


def _row(rank: Rank, link: str, most: int, titled: bool, *, spread: bool) -> str:
    name = f"{_path(rank.name)} <span>{_text(rank.more)}</span>" if titled else _path(rank.name)
    named = f'<a href="{escape(link, quote=True)}">{name}</a>' if link else name
    counts = (rank.errors, rank.warnings, rank.notes)
    parts = "".join(
        f'<i class="{level.value}" style="width:{100 * number / most:.2f}%"></i>'
        for level, number in zip(_LEVELS, counts, strict=True)
        if number
    )
    numbers = "".join(f"<td>{number or '·'}</td>" for number in counts)
    more = f"<td>{rank.spread}</td>" if spread else ""
    return f'<tr><th scope="row">{named}</th><td class="bar" aria-hidden="true"><div>{parts}</div></td>{numbers}{more}</tr>'


def _repository(record: Audited, anchor: str) -> Iterator[str]:
    """A line that opens: the findings by file."""
    tags = "".join(
        f'<b class="{level.value}">{number}</b>'
        for level in _LEVELS
        if (number := sum(row.level is level for row in record.findings))
    )
    words = {Outcome.CHECKED: "", Outcome.INCOMPLETE: "not whole", Outcome.FAILED: "not checked"}[record.outcome]
    said = f'<em class="error">{words}</em>' if words else ""
    yield f'<details><summary><span>{_path(record.name)}</span>{said}{tags or "<b>nothing</b>"}</summary>'
    at = f" at <code>{_text(record.revision[:12])}</code>" if record.revision else ""
    extra = [f"{count(record.files, 'file')}, {count(record.handlers, 'handler')}"]
    extra += [f"{record.suppressed} suppressed"] if record.suppressed else []
    extra += [f"{record.baselined} baselined"] if record.baselined else []
    # The mark is inside, for a browser that is led there opens what it is in.
    yield f'<p id="{anchor}"><code>{_path(record.place)}</code>{at}: {", ".join(extra)}</p>'
    for trouble in record.troubles:
        place = f"<code>{_path(f'{trouble.path}:{trouble.line}')}</code> " if trouble.path else ""
        yield f'<p class="error">{place}{_text(trouble.message)}</p>'
    for path, rows in groupby(record.findings, key=lambda row: row.path):
        yield f"<h3>{_path(path)}</h3><ul>{''.join(map(_finding, rows))}</ul>"
    yield "</details>"


def _finding(row: Row) -> str:
    team = f' <span class="team">{_text(row.team)}</span>' if row.team else ""
    page = help_page(row.name, row.code)
    code = f'<a href="{escape(page, quote=True)}">{_text(row.code)}</a>' if page else _text(row.code)
    return f'<li class="{row.level.value}"><code>{row.line}</code> <b>{code}</b> {_text(row.message)}{team}</li>'


def _text(text: str) -> str:
    """What may come from the user's files, as text of a page and nothing else."""
    return escape(visible(text), quote=True)


def _path(text: str) -> str:
    """A text that may be broken after a slash or an underscore, before anywhere else."""
    return "<wbr>".join(_text(part) for part in re.split(r"(?<=[/_#-])(?=\w)", text))
