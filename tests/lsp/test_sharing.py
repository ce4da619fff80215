"""Several servers and command lines on one project, and so on one cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintdem.cache import FOLDER, Cache
from lintdem.syntax import lower_source
from tests.lsp.wire import Wire, codes
from tests.lsp.workspace import HANDLER, SHARED, made

FOUND = [("LDM101", 7)]
MANY = 12


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A handler that goes through many modules to the one that sends a message."""
    folder = made(tmp_path / "project")
    for number in range(MANY):
        following = f"step{number + 1}" if number + 1 < MANY else "db"
        text = f"from shared import {following}\n\n\ndef save(body):\n    return {following}.save(body)\n"
        (folder / "shared" / f"step{number}.py").write_text(text)
    (folder / "app.py").write_text(HANDLER.replace("import db", "import step0").replace("db.save", "step0.save"))
    return folder


def test_two_editors_do_not_disturb_each_other(project: Path) -> None:
    """Both begin at once with an empty cache; what one has typed is not the other's until it is saved, and neither leaves half a
    file behind."""
    db = project / "shared" / "db.py"
    harmless = SHARED.replace("    sns.publish", "    return body\n    sns.publish")
    with Wire(project) as one, Wire(project) as other:
        uri = one.open(db), other.open(db)
        assert codes(one.diagnostics(uri[0])) == codes(other.diagnostics(uri[1])) == FOUND
        one.change(uri[0], 2, {"text": harmless})
        assert one.diagnostics(uri[0], 2) == []
        other.change(uri[1], 2, {"text": SHARED + "# seen\n"})
        assert codes(other.diagnostics(uri[1], 2)) == FOUND
        db.write_text(harmless)
        one.save(uri[0])
        other.change(uri[1], 3, {"text": harmless})
        assert other.diagnostics(uri[1], 3) == []
        assert (one.end(), other.end()) == (0, 0)
    kept = [file for file in (project / FOLDER).glob("??/*") if file.is_file()]
    assert kept
    assert not [file for file in kept if file.name.startswith(".new-")]
    with Wire(project) as third:
        assert third.diagnostics(third.open(db)) == []


def test_a_cache_that_came_with_the_project_is_not_believed(project: Path) -> None:
    """Whoever wrote the project may have put into its cache what they want to be seen; only what this user's runs have put there
    is read."""
    db = project / "shared" / "db.py"
    planted = Cache(project / FOLDER)
    planted.store(db.read_bytes(), lower_source("shared/db.py", b"def save(body):\n    return body\n"))
    with Wire(project) as wire:
        assert codes(wire.diagnostics(wire.open(db))) == FOUND
