"""Formats for other programs: each valid by its schema, whatever stands in the checked files, and by its reader's rules."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import msgspec
import pytest
import xmlschema

from lintdem.model.finding import Edit, Finding, Fix, Group, Level, Redelivers, Report, Step, TriggerInfo
from lintdem.model.module import Problem
from lintdem.model.span import Place, Span
from lintdem.output import View, limits, render
from lintdem.output.lines import line_hashes
from lintdem.output.sarif import MOST_RESULTS, MOST_SHOWN
from lintdem.rule import load_rules

SCHEMAS = Path(__file__).parent / "schemas"
RULES = load_rules(("lintdem_rules",))
VIEW = View(root="/work", folder="/work", rules=RULES)
HOSTILE = "\x1b[31mred\x1b]8;;http://x\x07[bold](1)\x9b2J\u202eevil\n::error::x:bug:\x7f\udcff\x00%0A,"
SOURCE = 'import stripe\n\n\ndef handler(event, context):\n    note = "😀é"; stripe.Charge.create(amount=5)\n'
MACHINES = ("json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson", "markdown")


def charge(path: str = "src/app.py", said: str = "stripe.Charge.create charges again", **more: Any) -> Finding:
    """A finding behind an emoji, with everything a rule can tell."""
    place = Place(path, Span(5, 18, 5, 47))
    return Finding(
        path=path, span=place.span, code="LDM101", name="unguarded-effect", group=Group.CORRECTNESS, level=Level.ERROR, message=said,
        handler=f"{path}:handler",
        trigger=TriggerInfo("sqs", Redelivers.ITSELF, Place("template.yaml", Span(3, 1, 3, 9)), f"SQS delivers again {said}"),
        why=(Step(Place(path, Span(4, 1, 4, 8)), f"handler takes the batch {said}"), Step(place, said)),
        guard=f"nothing asks {said}", advice=f"pass a key {said}", fixes=(Fix("pass a key", False, (Edit(place, f"x{said}"),)),),
        identity=f"LDM101:{path}:handler:stripe.Charge.create", **more,
    )  # fmt: skip


def report(*findings: Finding, problems: tuple[Problem, ...] = ()) -> Report:
    """A report in which every file reads the same."""
    return Report(findings=findings, problems=problems, sources={f.path: SOURCE for f in findings}, files=2, handlers=1)


PROBLEM = Problem(Place("src/broken.py", Span(1, 1, 1, 1)), "LDM901", f"not valid Python {HOSTILE}")
NAMES = ("src/app.py", "a b/[x]#?%.py", "ünï/app.py", f"bad{HOSTILE}.py".replace("/", "-"))
REPORTS = {
    "nothing": report(),
    "one": report(charge()),
    "problem": report(problems=(PROBLEM,)),
    "hostile": report(*(charge(name, f"text {HOSTILE}") for name in NAMES), problems=(PROBLEM,)),
    "note": report(msgspec.structs.replace(charge(), level=Level.NOTE)),
}
each_report = pytest.mark.parametrize("name", list(REPORTS))


def schema(name: str) -> Any:
    """A schema of this folder."""
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


class TestSchemas:
    """What a consumer's schema asks for."""

    @each_report
    def test_sarif(self, name: str) -> None:
        """SARIF 2.1.0, by OASIS's schema."""
        jsonschema.validate(json.loads(render("sarif", REPORTS[name], VIEW)), schema("sarif-2.1.0.json"))

    @each_report
    def test_gitlab(self, name: str) -> None:
        """GitLab's code quality report."""
        jsonschema.validate(json.loads(render("gitlab", REPORTS[name], VIEW)), schema("gitlab.json"))

    @each_report
    def test_rdjson(self, name: str) -> None:
        """reviewdog's diagnostics."""
        jsonschema.validate(json.loads(render("rdjson", REPORTS[name], VIEW)), schema("rdjson.json"))

    @each_report
    def test_junit(self, name: str) -> None:
        """JUnit, by the schema of Jenkins' plugin; a clean run has a test too, as an empty file counts as a failure."""
        text = render("junit", REPORTS[name], VIEW)
        xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd")).validate(io.StringIO(text.partition("\n")[2]))
        assert "<testcase" in text

    @each_report
    @pytest.mark.parametrize("format_name", MACHINES)
    def test_nothing_acts_on_a_terminal(self, name: str, format_name: str) -> None:
        """No control character and no turn of the writing direction of a checked file gets through."""
        text = render(format_name, REPORTS[name], VIEW)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)


