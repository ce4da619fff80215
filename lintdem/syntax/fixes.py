"""Remedies to edits: where in the text a change of the model has to be written.

What the author wrote around it stays: commas, comments, one argument a line. A remedy that the syntax at its place does
not allow gives no fix.
"""

from __future__ import annotations

from collections import OrderedDict
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

_EDITORS = 64


@dataclass
class Fixer:
    """Fixes of findings; `read` gives the bytes of a file, `propertied` the edits of a template, `length` how long the formatter
    of a file lets a line be, where that is known. A file of Python is parsed when it is first needed, and again only where very
    many others were needed in between."""

    read: Callable[[str], bytes | None]
    propertied: Callable[[Property, str], list[Edit]]
    length: Callable[[str], int | None] = lambda path: None
    _editors: OrderedDict[str, Editor | None] = field(default_factory=OrderedDict)
    _edited: set[str] = field(default_factory=set)
    _texts: dict[str, str | None] = field(default_factory=dict)

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
            editor = self._editor(path) if path in self._edited else None
            yield from editor.settled(own) if editor is not None else own

    def _edits(self, change: Change) -> list[Edit]:
        if isinstance(change, (Unremark, Property)):
            text = self._text(change.place.path)
            if text is None:
                raise NoEdit
            return [unremarked(change, text.split("\n"))] if isinstance(change, Unremark) else self.propertied(change, text)
        editor = self._editor(change.place.path)
        if editor is None:
            raise NoEdit
        return editor.edits(change)

    def _editor(self, path: str) -> Editor | None:
        """The editor of a file. A parsed file takes a hundred times its size, so only the last few are kept."""
        if path not in self._editors:
            self._editors[path] = self._opened(path)
            self._edited.add(path)
        self._editors.move_to_end(path)
        while len(self._editors) > _EDITORS:
            self._editors.popitem(last=False)
        return self._editors[path]

    def _text(self, path: str) -> str | None:
        """The text of a file, the same one each time: what is worked out of it is kept for it."""
        if path not in self._texts:
            data = self.read(path)
            self._texts[path] = _text(data) if data is not None else None
        return self._texts[path]

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
