"""One fault, one finding: with all rules selected no two of them tell the same cause at one place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

import pytest

from lintdem.config import Overrides
from lintdem.model.finding import Finding
from lintdem.session import CheckRequest, Session, check_files
from lintdem.testing.pages import Case, parse_page

ROOT = Path(__file__).parents[1]
PAGES = sorted([*(ROOT / "rules" / "lintdem_rules").glob("*.md"), *(ROOT / "tests" / "cases").glob("*.md")])

BESIDE_ALL = {
    "LDM520": "how a guard is configured is a fault of its own: a payload that has changed is not what a redelivery brings",
    "LDM606": "that a part of a call failed unseen is another loss than that the call runs again",
    "LDM803": "an id in the message is wanted whatever else is done about the call",
    "LDM804": "an id in the notice is wanted whatever else is done about the call",
}
"""Rules that may stand beside any other, and why."""

ALLOWED = {
    ("LDM101", "LDM533"): "the function runs outside of a step on one way and inside of one on another",
    ("LDM101", "LDM604"): "the SDK sends the request again within one run: a time-out mends that, no guard does",
    ("LDM108", "LDM301"): "what the write replaces and what is done with the old value are mended apart",
    ("LDM109", "LDM301"): "one of several writes in a call is refused, another replaces its item",
    ("LDM201", "LDM204"): "one part of the key is of the wrong kind, another part is missing",
    ("LDM201", "LDM503"): "the key is one fault of the record, the status that is never set another",
    ("LDM201", "LDM507"): "what the key is and how long it is kept are mended apart",
    ("LDM204", "LDM503"): "the key is one fault of the record, the status that is never set another",
    ("LDM205", "LDM503"): "the key is one fault of the record, the status that is never set another",
    ("LDM205", "LDM507"): "whether there is a key and how long it is kept are mended apart",
    ("LDM209", "LDM507"): "what the key picks and how long it is kept are mended apart",
    ("LDM301", "LDM310"): "the condition that is missing, and the call that cannot carry one: the first is on, the second asked for",
    ("LDM301", "LDM308"): "the write has no condition, and its expiry is in the wrong unit",
    ("LDM507", "LDM519"): "how long the record is kept has nothing to do with the time that the run has left",
    ("LDM701", "LDM705"): "where failures go and how long a message stays hidden are two settings of one queue",
    ("LDM702", "LDM703"): "how long dead letters are kept and who is told of them are two settings of one queue",
}
"""Pairs of rules that may stand on one line because the causes are two, each with the reason."""


def pairs(findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """The rules that tell something on the same line, but for the run itself and those that stand beside all."""
    lines: dict[tuple[str, int], set[str]] = defaultdict(set)
    for finding in findings:
        if finding.code not in BESIDE_ALL and not finding.code.startswith("LDM9"):
            lines[finding.path, finding.span.line].add(finding.code)
    for codes in lines.values():
        yield from combinations(sorted(codes), 2)


def settings(case: Case) -> str:
    """The settings of a case with every rule on."""
    left_out = ("select", "ignore", "extend-select", "levels")
    return "\n".join(['select = ["ALL"]', *(line for line in case.config.splitlines() if not line.startswith(left_out))])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_examples_tell_each_cause_once(path: Path) -> None:
    """On every example of a page, with all rules selected."""
    for case in parse_page(path.read_text(encoding="utf-8"), path.name).cases:
        told = set(pairs(check_files(case.files, settings(case)).findings))
        assert told <= ALLOWED.keys(), case.title


def test_the_sample_tells_each_cause_once() -> None:
    """On the sample application, with all rules selected."""
    request = CheckRequest(folder=ROOT / "sample", overrides=Overrides(select=("ALL",)), cache=False)
    assert set(pairs(Session(request).check().findings)) <= ALLOWED.keys()


def test_allowed_pairs_are_in_order() -> None:
    """A pair stands once, lower code first, and holds no rule that may stand beside all."""
    assert all(one < other and not {one, other} & BESIDE_ALL.keys() for one, other in ALLOWED)
