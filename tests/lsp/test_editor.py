"""A day in an editor, with the client of pytest-lsp: whatever is opened, typed, saved and renamed, what is shown at the end is
what the command line finds."""

from __future__ import annotations

import subprocess
import sys
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

    def test_whole_project(self, editor: Editor, shop: Path) -> None:
        """On demand files that are not open are told of too, until that is turned off again."""
        editor.open(shop / "app.py")
        editor.configure(diagnostics="workspace")
        expected = cold(shop)
        for path in ("shared/stock.py", "template.yaml"):
            assert plain(editor.until(shop / path, lambda told: not clear(told))) == expected[path]
        editor.configure()
        editor.until(shop / "template.yaml", clear)
        assert plain(editor.current(shop / "app.py")) == expected["app.py"]

    def test_whole_project_pulled(self, shop: Path, started: Start) -> None:
        """A client that asks about its open files is sent what is found in the others, and never the same twice."""
        editor = started(Editor([shop], encodings=["utf-32"], pulls=True, options={"diagnostics": "workspace"}))
        app, stock = shop / "app.py", shop / "shared" / "stock.py"
        editor.open(app)
        assert plain(editor.until(stock, lambda told: not clear(told))) == cold(shop)["shared/stock.py"]
        assert plain(editor.pulled(app)) == cold(shop)["app.py"]
        assert editor.uri(app) not in editor.shown
        editor.open(stock)
        editor.until(stock, clear)
        assert plain(editor.pulled(stock)) == cold(shop)["shared/stock.py"]


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
        versions = [one.version or 0 for uri, one in editor.publishes if uri == editor.uri(app)]  # others are told late
        assert versions == sorted(versions)
        assert len(versions) < 10

    def test_what_was_typed_in_is_told_first(self, editor: Editor, shop: Path) -> None:
        """Of several open files the one that has changed comes before the others, whichever it is."""
        files = [shop / "app.py", shop / "shared/stock.py"]
        for file in files:
            editor.open(file)
        for file in files:
            editor.current(file)
        for file in (*files, *files):
            editor.publishes.clear()
            editor.replace(file, 0, 0, "# so\n")
            editor.current(file)
            assert next(uri for uri, _ in editor.publishes) == editor.uri(file)

    @pytest.mark.parametrize(
        ("like", "encoding"), [("visual_studio_code", "utf-16"), ("neovim", "utf-8"), ("emacs", "utf-32")]
    )
    def test_columns_beyond_the_first_plane(self, shop: Path, started: Start, like: str, encoding: str) -> None:
        """Every client gets the columns that it counts, also behind characters that are more than one unit."""
        app = shop / "app.py"
        app.write_text(APP.replace('",".join', '"\N{PILE OF POO}é\N{MUSICAL SYMBOL G CLEF}".join'), encoding="utf-8")
        editor = started(Editor([shop], like=like, encodings=[encoding]))
        assert editor.encoding == encoding
        editor.open(app)
        (told,) = editor.current(app).diagnostics
        assert editor.marked(app, told) == '"\N{PILE OF POO}é\N{MUSICAL SYMBOL G CLEF}".join(skus)'
        editor.type_over(app, "é", "\N{GRINNING FACE}\N{COMBINING ACUTE ACCENT}")
        editor.type_over(app, '".join(', '\N{SNAKE}".join(')
        (told,) = editor.current(app).diagnostics
        text = '"\N{PILE OF POO}\N{GRINNING FACE}\N{COMBINING ACUTE ACCENT}\N{MUSICAL SYMBOL G CLEF}\N{SNAKE}".join(skus)'
        assert editor.marked(app, told) == text

    @pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
    def test_line_endings(self, editor: Editor, shop: Path, ending: str) -> None:
        """Lines end as the file ends them, and a form feed or U+2028 ends none."""
        app = shop / "app.py"
        text = APP.replace("import stripe\n", "import stripe  # \x0c \u2028 here\n")
        app.write_bytes(text.replace("\n", ending).encode())
        editor.open(app)
        editor.type_over(app, "amount=1", "amount=2")
        told = editor.current(app)
        assert [editor.marked(app, one) for one in told.diagnostics] == ['",".join(skus)']

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
        assert [editor.marked(app, one) for one in told.diagnostics if one.code == "LDM207"] == ['",".join(skus)']
        assert [one.message for one in editor.shown[editor.uri(stock)].diagnostics] == [one.message for one in before]
        editor.type_over(app, "import (\n", "")
        assert plain(editor.current(app)) == cold(shop)["app.py"]


