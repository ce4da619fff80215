"""What an editor is shown: findings of the whole program in the files that are open, as they are in the buffers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.wire import Wire, codes
from tests.lsp.workspace import HANDLER, SHARED, TEMPLATE, made


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A handler that sends a message through a module that it shares with others."""
    return made(tmp_path / "project")


class TestOpen:
    def test_an_open_file_shows_its_findings(self, project: Path) -> None:
        """A finding has its code, its page, its level and the version of the buffer it is about."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py", version=7)
            (found,) = wire.diagnostics(uri, 7)
        assert (found["code"], found["source"], found["range"]["start"]["line"]) == ("LDM101", "lintdem", 6)
        assert found["codeDescription"]["href"].endswith("/unguarded_effect.md")
        assert found["message"].startswith("sns.Publish")

    def test_the_way_leads_from_the_handler(self, project: Path) -> None:
        """Related places are the steps from the handler to the effect, also in other files."""
        with Wire(project) as wire:
            (found,) = wire.diagnostics(wire.open(project / "shared" / "db.py"))
        places = [(Path(one["location"]["uri"]).name, one["message"]) for one in found["relatedInformation"]]
        assert places[0] == ("app.py", "handler receives the event")
        assert places[-1][0] == "db.py"

    def test_a_closed_file_shows_nothing(self, project: Path) -> None:
        """What was said of a file is taken back when it is closed."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            assert wire.diagnostics(uri)
            wire.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
            assert wire.diagnostics(uri) == []


class TestBuffers:
    def test_an_unsaved_change_shows_in_another_file(self, project: Path) -> None:
        """A buffer stands over the disk for the whole program: what a handler no longer calls is no longer found in it."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            handler = wire.open(project / "app.py")
            assert codes(wire.diagnostics(uri)) == [("LDM101", 7)]
            wire.change(handler, 2, {"text": HANDLER.replace("db.save(", "print(")})
            assert wire.diagnostics(handler, 2) == []
            assert wire.diagnostics(uri) == []

    def test_a_file_that_cannot_be_parsed_keeps_the_rest(self, project: Path) -> None:
        """While a line is being typed the others keep their findings, in their new places, and the fault is told."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            assert codes(wire.diagnostics(uri)) == [("LDM101", 7)]
            wire.change(uri, 2, {"text": f"def half(\n{SHARED}"})
            assert codes(wire.diagnostics(uri, 2)) == [("LDM101", 8), ("LDM901", 1)]
            wire.change(uri, 3, {"text": SHARED})
            assert codes(wire.diagnostics(uri, 3)) == [("LDM101", 7)]

    def test_edits_are_counted_in_the_units_of_the_client(self, project: Path) -> None:
        """Behind a character of four bytes the same edit has another column in each encoding, and ends in the same text."""
        text = SHARED.replace("Message=body", 'Subject="\U0001f4e6", Message=body')
        line = text.splitlines().index(next(one for one in text.splitlines() if "Subject" in one))
        before = text.splitlines()[line].partition(", Message")[0]
        for encoding, size in (("utf-8", len(before.encode())), ("utf-16", len(before) + 1), ("utf-32", len(before))):
            with Wire(project, capabilities={"general": {"positionEncodings": [encoding]}}) as wire:
                assert wire.server["capabilities"]["positionEncoding"] == encoding
                uri = wire.open(project / "shared" / "db.py", text)
                (found,) = wire.diagnostics(uri, 1)
                width = {"utf-8": 3, "utf-16": 1, "utf-32": 0}[encoding]
                assert found["range"]["end"]["character"] == len(text.splitlines()[line]) + width
                place = {"start": {"line": line, "character": size}, "end": {"line": line, "character": size}}
                wire.change(uri, 2, {"range": place, "text": "\f"}, {"range": place, "text": ", MessageStructure=body"})
                assert codes(wire.diagnostics(uri, 2)) == [("LDM101", line + 1)]

    def test_a_file_that_is_not_there_yet_takes_part(self, project: Path) -> None:
        """A buffer without a file is part of the program."""
        (project / "shared" / "db.py").unlink()
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py", SHARED)
            assert codes(wire.diagnostics(uri)) == [("LDM101", 7)]


