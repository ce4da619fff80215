"""One case of a page run in memory: what was found against what the page says.

Every marker needs a finding and every finding of level warning or error needs a marker, by file, line, level and
code. Notes never fail a run, so they need no marker. Cases under "Good" hold no marker but notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lintdem.errors import UsageError
from lintdem.model.finding import Finding, Group, Level, Report
from lintdem.model.module import Problem
from lintdem.rule import Rule
from lintdem.testing.pages import Case, Marker
from lintdem.testing.patching import patched

_OFF = (Group.PEDANTIC, Group.NURSERY)


def complaints(case: Case, rule: Rule | None) -> tuple[str, ...]:
    """Run `case`, a case of the page of `rule` or of a page of no rule; what is not as the page says."""
    told = (_misuse, _unparsable, _differences, _unfixed, _unmended)
    return tuple(complaint for tell in told for complaint in tell(case, rule))


def run_case(case: Case, rule: Rule | None) -> Report:
    """Check the files of a case; a rule that is off unless selected is selected."""
    from lintdem.session import BUILTIN_PACK, check_files  # noqa: PLC0415 (a page is collected without the engine)

    own = rule.module.rpartition(".")[0] if rule is not None else BUILTIN_PACK
    return check_files(case.files, _settings(case, rule), tuple(dict.fromkeys((BUILTIN_PACK, own))))


def _settings(case: Case, rule: Rule | None) -> str:
    if rule is not None and rule.group in _OFF and "select" not in case.config:
        return f'extend-select = ["{rule.code}"]\n{case.config}'
    return case.config


def _unfixed(case: Case, rule: Rule | None) -> Iterator[str]:
    """A `diff` fence is what the fixes of the rule come to: its findings gone, nothing new, and nothing left to do."""
    if not case.diff:
        return
    if rule is None:
        yield "only the page of a rule shows a fix"
        return
    from lintdem.testing.fixed import fixed  # noqa: PLC0415 (the same)

    result = fixed(case.files, _settings(case, rule), rule.code)
    if result.patch != case.diff:
        yield f"the fix is another:\n{result.patch}"
    yield from (f"undone: {title}: {reason}" for title, reason in result.undone)
    yield from (f"found all the same: {one.path}:{one.span.line} {one.message}" for one in result.left)
    again = fixed(result.files, _settings(case, rule), rule.code)
    if again.patch:
        yield f"a second application changes more:\n{again.patch}"


def _unmended(case: Case, rule: Rule | None) -> Iterator[str]:
    """A patch below "The fix" fits its example, takes the finding away and brings no other."""
    if not case.mend or rule is None:
        return
    try:
        after = replace(case, files=patched(case.files, case.mend))
    except UsageError as error:
        yield str(error)
        return
    known = {finding.code for finding in _told(case, rule)}
    for one in _told(after, rule):
        if one.code == rule.code or (one.code not in known and one.level is not Level.NOTE):
            yield f"found after the fix: {one.path}:{one.span.line}: {one.level.value} [{one.code}] {one.message}"


def _told(case: Case, rule: Rule | None) -> list[Finding]:
    """What a run says of a case, problems as findings."""
    report = run_case(case, rule)
    return [*report.findings, *map(_as_finding, report.problems)]


def _misuse(case: Case, rule: Rule | None) -> Iterator[str]:
    """Markers that say nothing, and sections that break their promise."""
    for marker in case.markers:
        if marker.code is None and rule is None:
            yield f"{marker}: this page is of no rule, so the code is needed"
        if case.section == "Good" and marker.level != Level.NOTE.value:
            yield f"{marker}: a good example has no findings"
    shown = {_code(marker, rule) for marker in case.markers}
    if rule is not None and case.section == "Bad" and not shown & {rule.code, rule.name}:
        yield f"a bad example shows {rule.code}, this one has no marker for it"


def _unparsable(case: Case, rule: Rule | None) -> Iterator[str]:
    """Python that does not parse, unless that is what the case is about."""
    meant = {marker.path for marker in case.markers if _code(marker, rule) == "LDM901"}
    for path, text in case.files.items():
        if not path.endswith(".py") or path in meant:
            continue
        try:
            compile(text, path, "exec", dont_inherit=True)
        except SyntaxError as error:
            yield f"{path}:{error.lineno}: does not parse: {error.msg}"


def _differences(case: Case, rule: Rule | None) -> Iterator[str]:
    """Markers without a finding, then findings without a marker, in the order of the files."""
    left = _told(case, rule)
    for marker in case.markers:
        match = next((finding for finding in left if _matches(marker, finding, rule)), None)
        if match is None:
            yield f"missing: {marker}"
        else:
            left.remove(match)
    for finding in left:
        if finding.level is not Level.NOTE:
            place = f"{finding.path}:{finding.span.line}"
            yield f"unexpected: {place}: {finding.level.value} [{finding.code}] {finding.message}"


def _matches(marker: Marker, finding: Finding, rule: Rule | None) -> bool:
    """Whether `finding` is what `marker` announces."""
    return (
        (marker.path, marker.line, marker.level) == (finding.path, finding.span.line, finding.level.value)
        and _code(marker, rule) in (finding.code, finding.name)
        and (marker.text or "") in finding.message
    )


def _code(marker: Marker, rule: Rule | None) -> str | None:
    """The code or name that a marker means."""
    return marker.code or (rule.code if rule else None)


def _as_finding(problem: Problem) -> Finding:
    """A problem in the shape of a finding, so that pages speak of both alike."""
    level = Level.NOTE if problem.code == "LDM902" else Level.ERROR
    return Finding(
        path=problem.place.path,
        span=problem.place.span,
        code=problem.code,
        name="",
        group=Group.NOTE,
        level=level,
        message=problem.message,
    )


def rule_of_page(stem: str, rules: tuple[Rule, ...]) -> Rule:
    """The rule whose page has this stem; raises `UsageError` when there is none."""
    for rule in rules:
        if rule.name.replace("-", "_") == stem:
            return rule
    raise UsageError(f"{stem}.md is the page of no rule of its package")