class TestHelp:
    def test_a_fix_is_what_the_command_line_makes(self, editor: Editor, shop: Path, tmp_path: Path) -> None:
        """The quick fix gives, byte for byte, what `check --fix` writes, and with it the finding goes."""
        app = shop / "app.py"
        editor.open(app)
        (finding,) = editor.current(app).diagnostics
        (fix,) = [one for one in editor.actions(app, finding.range, "quickfix") if one.is_preferred]
        editor.apply(fix.edit)
        assert clear(editor.current(app))
        assert app.read_text() == APP
        twin = write(tmp_path / "twin", {"template.yaml": TEMPLATE, "app.py": APP, "shared/stock.py": STOCK})
        command = [sys.executable, "-m", "lintdem", "check", "--fix", "--no-cache", "--exit-zero", "."]
        subprocess.run(command, cwd=twin, check=True, capture_output=True)
        assert editor.buffers[app].text == (twin / "app.py").read_text()

    @pytest.mark.parametrize("like", ["visual_studio_code", "emacs"])
    def test_all_safe_fixes(self, shop: Path, started: Start, like: str) -> None:
        """One action makes every safe fix of a buffer as it is, for clients that ask for the edit at once or later."""
        app = shop / "app.py"
        editor = started(Editor([shop], like=like))
        editor.open(app)
        editor.type_over(app, "import stripe\n", "# \N{GRINNING FACE}\nimport stripe\n")
        editor.type_over(app, '",".join', '"\N{SNAKE}".join')
        editor.current(app)
        whole = types.Range(types.Position(0, 0), editor.at(app, "stock.take"))
        (action,) = editor.actions(app, whole, "source.fixAll.lintdem")
        editor.apply(action.edit)
        assert clear(editor.current(app))
        assert "# \N{GRINNING FACE}\nimport" in editor.buffers[app].text
        assert '"\N{SNAKE}".join(sorted(skus))' in editor.buffers[app].text

    def test_suppressed_with_a_reason(self, editor: Editor, shop: Path) -> None:
        """A finding can be silenced by a comment that has room for the reason."""
        stock = shop / "shared" / "stock.py"
        editor.open(stock)
        (finding,) = editor.current(stock).diagnostics
        (action,) = [one for one in editor.actions(stock, finding.range) if "suppress LDM104" in one.title]
        editor.apply(action.edit)
        assert clear(editor.current(stock))
        added = [line.strip() for line in editor.buffers[stock].text.splitlines() if line not in STOCK.splitlines()]
        assert [line.startswith("# lintdem: ignore[LDM104] ") for line in added] == [True]

    def test_declared_guarded(self, editor: Editor, shop: Path) -> None:
        """What holds a second delivery back out of sight can be declared from the finding."""
        stock = shop / "shared" / "stock.py"
        editor.open(stock)
        (finding,) = editor.current(stock).diagnostics
        (action,) = [one for one in editor.actions(stock, finding.range) if one.title.startswith("declare take guarded")]
        editor.apply(action.edit)
        assert clear(editor.current(stock))

    def test_hover(self, editor: Editor, shop: Path) -> None:
        """Under the cursor stand the page of the rule and what is known of the call; elsewhere nothing."""
        stock = shop / "shared" / "stock.py"
        editor.open(stock)
        editor.current(stock)
        shown = self._hover(editor, stock, editor.at(stock, "update_item"))
        assert shown is not None
        assert isinstance(shown.contents, types.MarkupContent)
        assert "LDM104 repeated-accumulation" in shown.contents.value
        assert "dynamodb.UpdateItem" in shown.contents.value
        assert self._hover(editor, stock, editor.at(stock, "import boto3")) is None

    def _hover(self, editor: Editor, file: Path, at: types.Position) -> types.Hover | None:
        params = types.HoverParams(types.TextDocumentIdentifier(editor.uri(file)), at)
        found: types.Hover | None = editor.wait(editor.client.text_document_hover_async(params))
        return found

    def test_lens(self, editor: Editor, shop: Path) -> None:
        """Above a handler stands who delivers and what that does, as the buffer is; a user can turn it off."""
        app = shop / "app.py"
        editor.open(app)
        params = types.CodeLensParams(types.TextDocumentIdentifier(editor.uri(app)))
        (lens,) = editor.wait(editor.client.text_document_code_lens_async(params))
        assert lens.command.title.startswith("eventbridge")
        assert "2 repeats" in lens.command.title
        assert editor.marked(app, types.Diagnostic(lens.range, "")) == "handler"
        editor.configure(codeLens=False)
        assert not editor.wait(editor.client.text_document_code_lens_async(params))
        editor.configure()

    def test_definition(self, editor: Editor, shop: Path) -> None:
        """From the name of a handler one jumps to the line of the template that says who delivers, and back."""
        app, template = shop / "app.py", shop / "template.yaml"
        editor.open(app)
        editor.current(app)
        (there,) = self._definition(editor, app, editor.at(app, "handler"))
        assert there[0] == template.as_uri()
        assert template.read_text().splitlines()[there[1].start.line].strip() == "Placed:"
        editor.open(template)
        editor.current(template)
        back = self._definition(editor, template, there[1].start)
        assert [(uri, app.read_text().splitlines()[where.start.line]) for uri, where in back] == [
            (app.as_uri(), "def handler(event, context):")
        ]

    def _definition(self, editor: Editor, file: Path, at: types.Position) -> list[tuple[str, types.Range]]:
        params = types.DefinitionParams(types.TextDocumentIdentifier(editor.uri(file)), at)
        found = editor.wait(editor.client.text_document_definition_async(params)) or []
        return [
            (one.target_uri, one.target_selection_range) if isinstance(one, types.LocationLink) else (one.uri, one.range)
            for one in found
        ]


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
