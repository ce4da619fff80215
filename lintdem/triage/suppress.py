"""Findings silenced by a comment, and comments that silence nothing.

`# lintdem: ignore[LDM301] reason` speaks for the lines it covers, `ignore-file` for the whole file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from lintdem.config import nearest
from lintdem.interpreter.written import nodes
from lintdem.model.finding import Finding, Suppressed
from lintdem.model.function import DefineFunction
from lintdem.model.module import Directive, Module
from lintdem.model.remedy import Remedy, Unremark
from lintdem.model.span import Place
from lintdem.model.stack import Source
from lintdem.triage.levels import Selection
from lintdem.triage.run import UNKNOWN, UNUSED, RunCode

_KINDS = ("ignore", "ignore-file", "idempotent", "guarded-by", "source")
_SILENCING = frozenset({"ignore", "ignore-file"})


class _Comment(msgspec.Struct):
    """A suppression comment, and which of its names have silenced something."""

    path: str
    directive: Directive
    used: set[str] = msgspec.field(default_factory=set)

    def covers(self, finding: Finding) -> bool:
        """Whether it speaks for the place of the finding."""
        first, last = self.directive.covers
        return self.directive.kind == "ignore-file" or first <= finding.span.line <= last

    def name_of(self, finding: Finding) -> str | None:
        """The name in it that means the finding's rule."""
        return next((name for name in self.directive.names if name in (finding.code, finding.name)), None)


def suppress(
    findings: Sequence[Finding], modules: Iterable[Module], selection: Selection, *, complete: bool
) -> tuple[list[Finding], list[Suppressed]]:
    """Part the findings into reported and silenced ones, and add what is wrong with the comments. When the run
    is not `complete`, a comment that silenced nothing may still have its use, so none is called unused."""
    comments: dict[str, list[_Comment]] = {}
    for module in modules:
        found = [_Comment(module.path, directive) for directive in module.directives if directive.kind in _SILENCING]
        comments.setdefault(module.path, []).extend(found)
    kept, silenced = _part(findings, comments, selection.config.require_reason)
    kept.extend(_unknown(modules, selection))
    if complete:
        kept.extend(_unused(comments, selection))
    return kept, silenced


def _part(
    findings: Sequence[Finding], comments: Mapping[str, Sequence[_Comment]], require_reason: bool
) -> tuple[list[Finding], list[Suppressed]]:
    kept: list[Finding] = []
    silenced: list[Suppressed] = []
    for finding in findings:
        reason: str | None = None
        for comment in comments.get(finding.path, ()):
            name = comment.name_of(finding) if comment.covers(finding) else None
            if name is not None:
                comment.used.add(name)
                if comment.directive.reason or not require_reason:
                    reason = reason or comment.directive.reason
        if reason is None:
            kept.append(finding)
        else:
            silenced.append(Suppressed(finding, reason))
    return kept, silenced


def _unknown(modules: Iterable[Module], selection: Selection) -> Iterator[Finding]:
    """Comments that name nothing that exists, or lack a reason that the project wants."""
    words = [word for rule in selection.known for word in (rule.code, rule.name)]
    for module in modules:
        for directive in module.directives:
            if directive.kind == "unknown":
                yield _finding(UNKNOWN, module.path, directive, _misread(directive))
            elif directive.kind not in _SILENCING:
                yield from _idle(module, directive)
            else:
                yield from _unknown_names(module.path, directive, words)
                if selection.config.require_reason and directive.names and not directive.reason:
                    yield _finding(UNKNOWN, module.path, directive, "the reason is missing after the brackets")


def _idle(module: Module, directive: Directive) -> Iterator[Finding]:
    """A declaration that declares nothing."""
    if not module.path.endswith(".py") and not module.digest:
        message = f"{directive.kind} belongs above the function it speaks of; in a template only ignore counts"
        yield _finding(UNKNOWN, module.path, directive, message)
    elif directive.kind == "source":
        sources = [source.value for source in Source]
        for name in directive.names:
            if name not in sources:
                message = f'no event source is called "{name}"{nearest(name, sources)}'
                yield _finding(UNKNOWN, module.path, directive, message)
        first, last = directive.covers
        functions = (node.function for node in nodes(module.body) if isinstance(node, DefineFunction))
        if not any(first <= function.name_span.line <= last for function in functions):
            yield _finding(UNUSED, module.path, directive, "source stands above no function")


def _misread(directive: Directive) -> str:
    """What is wrong with a comment that could not be read; what was written stands in its reason."""
    told = directive.reason.split("[")[0].split(" ")[0]
    if told in _SILENCING:
        return f"{told} needs the rule in brackets, such as [LDM301], and then the reason"
    if told in _KINDS:
        return f"{told} needs its value in brackets"
    return f'"{told}" is no lintdem comment{nearest(told, _KINDS)}'


def _unknown_names(path: str, directive: Directive, words: Sequence[str]) -> Iterator[Finding]:
    for name in directive.names:
        if name not in words:
            yield _finding(UNKNOWN, path, directive, f'no rule is called "{name}"{nearest(name, words)}')


def _unused(comments: Mapping[str, Sequence[_Comment]], selection: Selection) -> Iterator[Finding]:
    """Names that silenced nothing although their rule was on for that file."""
    on = selection.codes()
    codes = {word: rule.code for rule in selection.known for word in (rule.code, rule.name)}
    for path, here in comments.items():
        active = on - selection.codes_named(selection.config.ignored_in(path))
        for comment in here:
            for name in comment.directive.names:
                if codes.get(name) in active and name not in comment.used:
                    found = _finding(UNUSED, path, comment.directive, f"nothing here is reported as {name}")
                    remark = Unremark(Place(path, comment.directive.span), name)
                    remedy = Remedy(f"take {name} out of the comment", True, (remark,))
                    yield msgspec.structs.replace(found, remedies=(remedy,))


_ADVICE = {
    UNUSED: "take out what silences nothing, so that it does not hide the next fault here",
    UNKNOWN: "write # lintdem: ignore[CODE] and the reason, with a code or name of `lintdem rules`",
}


def _finding(code: RunCode, path: str, directive: Directive, message: str) -> Finding:
    return Finding(
        path=path,
        span=directive.span,
        code=code.code,
        name=code.name,
        group=code.group,
        level=code.level,
        message=message,
        advice=_ADVICE[code],
        identity=f"{code.code}:{path}:{directive.kind}[{','.join(directive.names)}]",
    )
