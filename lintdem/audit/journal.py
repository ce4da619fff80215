"""What is done so far, on the disk: a line for each repository as soon as it is there.

A run that was killed leaves whole lines and perhaps a part of one; that part is dropped when the run is taken up again. Where
a repository has several lines, the last one counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from lintdem import __version__
from lintdem.audit.records import SCHEMA, Audited
from lintdem.errors import UsageError


class Head(msgspec.Struct, frozen=True):
    """The first line: what the records below were made with. Records made otherwise do not belong beside them."""

    schema: int
    version: str
    options: str


class Journal:
    """A file that records are written to as they come. `done` is what it held when it was opened."""

    def __init__(self, file: Path, options: str, *, resume: bool) -> None:
        self._file = file
        self._head = Head(SCHEMA, __version__, options)
        self.done: dict[str, Audited] = {}
        try:
            held = file.read_bytes() if file.exists() else b""
            if held and not resume:
                raise UsageError(f"--state: {file} holds an earlier run: --resume takes it up; remove the file to begin anew")
            end = self._read(held)
            self._stream = file.open("r+b" if held else "wb")
            self._stream.truncate(end)
            self._stream.seek(end)
            if not end:
                self._line(msgspec.json.encode(self._head))
        except OSError as error:
            raise UsageError(f"--state: {file}: {error.strerror or error}") from error

    def keep(self, record: Audited) -> None:
        """Write a record; once this returns it outlives the process."""
        try:
            self._line(msgspec.json.encode(record))
        except OSError as error:
            raise UsageError(f"--state: {self._file}: {error.strerror or error}") from error

    def close(self) -> None:
        """Nothing more comes."""
        self._stream.close()

    def _line(self, data: bytes) -> None:
        self._stream.write(data + b"\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def _read(self, held: bytes) -> int:
        """Take in the whole lines; where the last of them ends."""
        end = 0
        for number, line in enumerate(_whole_lines(held), 1):
            try:
                if number == 1:
                    self._compare(msgspec.json.decode(line, type=Head))
                else:
                    record = msgspec.json.decode(line, type=Audited)
                    self.done[record.key] = record
            except msgspec.MsgspecError as error:
                raise UsageError(f"--state: {self._file}:{number}: is no state of an audit: {error}") from None
            end += len(line)
        return end

    def _compare(self, head: Head) -> None:
        if head.schema != SCHEMA or head.version != __version__:
            raise UsageError(f"--state: {self._file} was written by lintdem {head.version}; remove it to begin anew")
        if head.options != self._head.options:
            raise UsageError(f"--state: {self._file} was written with other options; remove it to begin anew")


def _whole_lines(held: bytes) -> Iterator[bytes]:
    return (line for line in held.splitlines(keepends=True) if line.endswith(b"\n"))
