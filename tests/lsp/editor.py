"""An editor without windows: the client of pytest-lsp behind calls that wait for what the server says.

It keeps its own texts and counts its own columns, so that a mistake of the server's cannot hide behind the same mistake here.
Nothing sleeps: the loop runs until the message has come that is waited for, and a minute without it is a failure.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

from lintdem.session import CheckRequest, check

Answer = TypeVar("Answer")
COMMAND = (sys.executable, "-m", "lintdem", "server")
PATIENCE = 120.0

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_UNIT = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def units(text: str, encoding: str) -> int:
    """How many columns a text takes."""
    name, size = _UNIT[encoding]
    return len(text.encode(name)) // size


def position(text: str, offset: int, encoding: str) -> types.Position:
    """Where the character at an offset stands."""
    line, start = 0, 0
    for match in _LINE.finditer(text):
        if match.end() > offset or not match[0].endswith(("\n", "\r")):
            break
        line, start = line + 1, match.end()
    return types.Position(line, units(text[start:offset], encoding))


def offset(text: str, at: types.Position, encoding: str) -> int:
    """The character at a position."""
    lines = [match[0] for match in _LINE.finditer(text)]
    before = sum(map(len, lines[: at.line]))
    line = lines[at.line] if at.line < len(lines) else ""
    name, size = _UNIT[encoding]
    return before + len(line.encode(name)[: at.character * size].decode(name))


def between(text: str, where: types.Range, encoding: str) -> str:
    """The text of a range."""
    return text[offset(text, where.start, encoding) : offset(text, where.end, encoding)]


@dataclass
class Buffer:
    """An open file."""

    uri: str
    text: str
    version: int = 1


@dataclass
class Published:
    """Diagnostics as they came."""

    version: int | None
    diagnostics: Sequence[types.Diagnostic]

    @property
    def codes(self) -> list[str]:
        """The codes, sorted."""
        return sorted(str(one.code) for one in self.diagnostics)


@dataclass
class Editor:
    """One editor with one server. `like` names the client whose abilities it has; `options` are what the user has set."""

    folders: Sequence[Path]
    like: str = "neovim"
    options: dict[str, Any] = field(default_factory=dict)
    pulls: bool = False
    encodings: Sequence[str] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.buffers: dict[Path, Buffer] = {}
        self.shown: dict[str, Published] = {}
        self.publishes: list[tuple[str, Published]] = []
        self.edits: list[types.WorkspaceEdit] = []
        self.registered: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._news = asyncio.Event()
        self.client = LanguageClient(converter_factory=default_converter)
        own: dict[str, Any] = {
            types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: self._publish,
            types.WORKSPACE_APPLY_EDIT: self._apply,
            types.CLIENT_REGISTER_CAPABILITY: self._register,
            types.WORKSPACE_CODE_LENS_REFRESH: lambda _: None,
            types.WORKSPACE_DIAGNOSTIC_REFRESH: self._refreshed,
        }
        for name, does in {**DEFAULT_CLIENT_FEATURES, **own}.items():
            register_lsp_features(self.client, {name: does if name not in own else partial(does)})

    # what the server sends

    def _publish(self, params: types.PublishDiagnosticsParams) -> None:
        told = Published(params.version, params.diagnostics)
        self.shown[params.uri] = told
        self.publishes.append((params.uri, told))
        self._news.set()

    def _apply(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        self.edits.append(params.edit)
        self._news.set()
        return types.ApplyWorkspaceEditResult(applied=True)

    def _register(self, params: types.RegistrationParams) -> None:
        self.registered.extend(one.method for one in params.registrations)
        self._news.set()

    def _refreshed(self, _: None) -> None:
        self.client.diagnostic_refresh_count += 1
        self._news.set()

    # life

    def wait(self, coroutine: Coroutine[Any, Any, Answer]) -> Answer:
        """Run the loop until this is done."""
        return self._loop.run_until_complete(asyncio.wait_for(coroutine, PATIENCE))

    def start(self) -> types.InitializeResult:
        """Start the server and agree on what both can do."""

        async def begun() -> types.InitializeResult:
            await self.client.start_io(*COMMAND, env={**os.environ, **self.environment})
            folders = [types.WorkspaceFolder(one.as_uri(), one.name) for one in self.folders]
            params = types.InitializeParams(
                capabilities=self.capabilities(),
                workspace_folders=folders,
                root_uri=folders[0].uri if folders else None,
                initialization_options=self.options,
            )
            agreed: types.InitializeResult = await self.client.initialize_session(params)
            return agreed

        self.result = self.wait(begun())
        self.encoding = str(self.result.capabilities.position_encoding or "utf-16")
        return self.result

    def capabilities(self) -> types.ClientCapabilities:
        """What this editor can do."""
        known: types.ClientCapabilities = client_capabilities(self.like)
        if self.encodings is not None:
            known.general = types.GeneralClientCapabilities(
                position_encodings=[types.PositionEncodingKind(one) for one in self.encodings]
            )
        assert known.text_document is not None
        known.text_document.diagnostic = types.DiagnosticClientCapabilities() if self.pulls else None
        known.workspace = known.workspace or types.WorkspaceClientCapabilities()
        known.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True) if self.pulls else None
        return known

    @property
    def process(self) -> int:
        """The id of the server's process."""
        server = self.client._server
        assert server is not None
        number: int = server.pid
        return number

    def stop(self) -> int:
        """Ask the server to leave; its exit code."""

        async def ended() -> int:
            server = self.client._server
            assert server is not None
            await self.client.shutdown_session()
            code: int = await server.wait()
            await self.client.stop()
            return code

        try:
            return self.wait(ended())
        finally:
            self._loop.close()

    # what a person does

    def uri(self, file: Path) -> str:
        """The address of a file."""
        return self.buffers[file].uri if file in self.buffers else file.as_uri()

    def open(self, file: Path, text: str | None = None) -> None:
        """Open a file, or a new one with a text."""
        text = file.read_bytes().decode() if text is None else text
        self.buffers[file] = buffer = Buffer(file.as_uri(), text)
        item = types.TextDocumentItem(buffer.uri, "python" if file.suffix == ".py" else "yaml", buffer.version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def replace(self, file: Path, start: int, end: int, text: str) -> None:
        """Type over a stretch of a buffer."""
        buffer = self.buffers[file]
        where = types.Range(position(buffer.text, start, self.encoding), position(buffer.text, end, self.encoding))
        buffer.text = buffer.text[:start] + text + buffer.text[end:]
        self._changed(buffer, types.TextDocumentContentChangePartial(where, text))

    def type_over(self, file: Path, old: str, new: str) -> None:
        """Type over the first place where a text stands."""
        at = self.buffers[file].text.index(old)
        self.replace(file, at, at + len(old), new)

    def rewrite(self, file: Path, text: str) -> None:
        """Put a whole text in the place of a buffer's."""
        buffer = self.buffers[file]
        buffer.text = text
        self._changed(buffer, types.TextDocumentContentChangeWholeDocument(text))

    def _changed(self, buffer: Buffer, change: types.TextDocumentContentChangeEvent) -> None:
        buffer.version += 1
        identifier = types.VersionedTextDocumentIdentifier(buffer.version, buffer.uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, [change]))

    def save(self, file: Path) -> None:
        """Write a buffer to the disk and say so."""
        buffer = self.buffers[file]
        file.write_bytes(buffer.text.encode())
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(buffer.uri)))

    def close(self, file: Path) -> None:
        """Close a file without saving it."""
        identifier = types.TextDocumentIdentifier(self.buffers.pop(file).uri)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(identifier))

    def tell(self, *changes: tuple[Path, types.FileChangeType]) -> None:
        """Say what has happened to files on the disk."""
        events = [types.FileEvent(file.as_uri(), kind) for file, kind in changes]
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))

    def rename(self, old: Path, new: Path) -> None:
        """Rename a file as editors do: closed under its old name, open under the new one, and the disk is told of."""
        text = self.buffers[old].text
        self.close(old)
        old.rename(new)
        self.open(new, text)
        self.tell((old, types.FileChangeType.Deleted), (new, types.FileChangeType.Created))

    def join(self, folder: Path) -> None:
        """Add a folder."""
        self._folders(added=[types.WorkspaceFolder(folder.as_uri(), folder.name)], removed=[])

    def leave(self, folder: Path) -> None:
        """Close what is open of a folder, and remove it."""
        for file in [one for one in self.buffers if folder in one.parents]:
            self.close(file)
        self._folders(added=[], removed=[types.WorkspaceFolder(folder.as_uri(), folder.name)])

    def _folders(self, added: list[types.WorkspaceFolder], removed: list[types.WorkspaceFolder]) -> None:
        event = types.WorkspaceFoldersChangeEvent(added, removed)
        self.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))

    def configure(self, **settings: Any) -> None:
        """Change what the user has set."""
        self.client.set_configuration(settings, section="lintdem")
        self.client.workspace_did_change_configuration(types.DidChangeConfigurationParams({"lintdem": settings}))

    # what a person sees

    def until(self, file: Path, holds: Callable[[Published], bool]) -> Published:
        """The diagnostics of a file once they are as they should be."""
        return self.when(lambda: self._shown(file, holds), lambda: f"{file.name}: {self.shown.get(self.uri(file))}")

    def _shown(self, file: Path, holds: Callable[[Published], bool]) -> Published | None:
        told = self.shown.get(self.uri(file))
        return told if told is not None and holds(told) else None

    def when(self, holds: Callable[[], Answer | None], said: Callable[[], str] = lambda: "nothing came") -> Answer:
        """What this gives, once it gives something."""

        async def come() -> Answer:
            while (found := holds()) is None:
                self._news.clear()
                await self._news.wait()
            return found

        try:
            return self.wait(come())
        except asyncio.TimeoutError:
            raise AssertionError(said()) from None

    def current(self, file: Path) -> Published:
        """The diagnostics of a buffer as it is now."""
        return self.until(file, lambda told: told.version == self.buffers[file].version)

    def pulled(self, file: Path) -> Published:
        """The diagnostics that the server gives when it is asked."""
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(self.uri(file)))
        report = self.wait(self.client.text_document_diagnostic_async(params))
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return Published(None, report.items)

    def marked(self, file: Path, diagnostic: types.Diagnostic) -> str:
        """The text that a diagnostic underlines."""
        return between(self.buffers[file].text, diagnostic.range, self.encoding)

    def at(self, file: Path, text: str, within: int = 0) -> types.Position:
        """The place of a text in a buffer."""
        buffer = self.buffers[file]
        return position(buffer.text, buffer.text.index(text) + within, self.encoding)

    def actions(self, file: Path, where: types.Range, *kinds: str) -> list[types.CodeAction]:
        """What can be done at a place, resolved."""
        told = self.shown.get(self.uri(file), Published(None, [])).diagnostics
        here = [one for one in told if one.range.start.line <= where.end.line and where.start.line <= one.range.end.line]
        context = types.CodeActionContext(here, only=list(kinds) or None)
        params = types.CodeActionParams(types.TextDocumentIdentifier(self.uri(file)), where, context)
        found = self.wait(self.client.text_document_code_action_async(params)) or []
        return [self._resolved(one) for one in found if isinstance(one, types.CodeAction)]

    def _resolved(self, action: types.CodeAction) -> types.CodeAction:
        if action.edit is not None or action.command is not None:
            return action
        whole: types.CodeAction = self.wait(self.client.code_action_resolve_async(action))
        return whole

    def apply(self, edit: types.WorkspaceEdit | None) -> None:
        """Make the changes of an edit: in the buffers, or on the disk where a file is not open."""
        assert edit is not None
        wanted: dict[str, Sequence[Any]] = dict(edit.changes or {})
        for one in edit.document_changes or ():
            assert isinstance(one, types.TextDocumentEdit)
            wanted[one.text_document.uri] = one.edits
        files = {buffer.uri: file for file, buffer in self.buffers.items()}
        for uri, edits in wanted.items():
            if uri in files:
                self.rewrite(files[uri], edited(self.buffers[files[uri]].text, edits, self.encoding))
            else:
                file = Path(uri.removeprefix("file://"))
                file.write_text(edited(file.read_text(encoding="utf-8"), edits, self.encoding), encoding="utf-8")


