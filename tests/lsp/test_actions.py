"""What an editor can do about a finding, and what it is told of the code under the cursor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.wire import Message, Wire, codes
from tests.lsp.workspace import HANDLER, SHARED, made

RESOLVES = {"textDocument": {"codeAction": {"dataSupport": True, "resolveSupport": {"properties": ["edit"]}}}}
CHANGES = {"workspace": {"workspaceEdit": {"documentChanges": True}}}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A handler that sends a message through a module that it shares with others."""
    return made(tmp_path / "project", '"LDM101", "LDM903"')


def actions(wire: Wire, uri: str, line: int, only: list[str] | None = None) -> list[Message]:
    """The code actions of a line, counted from one."""
    place = {"start": {"line": line - 1, "character": 0}, "end": {"line": line - 1, "character": 0}}
    context = {"diagnostics": [], **({"only": only} if only else {})}
    found: list[Message] = wire.ask("textDocument/codeAction", {"textDocument": {"uri": uri}, "range": place, "context": context})
    return found


def applied(text: str, edits: list[Message]) -> str:
    """A text with the edits of an action, all of them in ASCII."""
    lines = text.splitlines(keepends=True)
    for edit in sorted(edits, key=lambda one: one["range"]["start"]["line"], reverse=True):
        start, end = edit["range"]["start"], edit["range"]["end"]
        tail = lines[end["line"]][end["character"] :] if end["line"] < len(lines) else ""
        head = lines[start["line"]][: start["character"]] if start["line"] < len(lines) else ""
        lines[start["line"] : end["line"] + 1] = [head + edit["newText"] + tail]
    return "".join(lines)


class TestActions:
    @pytest.mark.parametrize("word", ["suppress LDM101", "declare save guarded"])
    def test_an_action_silences_its_finding(self, project: Path, word: str) -> None:
        """The text with a comment, or a declaration, has no finding any more; no other line is touched."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            wire.diagnostics(uri)
            action = next(one for one in actions(wire, uri, 7) if one["title"].startswith(word))
            text = applied(SHARED, action["edit"]["changes"][uri])
            wire.change(uri, 2, {"text": text})
            assert wire.diagnostics(uri, 2) == []
        assert set(SHARED.splitlines()) < set(text.splitlines())

    def test_a_fix_is_of_the_version_it_was_made_for(self, project: Path) -> None:
        """A quick fix names its finding and the version of the buffer, so that an editor can refuse a late one."""
        with Wire(project, capabilities=CHANGES) as wire:
            uri = wire.open(project / "shared" / "db.py", version=5)
            wire.diagnostics(uri)
            found = actions(wire, uri, 7)
            changes = [change for one in found for change in one["edit"]["documentChanges"] if change["textDocument"]["uri"] == uri]
        assert {change["textDocument"]["version"] for change in changes} == {5}
        assert {one["kind"] for one in found} == {"quickfix"}
        assert codes(one for action in found for one in action["diagnostics"]) == [("LDM101", 7)] * len(found)

    def test_a_line_without_findings_has_no_actions(self, project: Path) -> None:
        """Nothing is offered where nothing is found."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            wire.diagnostics(uri)
            assert actions(wire, uri, 1) == []

    @pytest.mark.parametrize("capabilities", [{}, RESOLVES])
    def test_all_safe_fixes_are_made_at_once(self, project: Path, capabilities: Mapping[str, Any]) -> None:
        """Whether the client asks for the edit later or wants it at once, the file is as `check --fix` leaves it."""
        idle = "# lintdem: ignore[LDM101] was needed once\nx = 1\n"
        with Wire(project, capabilities=capabilities) as wire:
            uri = wire.open(project / "shared" / "db.py", f"{SHARED}\n\n{idle}")
            assert codes(wire.diagnostics(uri)) == [("LDM101", 7), ("LDM903", 10)]
            (action,) = actions(wire, uri, 1, ["source.fixAll"])
            assert action["kind"] == "source.fixAll.lintdem"
            action = wire.ask("codeAction/resolve", action) if "edit" not in action else action
            text = applied(f"{SHARED}\n\n{idle}", action["edit"]["changes"][uri])
        assert text == f"{SHARED}\n\nx = 1\n"

    def test_a_command_takes_the_reason(self, project: Path) -> None:
        """An editor that asks its user for the reason has the comment with it."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            (found,) = wire.diagnostics(uri)
            arguments = [uri, found["data"]["identity"], "the subscriber\ndrops it"]
            wire.ask("workspace/executeCommand", {"command": "lintdem.server.suppress", "arguments": arguments})
            edit = wire.wait(lambda message: message.get("method") == "workspace/applyEdit")["params"]["edit"]
        assert "    # lintdem: ignore[LDM101] the subscriber drops it\n" in applied(SHARED, edit["changes"][uri])


class TestKnowledge:
    def test_a_hover_tells_of_effect_and_rule(self, project: Path) -> None:
        """On a call: what a second one does, from which handlers it is reached, and the page of what was found there."""
        with Wire(project) as wire:
            uri = wire.open(project / "shared" / "db.py")
            said = wire.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 6, "character": 8}})
            nothing = wire.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}})
        text = said["contents"]["value"]
        assert text.startswith("**sns.Publish**: a second call")
        assert "`app.py:handler` (sqs)" in text
        assert "**LDM101 unguarded-effect**" in text
        assert "## Why it matters" in text and "## Bad" not in text
        assert nothing is None

    def test_a_handler_has_its_trigger_above_it(self, project: Path) -> None:
        """The lens of a handler says who delivers and who delivers again; it can be turned off."""
        asked = {"textDocument": {"uri": (project / "app.py").as_uri()}}
        with Wire(project) as wire:
            wire.open(project / "app.py")
            (lens,) = wire.ask("textDocument/codeLens", asked)
            wire.tell("workspace/didChangeConfiguration", {"settings": {"lintdem": {"codeLens": False}}})
            none = wire.ask("textDocument/codeLens", asked)
        assert (lens["range"]["start"]["line"], lens["command"]["title"]) == (3, "sqs · delivers again by itself · 1 repeats")
        assert none == []

    def test_a_handler_leads_to_its_trigger_and_back(self, project: Path) -> None:
        """The definition of a handler is the line of the template that names its source, and the other way round."""
        with Wire(project) as wire:
            uri, template = wire.open(project / "app.py"), wire.open(project / "template.yaml")
            ask = {"textDocument": {"uri": uri}, "position": {"line": 3, "character": 6}}
            (there,) = wire.ask("textDocument/definition", ask)
            assert there["uri"] == template
            (back,) = wire.ask("textDocument/definition", {"textDocument": {"uri": template}, "position": there["range"]["start"]})
        assert (back["uri"], back["range"]["start"]["line"]) == (uri, HANDLER.splitlines().index("def handler(event, context):"))
