"""pytest plugin: pages are tests. `rules/lintdem_rules/unguarded_effect.md::Bad / SQS queue` is one case.

A Markdown file beside an `__init__.py` is the page of a rule of that package; a Markdown file in a folder called
`cases` or `guide` is a page of no rule. Nothing of the engine is imported before a case runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest

from lintdem.errors import UsageError
from lintdem.testing.pages import Case, parse_page

if TYPE_CHECKING:
    from lintdem.rule import Rule


class CaseFailed(Exception):
    """A case in which not everything is as its page says."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        super().__init__("\n".join(complaints))


class CaseItem(pytest.Item):
    """One case as a test."""

    case: Case
    rule: Rule | None
    funcargs: ClassVar[dict[str, object]] = {}
    """None: some plug-ins, such as that of pytest-lsp, fail for an item that does not say so."""

    def runtest(self) -> None:
        """Run the case and raise what is not as the page says."""
        from lintdem.testing.runner import complaints  # noqa: PLC0415 (see the module's docstring)

        found = complaints(self.case, self.rule)
        if found:
            raise CaseFailed(found)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Complaints as they are; anything else with its traceback."""
        if isinstance(excinfo.value, CaseFailed):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """The heading of the case."""
        return self.path, self.case.line - 1, self.name


class PageFile(pytest.File):
    """One page."""

    def collect(self) -> Iterator[CaseItem]:
        """The cases of the page."""
        try:
            page = parse_page(self.path.read_text(encoding="utf-8"), self.path.name)
            rule = self._rule()
        except UsageError as error:
            raise self.CollectError(str(error)) from error
        for case in page.cases:
            item: CaseItem = CaseItem.from_parent(self, name=case.title)
            item.case, item.rule = case, rule
            yield item

    def _rule(self) -> Rule | None:
        """The rule of this page, if it stands in a rule pack."""
        if not _is_pack(self.path.parent):
            return None
        from lintdem.rule import load_rules  # noqa: PLC0415 (see the module's docstring)
        from lintdem.testing.runner import rule_of_page  # noqa: PLC0415

        return rule_of_page(self.path.stem, load_rules((self.path.parent.name,)))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PageFile | None:
    """Take Markdown files of rule packs and of folders called `cases` or `guide`."""
    if file_path.suffix == ".md" and (_is_pack(file_path.parent) or file_path.parent.name in _FOLDERS):
        page: PageFile = PageFile.from_parent(parent, path=file_path)
        return page
    return None


_FOLDERS = ("cases", "guide")


def _is_pack(folder: Path) -> bool:
    """A folder of modules; `rules/` itself, which holds the generated list, is none."""
    return (folder / "__init__.py").exists()