class TestSarif:
    """What GitHub's code scanning asks for beyond the schema."""

    def run(self, of: Report) -> Any:
        """The one run of the file."""
        return json.loads(render("sarif", of, VIEW))["runs"][0]

    def test_way_trigger_and_fix_are_there(self) -> None:
        """The way from the handler is a code flow, the trigger a related place, the fix an edit."""
        (result,) = self.run(report(charge()))["results"]
        steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
        assert [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps] == [4, 5]
        assert result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "template.yaml"
        (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
        assert replacement["deletedRegion"] == {"startLine": 5, "startColumn": 18, "endLine": 5, "endColumn": 47}

    def test_paths_are_relative_references(self) -> None:
        """What a path may hold and an address may not is percent-encoded, and comes out again."""
        uris = [r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in self.run(REPORTS["hostile"])["results"]]
        assert {unquote(uri, errors="surrogateescape") for uri in uris} == set(NAMES)
        assert all(re.fullmatch(r"[\w.~/%-]+", uri) for uri in uris)

    def test_every_rule_has_its_page_and_its_level(self) -> None:
        """The reader of an alert finds the page of its rule."""
        rules = self.run(report(charge()))["tool"]["driver"]["rules"]
        (rule,) = [rule for rule in rules if rule["id"] == "LDM101"]
        assert rule["help"]["markdown"].startswith("# unguarded-effect")
        assert rule["defaultConfiguration"] == {"level": "error"}
        assert all(0 < len(rule[part]["text"]) <= 1024 for rule in rules for part in ("shortDescription", "fullDescription"))

    def test_nothing_in_a_message_is_a_link(self) -> None:
        """A bracket in the source does not make a link of what follows."""
        (result,) = self.run(report(charge(said="see [this](1)")))["results"]
        assert r"see \[this\](1)" in result["message"]["text"]

    def test_what_was_not_read_makes_the_run_unsuccessful(self) -> None:
        """A file that does not parse is a notification, and the invocation says so."""
        (invocation,) = self.run(REPORTS["problem"])["invocations"]
        assert invocation["executionSuccessful"] is False
        assert "not valid Python" in invocation["toolExecutionNotifications"][0]["message"]["text"]

    def test_more_than_is_taken_is_cut_and_said(self) -> None:
        """Over the limit the quietest are left out, and a notification counts them."""
        plain = msgspec.structs.replace(charge(), why=(), trigger=None, fixes=())
        quiet = [msgspec.structs.replace(plain, level=Level.NOTE)] * MOST_RESULTS
        run = self.run(report(*quiet, plain))
        assert len(run["results"]) == MOST_RESULTS
        assert [result["level"] for result in run["results"]].count("error") == 1
        assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].startswith("1 findings were left out")

    def test_more_than_is_shown_is_said(self) -> None:
        """GitHub takes more findings than it shows; the file says so from that number on."""
        plain = msgspec.structs.replace(charge(), why=(), trigger=None, fixes=())
        (note,) = self.run(report(*[plain] * (MOST_SHOWN + 1)))["invocations"][0]["toolExecutionNotifications"]
        assert note["message"]["text"].startswith("code scanning shows 5000 of the 5001 findings")
        assert limits("sarif", report(*[plain] * (MOST_SHOWN + 1))) == [note["message"]["text"]]
        assert limits("json", report(*[plain] * (MOST_SHOWN + 1))) == []
        assert not self.run(report(*[plain] * MOST_SHOWN))["invocations"][0]["toolExecutionNotifications"]

    def test_line_ends_and_blanks_do_not_matter(self) -> None:
        """A file checked out on another system has the same hashes."""
        assert line_hashes("x = 1\r\ny = 2\r\n") == line_hashes("x=1\ny  =  2\n")


