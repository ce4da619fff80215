"""The guide from advice to rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lintdem.errors import UsageError
from lintdem.rule import load_rules
from lintdem.testing.advice import ARTICLES, AWS, guide
from lintdem.testing.index import index
from lintdem.triage import is_on_by_default

RULES = load_rules(("lintdem_rules",))
PAGES = {rule.code: f"lintdem_rules/{rule.name.replace('-', '_')}.md" for rule in RULES}


def test_every_rule_is_somebodys_advice() -> None:
    """A rule that is on by default stands in the guide, but for those of the run itself."""
    named = {f"LDM{number}" for source in (*ARTICLES, *AWS) for _, numbers in source.advice for number in numbers.split()}
    on = {rule.code for rule in RULES if is_on_by_default(rule.group) and not rule.code.startswith("LDM9")}
    assert on <= named


def test_a_code_that_no_rule_has_is_an_error() -> None:
    """The guide cannot name a rule that was taken away."""
    with pytest.raises(UsageError, match="names LDM101, which no rule has"):
        list(guide(PAGES.keys() - {"LDM101"}, PAGES))


def test_links_lead_to_pages_and_addresses() -> None:
    """Every rule is linked to its page; AWS's own guidance has an address, articles are told by their topic alone."""
    text = "\n".join(guide(set(PAGES), PAGES))
    pack = Path(__file__).parents[2] / "rules"
    assert all((pack / page).exists() for page in re.findall(r"\((lintdem_rules/\w+\.md)\)", text))
    assert all(source.address.startswith("https://") for source in AWS)
    assert not any(source.address for source in ARTICLES)


def test_other_packs_have_no_guide() -> None:
    """It speaks of the rules of lintdem."""
    assert "Which rule covers which advice" in index(RULES, "lintdem_rules")
    assert "Which rule covers which advice" not in index(RULES, "acme_rules")
