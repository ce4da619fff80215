"""What was found by searching, guided by coverage, for bytes that a reader does not stand: each stays readable."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.readers import READERS

CORPUS = Path(__file__).parent / "corpus"
KEPT = sorted(CORPUS.glob("*/*"))


@pytest.mark.parametrize("reader", sorted(READERS))
def test_reader_keeps_its_promise(reader: str) -> None:
    """A clear problem or a right answer for every input that is kept, and for nothing at all."""
    for data in [b"", *(file.read_bytes() for file in KEPT if file.parent.name == reader)]:
        READERS[reader](data)


def test_every_input_belongs_to_a_reader() -> None:
    """Nothing is kept that nobody replays, and not much of it."""
    assert {file.parent.name for file in KEPT} <= set(READERS)
    assert sum(file.stat().st_size for file in KEPT) < 200_000