class TestOthers:
    """What the other readers ask for beyond their schemas."""

    def test_rdjson_counts_bytes(self) -> None:
        """Behind an emoji and an accent the column is that of the byte."""
        (one,) = json.loads(render("rdjson", report(charge()), VIEW))["diagnostics"]
        assert one["location"]["range"]["start"] == {"line": 5, "column": len('    note = "😀é"; '.encode()) + 1}

    def test_gitlab_fingerprints_differ(self) -> None:
        """Two findings with one identity are two issues, and the same ones in the next run."""
        rows = json.loads(render("gitlab", report(charge(), charge()), VIEW))
        assert len({row["fingerprint"] for row in rows}) == 2
        assert rows == json.loads(render("gitlab", report(charge(), charge()), VIEW))

    def test_github_commands_cannot_be_forged(self) -> None:
        """A file name with a line break and a command in it makes no second command."""
        lines = render("github", REPORTS["hostile"], VIEW).splitlines()
        assert sum(line.startswith("::") for line in lines) == len(NAMES) + 1
        assert all(re.match(r"::(error|warning|notice) file=", line) for line in lines if line.startswith("::"))

    def test_github_shows_the_loudest_first(self) -> None:
        """Only the first ten of a kind are shown, so notes come last."""
        note = msgspec.structs.replace(charge("a.py"), level=Level.NOTE)
        lines = render("github", report(note, charge("b.py")), VIEW).splitlines()
        assert [line.partition(" ")[0] for line in lines[:2]] == ["::error", "::notice"]

    def test_lines_of_json_are_the_report(self) -> None:
        """The same fields as the report in one piece, an object a line."""
        rows = [json.loads(line) for line in render("jsonl", REPORTS["one"], VIEW).splitlines()]
        whole = json.loads(render("json", REPORTS["one"], VIEW))
        assert [row.pop("type") for row in rows] == ["finding", "summary"]
        assert rows[0] == whole["findings"][0]

    def test_junit_counts(self) -> None:
        """Findings are failures, notes pass, unread files are errors."""
        of = report(charge(), msgspec.structs.replace(charge("b.py"), level=Level.NOTE), problems=(PROBLEM,))
        assert '<testsuite name="lintdem" tests="3" failures="1" errors="1"' in render("junit", of, VIEW)

    def test_github_says_what_it_will_not_show(self) -> None:
        """Over ten of a level, the first of the notices says that the log has more; ten are no more than are shown."""
        ten = [charge(f"{n}.py") for n in range(10)]
        note = msgspec.structs.replace(charge("n.py"), level=Level.NOTE)
        lines = render("github", report(*ten, charge("x.py"), note), VIEW).splitlines()
        notices = [line for line in lines if line.startswith("::notice")]
        assert "shows the first 10 of each level as annotations; the log of this step has all 12" in notices[0]
        assert "as annotations" not in render("github", report(*ten, note), VIEW)


class TestMarkdown:
    """The summary of a CI job."""

    def rows(self, text: str) -> list[str]:
        """The rows of the table, without its head."""
        return [line for line in text.splitlines() if line.startswith("| ")][1:]

    def test_a_row_has_level_rule_place_and_what_to_do(self) -> None:
        """Errors stand first, the rule is a link to its page, the fix is told."""
        note = msgspec.structs.replace(charge("a.py"), level=Level.NOTE)
        rows = self.rows(render("markdown", report(note, charge("b.py", "x")), VIEW))
        assert re.match(r"\| error \| \[LDM101\]\(https://\S+unguarded_effect\.md\) unguarded-effect \| b\.py:5 \| x<br>", rows[0])
        assert rows[0].endswith("<br>fix: pass a key x |")
        assert rows[1].startswith("| note |")

    def test_nothing_in_it_is_markup(self) -> None:
        """Whatever a file is called and holds: no cell ends, no element, link, mention, emoji or code begins."""
        evil = "a|b `c` <img src=x> [d](http://e) @team #1 **f** _g_ ~~h~~ :bug: &amp; \\| \n# head"
        (row,) = self.rows(render("markdown", report(charge(evil, evil)), VIEW))
        assert row.count("|") == 5
        shown = re.sub(r"&#\d+;|<br>|\[LDM101\]\(https://\S+\)", "", row.strip("|"))
        assert not re.search(r"[`<>\[\]@#*_~&]", shown)

    def test_a_summary_that_github_would_drop_is_cut(self) -> None:
        """It stays below 1 MiB, the errors are in it, and what is left out is counted."""
        long = msgspec.structs.replace(charge(said="x" * 20_000), level=Level.NOTE)
        text = render("markdown", report(*[long] * 60, charge("b.py", "first")), VIEW)
        assert len(text.encode()) < 1 << 20
        assert "| b.py:5 | first<br>" in self.rows(text)[0]
        assert re.search(r"^\d+ more rows would not fit into the summary", text, re.MULTILINE)
