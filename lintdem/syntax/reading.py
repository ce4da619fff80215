"""One file, read in this process: bytes in, module out, whatever the bytes are.

What cannot be read is a module without a body and with an LDM901 problem that says where and why.
"""

from __future__ import annotations

import hashlib
import traceback

import msgspec

from lintdem.errors import LoweringError
from lintdem.model.module import Module, Problem
from lintdem.model.span import Place, Span
from lintdem.syntax.decode import count_lines, decode_source
from lintdem.syntax.hazard import CALM, CALM_SIZE, Hazard, Risk, weigh

UNREADABLE = "LDM901"
_MOST_DETAIL = 400


class Source(msgspec.Struct, frozen=True):
    """A file that was looked at but not parsed; `error` says why it has no text or must not be parsed."""

    path: str
    data: bytes
    text: str = ""
    hazard: Hazard = CALM
    error: LoweringError | None = None

    @property
    def risky(self) -> bool:
        """Whether to parse it in a process of its own."""
        return self.hazard.risk is Risk.RISKY


def read_quickly(path: str, data: bytes) -> Module | None:
    """The module of a file by Python's own parser; None when it has to be looked at."""
    # Loaded with the first file, which a run with a warm cache never has.
    from lintdem.syntax.quick.lower import lower_quickly  # noqa: PLC0415

    try:
        text = decode_source(data)
    except LoweringError:
        return None
    return lower_quickly(path, text, digest(data), count_lines(data)) if len(text) <= CALM_SIZE else None


def look_at(path: str, data: bytes) -> Source:
    """Decode a file and weigh it."""
    try:
        text = decode_source(data)
    except LoweringError as error:
        return Source(path, data, error=error)
    hazard = weigh(text)
    hopeless = LoweringError(hazard.reason, hazard.line) if hazard.risk is Risk.HOPELESS else None
    return Source(path, data, text, hazard, hopeless)


def lower_here(source: Source) -> Module:
    """The module of a file. Never raises, but a risky file can end the process."""
    try:
        if source.error is not None:
            raise source.error
        # The parser takes a tenth of a second to load, which a run with a warm cache never needs.
        from lintdem.syntax.lower import lower_text  # noqa: PLC0415

        return lower_text(source.path, source.text, digest(source.data), count_lines(source.data))
    except LoweringError as error:
        return unreadable(source, error)
    except (RecursionError, MemoryError) as error:
        return unreadable(source, LoweringError("nested too deeply for the parser", source.hazard.line), str(error))
    except Exception as error:
        # One of two places that catch everything: a fault in lowering costs one file, said out loud.
        failure = LoweringError(f"could not be lowered: {type(error).__name__}: {error}")
        return unreadable(source, failure, traceback.format_exc())


def unreadable(source: Source, error: LoweringError, detail: str = "") -> Module:
    """The module of a file that could not be read."""
    # What the parser says ends with the whole line, which may be a megabyte.
    detail = detail or ("" if error.__cause__ is None else str(error.__cause__)[:_MOST_DETAIL])
    place = Place(source.path, Span(error.line, error.column, error.line, error.column))
    problem = Problem(place, UNREADABLE, str(error), detail)
    return Module(source.path, digest(source.data), problems=(problem,), lines=count_lines(source.data))


def digest(data: bytes) -> str:
    """The BLAKE2 digest of the bytes of a file."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()
