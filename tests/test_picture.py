"""The picture of the report shows what is printed."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def rows(svg: str) -> list[str]:
    """The text of a picture line by line, without blanks, which depend on the width."""
    found: dict[float, str] = {}
    for height, text in re.findall(r'<text class="lintdem-report-r\d+" x="[\d.]+" y="([\d.]+)"[^>]*>([^<]*)</text>', svg):
        found[float(height)] = found.get(float(height), "") + "".join(html.unescape(text).split())
    return [row for _, row in sorted(found.items())]


def test_every_line_of_the_picture_is_printed() -> None:
    """A change of the report that the picture does not have fails here: run `python tools/report_picture.py`."""
    drawn = rows((ROOT / "docs" / "pictures" / "report.svg").read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "lintdem", "check", "sample", "--no-cache", "--color", "never"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    words = "".join(re.sub(r"\(\d+\.\d s\)", "(0.4 s)", printed).split())
    assert any(row.startswith("error[LDM103]") for row in drawn)
    assert [row for row in drawn if row not in words] == ["$lintdemchecksample"]
