"""Which file an import means."""

from __future__ import annotations

from lintdem.program.imports import Imports, is_vendored


class TestAbsoluteImports:
    """`import a.b` and `from a.b import c`."""

    def test_the_module_beside_the_importer_comes_first(self) -> None:
        """Two functions' folders hold a module of the same name; each gets its own."""
        imports = Imports(["pay/app.py", "pay/db.py", "ship/app.py", "ship/db.py"], [])
        assert imports.absolute("pay/app.py", "db") == "pay/db.py"
        assert imports.absolute("ship/app.py", "db") == "ship/db.py"

    def test_a_folder_above_is_searched(self) -> None:
        """The code folder of a function is above its handlers package."""
        imports = Imports(["src/handlers/orders.py", "src/shop/store.py", "src/shop/__init__.py"], [])
        assert imports.absolute("src/handlers/orders.py", "shop.store") == "src/shop/store.py"

    def test_a_layer_is_found_by_its_folder(self) -> None:
        """Layers hold their modules below `python/`, far from the importer."""
        imports = Imports(["functions/pay/app.py", "layers/shared/python/shop/mail.py"], ["layers/shared/python"])
        assert imports.absolute("functions/pay/app.py", "shop.mail") == "layers/shared/python/shop/mail.py"

    def test_the_nearest_of_several_is_taken(self) -> None:
        """Copies of a library in other applications do not count when one is nearer."""
        imports = Imports(["a/fn/app.py", "a/lib/x/money.py", "b/lib/x/money.py"], [])
        assert imports.absolute("a/fn/app.py", "x.money") == "a/lib/x/money.py"

    def test_a_well_known_library_is_never_a_file_of_the_project(self) -> None:
        """A copy of boto3 in a build folder is still boto3."""
        imports = Imports(["app.py", "package/boto3/__init__.py", "boto3/__init__.py"], [])
        assert imports.absolute("app.py", "boto3") is None

    def test_a_module_named_like_what_it_imports_is_skipped(self) -> None:
        """`queue.py` importing `queue` means the standard library."""
        imports = Imports(["fn/queue.py"], [])
        assert imports.absolute("fn/queue.py", "queue") is None

    def test_a_package_may_import_itself(self) -> None:
        """`from store import items` inside `store/__init__.py`."""
        imports = Imports(["lib/store/store/__init__.py", "lib/store/store/items.py"], [])
        assert imports.absolute("lib/store/store/__init__.py", "store") == "lib/store/store/__init__.py"

    def test_a_package_without_init_is_a_folder(self) -> None:
        """Namespace packages are folders, marked by a slash."""
        imports = Imports(["src/app.py", "src/shop/mail.py"], [])
        assert imports.absolute("src/app.py", "shop") == "src/shop/"

    def test_what_is_nowhere_is_none(self) -> None:
        """Then the name is known to come from outside."""
        assert Imports(["app.py"], []).absolute("app.py", "company.events") is None


class TestRelativeImports:
    """`from . import x` and `from ..y import z`."""

    def test_dots_climb(self) -> None:
        """One dot is the package of the importer, each further one the package above."""
        imports = Imports(["a/b/c.py", "a/b/d.py", "a/e.py", "a/b/__init__.py", "a/__init__.py"], [])
        assert imports.relative("a/b/c.py", "d", 1) == "a/b/d.py"
        assert imports.relative("a/b/c.py", "e", 2) == "a/e.py"
        assert imports.relative("a/b/c.py", None, 1) == "a/b/__init__.py"


def test_packages_that_were_copied_in_are_told_from_the_project() -> None:
    """By the folders that tools put them into."""
    assert is_vendored("fn/vendor/requests/api.py")
    assert is_vendored("lib/site-packages/x.py")
    assert not is_vendored("fn/vendors.py")
