"""A new rule from the scaffold."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintdem.errors import UsageError
from lintdem.model.finding import Group
from lintdem.testing.pages import parse_page
from lintdem.testing.patching import patched
from lintdem.testing.scaffold import NewRule, next_code, write_rule


def test_next_code_follows_the_last_of_the_topic() -> None:
    """Codes are given in order, and those once given are not given again."""
    assert next_code("keys", {"LDM201", "LDM204", "LDM301"}) == "LDM205"
    assert next_code("keys", {"LDM101"}) == "LDM201"
    assert next_code("keys", {"ABC207"}, prefix="ABC") == "ABC208"


def test_module_and_page_stand_side_by_side(tmp_path: Path) -> None:
    """The module compiles and carries what was asked for; the page shows two bad, two good cases and the way from one to
    the other."""
    module, page = write_rule(tmp_path, NewRule("burnt-token", Group.NURSERY, "keys"), {"LDM201"})
    assert (module.name, page.name) == ("burnt_token.py", "burnt_token.md")
    source = module.read_text(encoding="utf-8")
    compile(source, str(module), "exec")
    assert 'RULE = Rule("LDM202", "burnt-token", Group.NURSERY, ' in source
    read = parse_page(page.read_text(encoding="utf-8"), page.name)
    assert read.title == "burnt-token"
    assert [case.section for case in read.cases] == ["Bad", "Bad", "Good", "Good"]
    assert patched(read.cases[0].files, read.cases[0].mend) == read.cases[2].files


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (NewRule("BurntToken", Group.NURSERY), "no name of a rule"),
        (NewRule("burnt-token", Group.NURSERY, code="202"), "no code"),
        (NewRule("burnt-token", Group.NURSERY, code="LDM201"), "LDM201 is taken"),
    ],
)
def test_wrong_wishes_write_nothing(tmp_path: Path, wanted: NewRule, told: str) -> None:
    """A name or code that cannot be is told, and the folder stays as it is."""
    with pytest.raises(UsageError, match=told):
        write_rule(tmp_path, wanted, {"LDM201"})
    assert list(tmp_path.iterdir()) == []


def test_existing_files_are_kept(tmp_path: Path) -> None:
    """A rule that exists is not written over."""
    (tmp_path / "burnt_token.md").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="exists"):
        write_rule(tmp_path, NewRule("burnt-token", Group.NURSERY), set())
    assert (tmp_path / "burnt_token.md").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "burnt_token.py").exists()
