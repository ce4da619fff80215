"""The benchmark runs with one command and reports every state of lintdem."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_benchmark_measures_every_state(tmp_path: Path) -> None:
    """On a corpus that is named, which is only read, and on one that is made, each command does its work."""
    corpus = tmp_path / "shop"
    corpus.mkdir()
    (corpus / "app.py").write_text("def handler(event, context):\n    return 1\n", encoding="utf-8")
    asked = ["--no-peers", "--runs", "1", "--generated", "3", "--corpus", str(corpus), "--format", "json"]
    command = [sys.executable, str(ROOT / "bench/run.py"), *asked]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    starting, named, made = json.loads(done.stdout)["results"]
    assert [row["name"] for row in starting["rows"]][:2] == ["lintdem --version", "lintdem --help"]
    states = ["lintdem cold", "lintdem warm", "lintdem, one file changed"]
    for result, lines in ((named, 2), (made, made["lines"])):
        assert [row["name"] for row in result["rows"]] == states
        assert result["lines"] == lines
        assert not any(row["failed"] for row in result["rows"])
        assert all(row["wall_seconds"] > 0 and row["cpu_seconds"] > 0 and row["peak_bytes"] > 0 for row in result["rows"])
    assert [file.name for file in corpus.iterdir()] == ["app.py"]
