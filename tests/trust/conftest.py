"""A project with a fault that every run has to tell, and lintdem in a process that may take only so much."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

APP = """import boto3

sns = boto3.client("sns")


def handler(event, context):
    sns.publish(TopicArn="arn", Message=event["detail"]["text"])
"""
FOUND = "app.py:7:5: LDM101"
_BOUNDED = """import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
header = sys.argv.pop(1)
if header == "unprivileged":
    import ctypes
    ctypes.CDLL(None).capset(ctypes.byref((ctypes.c_uint32 * 2)(0x20080522, 0)), ctypes.byref((ctypes.c_uint32 * 6)()))
from lintdem.cli import main
main()
"""
"""The system ends a process that has used a minute of a processor or four gigabytes: what has no bound fails, however fast
the machine is."""

Ran = subprocess.CompletedProcess[str]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one faulty handler."""
    root = tmp_path.resolve() / "project"
    (root / ".git").mkdir(parents=True)
    (root / "app.py").write_text(APP, encoding="utf-8")
    return root


@pytest.fixture
def bounded(project: Path) -> Callable[..., Ran]:
    """Run lintdem in the project within these bounds; it never ends with a traceback."""

    def call(*arguments: str, privileged: bool = True) -> Ran:
        how = "as it is" if privileged else "unprivileged"
        command = [sys.executable, "-c", _BOUNDED, how, *(arguments or ("check", "--no-cache", "--format", "concise"))]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, errors="replace", check=False)
        assert done.returncode in (0, 1, 2), (done.returncode, done.stderr)
        assert "Traceback" not in done.stderr and "LDM905" not in done.stdout
        return done

    return call