def edited(text: str, edits: Sequence[Any], encoding: str) -> str:
    """A text with edits made, which all speak of the text before and never overlap."""
    spans = sorted((offset(text, one.range.start, encoding), offset(text, one.range.end, encoding), one.new_text) for one in edits)
    assert all(before[1] <= after[0] for before, after in pairwise(spans)), "edits overlap"
    for start, end, new in reversed(spans):
        text = text[:start] + new + text[end:]
    return text


Found = list[tuple[str, int, int]]


def cold(root: Path, *, jobs: int | None = 1) -> dict[str, Found]:
    """What the command line finds in a folder, with nothing remembered: code, line and column by path."""
    report = check(CheckRequest(folder=root, cache=False, jobs=jobs))
    found: dict[str, Found] = {}
    for finding in report.findings:
        found.setdefault(finding.path, []).append((finding.code, finding.span.line, finding.span.column))
    for problem in report.problems:
        place = problem.place
        found.setdefault(place.path, []).append((problem.code, place.span.line, place.span.column))
    return {path: sorted(many) for path, many in found.items()}


def plain(told: Published) -> Found:
    """Diagnostics in the form of `cold`, when columns are code points."""
    return sorted((str(one.code), one.range.start.line + 1, one.range.start.character + 1) for one in told.diagnostics)
