"""How client and server stand to each other: who leaves with whom, what is set, what is no longer wanted."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.wire import Wire, codes
from tests.lsp.workspace import made, packed

FOUND = [("LDM101", 7)]
ASKING = {"workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}}}
SHOWING = {"window": {"workDoneProgress": True}}
CANCELLED = -32800

WAITING = """\
import os

from lintdem.rule import Group, Rule


def check(p):
    if os.path.exists(os.environ["BEGUN"]):
        with open(os.environ["BEGUN"], "w") as begun:
            begun.write("x")
        with open(os.environ["GO"]) as go:
            go.read()
        os.unlink(os.environ["BEGUN"])
    return iter(())


RULE = Rule(code="ACM101", name="only", group=Group.SUSPICIOUS, since="1", summary="x", check=check)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A handler that sends a message through a module that it shares with others."""
    return made(tmp_path / "project")


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing, in the place of an editor."""
    running = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with running:
        yield running
        running.kill()


class TestParent:
    def test_a_server_leaves_with_its_editor(self, project: Path, process: subprocess.Popen[bytes]) -> None:
        """When the process that it was told of is gone it leaves, though its input is still open."""
        with Wire(project, process=process.pid) as wire:
            assert codes(wire.diagnostics(wire.open(project / "shared" / "db.py"))) == FOUND
            process.kill()
            process.wait()
            assert wire.left() == 1

    def test_an_editor_that_cannot_be_seen_is_served(self, project: Path, process: subprocess.Popen[bytes]) -> None:
        """A number that means nothing here, as from outside of a container, ends nothing."""
        process.kill()
        process.wait()
        with Wire(project, process=process.pid) as wire:
            assert codes(wire.diagnostics(wire.open(project / "shared" / "db.py"))) == FOUND
            assert wire.end() == 0


class TestConfiguration:
    def test_a_client_that_can_be_asked_is_asked(self, project: Path, tmp_path: Path) -> None:
        """For all and for each folder, at the start and whenever something has changed; what it says of a folder counts there."""
        other = made(tmp_path / "other")
        lenses: dict[str | None, bool] = {other.as_uri(): False}

        def answer(params: Any) -> list[Any]:
            return [{"codeLens": lenses.get(one.get("scopeUri"), True)} for one in params["items"]]

        with Wire(project, other, capabilities=ASKING, answers={"workspace/configuration": answer}) as wire:
            items = wire.asked("workspace/configuration")["items"]
            assert [one.get("scopeUri") for one in items] == [None, project.as_uri(), other.as_uri()]
            assert {one["section"] for one in items} == {"lintdem"}
            asked = {folder: {"textDocument": {"uri": wire.open(folder / "app.py")}} for folder in (project, other)}
            assert [bool(wire.ask("textDocument/codeLens", asked[folder])) for folder in (project, other)] == [True, False]
            lenses.clear()
            wire.tell("workspace/didChangeConfiguration", {"settings": None})
            wire.asked("workspace/configuration")
            assert wire.ask("textDocument/codeLens", asked[other])

    def test_changes_of_settings_are_asked_for(self, project: Path) -> None:
        """A client that tells only those who register of changed settings is asked to tell of ours."""
        with Wire(project, capabilities=ASKING) as wire:
            told = wire.asked("client/registerCapability")["registrations"]
            assert [(one["method"], one["registerOptions"]) for one in told] == [
                ("workspace/didChangeConfiguration", {"section": "lintdem"})
            ]

    def test_a_client_without_an_answer_keeps_what_it_said_first(self, project: Path) -> None:
        """Null means that nothing is set, and leaves what the server was started with."""
        nothing = {"workspace/configuration": lambda params: [None for _ in params["items"]]}
        with Wire(project, capabilities=ASKING, options={"diagnostics": "workspace"}, answers=nothing) as wire:
            wire.asked("workspace/configuration")
            wire.open(project / "app.py")
            assert codes(wire.diagnostics((project / "shared" / "db.py").as_uri())) == FOUND

    def test_a_client_that_pushes_is_believed(self, project: Path) -> None:
        """Settings that are sent along count where nobody can be asked."""
        with Wire(project) as wire:
            uri = wire.open(project / "app.py")
            wire.diagnostics(uri)
            wire.tell("workspace/didChangeConfiguration", {"settings": {"lintdem": {"diagnostics": "workspace"}}})
            assert codes(wire.diagnostics((project / "shared" / "db.py").as_uri())) == FOUND


