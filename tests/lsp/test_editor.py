"""A day in an editor, with the client of pytest-lsp: whatever is opened, typed, saved and renamed, what is shown at the end is
what the command line finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.conftest import APP, STOCK, TEMPLATE, write
from tests.lsp.editor import Editor, Published, cold, plain

Start = Callable[[Editor], Editor]
HARMLESS = STOCK.replace("ADD taken :one", "SET taken = :one")


def clear(told: Published) -> bool:
    """Nothing is found."""
    return not told.diagnostics


class TestSameAsTheCommandLine:
    def test_opened(self, editor: Editor, shop: Path) -> None:
        """Every file shows, as soon as it is open, what a check finds in it, and templates do as well."""
        expected = cold(shop)
        assert expected.keys() == {"app.py", "shared/stock.py", "template.yaml"}
        for path, found in expected.items():
            editor.open(shop / path)
            assert plain(editor.current(shop / path)) == found

    def test_saved(self, editor: Editor, shop: Path) -> None:
        """After a save everything that is open is as a check of the disk says."""
        app, stock = shop / "app.py", shop / "shared" / "stock.py"
        editor.open(app)
        editor.open(stock)
        editor.type_over(stock, "import boto3\n", "import boto3\n\n# a line more\n")
        editor.save(stock)
        assert plain(editor.current(stock)) == cold(shop)["shared/stock.py"]
        assert plain(editor.current(app)) == cold(shop)["app.py"]

    def test_several_unsaved(self, editor: Editor, shop: Path, tmp_path: Path) -> None:
        """Buffers that are not saved count for one another, as if all of them stood on the disk."""
        app, stock = shop / "app.py", shop / "shared" / "stock.py"
        editor.open(app)
        editor.open(stock)
        editor.type_over(app, "stock.take(", "stock.hold(")
        editor.type_over(stock, "def take(", "def hold(")
        editor.type_over(stock, "ADD taken :one", "ADD held :one")
        twin = write(tmp_path / "twin", {"template.yaml": TEMPLATE, "shared/__init__.py": ""})
        (twin / "app.py").write_text(editor.buffers[app].text)
        (twin / "shared" / "stock.py").write_text(editor.buffers[stock].text)
        assert plain(editor.current(stock)) == cold(twin)["shared/stock.py"]
        (one,) = editor.current(stock).diagnostics
        assert "ADD held :one" in one.message
        assert stock.read_text() == STOCK

    def test_thrown_away(self, editor: Editor, shop: Path) -> None:
        """A buffer that is closed without saving counts no longer: the disk does."""
        app, stock = shop / "app.py", shop / "shared" / "stock.py"
        editor.open(stock)
        editor.current(stock)
        editor.open(app)
        editor.type_over(app, "stock.take(", "print(")
        assert clear(editor.until(stock, clear))
        editor.close(app)
        assert editor.until(stock, lambda told: not clear(told)).codes == ["LDM104"]

    def test_pulled(self, shop: Path, started: Start) -> None:
        """A client that asks is told when to, gets the same, and is sent nothing unasked."""
        editor = started(Editor([shop], encodings=["utf-32"], pulls=True))
        app, stock = shop / "app.py", shop / "shared" / "stock.py"
        editor.open(app)
        editor.open(stock)
        assert plain(editor.pulled(stock)) == cold(shop)["shared/stock.py"]
        editor.type_over(app, "stock.take(", "print(")
        editor.save(app)
        assert clear(editor.pulled(stock))
        assert plain(editor.pulled(app)) == cold(shop)["app.py"]
        assert editor.when(lambda: editor.client.diagnostic_refresh_count or None)
        assert editor.publishes == []


class TestTyping:
    def test_only_the_last_version_is_told(self, editor: Editor, shop: Path) -> None:
        """Fast typing is looked at once it pauses: what is told never goes back, and ends with the text as it is."""
        app = shop / "app.py"
        editor.open(app)
        editor.current(app)
        for number in range(50):
            editor.type_over(app, "amount=", f"amount={number} + ")
        told = editor.current(app)
        assert plain(told) == cold(shop)["app.py"]
        versions = [one.version or 0 for _, one in editor.publishes]
        assert versions == sorted(versions)
        assert len(versions) < 10

    @pytest.mark.parametrize(
        ("like", "encoding"), [("visual_studio_code", "utf-16"), ("neovim", "utf-8"), ("emacs", "utf-32")]
    )
    def test_columns_beyond_the_first_plane(self, shop: Path, started: Start, like: str, encoding: str) -> None:
        """Every client gets the columns that it counts, also behind characters that are more than one unit."""
        app = shop / "app.py"
        app.write_text(APP.replace('f"charge-', 'f"\N{PILE OF POO}é\N{MUSICAL SYMBOL G CLEF}-'), encoding="utf-8")
        editor = started(Editor([shop], like=like, encodings=[encoding]))
        assert editor.encoding == encoding
        editor.open(app)
        assert [editor.marked(app, one) for one in editor.current(app).diagnostics] == ["hash(order['order_id'])"]
        editor.type_over(app, "é", "\N{GRINNING FACE}\N{COMBINING ACUTE ACCENT}")
        editor.type_over(app, "order['order_id']", "order['\N{SNAKE}']")
        assert [editor.marked(app, one) for one in editor.current(app).diagnostics] == ["hash(order['\N{SNAKE}'])"]

    @pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
    def test_line_endings(self, editor: Editor, shop: Path, ending: str) -> None:
        """Lines end as the file ends them, and a form feed or U+2028 ends none."""
        app = shop / "app.py"
        text = APP.replace("import stripe\n", "import stripe  # \x0c \u2028 here\n")
        app.write_bytes(text.replace("\n", ending).encode())
        editor.open(app)
        editor.type_over(app, "amount=1", "amount=2")
        told = editor.current(app)
        assert [editor.marked(app, one) for one in told.diagnostics] == ["hash(order['order_id'])"]

    def test_a_half_written_line(self, editor: Editor, shop: Path) -> None:
        """While a file does not parse the others keep what was found through it, and its own is told at its new place."""
        app, stock = shop / "app.py", shop / "shared" / "stock.py"
        editor.open(stock)
        editor.open(app)
        before = editor.current(stock).diagnostics
        editor.current(app)
        editor.type_over(app, "import stripe\n", "import stripe\nimport (\n")
        told = editor.current(app)
        assert told.codes == ["LDM207", "LDM901"]
        assert [editor.marked(app, one) for one in told.diagnostics if one.code == "LDM207"] == ["hash(order['order_id'])"]
        assert [one.message for one in editor.shown[editor.uri(stock)].diagnostics] == [one.message for one in before]
        editor.type_over(app, "import (\n", "")
        assert plain(editor.current(app)) == cold(shop)["app.py"]


class TestSurroundings:
    def test_settings(self, editor: Editor, shop: Path) -> None:
        """Settings of the project count as soon as they are on the disk; wrong ones are told, and the last good ones stay."""
        app, settings = shop / "app.py", shop / "lintdem.toml"
        editor.open(app)
        assert editor.current(app).codes == ["LDM207"]
        settings.write_text('ignore = ["LDM207"]\n')
        editor.tell((settings, types.FileChangeType.Created))
        editor.until(app, clear)
        settings.write_text('ignoer = ["LDM207"]\n')
        editor.tell((settings, types.FileChangeType.Changed))
        assert editor.when(lambda: [one.message for one in editor.client.messages if "ignoer" in one.message] or None)
        assert clear(editor.shown[editor.uri(app)])
        settings.unlink()
        editor.tell((settings, types.FileChangeType.Deleted))
        assert editor.until(app, lambda told: not clear(told)).codes == ["LDM207"]

    def test_template(self, editor: Editor, shop: Path) -> None:
        """A template counts as it is in its buffer: where it names another handler, the old one is not told of any more."""
        app, template = shop / "app.py", shop / "template.yaml"
        editor.open(app)
        editor.open(template)
        assert editor.current(app).codes == ["LDM207"]
        editor.type_over(template, "app.handler", "other.handler")
        assert "LDM906" in editor.current(template).codes
        editor.save(template)
        assert plain(editor.current(template)) == cold(shop)["template.yaml"]
        assert plain(editor.current(app)) == cold(shop).get("app.py", [])

    def test_folders(self, editor: Editor, shop: Path, tmp_path: Path) -> None:
        """Each folder of the editor is a project with its own settings; one that is removed says nothing any more."""
        other = write(tmp_path / "other", {"template.yaml": TEMPLATE, "app.py": APP, "shared/stock.py": HARMLESS})
        (other / "lintdem.toml").write_text('levels = {LDM207 = "note"}\n')
        editor.join(other)
        for folder, severity in ((shop, types.DiagnosticSeverity.Error), (other, types.DiagnosticSeverity.Information)):
            editor.open(folder / "app.py")
            assert [(one.code, one.severity) for one in editor.current(folder / "app.py").diagnostics] == [("LDM207", severity)]
        gone = editor.uri(other / "app.py")
        editor.leave(other)
        editor.save(shop / "app.py")
        editor.when(lambda: clear(editor.shown[gone]) or None)

    def test_file_of_no_folder(self, shop: Path, started: Start) -> None:
        """Without a folder a file is looked at within the project around it."""
        editor = started(Editor([], encodings=["utf-32"]))
        editor.open(shop / "shared" / "stock.py")
        assert plain(editor.current(shop / "shared" / "stock.py")) == cold(shop)["shared/stock.py"]


class TestDisk:
    def test_changed_elsewhere(self, editor: Editor, shop: Path) -> None:
        """A file that another program writes counts for those that are open."""
        app, stock = shop / "app.py", shop / "shared" / "stock.py"
        editor.open(stock)
        assert editor.current(stock).codes == ["LDM104"]
        app.write_text(APP.replace("stock.take(", "print("))
        editor.tell((app, types.FileChangeType.Changed))
        assert clear(editor.until(stock, clear))

    def test_vanished(self, editor: Editor, shop: Path) -> None:
        """A file that is deleted takes with it what was found through it."""
        app, stock = shop / "app.py", shop / "shared" / "stock.py"
        editor.open(stock)
        assert editor.current(stock).codes == ["LDM104"]
        app.unlink()
        editor.tell((app, types.FileChangeType.Deleted))
        assert plain(editor.until(stock, clear)) == cold(shop).get("shared/stock.py", [])

    def test_renamed(self, editor: Editor, shop: Path) -> None:
        """A file that is renamed shows nothing under its old name, and under the new one what a check finds."""
        app, old, new = shop / "app.py", shop / "shared" / "stock.py", shop / "shared" / "store.py"
        editor.open(app)
        editor.open(old)
        assert editor.current(old).codes == ["LDM104"]
        gone = editor.uri(old)
        editor.rename(old, new)
        assert plain(editor.until(new, clear)) == cold(shop).get("shared/store.py", [])
        editor.type_over(app, "import stock", "import store as stock")
        editor.save(app)
        told = editor.until(new, lambda told: not clear(told))
        assert plain(told) == cold(shop)["shared/store.py"]
        assert clear(editor.shown[gone])

    def test_binary(self, editor: Editor, shop: Path) -> None:
        """A file that becomes no text is told of as on the command line, and the others go on."""
        app, stock = shop / "app.py", shop / "shared" / "stock.py"
        editor.open(app)
        assert editor.current(app).codes == ["LDM207"]
        stock.write_bytes(b"\x7fELF\x00\xff\xfe" * 100)
        editor.tell((stock, types.FileChangeType.Changed))
        editor.type_over(app, "amount=1", "amount=22")
        editor.save(app)
        assert plain(editor.current(app)) == cold(shop)["app.py"]

    def test_new_and_unsaved(self, editor: Editor, shop: Path) -> None:
        """A file that is not on the disk yet is part of the project all the same."""
        app, extra = shop / "app.py", shop / "shared" / "extra.py"
        editor.open(app)
        editor.open(extra, STOCK)
        assert clear(editor.current(extra))
        editor.type_over(app, "import stock", "import extra as stock")
        assert editor.until(extra, lambda told: not clear(told)).codes == ["LDM104"]
        assert not extra.exists()
