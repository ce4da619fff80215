"""One fault, one finding: with all rules selected no two of them tell the same cause at one place."""

from __future__ import annotations

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
    ("LDM102", "LDM109"): "on one way the name is a new one, on another it comes with the event and is taken",
    ("LDM108", "LDM301"): "what the write replaces and what is done with the old value are mended apart",
    ("LDM109", "LDM301"): "one of several writes in a call is refused, another replaces its item",
    ("LDM201", "LDM204"): "one part of the key is of the wrong kind, another part is missing",
    ("LDM201", "LDM503"): "the key is one fault of the record, the status that is never set another",
    ("LDM201", "LDM507"): "what the key is and how long it is kept are mended apart",
    ("LDM204", "LDM503"): "the key is one fault of the record, the status that is never set another",
    ("LDM205", "LDM503"): "the key is one fault of the record, the status that is never set another",
    ("LDM205", "LDM507"): "whether there is a key and how long it is kept are mended apart",
    ("LDM206", "LDM503"): "the key is one fault of the record, the status that is never set another",
    ("LDM206", "LDM507"): "what the key is and how long it is kept are mended apart",
    ("LDM209", "LDM507"): "what the key picks and how long it is kept are mended apart",
    ("LDM301", "LDM310"): "the condition that is missing, and the call that cannot carry one: the second is asked for",
    ("LDM301", "LDM308"): "the write has no condition, and its expiry is in the wrong unit",
    ("LDM503", "LDM507"): "that the record never says when the work is done and how long it is kept are mended apart",
    ("LDM507", "LDM519"): "how long the record is kept has nothing to do with the time that the run has left",
    ("LDM701", "LDM704"): "where failures go and how late an event may run are two settings of one function",
    ("LDM701", "LDM705"): "where failures go and how long a message stays hidden are two settings of one queue",
    ("LDM701", "LDM711"): "where failures go and what the function may do are two settings of it",
    ("LDM702", "LDM703"): "how long dead letters are kept and who is told of them are two settings of one queue",
}
"""Pairs of rules that may stand on one line because the causes are two, each with the reason."""

OF_ONE_CALL = {
    ("LDM101", "LDM501"): "the call is reached on a way without a check, and on another behind one that two runs pass",
    ("LDM101", "LDM605"): "that nobody waits for the work and that nothing holds it back are mended apart",
    ("LDM101", "LDM503"): "the call is reached on a way where nothing asks, and on another behind a record that stands before it",
    (
        "LDM101",
        "LDM607",
    ): "the message is lost when the call fails, and the event repeats the call: two ways to go wrong",
    ("LDM102", "LDM607"): "the event that is gone when the write fails, and the new name that each run makes, are mended apart",
    ("LDM301", "LDM501"): "the write is made on a way without a check, where a late event wins, and on another behind one that two runs pass",
    ("LDM301", "LDM502"): "one write of a transaction claims too late, another one of it replaces what is newer",
    ("LDM301", "LDM503"): "the marker stays when the run dies, and what it was set for can be written late",
    ("LDM301", "LDM605"): "that nobody waits for the write and that it has no condition are mended apart",
    ("LDM301", "LDM607"): "the message is lost when the write fails, and a late one overwrites a newer one",
    ("LDM304", "LDM310"): "the batch goes past a condition that raises for a duplicate elsewhere",
    (
        "LDM304",
        "LDM502",
    ): "the claim comes too late, and nobody catches its refusal: moved to the front it would still raise",
    ("LDM401", "LDM503"): "a crash loses the work, and a late event does what is out of time",
    ("LDM501", "LDM503"): "two runs pass the check together, and a crash behind the record loses the work",
    ("LDM507", "LDM524"): "how long the record is kept and how many effects it stands for are mended apart",
    ("LDM507", "LDM603"): "how long the record is kept and what the retry inside the run repeats are mended apart",
    ("LDM532", "LDM533"): "the value is another one with each replay, and the step itself may run twice",
}
"""Pairs of rules that may tell something of one call on different lines, each with the reason."""

OF_THE_BATCH = {
    "LDM601": "that one bad record brings back all others is mended by the answer to the source, whatever is repeated"
}
"""Rules that may tell something of any call of a loop over records, and why."""


def pairs(findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """The rules that tell something on the same lines, but for the run itself and those that stand beside all."""
    told = [one for one in findings if one.code not in BESIDE_ALL and not one.code.startswith("LDM9")]
    for one, other in combinations(sorted(told, key=lambda one: one.code), 2):
        within = one.span.line <= other.span.end_line and other.span.line <= one.span.end_line
        if one.path == other.path and one.code != other.code and within:
            yield one.code, other.code


def subjects(findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """The rules that tell something of one call of one handler, on whatever lines; what the template sets is never the same
    cause as what the code does, and two settings on different lines are two."""
    told = [
        one for one in findings if one.code not in {*BESIDE_ALL, *OF_THE_BATCH} and one.code[3] not in "79" and one.why
    ]
    for one, other in combinations(sorted(told, key=lambda one: one.code), 2):
        ends = [(found.why[-1].place.path, found.why[-1].place.span.line) for found in (one, other)]
        places = [(found.path, found.span.line) for found in (one, other)]
        same = ends[0] in (ends[1], places[1]) or ends[1] == places[0]
        if same and places[0] != places[1] and one.handler == other.handler and one.code != other.code:
            yield one.code, other.code


def settings(case: Case) -> str:
    """The settings of a case with every rule on."""
    left_out = ("select", "ignore", "extend-select", "levels")
    return "\n".join(
        ['select = ["ALL"]', *(line for line in case.config.splitlines() if not line.startswith(left_out))]
    )


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_examples_tell_each_cause_once(path: Path) -> None:
    """On every example of a page, with all rules selected."""
    for case in parse_page(path.read_text(encoding="utf-8"), path.name).cases:
        found = check_files(case.files, settings(case)).findings
        assert set(pairs(found)) <= ALLOWED.keys(), case.title
        assert set(subjects(found)) <= ALLOWED.keys() | OF_ONE_CALL.keys(), case.title


def test_the_sample_tells_each_cause_once() -> None:
    """On the sample application, with all rules selected."""
    request = CheckRequest(folder=ROOT / "sample", overrides=Overrides(select=("ALL",)), cache=False)
    found = Session(request).check().findings
    assert set(pairs(found)) <= ALLOWED.keys()
    assert set(subjects(found)) <= ALLOWED.keys() | OF_ONE_CALL.keys()


def test_allowed_pairs_are_in_order() -> None:
    """A pair stands once, lower code first, and holds no rule that may stand beside all."""
    alone = BESIDE_ALL.keys() | OF_THE_BATCH.keys()
    assert all(one < other and not {one, other} & alone for one, other in (*ALLOWED, *OF_ONE_CALL))
    assert not ALLOWED.keys() & OF_ONE_CALL.keys()


def test_the_record_of_a_check_is_no_fault_of_its_own() -> None:
    """What two runs write after they passed a check together is told with the check: one condition mends both."""
    page = parse_page((ROOT / "rules" / "lintdem_rules" / "check_then_act.md").read_text(encoding="utf-8"), "page")
    for case in page.cases:
        if case.section == "Bad":
            found = check_files(case.files, 'select = ["LDM3", "LDM501"]').findings
            assert [one.code for one in found] == ["LDM501"], case.title