class Held:
    """A server whose first analysis waits until it is let go on."""

    def __init__(self, wire: Wire, begun: int, go: Path) -> None:
        self.wire = wire
        self._begun, self._go = begun, go

    def has_begun(self) -> None:
        """Wait for the analysis to stand still."""
        assert select.select([self._begun], [], [], 60)[0], "no analysis has begun"

    def let_go(self) -> None:
        """Let it go on."""
        self._go.write_text("go")


@pytest.fixture
def held(project: Path, tmp_path: Path) -> Iterator[Held]:
    """Such a server over the project, for a client that shows progress."""
    packs = packed(tmp_path / "packs", "waiting", WAITING)
    (project / "lintdem.toml").write_text('select = ["LDM101", "ACM101"]\nplugins = ["waiting"]\n')
    begun, go = tmp_path / "begun", tmp_path / "go"
    os.mkfifo(begun)
    os.mkfifo(go)
    end = os.open(begun, os.O_RDONLY | os.O_NONBLOCK)
    with Wire(project, path=packs, around={"BEGUN": str(begun), "GO": str(go)}, capabilities=SHOWING) as wire:
        yield Held(wire, end, go)
    os.close(end)


class TestRunning:
    def test_what_is_no_longer_wanted_is_answered_at_once(self, project: Path, held: Held) -> None:
        """While an analysis runs, a request that is cancelled is answered as cancelled; the analysis goes on, and so does what
        else waits for it."""
        wire = held.wire
        uri = wire.open(project / "shared" / "db.py")
        held.has_begun()
        place = {"textDocument": {"uri": uri}, "position": {"line": 6, "character": 8}}
        line = {"start": {"line": 6, "character": 0}, "end": {"line": 6, "character": 9}}
        unwanted = [
            wire.send("textDocument/hover", place),
            wire.send("textDocument/definition", place),
            wire.send("textDocument/codeLens", {"textDocument": {"uri": uri}}),
            wire.send("textDocument/codeAction", {"textDocument": {"uri": uri}, "range": line, "context": {"diagnostics": []}}),
        ]
        wanted = wire.send("textDocument/hover", place)
        for number in unwanted:
            wire.tell("$/cancelRequest", {"id": number})
        assert [wire.answer(number)["error"]["code"] for number in unwanted] == [CANCELLED] * 4
        assert not wire.pushed
        held.let_go()
        assert wire.answer(wanted)["result"]["contents"]["value"]
        assert codes(wire.diagnostics(uri)) == FOUND
        assert wire.end() == 0

    def test_a_run_that_is_overtaken_is_not_shown(self, project: Path, held: Held) -> None:
        """What is typed while an analysis runs makes it stale: the first diagnostics that come are those of the newer text."""
        wire = held.wire
        uri = wire.open(project / "shared" / "db.py")
        held.has_begun()
        wire.change(uri, 2, {"text": "def save(body):\n    return body\n"})
        wire.save(uri)
        unknown = (project / "nowhere.py").as_uri()  # answered at once, and so after the change has been taken in
        assert wire.ask("textDocument/hover", {"textDocument": {"uri": unknown}, "position": {"line": 0, "character": 5}}) is None
        held.let_go()
        told = wire.wait(lambda message: message.get("method") == "textDocument/publishDiagnostics")["params"]
        assert (told["uri"], told["version"], told["diagnostics"]) == (uri, 2, [])

    def test_a_long_run_shows_how_far_it_is(self, project: Path, held: Held) -> None:
        """A client that shows progress is asked for a place to show it, told that a run has begun, and that it has ended."""
        wire = held.wire
        uri = wire.open(project / "shared" / "db.py")
        held.has_begun()
        token = wire.asked("window/workDoneProgress/create")["token"]
        told = wire.wait(lambda message: message.get("method") == "$/progress")["params"]
        assert (told["token"], told["value"]["kind"], told["value"]["title"]) == (token, "begin", "lintdem")
        held.let_go()
        wire.wait(lambda message: message.get("method") == "$/progress" and message["params"]["value"]["kind"] == "end")
        assert codes(wire.diagnostics(uri)) == FOUND
