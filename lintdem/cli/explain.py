"""`lintdem explain`: the page of a rule, or what is known of a call, in the terminal."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import cast

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.style import Style
from rich.syntax import ANSISyntaxTheme
from rich.theme import Theme

from lintdem.callfacts import as_json, as_text, facts_of, is_call
from lintdem.cli.rules import listing, table
from lintdem.cli.terminal import put, wants_color, width_of
from lintdem.config import nearest
from lintdem.errors import UsageError
from lintdem.output import palette
from lintdem.session import rules_for

_WIDEST = 100
_STYLES = {
    "markdown.code": f"not bold {palette.PLACE}",
    "markdown.h2": palette.LABEL,
    "markdown.h3": "bold",
    "markdown.link": palette.FRAME,
    "markdown.link_url": f"underline {palette.FRAME}",
    "markdown.item.number": palette.FRAME,
    "markdown.table.border": palette.SOFT,
    "markdown.table.header": "bold",
}


@click.command("explain")
@click.argument("rule", required=False, metavar="[CODE|NAME|CALL]")
@click.option(
    "--format", "--output-format", "format_name", type=click.Choice(["text", "markdown", "json"]), default="text",
    help="How to show it.",
)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to write colour.")
def command(rule: str | None, format_name: str, color: str) -> None:
    """Show the page of a rule, named by its code or name; without one, list the rules. A call, such as
    boto3:ecs.run_task or stripe.Charge.create, is explained by what a second one does."""
    if rule is None:
        put(json.dumps(listing(), indent=2) + "\n" if format_name == "json" else table())
        return
    if is_call(rule):
        facts = facts_of(rule)
        put(json.dumps(as_json(facts), indent=2) + "\n" if format_name == "json" else as_text(facts))
        return
    row, page = _find(rule)
    if format_name == "json":
        put(json.dumps({**row, "page": page}, indent=2) + "\n")
    elif format_name == "markdown":
        put(page)
    else:
        put(_rendered(f"`{row['code']}`, group {row['group']}, since {row['since']}, fix: {row['fix']}", page, color))


def _find(wanted: str) -> tuple[dict[str, str], str]:
    rules = rules_for(Path.cwd())
    for rule in rules:
        if wanted.lower() in (rule.code.lower(), rule.name):
            return next(row for row in listing() if row["code"] == rule.code), rule.page()
    words = [word for rule in rules for word in (rule.code, rule.name)]
    raise UsageError(f'unknown rule "{wanted}"{nearest(wanted, words)}')


def _code_theme() -> ANSISyntaxTheme:
    """Examples without a background of their own; rich takes a theme wherever it takes the name of one."""
    from pygments.token import Comment, Generic, Keyword, Name, Number, String  # noqa: PLC0415

    colors = {
        Comment: palette.SOFT, Keyword: palette.LABEL, String: palette.GOOD, Number: palette.PLACE, Name.Decorator: palette.DOUBT,
        Name.Tag: palette.PLACE, Generic.Deleted: palette.ERROR, Generic.Inserted: palette.MEND, Generic.Subheading: palette.SOFT,
    }  # fmt: skip
    return ANSISyntaxTheme({tuple(token): Style.parse(color) for token, color in colors.items()})


def _rendered(facts: str, page: str, color: str) -> str:
    written = io.StringIO()
    colorful = wants_color(color, sys.stdout, os.environ)
    console = Console(
        file=written,
        width=min(width_of(sys.stdout), _WIDEST),
        force_terminal=colorful,
        color_system="256" if colorful else None,
        theme=Theme(_STYLES),
        no_color=not colorful,
        legacy_windows=False,
        _environ={},
    )
    title, _, rest = page.partition("\n")
    console.print(Markdown(f"{title}\n\n{facts}\n{rest}", hyperlinks=False, code_theme=cast("str", _code_theme())))
    return "".join(f"{line.rstrip()}\n" for line in written.getvalue().splitlines())
