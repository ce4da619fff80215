"""Pages as pytest runs them, in a pytest of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FAULT = """\
import boto3


def handler(event, context):
    boto3.client("sns").publish(PhoneNumber="+3225550100", Message=event["detail"]["text"]){marker}
"""


def run_pages(folder: Path, page: str) -> tuple[int, str]:
    """Exit code and output of pytest over `cases/page.md`."""
    cases = folder / "cases"
    cases.mkdir()
    (cases / "page.md").write_text(page, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "lintdem.testing.plugin", "-v", "-p", "no:cacheprovider", "cases"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def page(marker: str) -> str:
    """A page of one case."""
    return f"# a\n\n## one fault\n\n```python\n{FAULT.format(marker=marker)}```\n"


def test_marked_finding_passes(tmp_path: Path) -> None:
    """A case whose findings are all marked passes, under the name of its heading."""
    code, output = run_pages(tmp_path, page("  # error: [LDM101]"))
    assert code == 0, output
    assert "cases/page.md::one fault PASSED" in output


def test_unmarked_finding_fails(tmp_path: Path) -> None:
    """A finding without a marker is told with file, line, code and message."""
    code, output = run_pages(tmp_path, page(""))
    assert code == 1
    assert "unexpected: handler.py:5: error [LDM101]" in output


def test_marker_without_finding_fails(tmp_path: Path) -> None:
    """A marker of another level or code is a marker without a finding."""
    code, output = run_pages(tmp_path, page("  # warning: [LDM101]"))
    assert code == 1
    assert "missing: handler.py:5: warning [LDM101]" in output
    assert "unexpected: handler.py:5: error [LDM101]" in output


def test_broken_page_is_an_error(tmp_path: Path) -> None:
    """A page that cannot be read is no passing page."""
    code, output = run_pages(tmp_path, "# a\n\n## one\n\n```python\nx = 1\n")
    assert code == 2
    assert "page.md:5: this fence is never closed" in output
