"""What is open in the editor: texts with their versions, changed as the editor says."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsprotocol.types import TextDocumentContentChangeEvent, TextDocumentContentChangePartial
from pygls.uris import to_fs_path

from lintdem.lsp.texts import Text


@dataclass
class Document:
    """One open file. `file` is where it stands, or will."""

    uri: str
    file: Path
    text: str
    version: int | None


class Documents:
    """The open files. One that is no file (a diff, a scratch buffer) is none of these."""

    def __init__(self) -> None:
        self.encoding = "utf-16"
        self._open: dict[Path, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(list(self._open.values()))

    def open(self, uri: str, text: str, version: int | None) -> Document | None:
        """A file is open from now on, with this text."""
        file = file_of(uri)
        if file is None:
            return None
        self._open[file] = document = Document(uri, file, text, version)
        return document

    def change(self, uri: str, changes: Sequence[TextDocumentContentChangeEvent], version: int | None) -> Document | None:
        """Apply changes, one after another; one of a file that is not open changes nothing."""
        document = self.get(uri)
        if document is None:
            return None
        for change in changes:
            if isinstance(change, TextDocumentContentChangePartial):
                text = Text(document.text, self.encoding)
                start, end = text.offset(change.range.start), text.offset(change.range.end)
                document.text = document.text[:start] + change.text + document.text[max(start, end) :]
            else:
                document.text = change.text
        document.version = version
        return document

    def close(self, uri: str) -> Document | None:
        """A file is no longer open; it, if it was."""
        file = file_of(uri)
        return self._open.pop(file, None) if file is not None else None

    def get(self, uri: str) -> Document | None:
        """An open file."""
        file = file_of(uri)
        return self._open.get(file) if file is not None else None

    def at(self, file: Path) -> Document | None:
        """The open file at a path."""
        return self._open.get(file)


def file_of(uri: str) -> Path | None:
    """The file of a URI, None when it names none."""
    if not uri.startswith("file:"):
        return None
    try:
        path = to_fs_path(uri)
    except ValueError:
        return None
    if not path or "\0" in path or not Path(path).is_absolute():
        return None
    return Path(os.path.realpath(Path(path).parent)) / Path(path).name
