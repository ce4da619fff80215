"""Guards that are taken away have to be missed, and guards that are put in have to count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from lintdem.testing.pages import Case, parse_page
from tests.fuzz.guards import TAKING, with_idempotent_handlers
from tests.fuzz.test_changes import PAGES, alike, changed, findings, is_python, sample

UNGUARDED = frozenset({"LDM101", "LDM102", "LDM103", "LDM104", "LDM105"})
"""What is said where no guard stands before an effect."""
NOT_NEEDED = {
    ("conditions", "fresh_value_outside_step/Good / All ids in one step"): "the durable step is kept, with or without the condition",
    ("tokens", "short_lived_token/Good / A marker in the same transaction"): "the marker refuses the second transaction",
    ("tokens", "short_lived_token/Good / A transaction that only sets"): "to set the same again changes nothing",
    ("tokens", "vanishing_old_value/Good / Read first, delete last"): "Stripe refuses a second refund of all that is left",
}  # fmt: skip
"""Guards beside which something else holds the second run back."""
BY_CONTENT = "MessageDeduplicationId="
"""A FIFO queue that takes messages without this id knows them by their content, or it would refuse them:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"""


def examples(kind: str) -> Iterator[tuple[str, Case]]:
    """The good or the bad examples of all rule pages that are Python."""
    for page in PAGES:
        for case in parse_page(page.read_text(encoding="utf-8"), page.name).cases:
            if case.title.startswith(kind) and all(is_python(text) for path, text in case.files.items() if path.endswith(".py")):
                yield f"{page.stem}/{case.title}", case


@pytest.mark.parametrize("guard", TAKING)
def test_a_guard_that_is_gone_is_missed(guard: str) -> None:
    """Every good example of every page says something once its guard is taken away."""
    tried = 0
    for name, case in examples("Good"):
        after = changed(case.files, TAKING[guard])
        by_content = guard == "tokens" and any(BY_CONTENT in text for text in case.files.values())
        if after != case.files and (guard, name) not in NOT_NEEDED and not by_content:
            tried += 1
            assert alike(findings(after, case.config)) - alike(findings(case.files, case.config)), name
    assert tried > 15, "the pages show this guard often, unless it is not recognised any more"


IN_SAMPLE = [(guard, path) for guard in TAKING for path, text in sample().items() if path.endswith(".py") and TAKING[guard](text) != text]


@pytest.mark.parametrize(("guard", "path"), IN_SAMPLE)
def test_a_guard_that_is_gone_from_the_sample_is_missed(guard: str, path: str) -> None:
    """The same, file after file, for a whole application."""
    before = sample()
    after = {**before, path: TAKING[guard](before[path])}
    assert alike(findings(after, "")) - alike(findings(before, "")), path


def test_a_guard_that_is_put_in_counts() -> None:
    """Powertools' decorator around a handler without a guard answers what was said of that."""
    tried: Counter[str] = Counter()
    for name, case in examples("Bad"):
        after = changed(case.files, with_idempotent_handlers)
        said = {code for code, _ in alike(findings(case.files, case.config))} & UNGUARDED
        if after != case.files and said:
            tried.update(said)
            left = {code for code, _ in alike(findings(after, case.config))} & UNGUARDED
            assert not left, name
    assert {"LDM101", "LDM102"} <= set(tried)
