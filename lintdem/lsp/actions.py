"""What can be done about a finding: its fixes, a comment with a reason, a declaration."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from lintdem.fixing.splice import Unspliceable, splice
from lintdem.ignoring import commented
from lintdem.lsp.edits import text_of
from lintdem.lsp.project import Project, Seen
from lintdem.model.finding import Finding, Fix
from lintdem.stages import with_fixes
from lintdem.syntax import unmoved

WHY = "TODO: why a second delivery does no harm here"
"""Stands in a comment until its author says better."""
_GUARD = "TODO: what holds a second delivery back"
_EFFECTS = "LDM1"
"""The codes of effects that nothing holds back: a guard out of sight may."""


@dataclass(frozen=True)
class Offer:
    """Something to do about a finding: the files that change, with their texts before and after."""

    title: str
    finding: Finding
    files: dict[str, tuple[str, str]]
    preferred: bool = False


def offers(project: Project, seen: Seen, findings: tuple[Finding, ...]) -> list[Offer]:
    """What can be done about these findings, fixes first."""
    fixed = with_fixes(msgspec.structs.replace(seen.report, findings=findings), lambda path: project.content(seen, path))
    found = [offer for finding in fixed.findings for offer in _fixes(project, seen, finding)]
    for finding in findings:
        data = project.content(seen, finding.path)
        if data is not None:
            found += [*_declared(finding, data), *suppressed(finding, data, WHY)]
    return found


def _fixes(project: Project, seen: Seen, finding: Finding) -> Iterator[Offer]:
    for fix in finding.fixes:
        files = _applied(project, seen, fix)
        if files:
            yield Offer(fix.title, finding, files, preferred=fix.safe)


def _applied(project: Project, seen: Seen, fix: Fix) -> dict[str, tuple[str, str]]:
    """The files as a fix makes them; none when it does not fit what stands there."""
    found: dict[str, tuple[str, str]] = {}
    for path in dict.fromkeys(edit.place.path for edit in fix.edits):
        data = project.content(seen, path)
        edits = [edit for edit in fix.edits if edit.place.path == path]
        try:
            after = splice(data, edits) if data is not None else None
        except Unspliceable:
            return {}
        if data is None or after is None or (path.endswith(".py") and not unmoved(data, after, edits)):
            return {}
        texts = text_of(path, data), text_of(path, after)
        if texts[0] is None or texts[1] is None:
            return {}
        found[path] = texts[0], texts[1]
    return found


def suppressed(finding: Finding, data: bytes, reason: str) -> Iterator[Offer]:
    """A comment that silences a finding, and says why."""
    after = commented(finding.path, data, [finding], reason)
    texts = text_of(finding.path, data), text_of(finding.path, after) if after is not None else None
    if texts[0] is not None and texts[1] is not None:
        yield Offer(f"suppress {finding.code} {finding.name} with a reason", finding, {finding.path: (texts[0], texts[1])})


def _declared(finding: Finding, data: bytes) -> Iterator[Offer]:
    """A comment above the function around a finding: it is guarded by something that cannot be seen."""
    if not finding.path.endswith(".py") or not finding.code.startswith(_EFFECTS):
        return
    text = text_of(finding.path, data)
    around = _function(text, finding.span.line) if text is not None else None
    if text is None or around is None:
        return
    name, line = around
    lines = text.splitlines(keepends=True)
    here = lines[line - 1]
    body = here.rstrip("\r\n")
    indent, end = body[: len(body) - len(body.lstrip())], here[len(body) :] or "\n"
    lines.insert(line - 1, f"{indent}# lintdem: guarded-by[{_GUARD}]{end}")
    yield Offer(f"declare {name} guarded by what lintdem cannot see", finding, {finding.path: (text, "".join(lines))})


def _function(text: str, line: int) -> tuple[str, int] | None:
    """The innermost function around a line, and the first line of it and its decorators."""
    if "\f" in text or "\x0b" in text:  # where lines are counted in two ways
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    if not around:
        return None
    inner = max(around, key=lambda node: node.lineno)
    return inner.name, min([inner.lineno, *(one.lineno for one in inner.decorator_list)])
