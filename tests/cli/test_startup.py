"""What a start loads: a tool that runs on every save and every commit begins at once."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from lintdem.cli import commands

LOADED = """\
import sys
import click  # what it loads of Python's library differs by version
before = set(sys.modules)
from lintdem.cli import run
run(sys.argv[1:])
new = {name for name in set(sys.modules) - before}
own = sorted(name for name in new if name.partition(".")[0] in ("lintdem", "lintdem_rules"))
others = {name.partition(".")[0] for name in new} - set(sys.stdlib_module_names) - {"lintdem", "click"}
print([own, sorted(others), sorted(new & {"asyncio", "subprocess", "importlib.metadata", "email", "http"})], file=sys.stderr)
"""


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_a_bare_start_loads_the_command_line_and_nothing_else(argument: str) -> None:
    """Neither a parser nor a rule nor a table of AWS."""
    command = [sys.executable, "-c", LOADED, argument]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    own, others, slow = json.loads(done.stderr.replace("'", '"'))
    light = {"lintdem", "lintdem.cli", "lintdem.cli.terminal", "lintdem.errors", "lintdem.output"}
    assert set(own) <= light | {"lintdem.output.escape", "lintdem.output.view"}
    assert (others, slow) == ([], [])


def test_the_overview_tells_every_command() -> None:
    """What it says of the commands without loading them is about commands that there are."""
    done = subprocess.run([sys.executable, "-m", "lintdem", "--help"], capture_output=True, text=True, check=True)
    context = commands.make_context("lintdem", ["--version-of-nothing"], resilient_parsing=True)
    for name in commands.list_commands(context):
        assert commands.get_command(context, name) is not None
        assert f"  {name} " in done.stdout
