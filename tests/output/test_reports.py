"""Reports: what people and machines read, whatever stands in the checked files."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from rich.cells import cell_len

from lintdem.model.finding import (
    Edit,
    Finding,
    Fix,
    Group,
    Level,
    Redelivers,
    Report,
    Step,
    Suppressed,
    TriggerInfo,
)
from lintdem.model.module import Problem
from lintdem.model.span import Place, Span
from lintdem.output import FORMATS, View, render, visible

SOURCE = """import stripe


def handler(event, context):
    for record in event["Records"]:
        stripe.Charge.create(amount=5, currency="eur")
"""
HOSTILE = "\x1b[31mred\x1b]8;;http://x\x07[bold]\x9b2J\u202eevil\n::error::x:bug:\x7f\udcff\x00"


def charge(**more: Any) -> Finding:
    """A finding with everything a rule can tell."""
    place = Place("src/app.py", Span(6, 9, 6, 55))
    fields: dict[str, Any] = {
        "path": "src/app.py",
        "span": place.span,
        "code": "LDM101",
        "name": "unguarded-effect",
        "group": Group.CORRECTNESS,
        "level": Level.ERROR,
        "message": "stripe.Charge.create charges again on redelivery",
        "handler": "src/app.py:handler",
        "trigger": TriggerInfo(
            "sqs",
            Redelivers.ITSELF,
            Place("template.yaml", Span(12, 3, 12, 8)),
            "SQS delivers the message again by itself when the function fails or times out",
        ),
        "why": (
            Step(Place("src/app.py", Span(4, 1, 4, 8)), "handler takes the batch"),
            Step(place, "charges the card"),
        ),
        "guard": "the set `seen` is gone with the sandbox",
        "advice": "pass idempotency_key made from the order id",
        "fixes": (Fix("add idempotency_key", False, (Edit(place, "x\x1b"),)),),
        "identity": "LDM101:src/app.py:handler:stripe.Charge.create",
    }
    return Finding(**{**fields, **more})


def report(*findings: Finding, problems: tuple[Problem, ...] = (), source: str = SOURCE, **more: Any) -> Report:
    """A report over one file with handlers."""
    sources = {"src/app.py": source}
    return Report(findings=findings, problems=problems, sources=sources, files=12, handlers=5, seconds=0.84, **more)


class TestText:
    """The report for people."""

    def test_says_the_five_things(self) -> None:
        """Effect, way, redelivery, guard and fix stand under the underlined line."""
        assert render("text", report(charge()), View()) == (
            "src/app.py\n"
            "\n"
            "error[LDM101] unguarded-effect: stripe.Charge.create charges again on redelivery\n"
            " --> src/app.py:6:9\n"
            "  |\n"
            '6 |         stripe.Charge.create(amount=5, currency="eur")\n'
            "  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "  |\n"
            "  = way:        src/app.py\n"
            "                  4  handler takes the batch\n"
            "                  6  charges the card\n"
            "  = redelivery: SQS delivers the message again by itself when the function fails\n"
            "                or times out (template.yaml:12)\n"
            "  = guard:      the set `seen` is gone with the sandbox\n"
            "  = fix:        pass idempotency_key made from the order id\n"
            "  = unsafe fix: add idempotency_key\n"
            "\n"
            "Found 1 error in 12 files, 5 handlers (0.8 s).\n"
        )

    def test_files_are_headings(self) -> None:
        """Findings of one file stand under its name once."""
        text = render("text", report(charge(), charge(span=Span(5, 5, 5, 8)), charge(path="z.py")), View())
        assert [line for line in text.splitlines() if line in ("src/app.py", "z.py")] == ["src/app.py", "z.py"]

    @pytest.mark.parametrize("width", [80, 100])
    def test_words_wrap_at_the_width_but_paths_stay_whole(self, width: int) -> None:
        """Prose is broken between words; a long path is never broken."""
        long_path = "services/" + "very-long-name/" * 8 + "app.py"
        step = Step(Place(long_path, Span(1, 1, 1, 2)), "calls " + "the next function " * 12)
        text = render("text", report(charge(why=(step, step))), View(width=width))
        assert f"\n    {long_path}\n" in text
        assert all(len(line) <= width for line in text.splitlines() if long_path not in line)

    def test_tabs_and_wide_characters_stay_aligned(self) -> None:
        """The underline stands below the call in terminal columns."""
        source = '\tx = "漢字"; charge()\n'
        text = render("text", report(charge(span=Span(1, 12, 1, 20)), source=source), View())
        lines = text.splitlines()
        code = next(line for line in lines if "charge()" in line)
        mark = next(line for line in lines if "^" in line)
        assert cell_len(code[: code.index("charge()")]) == mark.index("^")
        assert mark.count("^") == len("charge()")

    def test_long_spans_are_shortened(self) -> None:
        """Of a call over many lines the beginning and the end are shown."""
        source = "charge(\n" + "".join(f"    a{number}=1,\n" for number in range(30)) + ")\n"
        text = render("text", report(charge(span=Span(1, 1, 32, 2)), source=source), View())
        assert [line.strip() for line in text.splitlines() if re.match(r"\s*(\d+)? \| ", line)] == [
            "1 | charge(",
            "| ^^^^^^^",
            "2 |     a0=1,",
            "| ...",
            "32 | )",
        ]

    def test_a_long_line_is_cut_around_the_call(self) -> None:
        """A line of thousands of characters fills one row, with the call in sight."""
        source = "x = [" + "1, " * 2000 + "charge()" + ", 2" * 2000 + "]\n"
        column = source.index("charge()") + 1
        text = render("text", report(charge(span=Span(1, column, 1, column + 8)), source=source), View(width=80))
        (row,) = [line for line in text.splitlines() if "charge()" in line]
        mark = next(line for line in text.splitlines() if "^" in line)
        assert len(row) <= 80
        assert row[mark.index("^") :].startswith("charge()")

    def test_nothing_found_and_nothing_checked_are_told_apart(self) -> None:
        """A run with an unreadable file is not all clear."""
        assert render("text", report(), View()) == "All clear: 12 files, 5 handlers (0.8 s).\n"
        broken = Problem(Place("src/app.py", Span(6, 9, 6, 10)), "LDM901", "not valid Python", "Traceback: here")
        text = render("text", report(problems=(broken,)), View())
        assert "error[LDM901] unreadable-source: not valid Python\n --> src/app.py:6:9\n" in text
        assert "All clear" not in text
        assert text.endswith("(0.8 s).\nNot everything was checked: 1 problem.\n")
        assert "Traceback: here" not in text
        assert "Traceback: here" in render("text", report(problems=(broken,)), View(verbose=True))

    def test_closing_line_counts_levels_and_suppressed(self) -> None:
        """Levels with nothing found are not named."""
        silenced = (Suppressed(charge(), "harmless"),)
        found = report(charge(), charge(), charge(level=Level.NOTE), suppressed=silenced)
        last = render("text", found, View()).splitlines()[-1]
        assert last == "Found 2 errors, 1 note in 12 files, 5 handlers (0.8 s); 1 suppressed."

    def test_many_notes_about_gaps_are_cut(self) -> None:
        """A handful of notes is shown, the rest counted, all with --verbose."""
        gaps = tuple(Problem(Place("src/app.py", Span(n, 1, n, 2)), "LDM902", f"gap {n}") for n in range(1, 21))
        text = render("text", report(problems=gaps), View())
        assert "gap 5\n" in text
        assert "gap 6\n" not in text
        assert "and 15 more such notes; --verbose shows all" in text
        assert "gap 20\n" in render("text", report(problems=gaps), View(verbose=True))

    def test_what_was_not_followed_is_told_last_and_shortly(self) -> None:
        """A finding that only says what was not understood takes two lines behind all others, and a few suffice."""
        gaps = [
            charge(code="LDM902", name="coverage-gap", level=Level.NOTE, message=f"gap {n}", why=(), span=Span(n, 1, n, 2))
            for n in range(1, 8)
        ]
        text = render("text", report(*gaps, charge(path="z.py")), View())
        assert text.index("LDM101") < text.index("note[LDM902] coverage-gap: gap 1\n --> src/app.py:1:1\n\n")
        assert "and 2 more such notes; --verbose shows all" in text
        assert "coverage-gap: gap 7\n" in render("text", report(*gaps), View(verbose=True))

    def test_redelivery_is_told_once_in_a_file(self) -> None:
        """The same sentence is not said under every finding; another file says it again."""
        second = charge(span=Span(5, 5, 5, 8))
        text = render("text", report(second, charge(), charge(path="z.py")), View(width=200))
        assert text.count("= redelivery: SQS delivers") == 2
        assert text.count("= redelivery: as above (template.yaml:12)") == 1

    def test_a_trigger_that_only_the_code_shows_is_told_so(self) -> None:
        """A reader sees whether a template or the code was the source."""
        guess = TriggerInfo("sqs", Redelivers.ITSELF, Place("src/app.py", Span(4, 1, 4, 8)), "SQS delivers again")
        text = render("text", report(charge(trigger=guess)), View())
        assert "= redelivery: SQS delivers again (as the code at src/app.py:4 tells)\n" in text

    def test_the_way_names_a_file_once_as_long_as_it_stays_there(self) -> None:
        """Lines of one file stand under its name, their numbers under each other; a way that comes back names it again."""
        places = [("src/app.py", 9), ("src/app.py", 12), ("deep/" * 20 + "charging.py", 107), ("src/app.py", 13)]
        steps = tuple(Step(Place(path, Span(line, 1, line, 2)), f"calls f{line}()") for path, line in places)
        lines = render("text", report(charge(why=steps)), View(width=60)).splitlines()
        start = lines.index("  = way:        src/app.py")
        assert [line.strip() for line in lines[start + 1 : start + 7]] == [
            "9  calls f9()",
            "12  calls f12()",
            "deep/" * 20 + "charging.py",
            "107  calls f107()",
            "src/app.py",
            "13  calls f13()",
        ]
        assert len({line.index("calls") for line in lines if " calls " in line}) == 1

    def test_a_path_that_does_not_fit_its_column_goes_left(self) -> None:
        """As long as a path fits the width it is on one line, in sight of its label."""
        steps = tuple(Step(Place(f"src/{'x' * n}.py", Span(7, 1, 7, 2)), "calls f()") for n in (20, 45))
        lines = render("text", report(charge(why=steps)), View(width=60)).splitlines()
        assert f"  = way:        src/{'x' * 20}.py" in lines
        assert f"        src/{'x' * 45}.py" in lines
        assert all(len(line) <= 60 for line in lines)

    def test_a_narrow_log_has_no_columns(self) -> None:
        """Under sixty columns further lines begin near the margin, so that words have room."""
        lines = render("text", report(charge()), View(width=40)).splitlines()
        assert "  = redelivery: SQS delivers the message" in lines
        assert "      again by itself when the function" in lines

    def test_what_many_findings_say_alike_is_said_three_times(self) -> None:
        """A file in which one call stands twenty times shows the first three whole, the others by their places."""
        many = [charge(span=Span(line, 1, line, 5)) for line in range(1, 21)]
        text = render("text", report(*many), View())
        assert text.count("= guard:") == 3
        assert "error[LDM101] unguarded-effect: 17 more like it in this file\n  --> src/app.py:4:1\n" in text
        assert text.count("--> src/app.py:20:1\n") == 1
        assert render("text", report(*many), View(verbose=True)).count("= guard:") == 20

    def test_the_fix_of_the_finding_above_is_not_told_again(self) -> None:
        """The same advice is said once in a file; another file says it again."""
        second = charge(span=Span(5, 5, 5, 8), message="another")
        text = render("text", report(second, charge(), charge(path="z.py")), View())
        assert text.count("= fix:        pass idempotency_key made from the order id") == 2
        assert text.count("= fix:        as above") == 1

    def test_a_long_report_ends_with_what_it_comes_to(self) -> None:
        """Rules and handlers with their numbers, errors first, and where to begin; a short report needs none."""
        other = charge(code="LDM301", name="unconditional-write", level=Level.WARNING, handler="src/b.py:run", message="w")
        text = render("text", report(*(charge(span=Span(n, 1, n, 2)) for n in range(1, 4)), *[other] * 4), View())
        assert text[text.index("By rule") :] == (
            "By rule\n"
            "     3  LDM101 unguarded-effect\n"
            "     4  LDM301 unconditional-write\n"
            "\n"
            "By handler\n"
            "     3  src/app.py:handler\n"
            "     4  src/b.py:run\n"
            "\n"
            "Found 3 errors, 4 warnings in 12 files, 5 handlers (0.8 s).\n"
            "Begin with src/app.py:handler: 3 errors, and sqs delivers again by itself.\n"
            "`lintdem explain LDM101` tells what goes wrong there and what mends it.\n"
        )
        assert "By rule" not in render("text", report(charge(), charge(), charge()), View())

    def test_an_old_project_is_shown_the_baseline(self) -> None:
        """With more than can be mended in a day the report names the way to live with it, and long tables are cut."""
        many = [charge(handler=f"src/app.py:f{n}", span=Span(n, 1, n, 2)) for n in range(1, 61)]
        text = render("text", report(*many), View())
        assert "`lintdem baseline` writes down what is there today, and check reports what is\n  new.\n" in text
        assert "    48  in 48 more handlers; --statistics shows all\n" in text
        assert "src/app.py:f60\n" in render("text", report(*many), View(statistics=True))

    def test_a_problem_says_what_to_do(self) -> None:
        """A file that cannot be read can be mended or left out; a crash is told as a fault of lintdem."""
        place = Place("src/app.py", Span(6, 9, 6, 10))
        text = render("text", report(problems=(Problem(place, "LDM901", "no"), Problem(place, "LDM905", "no"))), View())
        assert "= fix:        mend the file, or leave it out with `extend-exclude`" in text
        assert "= fix:        this is a fault of lintdem" in text

    def test_quiet_leaves_the_findings(self) -> None:
        """--quiet takes the closing line away."""
        assert "Found" not in render("text", report(charge()), View(quiet=True))

    def test_statistics_replace_the_findings(self) -> None:
        """The most frequent rule comes first."""
        other = charge(code="LDM301", name="unconditional-write")
        lines = render("text", report(charge(), other, other), View(statistics=True)).splitlines()
        assert lines[:2] == ["     2  LDM301  unconditional-write", "     1  LDM101  unguarded-effect"]

    def test_colour_only_when_asked(self) -> None:
        """Without colour there is no escape byte, with it the words are the same."""
        plain, colored = (render("text", report(charge()), View(color=color)) for color in (False, True))
        assert "\x1b" not in plain
        assert "\x1b[1;38;5;160m" in colored
        assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain

    def test_links_lead_to_the_rule_and_to_the_lines(self) -> None:
        """On a terminal that opens them, the code leads to its page and a place to its line; what stands in a name cannot
        end the address."""
        assert "\x1b]8;" not in render("text", report(charge()), View(color=True))
        named = charge(path="s r\x1bc/ä.py", why=(), trigger=None)
        linked = render("text", report(named), View(root="/work", folder="/work", host="box", color=True, links=True))
        assert re.findall(r"\x1b\]8;[^;]*;([^\x1b]+)\x1b", linked) == [
            json.loads(render("json", report(charge()), View()))["findings"][0]["help"],
            "file://box/work/s%20r%1Bc/%C3%A4.py#6",
        ]

    def test_a_place_that_is_not_in_the_text_is_still_told(self) -> None:
        """A finding in a file that was not kept loses only its frame."""
        assert " --> gone.py:6:9\n" in render("text", report(charge(path="gone.py")), View())


class TestConcise:
    """One line each."""

    def test_path_line_column_code_message(self) -> None:
        """The form editors and grep know; problems stand among the findings."""
        broken = Problem(Place("a.py", Span(2, 3, 2, 4)), "LDM901", "not valid Python")
        lines = render("concise", report(charge(), problems=(broken,)), View()).splitlines()
        assert lines[:2] == [
            "a.py:2:3: LDM901 not valid Python",
            "src/app.py:6:9: LDM101 stripe.Charge.create charges again on redelivery",
        ]

    def test_lines_are_never_wrapped(self) -> None:
        """A long message stays on its line."""
        message = "again and " * 50 + "again"
        assert f": LDM101 {message}\n" in render("concise", report(charge(message=message)), View(width=40))


class TestJson:
    """The contract with machines."""

    def test_every_promised_field(self) -> None:
        """The fields of the contract, with their values."""
        document = json.loads(render("json", report(charge()), View()))
        assert (document["version"], document["tool"]["name"]) == (1, "lintdem")
        (item,) = document["findings"]
        place = {"path": "src/app.py", "line": 6, "column": 9}
        span = {"line": 6, "column": 9, "end_line": 6, "end_column": 55}
        expected = {
            "code": "LDM101",
            "name": "unguarded-effect",
            "group": "correctness",
            "level": "error",
            "message": "stripe.Charge.create charges again on redelivery",
            "path": "src/app.py",
            **span,
            "handler": "src/app.py:handler",
            "why": [
                {"path": "src/app.py", "line": 4, "column": 1, "message": "handler takes the batch"},
                {**place, "message": "charges the card"},
            ],
            "guard": "the set `seen` is gone with the sandbox",
            "fixes": [
                {
                    "title": "add idempotency_key",
                    "safe": False,
                    "edits": [{"path": "src/app.py", **span, "text": "x\x1b"}],
                }
            ],
            "identity": "LDM101:src/app.py:handler:stripe.Charge.create",
        }
        assert {key: item[key] for key in expected} == expected
        assert item["help"].startswith("https://")
        assert item["help"].endswith("/rules/lintdem_rules/unguarded_effect.md")
        trigger = {"source": "sqs", "redelivers": "itself", "evidence": {"path": "template.yaml", "line": 12}}
        assert {key: item["trigger"][key] for key in trigger} == trigger

    def test_what_is_not_known_is_null(self) -> None:
        """No handler, trigger or guard is null, not a word."""
        bare = charge(handler=None, trigger=None, guard=None, why=(), fixes=())
        (item,) = json.loads(render("json", report(bare), View()))["findings"]
        assert [item[key] for key in ("handler", "trigger", "guard", "why", "fixes")] == [None, None, None, [], []]

    def test_problems_and_summary(self) -> None:
        """What could not be checked stands beside the findings, and is counted."""
        broken = Problem(Place("a.py", Span(2, 3, 2, 4)), "LDM901", "not valid Python", "Traceback")
        document = json.loads(render("json", report(charge(), problems=(broken,)), View()))
        assert document["problems"] == [
            {
                "code": "LDM901",
                "name": "unreadable-source",
                "level": "error",
                "message": "not valid Python",
                "path": "a.py",
                "line": 2,
                "column": 3,
                "end_line": 2,
                "end_column": 4,
            }
        ]
        summary = {"errors": 1, "warnings": 0, "notes": 0, "problems": 1, "files": 12, "handlers": 5}
        assert {key: document["summary"][key] for key in summary} == summary

    def test_the_same_findings_give_the_same_bytes(self) -> None:
        """How long a run took does not show in the report."""
        slow = Report(findings=(charge(),), seconds=99.0)
        assert render("json", slow, View()) == render("json", Report(findings=(charge(),)), View())


class TestPaths:
    """Paths count from the working directory."""

    @pytest.mark.parametrize(
        ("folder", "expected"),
        [
            ("/work/repo", "src/app.py"),
            ("/work/repo/src", "app.py"),
            ("/work", "repo/src/app.py"),
            ("/work/repo/tests", "../src/app.py"),
        ],
    )
    def test_from_anywhere(self, folder: str, expected: str) -> None:
        """Finding, way and handler are named the way the shell names them."""
        view = View(root="/work/repo", folder=folder)
        (item,) = json.loads(render("json", report(charge()), view))["findings"]
        assert (item["path"], item["handler"]) == (expected, f"{expected}:handler")
        assert f"{expected}:6:9: " in render("concise", report(charge()), view)
        assert f"--> {expected}:6:9\n" in render("text", report(charge()), view)


class TestHostileInput:
    """What stands in checked files cannot act on the terminal or break the report."""

    @pytest.mark.parametrize("format_name", FORMATS)
    def test_no_byte_acts(self, format_name: str) -> None:
        """Escape sequences, direction marks, line breaks and bad bytes are written out, in every field."""
        step = Step(Place(HOSTILE, Span(1, 1, 1, 2)), HOSTILE)
        item = charge(
            path=HOSTILE,
            span=Span(1, 1, 1, 30),
            message=HOSTILE,
            handler=f"{HOSTILE}:{HOSTILE}",
            why=(step,),
            trigger=TriggerInfo("sqs", Redelivers.ITSELF, Place(HOSTILE, Span(1, 1, 1, 2)), HOSTILE),
            guard=HOSTILE,
            advice=HOSTILE,
            fixes=(Fix(HOSTILE, True, (Edit(step.place, HOSTILE),)),),
            identity=HOSTILE,
        )
        problem = Problem(Place(HOSTILE, Span(1, 1, 1, 2)), "LDM901", HOSTILE, HOSTILE)
        sources = {HOSTILE: HOSTILE.replace("\udcff", "?") * 2}
        text = render(format_name, Report(findings=(item,), problems=(problem,), sources=sources), View(verbose=True))
        text.encode("utf-8")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
        assert not any(line.startswith("::error::") for line in text.splitlines())

    @pytest.mark.parametrize("format_name", ["text", "concise"])
    @pytest.mark.parametrize("command", ["::error::x", "##[error]x", "##vso[task.complete]x"])
    def test_no_line_of_a_log_becomes_a_command(self, format_name: str, command: str) -> None:
        """A CI job takes a line that begins like a command for one, also behind blanks; names and wrapped words do not."""
        step = Step(Place(f"{command}.py", Span(1, 1, 1, 2)), "calls " + f"{command} " * 12)
        item = charge(path=f"{command}.py", message=f"{command} " * 12, why=(step, step), guard=f"{command} " * 9)
        text = render(format_name, report(item, charge(path=f"{command}/b.py")), View())
        assert command in text
        assert not any(line.strip().startswith(("::", "##")) for line in text.splitlines())

    def test_rich_markup_is_plain_text(self) -> None:
        """Brackets and emoji codes in a message are shown as they are."""
        text = render("text", report(charge(message="x[/]y [red]z :bug:")), View())
        assert "x[/]y [red]z :bug:" in text

    @pytest.mark.parametrize(
        ("raw", "shown"),
        [
            ("plain ünïcode 漢字 😀", "plain ünïcode 漢字 😀"),
            ("\x1b[0m", "\\x1b[0m"),
            ("a\nb\tc", "a\\nb\\tc"),
            ("\x9b\x85", "\\x9b\\x85"),
            ("\u202e\u2066", "\\u202e\\u2066"),
            ("\udcff", "\\xff"),
            ("\u2028", "\\u2028"),
        ],
    )
    def test_escapes(self, raw: str, shown: str) -> None:
        """What would not show is written out, everything else left alone."""
        assert visible(raw) == shown
