"""The wheel: built from the checkout, installed alone, complete and with nothing too much."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACK = ROOT / "rules" / "lintdem_rules"


def run(*command: str | Path, cwd: Path) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("lintdem-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command `lintdem` of an environment that holds the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    run(scripts / "python", "-m", "pip", "install", "--quiet", wheel, cwd=folder)
    return scripts / "lintdem"


def test_wheel_holds_the_engine_and_the_pack_only(wheel: Path) -> None:
    """Nothing is installed under names as common as `rules` or `tests`."""
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"lintdem", "lintdem_rules"}


def test_wheel_holds_pages_data_and_types(wheel: Path) -> None:
    """What is no Python but needed is in the wheel: pages, knowledge, the marker for type checkers. The tables of AWS that
    people review are there once, in the form that is read."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    data = [path for path in (ROOT / "lintdem").rglob("*") if path.suffix in (".toml", ".json", ".typed")]
    expected = {path.relative_to(ROOT).as_posix() for path in data}
    reviewed = {name for name in expected if name.startswith("lintdem/knowledge/aws/") and name.endswith(".toml")}
    assert not reviewed & names
    expected = (expected - reviewed) | {f"lintdem_rules/{path.name}" for path in PACK.glob("*.md")}
    assert expected <= names


def test_knowledge_of_aws_is_small(wheel: Path) -> None:
    """What lintdem knows of AWS takes no more than 120 kB of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        sizes = [entry.compress_size for entry in archive.infolist() if entry.filename.startswith("lintdem/knowledge/aws/")]
    assert sum(sizes) <= 120_000


def test_installed_pages_are_those_of_the_checkout(installed: Path, tmp_path: Path) -> None:
    """`lintdem explain` shows each page as it stands in the repository."""
    rules = json.loads(run(installed, "rules", "--format", "json", cwd=tmp_path))
    assert "LDM101" in {rule["code"] for rule in rules}
    for rule in rules:
        page = (PACK / f"{rule['name'].replace('-', '_')}.md").read_text(encoding="utf-8")
        assert run(installed, "explain", rule["code"], "--format", "markdown", cwd=tmp_path).strip() == page.strip()


def test_installed_command_finds_a_fault(installed: Path, tmp_path: Path) -> None:
    """Installed alone, lintdem checks a project: exit code 1 and the finding on standard output."""
    source = 'import boto3\n\n\ndef handler(event, context):\n    boto3.client("sns").publish(PhoneNumber="1", Message="m")\n'
    (tmp_path / "handler.py").write_text(source, encoding="utf-8")
    done = subprocess.run(
        [installed, "check", "--format", "concise", "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "handler.py:5:" in done.stdout
    assert "LDM101" in done.stdout
