"""`python -m lintdem.testing`: a new rule, the generated list of rules."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click

from lintdem.errors import UsageError
from lintdem.model.finding import Group
from lintdem.rule import load_rules
from lintdem.testing.index import index
from lintdem.testing.scaffold import NewRule, prefix_of, write_rule
from lintdem.testing.topics import TOPICS

_PACK = click.option("--pack", default="lintdem_rules", show_default=True, help="The package that holds the rules.")


@click.group()
def commands() -> None:
    """Tools for those who write rules."""


@commands.command("new-rule")
@click.argument("name")
@click.option("--group", type=click.Choice([group.value for group in Group]), default="nursery", show_default=True)
@click.option("--topic", type=click.Choice(list(TOPICS)), default="effects", show_default=True, help="The hundred.")
@click.option("--code", help="Instead of the next free code of the topic.")
@_PACK
def new_rule(name: str, group: str, topic: str, code: str | None, pack: str) -> None:
    """Write the module and the page of a new rule called NAME."""
    folder = _folder(pack)
    taken = {rule.code for rule in load_rules((pack,))} | _retired(pack)
    wanted = NewRule(name, Group(group), topic, code)
    for path in write_rule(folder, wanted, taken, prefix_of(pack, taken)):
        click.echo(path)
    click.echo(f"next: write the bad examples, run `pytest {folder} -k {name.replace('-', '_')}`")


@commands.command("index")
@click.option("--check", is_flag=True, help="Change nothing; exit code 1 when the list is not up to date.")
@_PACK
def write_index(check: bool, pack: str) -> None:
    """Write the list of rules beside the package that holds them."""
    folder = _folder(pack)
    target = folder.parent / "README.md"
    text = index(load_rules((pack,)), folder.name)
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return
    if check:
        raise click.ClickException(f"{target} is not up to date; run `python -m lintdem.testing index`")
    target.write_text(text, encoding="utf-8")
    click.echo(target)


def _folder(pack: str) -> Path:
    """Where a pack stands on the disk."""
    spec = find_spec(pack)
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(f"there is no package {pack}")
    return Path(spec.submodule_search_locations[0])


def _retired(pack: str) -> set[str]:
    """The codes that a pack has given up."""
    if find_spec(f"{pack}._retired") is None:
        return set()
    return set(import_module(f"{pack}._retired").RETIRED)


def main() -> None:
    """Run; wrong use gives exit code 2."""
    try:
        commands()
    except UsageError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
