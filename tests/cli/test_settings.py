"""The settings in the terminal, and their schema."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from lintdem.config import KEYS, parse
from lintdem.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Run = Callable[..., Any]
ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "rules").rglob("*.md"))]


def examples() -> list[str]:
    """Every block of settings in the README, the guides and the pages of rules; a rule pack's project file is none."""
    found = []
    for page in PAGES:
        for text in re.findall(r"^```toml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            if "[project]" not in text:
                found.append(text.replace("[tool.lintdem]", "").replace("tool.lintdem.", ""))
    return found


@pytest.fixture
def schema(lintdem: Run) -> dict[str, Any]:
    """The schema as it is printed."""
    document: dict[str, Any] = json.loads(lintdem("config", "--schema").out)
    return document


class TestSchema:
    """`lintdem config --schema`."""

    def test_it_is_a_schema_of_every_key(self, schema: dict[str, Any]) -> None:
        """It is valid by its metaschema, knows each key and explains it."""
        Draft7Validator.check_schema(schema)
        assert schema["$schema"] == Draft7Validator.META_SCHEMA["$schema"]
        assert schema["$id"].startswith("https://")
        assert set(schema["properties"]) == set(KEYS)
        assert all(shape["description"].endswith(".") for shape in schema["properties"].values())

    def test_the_examples_are_valid(self, schema: dict[str, Any]) -> None:
        """What the README and the guides show is what the schema accepts."""
        shown = examples()
        assert len(shown) >= 5
        for text in shown:
            Draft7Validator(schema).validate(tomllib.loads(text))

    @pytest.mark.parametrize(
        "text",
        [
            'select = "LDM1"', 'fail_on = "error"', 'fail-on = "eror"', "require-reason = 1", 'levels = {LDM301 = "fatal"}',
            'target-version = "3.12"', 'sources.sqs.retention = "4 days"', 'sources.sqss.retention = "4d"', "sources.sqs.x = 1",
            'sources.sqs.retention = "0d"', '[[handlers]]\npattern = "a:b"', '[[handlers]]\npattern = "a:b"\nsource = "sqss"',
            'effects = ["x.y"]', '[[effects]]\nnames = ["b"]', '[[effects]]\nof = ["a"]\nnames = ["b"]\nkind = "write"',
            '[[guards]]\nof = ["a"]\nnames = ["b"]\nform = "claim"', '[[safe]]\nof = ["a"]\nnames = ["b"]\nreason = ""', "nothing = 1",
        ],
    )  # fmt: skip
    def test_it_refuses_what_the_reader_refuses(self, text: str, schema: dict[str, Any], project: Path) -> None:
        """A mistake that ends a run is underlined in the editor before."""
        with pytest.raises(UsageError):
            parse(text, project)
        assert not Draft7Validator(schema).is_valid(tomllib.loads(text))

    def test_it_accepts_what_the_reader_accepts(self, schema: dict[str, Any], project: Path) -> None:
        """Every key with a value that is read."""
        text = (
            'extend = "x.toml"\nselect = ["LDM1"]\nextend-select = []\nignore = []\nfail-on = "error"\nrequire-reason = true\n'
            'exclude = ["a/"]\nextend-exclude = []\nrespect-gitignore = false\nsource-roots = []\nlayers = ["."]\ntemplates = ["*.yaml"]\n'
            'baseline = "b.json"\ntarget-version = "py312"\nplugins = ["acme.rules"]\nlevels = {LDM1 = "note"}\n'
            'per-file-ignores = {"a/*" = ["LDM1"]}\nsources = {sqs = {retention = "14d"}}\n'
            '[[handlers]]\npattern = "a:b"\nsource = "sqs"\n[[effects]]\nof = ["a"]\nnames = ["b"]\n[[guards]]\nof = ["a"]\nnames = ["b"]\n'
            '[[safe]]\nof = ["a"]\nnames = ["b"]\n'
        )
        assert set(tomllib.loads(text)) == set(KEYS)
        parse(text, project)
        Draft7Validator(schema).validate(tomllib.loads(text))


class TestOrigins:
    """Where each value comes from."""

    def test_of_a_chain_of_files(self, project: Path, lintdem: Run) -> None:
        """What the base sets and what the project sets are told apart, value by value."""
        (project / "base.toml").write_text('fail-on = "error"\n', encoding="utf-8")
        (project / "service").mkdir()
        (project / "service/lintdem.toml").write_text(
            'extend = "../base.toml"\nbaseline = "old.json"\nlayers = ["."]\n[sources.sqs]\nretention = "4d"\n', encoding="utf-8"
        )
        lines = lintdem("config", "service").out.splitlines()
        assert 'fail-on = "error"  # base.toml:1' in lines
        assert 'layers = ["."]  # service/lintdem.toml:3' in lines
        assert f'baseline = "{project}/service/old.json"  # service/lintdem.toml:2' in lines
        assert 'sources = {"sqs": {"retention": "345600s"}}  # service/lintdem.toml:4' in lines
        assert 'target-version = ""  # default' in lines

    def test_show_settings_of_a_check(self, project: Path, lintdem: Run) -> None:
        """`check --show-settings` tells the same, with what the command line sets."""
        assert lintdem("check", "--show-settings").out == lintdem("config").out
        assert 'fail-on = "error"  # command line' in lintdem("check", "--show-settings", "--fail-on", "error").out
