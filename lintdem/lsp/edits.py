"""Changes of files as a client takes them: few edits, with the version of the buffer that they are for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import SequenceMatcher

from lsprotocol.types import (
    AnnotatedTextEdit,
    OptionalVersionedTextDocumentIdentifier,
    Position,
    Range,
    SnippetTextEdit,
    TextDocumentEdit,
    TextEdit,
    WorkspaceEdit,
)

from lintdem.errors import LoweringError
from lintdem.lsp.texts import Text
from lintdem.syntax.decode import decode_source


def text_of(path: str, data: bytes) -> str | None:
    """The text of a file, None when nobody can tell."""
    try:
        return decode_source(data) if path.endswith(".py") else data.decode("utf-8-sig")
    except (LoweringError, UnicodeDecodeError):
        return None


def edits_between(before: str, after: str, encoding: str) -> list[TextEdit]:
    """What makes one text of the other, line by line."""
    old, new = Text(before, encoding), Text(after, encoding)
    found = []
    for tag, first, last, begin, end in SequenceMatcher(None, old.lines, new.lines, autojunk=False).get_opcodes():
        if tag != "equal":
            stop = Position(last, 0) if last < len(old.lines) else old.end
            found.append(TextEdit(Range(Position(first, 0), stop), "".join(new.lines[begin:end])))
    return found


def workspace_edit(
    files: Mapping[str, list[TextEdit]], uri: Callable[[str], tuple[str, int | None]], *, versioned: bool
) -> WorkspaceEdit:
    """The edits of several files; `uri` gives a file's URI and the version of its buffer."""
    if not versioned:
        return WorkspaceEdit(changes={uri(path)[0]: edits for path, edits in files.items()})
    changes = []
    for path, edits in files.items():
        taken: list[TextEdit | AnnotatedTextEdit | SnippetTextEdit] = [*edits]
        changes.append(TextDocumentEdit(OptionalVersionedTextDocumentIdentifier(*uri(path)), taken))
    return WorkspaceEdit(document_changes=[*changes])
