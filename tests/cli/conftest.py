"""Fixtures: a project that is the working directory, and the command line run in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from lintdem.cli import run


class Ran(NamedTuple):
    """What a run left behind."""

    code: int
    out: str
    err: str

    @property
    def codes(self) -> list[str]:
        """The codes of a JSON report."""
        return [finding["code"] for finding in json.loads(self.out)["findings"]]

    @property
    def paths(self) -> list[str]:
        """The paths of a JSON report's findings."""
        return [finding["path"] for finding in json.loads(self.out)["findings"]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, which is the working directory."""
    root = tmp_path.resolve() / "project"
    (root / ".git").mkdir(parents=True)
    monkeypatch.chdir(root)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return root


@pytest.fixture
def lintdem(project: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command line in this process."""

    def call(*arguments: str) -> Ran:
        code = run(arguments)
        return Ran(code, *capfd.readouterr())

    return call
