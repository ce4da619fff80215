"""What a start loads: a tool that runs on every save and every commit begins at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lintdem.cli import commands
from tests.cli.test_process import FAULTY

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


HEAVY = {"asyncio", "pygls", "lsprotocol", "cfnlint", "sqlglot", "networkx", "rich.markdown", "pyarrow", "distributed", "watchfiles", "boto3", "libcst"}


def test_a_check_of_a_clean_file_loads_nothing_that_it_does_not_need(project: Path) -> None:
    """What other commands and other files ask for stays on the disk: no editor's protocol, no parser of SQL, no graph, no table."""
    (project / "app.py").write_text("def handler(event, context):\n    return event\n", encoding="utf-8")
    code = f"import sys\nfrom lintdem.cli import run\nrun(['check', '--no-cache'])\nprint(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


WITHOUT = """\
import sys
from importlib.abc import MetaPathFinder
class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in %r:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Missing())
from lintdem.cli import run
from lintdem.output import FORMATS
from lintdem.output.overview import FORMATS as MAPS
for kind in FORMATS:
    assert run(["check", "--no-cache", "--format", kind, "--output", f"report.{kind}"]) == 1, kind
for kind in MAPS:
    assert run(["handlers", "--no-cache", "--format", kind, "--output", f"map.{kind}"]) == 0, kind
for words in (["server"], ["check", "--watch"], ["audit", ".", "--output", "parquet:audit"], ["audit", ".", "--scheduler", "tcp://127.0.0.1:1"]):
    assert run(words) == 2, words
"""
EXTRAS = ("pygls", "lsprotocol", "watchfiles", "pyarrow", "distributed", "dask")


def test_without_any_extra_every_format_is_there(project: Path) -> None:
    """A base installation writes every report; what needs more says in a line what to install, and ends with 2."""
    (project / "app.py").write_text(FAULTY, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", WITHOUT % (EXTRAS,)], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    written = {file.name: file.stat().st_size for file in project.iterdir() if file.name.startswith(("report.", "map."))}
    assert len(written) > 12 and all(written.values())
    for extra in ("lsp", "watch", "parquet", "dask"):
        assert f"lintdem[{extra}]" in done.stderr
