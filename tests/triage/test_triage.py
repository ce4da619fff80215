"""Triage: what is reported, how loud, what is silenced, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from lintdem.config import Overrides, parse
from lintdem.errors import UsageError
from lintdem.model.finding import Finding, Group, Level, Redelivers, Report, Step, TriggerInfo
from lintdem.model.module import Directive, Module, Problem
from lintdem.model.span import NOWHERE, Place, Span
from lintdem.triage import Known, fails, is_whole, triage, validate


@dataclass(frozen=True)
class FakeRule:
    """A rule as far as triage looks at one."""

    code: str
    name: str
    group: Group


EFFECT = FakeRule("LDM101", "unguarded-effect", Group.CORRECTNESS)
INSERT = FakeRule("LDM105", "plain-insert", Group.SUSPICIOUS)
WRITE = FakeRule("LDM301", "unconditional-write", Group.GRADED)
TRACE = FakeRule("LDM803", "dropped-correlation-id", Group.PEDANTIC)
RULES = (EFFECT, INSERT, WRITE, TRACE)


def finding(rule: FakeRule = EFFECT, line: int = 5, path: str = "app.py", **more: object) -> Finding:
    """A finding of a rule on a line."""
    fields: dict[str, object] = {
        "path": path,
        "span": Span(line, 5, line, 20),
        "code": rule.code,
        "name": rule.name,
        "group": rule.group,
        "level": Level.ERROR if rule is EFFECT else Level.WARNING,
        "message": "runs again",
        "identity": f"{rule.code}:handler",
    }
    return Finding(**{**fields, **more})  # type: ignore[arg-type]


def comment(names: str, covers: tuple[int, int], reason: str = "it is harmless", kind: str = "ignore") -> Directive:
    """A suppression comment with comma-separated names."""
    return Directive(Span(covers[0], 30, covers[0], 60), kind, tuple(names.split(",")), reason, covers)


def report(
    findings: list[Finding],
    *directives: Directive,
    config: str = "",
    overrides: Overrides | None = None,
    only: set[str] | None = None,
    problems: tuple[Problem, ...] = (),
) -> Report:
    """Triage findings in one module that holds the comments."""
    settings = parse(config, Path("/workspace"))
    if overrides is not None:
        settings = msgspec.structs.replace(settings, command_line=overrides)
    module = Module(path="app.py", digest="", directives=directives)
    return triage(findings, [module], problems, settings, Known(RULES, only))


def codes(of: Report) -> list[str]:
    """The codes reported, in order."""
    return [item.code for item in of.findings]


class TestSelection:
    """Groups are on or off; the user's words decide by how exact they are."""

    def test_pedantic_rules_report_only_when_selected(self) -> None:
        """A rule whose group is off stays silent until somebody asks for it."""
        assert codes(report([finding(TRACE)])) == []
        assert codes(report([finding(TRACE)], config='extend-select = ["LDM803"]')) == ["LDM803"]

    @pytest.mark.parametrize("selector", ["LDM803", "LDM8", "dropped-correlation-id", "pedantic", "ALL"])
    def test_every_way_to_name_a_rule(self, selector: str) -> None:
        """Code, prefix, name, group and ALL all select."""
        assert codes(report([finding(TRACE)], config=f'select = ["{selector}"]')) == ["LDM803"]

    def test_select_replaces_the_default(self) -> None:
        """What is not selected is off."""
        assert codes(report([finding(EFFECT), finding(WRITE)], config='select = ["LDM3"]')) == ["LDM301"]

    def test_the_more_exact_word_wins(self) -> None:
        """A code is not taken away by a prefix, nor a prefix by ALL."""
        config = 'select = ["LDM101"]\nignore = ["LDM1"]'
        assert codes(report([finding(EFFECT), finding(INSERT)], config=config)) == ["LDM101"]

    def test_the_command_line_wins_a_draw(self) -> None:
        """Asking for a code on the command line beats ignoring it in the file."""
        chosen = Overrides(select=("LDM101",))
        assert codes(report([finding()], config='ignore = ["LDM101"]', overrides=chosen)) == ["LDM101"]
        assert codes(report([finding()], config='select = ["LDM101"]', overrides=Overrides(ignore=("LDM101",)))) == []

    def test_per_file_ignores_speak_for_their_files_only(self) -> None:
        """A rule set aside in the tests still reports elsewhere."""
        found = [finding(path="tests/test_app.py"), finding(path="app.py")]
        result = report(found, config='[per-file-ignores]\n"tests/**" = ["LDM1"]')
        assert [item.path for item in result.findings] == ["app.py"]

    def test_unknown_rule_names_the_place_and_the_nearest(self) -> None:
        """A misspelt code is an error, with the line it was written on."""
        config = parse('ignore = [\n "LDM101",\n "unguarded-efect",\n]', Path("/workspace"))
        with pytest.raises(
            UsageError, match=r'toml:3: ignore: unknown rule "unguarded-efect"; did you mean "unguarded-eff'
        ):
            validate(config, Known(RULES).names)

    def test_what_could_not_be_checked_cannot_be_ignored(self) -> None:
        """Ignoring unreadable files would make a run look whole."""
        with pytest.raises(UsageError, match="LDM901 cannot be ignored"):
            validate(parse('ignore = ["LDM901"]', Path("/workspace")), Known(RULES).names)


