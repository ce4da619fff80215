"""Rule packs of others: installed, named, shown, run, and refused where they may not come from."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACK = ROOT / "tests" / "packs" / "acme-rules"
APP = """import stripe


def handler(event, context):
    order = event["detail"]
    stripe.Charge.create(amount=order["cents"], idempotency_key=order["order_id"])
"""


def install(site: Path, name: str = "acme-rules", package: str = "acme_rules", code: str = "ACM101") -> None:
    """Lay the example pack into a folder of packages as pip would, under other names where they are given."""
    site.mkdir(parents=True, exist_ok=True)
    shutil.copytree(PACK / "acme_rules", site / package, ignore=shutil.ignore_patterns("__pycache__"))
    module = site / package / "direct_charge.py"
    module.write_text(module.read_text(encoding="utf-8").replace("ACM101", code), encoding="utf-8")
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[lintdem.rules]\nacme = {package}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An environment with lintdem and the pack; its interpreter and its folder of packages."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "own.pth").write_text("\n".join(path for path in sys.path if path and Path(path).is_dir()), encoding="utf-8")
    install(site)
    return folder / "bin" / "python", site


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one handler that charges a card."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    (tmp_path / "lintdem.toml").write_text('plugins = [\n  "Acme.Rules",\n]\n', encoding="utf-8")
    return tmp_path


def lintdem(python: Path, folder: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command line in that environment."""
    environ = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
    command = [str(python), "-m", "lintdem", *arguments]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def codes(python: Path, folder: Path, *arguments: str) -> list[str]:
    """The codes that a check finds."""
    done = lintdem(python, folder, "check", "--no-cache", "--format", "json", *arguments)
    assert done.returncode in (0, 1), done.stderr
    return [finding["code"] for finding in json.loads(done.stdout)["findings"]]


def test_rules_of_a_pack_are_rules_like_all_others(python: tuple[Path, Path], project: Path) -> None:
    """They find, are listed, explained, selected, given a level and suppressed; without being named they are not there."""
    run = python[0]
    assert codes(run, project) == ["ACM101"]
    assert codes(run, project, "--ignore", "direct-charge") == []
    assert codes(run, project, "--select", "ACM1") == ["ACM101"]
    assert "ACM101  direct-charge" in lintdem(run, project, "rules").stdout
    assert "past the gateway that keeps the record" in lintdem(run, project, "explain", "ACM101", "--format", "markdown").stdout
    assert '"ACM101"' in lintdem(run, project, "check", "--no-cache", "--format", "sarif").stdout
    settings = 'plugins = ["acme-rules"]\nlevels = {ACM101 = "note"}\n'
    (project / "lintdem.toml").write_text(settings, encoding="utf-8")
    assert lintdem(run, project, "check", "--no-cache").returncode == 0
    silenced = APP.replace('"])\n', '"])  # lintdem: ignore[ACM101] the gateway is down\n')
    (project / "app.py").write_text(silenced, encoding="utf-8")
    assert codes(run, project) == []
    (project / "lintdem.toml").unlink()
    (project / "app.py").write_text(APP, encoding="utf-8")
    assert codes(run, project) == []
    assert "ACM101" not in lintdem(run, project, "rules").stdout


def test_a_pack_that_is_not_there_ends_the_run(python: tuple[Path, Path], project: Path) -> None:
    """With the file, the line and the name of the pack."""
    (project / "lintdem.toml").write_text('plugins = [\n  "no-such-pack",\n]\n', encoding="utf-8")
    done = lintdem(python[0], project, "check")
    assert (done.returncode, done.stdout) == (2, "")
    assert "lintdem.toml:2: plugins: no-such-pack: there is no rule pack no-such-pack" in done.stderr


