"""A finding can be believed by somebody who reads nothing else: it says five things, of this code and not in general."""

from __future__ import annotations

import re

import pytest

from lintdem.model.finding import Finding
from lintdem.rule import Rule, load_rules
from lintdem.testing.pages import Case, parse_page
from lintdem.testing.runner import run_case

RULES = load_rules(("lintdem_rules",))
OF_DELIVERIES = [rule for rule in RULES if not rule.code.startswith("LDM9")]
"""The others speak of the run itself: a file, a comment, a handler that is not there. No event comes into it."""

SAYS_ITSELF = {"wrapped-timedelta": "what `.seconds` leaves out", "unmeasured-lag": "that no metric is sent"}
"""Rules whose message needs no name of the code, as they speak of the one expression that is underlined."""

TEMPLATES = ("template.yaml", "main.tf")
"""A finding about a resource stands there; its way shows the code that needs the resource."""

NAMED = re.compile(
    r"\b(?:def|class|import) +(\w+)|(\w+)(?=\()|\b(\w+) ?=|^ +(\w+):|\.(\w+)|[\"']([\w.-]+)|\bINTO (\w+)", re.MULTILINE
)
"""What code, templates and statements call, define, set, pass, quote and insert into."""

each_rule = pytest.mark.parametrize("rule", OF_DELIVERIES, ids=lambda rule: rule.name)


def found(rule: Rule) -> list[tuple[Case, Finding]]:
    """What the rule says of the bad examples of its page."""
    cases = parse_page(rule.page(), rule.name).cases
    return [
        (case, one)
        for case in cases
        if case.section == "Bad"
        for one in run_case(case, rule).findings
        if one.code == rule.code
    ]


def words(text: str) -> set[str]:
    """The names in a text, joined and in lower case, so that put_item is PutItem."""
    return {word.replace("_", "").replace("-", "").lower() for word in re.findall(r"[\w-]{3,}", text)}


def names(case: Case) -> set[str]:
    """The names in the files of an example."""
    return set().union(*(words(" ".join(found)) for text in case.files.values() for found in NAMED.findall(text)))


def line(case: Case, path: str, number: int) -> str:
    """A line of the example."""
    return case.files[path].splitlines()[number - 1]


@each_rule
def test_effect_is_named(rule: Rule) -> None:
    """The message names what this code calls, keys, sets or deploys."""
    for case, one in found(rule):
        assert words(one.message) & names(case) or rule.name in SAYS_ITSELF, one.message
        assert (
            one.message[0].islower()
            or one.message.split()[0].isupper()
            or words(one.message.split()[0]) & {*names(case), "lambda", "powertools", "mongodb"}
        ), one.message
        assert not one.message.endswith(".")


@each_rule
def test_way_leads_from_the_handler_to_the_finding(rule: Rule) -> None:
    """Its steps are lines of the code and the template; it begins at the handler, at the event source that calls it, or at the
    module that acts while it is imported, and passes the file that the finding stands in."""
    for case, one in found(rule):
        assert one.handler is not None
        path, _, function = one.handler.partition(":")
        passed = [step.place.path for step in one.why]
        assert len(one.why) >= 2 or rule.name == "effect-at-import"
        assert all(line(case, step.place.path, step.place.span.line).strip() for step in one.why)
        assert path in passed
        assert any(function in step.message for step in one.why) or rule.name == "effect-at-import", one.why
        assert one.path in passed or one.path in TEMPLATES


@each_rule
def test_redelivery_is_told(rule: Rule) -> None:
    """Who runs the handler again, and the line where that was learned."""
    for case, one in found(rule):
        assert one.trigger is not None
        assert one.trigger.words
        evidence = one.trigger.evidence
        assert evidence is None or line(case, evidence.path, evidence.span.line).strip()


@each_rule
def test_guard_and_fix_are_told(rule: Rule) -> None:
    """Why what stands there does not hold the second delivery back, and what would: neither repeats the message."""
    for _, one in found(rule):
        assert one.guard
        assert one.advice
        assert len({one.message, one.guard, one.advice}) == 3
        assert not one.guard.endswith(".")
        assert not one.advice.endswith(".")


def test_advice_for_a_comment_is_told() -> None:
    """A comment that does not do what it says has neither way nor guard, but what to do about it."""
    for rule in RULES:
        if rule.name in ("unused-suppression", "unknown-suppression"):
            assert all(one.advice for _, one in found(rule))
