"""`lintdem rules`: every rule, for people and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import click

from lintdem.cli.terminal import put
from lintdem.model.finding import DEFAULTS
from lintdem.session import rules_for


def listing() -> list[dict[str, str]]:
    """What is known about every rule, by code."""
    return sorted(
        (
            {
                "code": rule.code,
                "name": rule.name,
                "group": rule.group.value,
                "level": DEFAULTS[rule.group].value,
                "fix": rule.fix,
                "since": rule.since,
                "summary": rule.summary,
            }
            for rule in rules_for(Path.cwd())
        ),
        key=lambda row: row["code"],
    )


def table() -> str:
    """The rules as a table."""
    rows = listing()
    width = max(len(row["name"]) for row in rows)
    return "".join(f"{row['code']}  {row['name']:{width}}  {row['group']:11}  {row['summary']}\n" for row in rows)


@click.command("rules")
@click.option("--format", "--output-format", "format_name", type=click.Choice(["text", "json"]), default="text", help="The form.")
def command(format_name: str) -> None:
    """List every rule: code, name, group, what it finds."""
    put(json.dumps(listing(), indent=2) + "\n" if format_name == "json" else table())