class TestDisk:
    def test_a_changed_template_counts(self, project: Path) -> None:
        """A trigger that has become another one in a template is the handler's from then on."""
        queue = "Queue: !GetAtt Queue.Arn\n            BatchSize: 1"
        asked = {"textDocument": {"uri": (project / "app.py").as_uri()}}
        with Wire(project) as wire:
            wire.open(project / "app.py")
            (before,) = wire.ask("textDocument/codeLens", asked)
            topic = TEMPLATE.replace("Type: SQS\n", "Type: SNS\n").replace(queue, "Topic: arn:aws:sns:eu-west-1:123456789012:orders")
            (project / "template.yaml").write_text(topic)
            changed = {"uri": (project / "template.yaml").as_uri(), "type": 2}
            wire.tell("workspace/didChangeWatchedFiles", {"changes": [changed]})
            (after,) = wire.ask("textDocument/codeLens", asked)
        assert before["command"]["title"].startswith("sqs ·")
        assert after["command"]["title"].startswith("sns ·")

    def test_changed_settings_count(self, project: Path) -> None:
        """Broken settings are told and change nothing; mended ones are followed."""
        settings = project / "lintdem.toml"
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            assert wire.diagnostics(uri)
            settings.write_text('selekt = ["LDM101"]\n')
            wire.save(settings.as_uri())
            told = wire.wait(lambda message: message.get("method") == "window/showMessage")
            assert "selekt" in told["params"]["message"]
            assert wire.diagnostics(uri)
            settings.write_text('select = ["LDM901"]\n')
            wire.save(settings.as_uri())
            assert wire.diagnostics(uri) == []

    def test_a_removed_file_is_missed(self, project: Path) -> None:
        """A handler whose module has vanished reaches nothing there any more."""
        with Wire(project) as wire:
            handler = wire.open(project / "app.py")
            uri = wire.open(project / "shared" / "db.py")
            assert wire.diagnostics(uri)
            wire.tell("textDocument/didClose", {"textDocument": {"uri": handler}})
            (project / "app.py").unlink()
            gone = {"uri": (project / "app.py").as_uri(), "type": 3}
            wire.tell("workspace/didChangeWatchedFiles", {"changes": [gone]})
            found = wire.diagnostics(uri)
            while found:
                found = wire.diagnostics(uri)

    def test_each_folder_is_a_project_of_its_own(self, project: Path, tmp_path: Path) -> None:
        """Folders of one editor have their own settings; one that is taken away is silent."""
        other = made(tmp_path / "other", '"LDM901"')
        with Wire(project, other) as wire:
            first, second = wire.open(project / "shared" / "db.py"), wire.open(other / "shared" / "db.py")
            assert codes(wire.diagnostics(first)) == [("LDM101", 7)]
            assert wire.diagnostics(second) == []
            (other / "lintdem.toml").write_text('select = ["LDM101"]\n')
            wire.save((other / "lintdem.toml").as_uri())
            assert codes(wire.diagnostics(second)) == [("LDM101", 7)]


class TestWhole:
    def test_the_workspace_is_checked_on_command(self, project: Path) -> None:
        """All findings are told when that is asked for, also of files that nobody has opened."""
        with Wire(project) as wire:
            wire.diagnostics(wire.open(project / "app.py"))
            wire.ask("workspace/executeCommand", {"command": "lintdem.server.checkWorkspace", "arguments": []})
            assert codes(wire.diagnostics((project / "shared" / "db.py").as_uri())) == [("LDM101", 7)]

    def test_only_news_is_told_of_files_that_are_not_open(self, project: Path) -> None:
        """What is said of them is sent when something else is said than before."""
        (project / "words.py").write_text("MORE = 1\n")
        with Wire(project, options={"diagnostics": "workspace"}) as wire:
            handler, words = wire.open(project / "app.py"), wire.open(project / "words.py")
            shared = (project / "shared" / "db.py").as_uri()
            assert codes(wire.diagnostics(shared)) == [("LDM101", 7)]
            wire.change(words, 2, {"text": "MORE = 2\n"})
            wire.diagnostics(words, 2)
            wire.change(handler, 2, {"text": HANDLER.replace("db.save(", "print(")})
            assert wire.diagnostics(shared) == []


class TestPull:
    def test_a_client_that_pulls_is_asked_to(self, project: Path) -> None:
        """Such a client gets nothing pushed: it asks, and is asked to when another file has changed what it was told."""
        pulls = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}
        with Wire(project, capabilities=pulls) as wire:
            assert wire.server["capabilities"]["diagnosticProvider"]["interFileDependencies"]
            uri, handler = wire.open(project / "shared" / "db.py"), wire.open(project / "app.py")
            asked = {"textDocument": {"uri": uri}}
            assert codes(wire.ask("textDocument/diagnostic", asked)["items"]) == [("LDM101", 7)]
            wire.wait(lambda message: message.get("method") == "workspace/diagnostic/refresh")
            wire.change(handler, 2, {"text": HANDLER.replace("db.save(", "print(")})
            assert wire.ask("textDocument/diagnostic", asked)["items"] == []
            assert not wire.pushed