@pytest.mark.parametrize(("code", "told"), [("LDM101", "the same code LDM101"), ("A1", "is no rule code")])
def test_a_pack_with_wrong_codes_ends_the_run(python: tuple[Path, Path], project: Path, tmp_path: Path, code: str, told: str) -> None:
    """A code that is taken already, or that is none, is told with the pack's name."""
    other = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    install(other, "other-rules", "other_rules", code)
    (project / "lintdem.toml").write_text('plugins = ["other-rules"]\n', encoding="utf-8")
    done = lintdem(python[0], project, "check", path=str(other))
    assert done.returncode == 2
    assert told in done.stderr
    assert "plugins: other-rules: " in done.stderr


def test_a_pack_that_fails_on_import_ends_the_run(python: tuple[Path, Path], project: Path, tmp_path: Path) -> None:
    """Also one that leaves the process."""
    other = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    install(other, "other-rules", "other_rules")
    (other / "other_rules" / "__init__.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    (project / "lintdem.toml").write_text('plugins = ["other-rules"]\n', encoding="utf-8")
    done = lintdem(python[0], project, "check", path=str(other))
    assert done.returncode == 2
    assert "the rule pack other_rules cannot be loaded: SystemExit" in done.stderr


@pytest.mark.parametrize("folder", ["", "vendor"])
def test_nothing_is_loaded_out_of_the_workspace(python: tuple[Path, Path], project: Path, folder: str) -> None:
    """A pack that lies beside the code, in the working directory or on the path, is refused and never run."""
    site = project / folder
    install(site, "evil-rules", "evil_rules")
    (site / "evil_rules" / "__init__.py").write_text("import pathlib\npathlib.Path('ran').touch()\n", encoding="utf-8")
    (project / "lintdem.toml").write_text('plugins = ["evil-rules"]\n', encoding="utf-8")
    for arguments in (("check",), ("rules",), ("explain", "ACM101")):
        done = lintdem(python[0], project, *arguments, path=str(site))
        assert done.returncode == 2
        assert re.search(r"evil-rules lies in .*: packs are never loaded from there", done.stderr)
    assert not (project / "ran").exists()


def test_a_package_that_hides_an_installed_one_is_not_imported(python: tuple[Path, Path], project: Path) -> None:
    """The name of an installed pack does not lead into the workspace, also where the path does."""
    for folder in (project / "acme_rules", project / "vendor" / "acme_rules"):
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("import pathlib\npathlib.Path('ran').touch()\n", encoding="utf-8")
    assert codes(python[0], project) == ["ACM101"]
    done = lintdem(python[0], project, "check", path=str(project / "vendor"))
    assert done.returncode == 2
    assert re.search(r"acme.rules would be imported from .*acme_rules, inside of", done.stderr, re.IGNORECASE)
    assert not (project / "ran").exists()


def test_pages_of_a_pack_are_tests_and_new_rules_continue_its_codes(python: tuple[Path, Path], tmp_path: Path) -> None:
    """The example pack passes its own page, and the scaffold and the list work on it."""
    shutil.copytree(PACK, tmp_path / "pack", ignore=shutil.ignore_patterns("__pycache__"))
    folder, run = tmp_path / "pack", str(python[0])
    environ = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}

    def call(*arguments: str) -> str:
        done = subprocess.run([run, "-m", *arguments], cwd=folder, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "4 passed" in call("pytest", "-q", "-p", "lintdem.testing.plugin", "-p", "no:cacheprovider", "acme_rules")
    call("lintdem.testing", "new-rule", "late-parcel", "--pack", "acme_rules")
    assert '"ACM102", "late-parcel"' in (folder / "acme_rules" / "late_parcel.py").read_text(encoding="utf-8")
    call("lintdem.testing", "index", "--pack", "acme_rules")
    assert "[direct-charge](acme_rules/direct_charge.md)" in (folder / "README.md").read_text(encoding="utf-8")


def test_the_guide_shows_the_example_pack() -> None:
    """What the guide prints is what these tests install."""
    guide = (ROOT / "docs" / "guide" / "rule-packs.md").read_text(encoding="utf-8")
    for name in ("pyproject.toml", "acme_rules/direct_charge.py"):
        assert (PACK / name).read_text(encoding="utf-8") in guide
