"""Remedies to edits: where in the text a change of the model has to be written.

What the author wrote around it stays: commas, comments, one argument a line. A remedy that the syntax at its place does
not allow gives no fix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from lintdem.errors import LoweringError, NoEdit
from lintdem.model.finding import Edit, Finding, Fix
from lintdem.model.remedy import Change, Property, Remedy, Unremark
from lintdem.syntax.decode import decode_source
from lintdem.syntax.reading import look_at
from lintdem.syntax.remarks import unremarked

if TYPE_CHECKING:
    from lintdem.syntax.editing import Editor


@dataclass
class Fixer:
    """Fixes of findings; `read` gives the bytes of a file, `propertied` the edits of a template, `length` how long the formatter
    of a file lets a line be, where that is known. Each file of Python is parsed once, when it is first needed."""

    read: Callable[[str], bytes | None]
    propertied: Callable[[Property, str], list[Edit]]
    length: Callable[[str], int | None] = lambda path: None
    editors: dict[str, Editor | None] = field(default_factory=dict)

    def with_fixes(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings with the fixes that their remedies come to."""
        return tuple(self._with_fixes(finding) for finding in findings)

    def _with_fixes(self, finding: Finding) -> Finding:
        if not finding.remedies:
            return finding
        fixes = (self._fix(remedy) for remedy in finding.remedies)
        return msgspec.structs.replace(finding, fixes=tuple(fix for fix in fixes if fix is not None))

    def _fix(self, remedy: Remedy) -> Fix | None:
        edits: dict[Edit, None] = {}
        for change in remedy.changes:
            try:
                edits.update(dict.fromkeys(self._edits(change)))
            except NoEdit:
                return None
        return Fix(remedy.title, remedy.safe, tuple(sorted(self._settled(edits))))

    def _settled(self, edits: Iterable[Edit]) -> Iterator[Edit]:
        """The edits of a fix, by file, with the lines broken that they make too long together."""
        by_file: dict[str, list[Edit]] = {}
        for edit in edits:
            by_file.setdefault(edit.place.path, []).append(edit)
        for path, own in by_file.items():
            editor = self.editors.get(path)
            yield from editor.settled(own) if editor is not None else own

    def _edits(self, change: Change) -> list[Edit]:
        if isinstance(change, (Unremark, Property)):
            data = self.read(change.place.path)
            text = _text(data) if data is not None else None
            if text is None:
                raise NoEdit
            return [unremarked(change, text.split("\n"))] if isinstance(change, Unremark) else self.propertied(change, text)
        editor = self._editor(change.place.path)
        if editor is None:
            raise NoEdit
        return editor.edits(change)

    def _editor(self, path: str) -> Editor | None:
        if path not in self.editors:
            self.editors[path] = self._opened(path)
        return self.editors[path]

    def _opened(self, path: str) -> Editor | None:
        """The editor of a Python file that can be parsed in this process."""
        data = self.read(path) if path.endswith(".py") else None
        source = look_at(path, data) if data is not None else None
        if source is None or source.error is not None or source.risky:
            return None
        # The parser takes a tenth of a second to load, which a run that shows no fixes never needs.
        from lintdem.syntax.editing import Editor  # noqa: PLC0415

        return Editor(path, source.text, self.length(path))


def _text(data: bytes) -> str | None:
    try:
        return decode_source(data)
    except LoweringError:
        return None