class TestLevels:
    """The rule sets the level, the user may set another."""

    def test_the_level_of_the_rule_stays(self) -> None:
        """A rule that grades its findings is not graded again."""
        (item,) = report([finding(WRITE, level=Level.NOTE)]).findings
        assert item.level is Level.NOTE

    def test_levels_override(self) -> None:
        """A strict team makes notes errors, by code or by prefix; the code wins."""
        config = 'levels = {LDM301 = "error", LDM3 = "warning"}'
        (item,) = report([finding(WRITE, level=Level.NOTE)], config=config).findings
        assert item.level is Level.ERROR

    def test_the_level_of_all_rules(self) -> None:
        """A team that begins has everything as a note, but for what it names closer."""
        config = 'levels = {ALL = "note", LDM3 = "warning"}'
        levels = {item.code: item.level for item in report([finding(WRITE), finding(EFFECT)], config=config).findings}
        assert levels == {WRITE.code: Level.WARNING, EFFECT.code: Level.NOTE}

    @pytest.mark.parametrize(
        ("level", "fail_on", "expected"),
        [
            (Level.NOTE, Level.WARNING, False),
            (Level.WARNING, Level.WARNING, True),
            (Level.WARNING, Level.ERROR, False),
            (Level.NOTE, Level.NOTE, True),
        ],
    )
    def test_what_fails_a_run(self, level: Level, fail_on: Level, expected: bool) -> None:
        """Findings at or above the level fail."""
        assert fails(report([finding(level=level)]), fail_on) is expected


class TestSuppression:
    """A comment silences what it names where it stands, and is itself checked."""

    @pytest.mark.parametrize("name", ["LDM101", "unguarded-effect"])
    def test_code_or_name_silences_the_covered_lines(self, name: str) -> None:
        """The finding moves to the suppressed ones with the reason."""
        result = report([finding(line=5), finding(line=9)], comment(name, (4, 6)))
        assert [item.span.line for item in result.findings] == [9]
        assert [(item.finding.span.line, item.reason) for item in result.suppressed] == [(5, "it is harmless")]

    def test_ignore_file_speaks_for_every_line(self) -> None:
        """The comment at the top covers the whole file."""
        result = report([finding(line=99)], comment("LDM101", (1, 1), kind="ignore-file"))
        assert codes(result) == []

    def test_other_rules_on_the_line_still_report(self) -> None:
        """Only the named rule is silenced."""
        assert codes(report([finding(EFFECT), finding(WRITE)], comment("LDM101", (5, 5)))) == ["LDM301"]

    def test_unused_names_are_reported_each(self) -> None:
        """Of two names the one that silences nothing is told, by warning."""
        (item,) = report([finding()], comment("LDM101,LDM301", (5, 5))).findings
        assert (item.code, item.level, item.span.line) == ("LDM903", Level.WARNING, 5)
        assert "LDM301" in item.message

    def test_a_rule_that_is_off_leaves_no_unused_comment(self) -> None:
        """Running fewer rules does not make comments wrong."""
        assert codes(report([], comment("LDM101", (5, 5)), config='ignore = ["LDM101"]')) == []
        assert codes(report([], comment("LDM803", (5, 5)))) == []
        assert codes(report([], comment("LDM101", (5, 5)), config='[per-file-ignores]\n"app.py" = ["LDM101"]')) == []

    def test_nothing_is_called_unused_after_a_crash(self) -> None:
        """The rule that crashed may have had something to silence."""
        crash = Problem(Place("app.py", NOWHERE), "LDM905", "a rule failed")
        assert codes(report([], comment("LDM101", (5, 5)), problems=(crash,))) == []

    def test_unknown_name_with_the_nearest(self) -> None:
        """A misspelt name silences nothing and says so."""
        result = report([finding()], comment("unguarded-efect", (5, 5)))
        assert codes(result) == ["LDM101", "LDM904"]
        assert 'did you mean "unguarded-effect"?' in result.findings[1].message

    def test_unknown_kind_with_the_nearest(self) -> None:
        """A comment for lintdem that lintdem cannot read is told."""
        wrong = Directive(Span(5, 1, 5, 9), "unknown", (), "ignor[LDM101] x", (5, 5))
        bare = Directive(Span(6, 1, 6, 9), "unknown", (), "ignore", (6, 6))
        first, second = report([], wrong, bare).findings
        assert first.message == '"ignor" is no lintdem comment; did you mean "ignore"?'
        assert "needs the rule in brackets" in second.message

    def test_required_reason(self) -> None:
        """Without the reason the project wants, the comment silences nothing and is told."""
        result = report([finding()], comment("LDM101", (5, 5), reason=""), config="require-reason = true")
        assert codes(result) == ["LDM101", "LDM904"]
        assert codes(report([finding()], comment("LDM101", (5, 5), reason=""))) == []

    def test_findings_about_comments_can_be_ignored(self) -> None:
        """903 and 904 are selected like rules."""
        assert codes(report([], comment("LDM101", (5, 5)), config='ignore = ["LDM903"]')) == []


