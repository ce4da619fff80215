"""The rule book as a whole: names, codes, pages, the generated list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lintdem_rules._retired import RETIRED

from lintdem.rule import Group, Rule, load_rules
from lintdem.testing.fixed import fixed
from lintdem.testing.index import index
from lintdem.testing.pages import FIX, Page, parse_page
from lintdem.testing.scaffold import next_code
from lintdem.testing.topics import TOPICS

ROOT = Path(__file__).parents[1]
PACK = ROOT / "rules" / "lintdem_rules"
RULES = load_rules(("lintdem_rules",))
HEADINGS = ("Why it matters", "Bad", "Good", "When to ignore it", "References")
LINES_OF_A_PAGE = 240

WITHOUT_RUNNING_EXAMPLES = {"crashed-rule": "needs a rule pack that raises"}
"""Rules whose examples cannot run as a page, and why."""

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def page_of(rule: Rule) -> Page:
    """The parsed page of a rule."""
    return parse_page(rule.page(), rule.name)


class TestNames:
    """Codes and names are a contract with everybody who has written them into a file."""

    def test_codes_and_names_are_unique(self) -> None:
        """No two rules answer to one code or name."""
        for words in ([rule.code for rule in RULES], [rule.name for rule in RULES]):
            assert sorted(words) == sorted(set(words))

    def test_retired_codes_are_not_given_again(self) -> None:
        """An old suppression never silences a new rule."""
        assert {rule.code for rule in RULES}.isdisjoint(RETIRED)

    @each_rule
    def test_code_belongs_to_a_topic(self, rule: Rule) -> None:
        """A code is LDM and three digits, in the hundred of a topic."""
        assert re.fullmatch(r"LDM[1-9]\d\d", rule.code)
        assert int(rule.code[3]) in [hundred for hundred, _ in TOPICS.values()]

    @each_rule
    def test_name_is_the_fault_in_kebab_case(self, rule: Rule) -> None:
        """A name reads as "allow …": it names the fault, never the remedy."""
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name)
        assert not re.match(r"(use|add|avoid|no|prefer|require|disallow)-", rule.name)

    @each_rule
    def test_summary_convention(self, rule: Rule) -> None:
        """A summary is one line in lower case without a full stop, and gives no orders."""
        assert "\n" not in rule.summary
        assert not rule.summary.endswith(".")
        assert not rule.summary[0].isupper() or rule.summary.split()[0].isupper()
        assert " should " not in f" {rule.summary} "

    def test_next_code_is_free(self) -> None:
        """The scaffold never offers a code in use or a retired one."""
        taken = {rule.code for rule in RULES} | set(RETIRED)
        for topic in TOPICS:
            assert next_code(topic, taken) not in taken


class TestFixes:
    """What the list of rules says of fixes is what rules do."""

    @each_rule
    def test_rule_with_a_fix_shows_it(self, rule: Rule) -> None:
        """A rule offers fixes when, and only when, its page shows one as a patch, which the page's test applies."""
        assert rule.fix in ("none", "safe", "unsafe")
        assert (rule.fix != "none") == any(case.diff for case in page_of(rule).cases)

    @each_rule
    def test_every_page_shows_the_fix_as_a_patch(self, rule: Rule) -> None:
        """The engine's own where it makes one; else one by hand below "The fix", behind the examples."""
        headings = page_of(rule).headings
        if rule.name in WITHOUT_RUNNING_EXAMPLES:
            return
        assert (FIX in headings) == (rule.fix == "none")
        if rule.fix == "none":
            assert headings.index(FIX) == headings.index("Good") + 1
            assert any(case.mend for case in page_of(rule).cases)

    @each_rule
    def test_safe_means_that_fix_alone_does_it(self, rule: Rule) -> None:
        """A rule whose fix is called safe has a page with a patch that `--fix` makes; an unsafe one has none."""
        shown = [case for case in page_of(rule).cases if case.diff]
        made = [fixed(case.files, case.config, rule.code, unsafe=False).patch == case.diff for case in shown]
        assert any(made) == (rule.fix == "safe")


class TestPages:
    """A rule is one module and one page beside it."""

    def test_each_rule_has_its_module_and_page(self) -> None:
        """Modules, pages and rules are the same set."""
        modules = {path.stem for path in PACK.glob("*.py") if not path.stem.startswith("_")}
        pages = {path.stem for path in PACK.glob("*.md")}
        assert modules == pages == {rule.name.replace("-", "_") for rule in RULES}

    @each_rule
    def test_page_is_called_like_its_rule(self, rule: Rule) -> None:
        """The title is the name, the summary below it one sentence."""
        page = page_of(rule)
        assert page.title == rule.name
        assert page.summary.endswith(".")
        assert ". " not in page.summary

    @each_rule
    def test_headings_stand_in_order(self, rule: Rule) -> None:
        """A reader finds the same headings on each page."""
        assert tuple(heading for heading in page_of(rule).headings if heading != FIX) == HEADINGS

    @each_rule
    def test_nursery_rules_say_what_decides_their_promotion(self, rule: Rule) -> None:
        """A rule that waits lists the real findings that it is judged by; one that does not wait has no such list."""
        assert ("### What decides its promotion\n" in rule.page()) == (rule.group is Group.NURSERY)

    @each_rule
    def test_page_is_short(self, rule: Rule) -> None:
        """A page is read in one go."""
        assert len(rule.page().splitlines()) <= LINES_OF_A_PAGE

    @each_rule
    def test_page_says_how_its_findings_are_graded(self, rule: Rule) -> None:
        """A reader knows why one finding is an error and another one a warning."""
        why = rule.page().partition("## Why it matters")[2].partition("\n## ")[0]
        assert re.search(r"\b(an error|a warning|a note|one level lower)\b", why)

    @each_rule
    def test_two_bad_and_two_good_examples(self, rule: Rule) -> None:
        """Each rule is shown twice as found and twice as silent, in running examples."""
        page = page_of(rule)
        if rule.name in WITHOUT_RUNNING_EXAMPLES:
            assert not page.cases
            assert {reason for _, reason in page.ignored} == {WITHOUT_RUNNING_EXAMPLES[rule.name]}
            return
        assert not page.ignored
        for section in ("Bad", "Good"):
            assert len([case for case in page.cases if case.section == section]) >= 2

    @each_rule
    def test_links_lead_somewhere(self, rule: Rule) -> None:
        """References are web addresses or files of this repository."""
        for target in re.findall(r"\]\(([^)]+)\)", rule.page()):
            local = target.partition("#")[0]
            assert target.startswith("https://") or (PACK / local).exists()


def test_index_is_up_to_date() -> None:
    """`rules/README.md` says what the rules say; `python -m lintdem.testing index` writes it."""
    assert (ROOT / "rules" / "README.md").read_text(encoding="utf-8") == index(RULES, PACK.name)


def test_readme_lists_the_rules() -> None:
    """Every rule stands in the README's table with its name."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"\| (LDM\d{3}) \| \[?([\w-]+)", text))
    assert listed == {(rule.code, rule.name) for rule in RULES}
