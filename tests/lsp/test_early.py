"""A server that has just been started tells of the file that is open before it has looked at the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.conftest import APP, STOCK, TEMPLATE, write
from tests.lsp.editor import Editor, Published

IDLE = "def handler(event, context):\n    print(event['detail'])\n"
Starter = Callable[[Editor], Editor]


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The shop among handlers that have nothing to do with it, but for one that sells from the same stock."""
    files = {"template.yaml": TEMPLATE, "app.py": APP, "shared/__init__.py": "", "shared/stock.py": STOCK}
    files["other/sale.py"] = 'from shared import stock\n\n\ndef handler(event, context):\n    stock.take(event["detail"]["sku"])\n'
    files |= {f"idle/h{number}.py": IDLE for number in range(12)}
    return write(tmp_path.resolve() / "town", files)


def whole(editor: Editor, file: Path) -> None:
    """Wait until everything was looked at: the lenses of a file are told then."""
    params = types.CodeLensParams(types.TextDocumentIdentifier(editor.uri(file)))
    assert editor.wait(editor.client.text_document_code_lens_async(params)) is not None


def told(editor: Editor, file: Path) -> list[Published]:
    """What was told of a file, one after another."""
    return [one for uri, one in editor.publishes if uri == editor.uri(file)]


@pytest.mark.parametrize("name", ["app.py", "shared/stock.py", "idle/h3.py"])
def test_it_is_told_twice_and_the_same(name: str, town: Path, started: Starter) -> None:
    """The first is told of the open file alone, and nothing of it is another when all is known."""
    editor = started(Editor([town]))
    editor.open(town / name)
    whole(editor, town / name)
    first, last = told(editor, town / name)
    assert (first.version, first.diagnostics) == (1, last.diagnostics)
    assert bool(first.diagnostics) is not name.startswith("idle")


def test_several_files_are_open(town: Path, started: Starter) -> None:
    """All files that are open when a server begins are told of before the rest."""
    editor = started(Editor([town]))
    files = [town / "app.py", town / "other/sale.py"]
    for file in files:
        editor.open(file)
    whole(editor, files[0])
    for file in files:
        assert len({str(one.diagnostics) for one in told(editor, file)}) == 1


def test_what_is_typed_meanwhile_is_not_overtaken(town: Path, started: Starter) -> None:
    """What was told of an older text is never told of a newer one."""
    editor = started(Editor([town]))
    editor.open(town / "app.py")
    editor.rewrite(town / "app.py", IDLE)
    assert not editor.current(town / "app.py").diagnostics
    assert all(not one.diagnostics for one in told(editor, town / "app.py") if one.version == 2)


def test_later_runs_tell_once(town: Path, started: Starter) -> None:
    """When all is known a change is told of once."""
    editor = started(Editor([town]))
    editor.open(town / "app.py")
    whole(editor, town / "app.py")
    editor.type_over(town / "app.py", 'order["order_id"]', 'order["id"]')
    editor.current(town / "app.py")
    whole(editor, town / "app.py")
    assert [one.version for one in told(editor, town / "app.py")] == [1, 1, 2]


def test_who_pulls_gets_it_early_too(town: Path, started: Starter) -> None:
    """A client that asks is answered with what is known, and told to ask again when all is."""
    editor = started(Editor([town], pulls=True))
    editor.open(town / "app.py")
    first = editor.pulled(town / "app.py")
    editor.when(lambda: editor.client.diagnostic_refresh_count or None)
    assert first.diagnostics
    assert first.diagnostics == editor.pulled(town / "app.py").diagnostics
