"""A client that sends nonsense, and one that dies: the server answers what has an answer, and goes on or leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp.editor import Editor, cold, plain

NOWHERE = {"line": 10**7, "character": 10**7}


def send(editor: Editor, method: str, params: Any) -> None:
    """A notification as it is."""
    editor.client.protocol._send_data({"jsonrpc": "2.0", "method": method, "params": params})


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("lintdem/unheardOf", {}),
        ("textDocument/didOpen", {"textDocument": 3}),
        ("textDocument/didChange", {"textDocument": {"uri": "file:///nowhere.py", "version": 1}, "contentChanges": [{"text": ""}]}),
        ("textDocument/didChange", None),
        ("textDocument/didClose", {"textDocument": {"uri": "untitled:Untitled-1"}}),
        ("textDocument/didSave", {"textDocument": {"uri": "file://%00"}}),
        ("workspace/didChangeConfiguration", {"settings": ["run"]}),
        ("workspace/didChangeConfiguration", {"settings": {"lintdem": {"debounce": "never", "diagnostics": 3}}}),
        ("workspace/didChangeWatchedFiles", {"changes": [{"uri": "gopher://x", "type": 2}, {"uri": "", "type": 1}]}),
        ("$/cancelRequest", {"id": "never asked"}),
    ],
    ids=str,
)
def test_nonsense_changes_nothing(editor: Editor, shop: Path, method: str, params: Any) -> None:
    """After a message that means nothing the next change is judged as ever."""
    app = shop / "app.py"
    editor.open(app)
    editor.current(app)
    send(editor, method, params)
    editor.type_over(app, "amount=1", "amount=12")
    assert plain(editor.current(app)) == cold(shop)["app.py"]


def test_places_outside_of_the_text(editor: Editor, shop: Path) -> None:
    """A change beyond the end adds there, and a request beyond it has no answer."""
    app = shop / "app.py"
    editor.open(app)
    buffer = editor.buffers[app]
    buffer.version += 1
    change = {"range": {"start": NOWHERE, "end": NOWHERE}, "text": "# the end\n"}
    identifier = {"uri": buffer.uri, "version": buffer.version}
    send(editor, "textDocument/didChange", {"textDocument": identifier, "contentChanges": [change]})
    buffer.text += "# the end\n"
    assert plain(editor.current(app)) == cold(shop)["app.py"]
    params = types.HoverParams(types.TextDocumentIdentifier(buffer.uri), types.Position(10**7, 10**7))
    assert editor.wait(editor.client.text_document_hover_async(params)) is None
    editor.type_over(app, "the end", "so")
    assert editor.current(app).codes == ["LDM207"]


def test_the_editor_dies(shop: Path) -> None:
    """A server whose editor is gone leaves by itself."""
    editor = Editor([shop])
    editor.start()
    editor.open(shop / "app.py")
    editor.current(shop / "app.py")
    server = editor.client._server
    assert server is not None
    assert server.stdin is not None
    server.stdin.close()
    assert editor.wait(server.wait()) >= 0
    editor.wait(editor.client.stop())
