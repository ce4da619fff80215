"""The commands beside `check`: the rule book and the settings in the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]
"""The command line; gives exit code, output and errors."""


class TestRules:
    """The rule book in the terminal."""

    def test_every_rule_is_listed_and_explained(self, lintdem: Run) -> None:
        """The list, the JSON and the pages know the same rules."""
        rules = json.loads(lintdem("rules", "--format", "json").out)
        assert {"LDM101", "LDM903"} <= {rule["code"] for rule in rules}
        table = lintdem("rules").out
        for rule in rules:
            assert f"{rule['code']}  {rule['name']}" in table
            page = lintdem("explain", rule["code"], "--format", "markdown").out
            assert page.startswith(f"# {rule['name']}\n")
            assert lintdem("rule", rule["name"], "--format", "markdown").out == page

    def test_page_in_the_terminal(self, lintdem: Run) -> None:
        """The page is laid out for the width, without colour in a pipe."""
        out = lintdem("explain", "LDM101").out
        assert "LDM101, group correctness" in out
        assert "Why it matters" in out
        assert "\x1b" not in out
        assert max(len(line) for line in out.splitlines()) <= 80

    def test_without_a_name_the_rules_are_listed(self, lintdem: Run) -> None:
        """`lintdem explain` alone is the list."""
        assert lintdem("explain").out == lintdem("rules").out


class TestConfig:
    """The settings of a run."""

    def test_config_command_tells_where_from(self, project: Path, lintdem: Run) -> None:
        """Every setting with its file and line."""
        (project / "lintdem.toml").write_text('ignore = ["LDM101"]\nfail-on = "error"\n', encoding="utf-8")
        lines = lintdem("config").out.splitlines()
        assert 'fail-on = "error"  # lintdem.toml:2' in lines
        assert "require-reason = false  # default" in lines
        document = json.loads(lintdem("config", "--format", "json").out)
        assert document["ignore"]["value"] == ["LDM101"]