class TestOrder:
    """One report whatever the order of the work."""

    def test_sorted_by_place_and_code(self) -> None:
        """Path, line, column, code."""
        found = [finding(WRITE, 5), finding(EFFECT, 9), finding(EFFECT, 5), finding(EFFECT, 1, "a.py")]
        expected = [("a.py", 1, "LDM101"), ("app.py", 5, "LDM101"), ("app.py", 5, "LDM301"), ("app.py", 9, "LDM101")]
        for order in (found, found[::-1]):
            assert [(item.path, item.span.line, item.code) for item in report(order).findings] == expected

    def test_one_fault_is_told_once_and_loudest(self) -> None:
        """Two handlers that reach one call give one finding, at the higher level."""
        found = [finding(level=Level.WARNING, handler="a.py:h"), finding(level=Level.ERROR, handler="b.py:h")]
        for order in (found, found[::-1]):
            (item,) = report(order).findings
            assert (item.level, item.handler) == (Level.ERROR, "b.py:h")

    def test_identities_are_unique_and_do_not_know_lines(self) -> None:
        """Two alike calls in one function get an ordinal, the same one after lines were added."""
        before = [item.identity for item in report([finding(line=5), finding(line=9)]).findings]
        after = [item.identity for item in report([finding(line=55), finding(line=59)]).findings]
        assert before == after
        assert len(set(before)) == 2


class TestOnly:
    """A report about some files."""

    def test_a_finding_counts_when_its_way_leads_through_the_file(self) -> None:
        """A changed handler or template is where a fault is introduced although the effect stands elsewhere."""
        step = Step(Place("handler.py", NOWHERE), "calls charge")
        evidence = TriggerInfo("sqs", Redelivers.ITSELF, Place("template.yaml", NOWHERE), "SQS")
        found = [finding(line=1, why=(step,)), finding(line=2, trigger=evidence), finding(line=3)]
        assert [item.span.line for item in report(found, only={"handler.py"}).findings] == [1]
        assert [item.span.line for item in report(found, only={"template.yaml"}).findings] == [2]
        assert [item.span.line for item in report(found, only={"app.py"}).findings] == [1, 2, 3]

    def test_what_could_not_be_checked_is_told_for_all_files(self) -> None:
        """A broken file elsewhere still means that not everything was checked."""
        broken = Problem(Place("other.py", NOWHERE), "LDM901", "not valid Python")
        gap = Problem(Place("other.py", NOWHERE), "LDM902", "not understood")
        result = report([], problems=(gap, broken, broken), only={"app.py"})
        assert [item.code for item in result.problems] == ["LDM901"]
        assert not is_whole(result)

    def test_notes_about_gaps_do_not_make_a_run_incomplete(self) -> None:
        """LDM902 never changes the exit code, and may be ignored."""
        gap = Problem(Place("app.py", NOWHERE), "LDM902", "not understood")
        assert is_whole(report([], problems=(gap,)))
        assert report([], problems=(gap,), config='ignore = ["LDM902"]').problems == ()
