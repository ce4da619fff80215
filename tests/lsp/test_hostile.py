"""What no client should do, and what files do behind its back: the server answers on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.wire import Wire, codes
from tests.lsp.workspace import HANDLER, SHARED, made, packed

FOUND = [("LDM101", 7)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A handler that sends a message through a module that it shares with others."""
    return made(tmp_path / "project")


def lines(first: int, last: int) -> dict[str, Any]:
    """A range from the beginning of one line to that of another."""
    return {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}}


class TestClients:
    @pytest.mark.parametrize(
        ("method", "params"),
        [
            ("textDocument/didChange", {"textDocument": {"uri": "file:///nowhere.py", "version": 1}, "contentChanges": [{"text": ""}]}),
            ("textDocument/didClose", {"textDocument": {"uri": "file:///nowhere.py"}}),
            ("textDocument/didSave", {"textDocument": {"uri": "file:///nowhere.py"}}),
            ("textDocument/didOpen", {"textDocument": {"uri": "untitled:1", "languageId": "python", "version": 1, "text": "x"}}),
            ("textDocument/didOpen", {"textDocument": {"uri": 5}}),
            ("textDocument/didOpen", None),
            ("workspace/didChangeConfiguration", {"settings": [1, 2]}),
            ("workspace/didChangeConfiguration", {"settings": {"lintdem": {"debounce": "soon", "run": 1, "codeLens": None}}}),
            ("workspace/didChangeWatchedFiles", {"changes": [{"uri": "git:/x", "type": 1}, {"uri": "file:///x.py", "type": 2}]}),
            ("lintdem/unheardOf", {"x": 1}),
            ("$/cancelRequest", {"id": 4711}),
        ],
    )
    def test_a_strange_message_changes_nothing(self, project: Path, method: str, params: Any) -> None:
        """What means nothing is passed over."""
        with Wire(project) as wire:
            wire.tell(method, params)
            assert codes(wire.diagnostics(wire.open(project / "shared" / "db.py"))) == FOUND
            assert wire.end() == 0

    def test_edits_beside_the_text_end_at_its_edge(self, project: Path) -> None:
        """Lines and columns that are not there are taken for the nearest that are; a range backwards takes nothing out."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            wire.diagnostics(uri)
            end = {"start": {"line": 900, "character": 900}, "end": {"line": 901, "character": 0}}
            wire.change(uri, 2, {"range": end, "text": "# last\n"}, {"range": lines(3, 1), "text": "\n"})
            assert codes(wire.diagnostics(uri, 2)) == [("LDM101", 8)]

    @pytest.mark.parametrize("data", [b"Content-Length: 9\r\n\r\nno json!!", b"Content-Length: 2\r\n\r\n[]", b"Content-Length: 4\r\n\r\nnull"])
    def test_what_is_no_message_is_passed_over(self, project: Path, data: bytes) -> None:
        """The next message is understood."""
        with Wire(project) as wire:
            wire.raw(data)
            assert codes(wire.diagnostics(wire.open(project / "shared" / "db.py"))) == FOUND

    def test_places_outside_of_a_text_have_no_answer(self, project: Path) -> None:
        """A hover, an action, a definition beyond the end: nothing."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            wire.diagnostics(uri)
            asked = {"textDocument": {"uri": uri}, "position": {"line": 4000, "character": 70}}
            assert wire.ask("textDocument/hover", asked) is None
            assert not wire.ask("textDocument/definition", asked)
            actions = {"textDocument": {"uri": uri}, "range": lines(90, 95), "context": {"diagnostics": []}}
            assert wire.ask("textDocument/codeAction", actions) == []

    def test_a_client_that_is_gone_is_not_waited_for(self, project: Path) -> None:
        """When its input ends the server ends."""
        with Wire(project) as wire:
            wire.open(project / "shared" / "db.py")
            assert wire.hang_up() is not None


class TestFiles:
    @pytest.mark.parametrize("text", ["def half(\n", "\x00\x01\x02", "x = 'ä\n" * 3, "(" * 5000])
    def test_what_cannot_be_parsed_leaves_the_rest(self, project: Path, text: str) -> None:
        """A file that is no Python is told as that, and the findings of others stay; once it is mended all is as before."""
        with Wire(project) as wire:
            handler, uri = wire.open(project / "app.py"), wire.open(project / "shared" / "db.py")
            assert codes(wire.diagnostics(uri)) == FOUND
            wire.change(handler, 2, {"text": text})
            assert [code for code, _ in codes(wire.diagnostics(handler, 2))] == ["LDM901"]
            assert codes(wire.diagnostics(uri)) == FOUND
            wire.change(handler, 3, {"text": HANDLER})
            assert wire.diagnostics(handler, 3) == []

    def test_a_file_that_vanished_unseen_is_noticed(self, project: Path) -> None:
        """Without a word from the client the next run finds out, and nobody is told of a file that is not there."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            assert codes(wire.diagnostics(uri)) == FOUND
            (project / "app.py").unlink()
            wire.save(uri)
            assert wire.diagnostics(uri) == []

    def test_a_file_on_the_disk_that_became_binary_is_passed_over(self, project: Path) -> None:
        """It is no longer part of the program; the open files are judged without it."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            assert codes(wire.diagnostics(uri)) == FOUND
            (project / "app.py").write_bytes(bytes(range(256)))
            wire.save(uri)
            assert wire.diagnostics(uri) == []

    def test_a_rule_that_raises_is_told_and_the_others_speak(self, project: Path, tmp_path: Path) -> None:
        """A fault in a rule of a pack takes nothing else along."""
        page = "from lintdem.rule import Group, Rule\n\n\ndef check(p):\n    raise RuntimeError('oh')\n\n\n"
        rule = 'RULE = Rule(code="ACM101", name="only", group=Group.SUSPICIOUS, since="1", summary="x", check=check)\n'
        packed(tmp_path / "packs", "faulty", page + rule)
        (project / "lintdem.toml").write_text('select = ["LDM101", "ACM101"]\nplugins = ["faulty"]\n')
        with Wire(project, path=tmp_path / "packs") as wire:
            handler, uri = wire.open(project / "app.py"), wire.open(project / "shared" / "db.py")
            assert [code for code, _ in codes(wire.diagnostics(handler))] == ["LDM905"]
            assert codes(wire.diagnostics(uri)) == FOUND

    def test_a_file_without_a_project_stands_alone(self, tmp_path: Path) -> None:
        """Outside of all folders of the editor, without settings or a repository above it, a file is looked at by itself."""
        (tmp_path / "other.py").write_text(SHARED)
        file = tmp_path / "app.py"
        with Wire() as wire:
            text = f"{SHARED}\n\ndef handler(event, context):\n    for record in event['Records']:\n        save(record['body'])\n"
            assert ("LDM101", 7) in codes(wire.diagnostics(wire.open(file, text)))
