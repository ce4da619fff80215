"""The words of a `# lintdem: …` comment, in whatever kind of file it stands."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.regexes import late

MARK = "lintdem:"
_START = late(r"(?:#|^//)[ \t]*lintdem:")
_NAMED = ("ignore-file", "ignore", "guarded-by", "source")
_BARE = "idempotent"


def split_comment(comment: str) -> Iterator[tuple[int, str]]:
    """The directives in one comment with their offsets, as there may be others beside it: `# noqa # lintdem: …`."""
    starts = [match.start() for match in _START.finditer(comment)]
    ends = [*starts[1:], len(comment)]
    for start, end in zip(starts, ends, strict=False):
        yield start, comment[start:end].rstrip()


def read_comment(comment: str) -> tuple[str, tuple[str, ...], str]:
    """Kind, names and reason of one directive."""
    words = comment.partition(MARK)[2].strip()
    if words == _BARE or words.startswith((_BARE + " ", _BARE + "\t")):
        return _BARE, (), _reason(words[len(_BARE) :])
    kind, bracket, rest = words.partition("[")
    inside, closing, after = rest.partition("]")
    names = tuple(name.strip() for name in inside.split(",") if name.strip())
    if kind.strip() in _NAMED and bracket and closing and names:
        return kind.strip(), names, _reason(after)
    return "unknown", (), words


def _reason(text: str) -> str:
    return text.strip().removeprefix("--").strip()
