"""What was found by searching, guided by coverage, for bytes that a reader does not stand: each stays readable."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz.mutating import damaged, reworded
from tests.fuzz.readers import READERS
from tests.fuzz.seeds import seeds

CORPUS = Path(__file__).parent / "corpus"
KEPT = sorted(CORPUS.glob("*/*"))


@pytest.mark.parametrize("reader", sorted(READERS))
def test_reader_keeps_its_promise(reader: str) -> None:
    """A clear problem or a right answer for every input that is kept, and for nothing at all."""
    for data in [b"", *(file.read_bytes() for file in KEPT if file.parent.name == reader)]:
        READERS[reader](data)


@pytest.mark.parametrize("reader", sorted(READERS))
def test_reader_keeps_its_promise_for_what_is_damaged(reader: str) -> None:
    """The same for what is kept and what the pages have, with words and bytes changed, ten thousand times for all readers together; the changes are the same
    in every run."""
    chance = random.Random(reader)
    kept = [*(file.read_bytes() for file in KEPT if file.parent.name == reader), *seeds(reader)]
    for number in range(10_000 // len(READERS) + 1):
        data = chance.choice(kept)
        READERS[reader](damaged(data, chance) if number % 3 == 0 else reworded(data, chance))


def test_every_input_belongs_to_a_reader() -> None:
    """Nothing is kept that nobody replays, and not much of it."""
    assert {file.parent.name for file in KEPT} <= set(READERS)
    assert sum(file.stat().st_size for file in KEPT) < 200_000
