"""What is installed and published: pinned, built again with the same bytes, with as few rights as can be."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / ".ci" / "lock.txt").read_text(encoding="utf-8")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
BUILT = ("lintdem", "rules", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "pyproject.toml", "action.yml", "sample")


def pinned() -> Iterator[tuple[Requirement, list[str]]]:
    """Each entry of the lock with its hashes."""
    for entry in re.split(r"\n(?=\S)", LOCK.strip()):
        first, *rest = entry.split("\\\n")
        yield Requirement(first.strip()), [line.strip() for line in rest]


def wanted(extra: str) -> Iterator[Requirement]:
    """What an extra asks for, with the extras of our own that it names."""
    for text in PROJECT["optional-dependencies"][extra]:
        requirement = Requirement(text)
        if requirement.name == "lintdem":
            for inner in requirement.extras:
                yield from wanted(inner)
        else:
            yield requirement


class TestLock:
    def test_everything_is_pinned_with_hashes_and_no_address(self) -> None:
        """Whatever registry it comes from, a file with other bytes is refused."""
        for requirement, hashes in pinned():
            assert [one.operator for one in requirement.specifier] == ["=="], requirement
            assert hashes, requirement
            assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes), requirement
        assert "://" not in LOCK

    def test_the_lock_has_what_the_project_asks_for(self) -> None:
        """A dependency that is added or raised without a new lock fails here: CONTRIBUTING.md, "Dependencies", has the command."""
        known: dict[str, list[str]] = {}
        for requirement, _ in pinned():
            known.setdefault(canonicalize_name(requirement.name), []).append(next(iter(requirement.specifier)).version)
        asked = [*map(Requirement, PROJECT["dependencies"]), *wanted("dev")]
        unmet = [str(one) for one in asked if not any(one.specifier.contains(v) for v in known.get(canonicalize_name(one.name), ()))]
        assert unmet == []


class TestPackages:
    def test_the_same_sources_give_the_same_bytes(self, tmp_path: Path) -> None:
        """Built in two places, from files of other ages and rights, without a registry, wheel and source distribution are equal."""
        built = []
        for number, name in enumerate(("one", "a longer name")):
            place = tmp_path / name
            place.mkdir()
            for part in BUILT:
                source = ROOT / part
                if source.is_dir():
                    ignored = shutil.ignore_patterns("__pycache__", ".*_cache")
                    shutil.copytree(source, place / part, ignore=ignored)
                else:
                    shutil.copy(source, place / part)
            for file in place.rglob("*"):
                if file.is_file():
                    file.chmod(0o600 if number else 0o644)
                os.utime(file, (1_000_000_000 + number, 1_000_000_000 + number))
            environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "PIP_NO_INDEX": "1", "PYTHONHASHSEED": str(number)}
            command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(place / "out"), str(place)]
            done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            built.append({file.name: file.read_bytes() for file in (place / "out").iterdir()})
        assert sorted(Path(name).suffix for name in built[0]) == [".gz", ".whl"]
        assert built[0] == built[1]


class TestWorkflows:
    @pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
    def test_a_workflow_has_the_rights_that_its_jobs_need(self, file: Path) -> None:
        """Nothing is granted to the workflow as a whole; each job says what it needs, and none may write."""
        workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            assert set(job["permissions"].values()) <= {"read"}
            checkouts = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
            assert all(step["with"]["persist-credentials"] is False for step in checkouts)

    @pytest.mark.parametrize("file", [ROOT / "action.yml", *WORKFLOWS], ids=lambda file: file.name)
    def test_actions_are_pinned_by_commit(self, file: Path) -> None:
        """A tag can be moved; a commit cannot. The version stands beside it."""
        used = re.findall(r"uses: (\S+)(.*)", file.read_text(encoding="utf-8"))
        assert used
        assert [one for one in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one[0]) or not re.match(r" # v\d", one[1])] == []
