"""Reports of any size, and columns behind any character: what each reader takes, counts and has to find in every result."""

from __future__ import annotations

import base64
import gzip
import json
import random
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from lintdem.model.finding import Report, Step
from lintdem.model.span import Place, Span
from lintdem.output import FORMATS, render
from lintdem.output.lines import line_hashes
from lintdem.output.sarif import MOST_BYTES, MOST_STEPS
from lintdem.session import check_files
from tests.output.test_formats import REPORTS, VIEW, charge, report

PLAIN = msgspec.structs.replace(charge(), why=(), trigger=None, fixes=())


def told(format_name: str, text: str) -> int:
    """The number of findings that a reader of the format finds in a report."""
    if format_name == "json":
        return len(json.loads(text)["findings"])
    if format_name == "jsonl":
        return sum(json.loads(line)["type"] == "finding" for line in text.splitlines())
    if format_name == "sarif":
        return len(json.loads(text)["runs"][0]["results"])
    if format_name == "gitlab":
        return len({row["fingerprint"] for row in json.loads(text)})
    if format_name == "rdjson":
        return len(json.loads(text)["diagnostics"])
    if format_name == "junit":
        return len(list(ElementTree.fromstring(text).iter("failure")))
    if format_name == "github":
        return sum(line.startswith("::error file=") for line in text.splitlines())
    if format_name == "concise":
        return sum(": LDM101 " in line for line in text.splitlines())
    return text.count("LDM101")


@pytest.mark.parametrize("number", [0, 1, 10_000])
@pytest.mark.parametrize("format_name", FORMATS)
def test_a_report_of_any_size_is_read(format_name: str, number: int) -> None:
    """Of no finding, one and ten thousand each format gives a whole document without a byte order mark, with every finding; a
    terminal, where nobody reads so many, is asked for a thousand."""
    number = min(number, 1_000) if format_name == "text" else number
    findings = [msgspec.structs.replace(PLAIN, path=f"src/{n}.py", identity=f"LDM101:src/{n}.py:f:g") for n in range(number)]
    text = render(format_name, Report(findings=tuple(findings), files=max(number, 1), handlers=1), VIEW)
    assert text.strip() and not text.startswith("\ufeff")
    if format_name in ("text", "markdown"):
        assert f"{number:,}" in text or str(number) in text or (number == 0 and "clear" in text.lower())
    else:
        assert told(format_name, text) == number


def places(node: Any) -> Iterator[dict[str, Any]]:
    """Everything in a document that stands for a place in a file."""
    if isinstance(node, dict):
        if "artifactLocation" in node or "range" in node:
            yield node
        for inner in node.values():
            yield from places(inner)
    if isinstance(node, list):
        for inner in node:
            yield from places(inner)


@pytest.mark.parametrize("name", list(REPORTS))
def test_every_result_has_a_place(name: str) -> None:
    """A result without one makes GitHub refuse the whole file: also what could not be read stands in a file, on a line."""
    (run,) = json.loads(render("sarif", REPORTS[name], VIEW))["runs"]
    told_of = [*run["results"], *run["invocations"][0]["toolExecutionNotifications"]]
    for one in told_of:
        (location,) = one["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"] and not place["artifactLocation"]["uri"].startswith(("/", "file:"))
        assert 1 <= place["region"]["startLine"] <= place["region"]["endLine"] and place["region"]["startColumn"] >= 1
    for row in json.loads(render("gitlab", REPORTS[name], VIEW)):
        assert row["location"]["path"] and row["location"]["lines"]["begin"] >= 1
    for one in json.loads(render("rdjson", REPORTS[name], VIEW))["diagnostics"]:
        assert one["location"]["path"] and one["location"]["range"]["start"]["line"] >= 1


class TestSarif:
    """Limits of code scanning."""

    def test_a_long_way_is_cut_and_keeps_its_end(self) -> None:
        """Of a way of many thousand steps the first and the last are shown."""
        step = Step(Place("src/app.py", Span(4, 1, 4, 8)), "calls")
        last = Step(Place("src/app.py", Span(5, 18, 5, 47)), "charges")
        for number in (MOST_STEPS, MOST_STEPS + 1, 12_000):
            finding = msgspec.structs.replace(charge(), why=(step,) * (number - 1) + (last,))
            (result,) = json.loads(render("sarif", report(finding), VIEW))["runs"][0]["results"]
            steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
            assert len(steps) == MOST_STEPS
            assert steps[-1]["location"]["message"]["text"] == "charges"

    def test_a_file_of_more_than_ten_megabytes_is_cut_and_said(self) -> None:
        """What is sent is compressed; as long as it is too large, the quietest go, and a notification counts them."""
        noise = random.Random(1)
        findings = [
            msgspec.structs.replace(PLAIN, message=base64.b64encode(noise.randbytes(1_000_000)).decode(), path=f"{n}.py") for n in range(12)
        ]
        text = render("sarif", report(*findings), VIEW)
        (run,) = json.loads(text)["runs"]
        assert len(gzip.compress(text.encode(), 6)) <= MOST_BYTES
        left_out = len(findings) - len(run["results"])
        notes = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
        assert left_out > 0 and notes[0].startswith(f"{left_out} findings were left out")

    def test_no_text_of_a_rule_is_longer_than_is_taken(self) -> None:
        """Descriptions are cut at 1,024 characters and tags are few, whatever a pack calls its rules."""
        finding = msgspec.structs.replace(charge(), code="ACME1", name="n" * 3_000)
        for rule in json.loads(render("sarif", report(finding), VIEW))["runs"][0]["tool"]["driver"]["rules"]:
            assert all(0 < len(rule[part]["text"]) <= 1024 for part in ("shortDescription", "fullDescription"))
            assert 0 < len(rule["properties"]["tags"]) <= 10


GREETING = " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End"
ENDED = "e9496ae3ebfced30 fb7c023a8b9ccb3f ce8ba1a563dcdaca e20e36e16fcb0cc8 b3edc88f2938467e c8e28b0b4002a3a0 c129715d7a2bc9a3"


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", "c129715d7a2bc9a3"),
        (" a\nb\n  \t\tc\n d", "271789c17abda88f 54703d4cd895b18 180aee12dab6264 a23a3dc5e078b07b"),
        (GREETING, "8b7cf3e952e7aeb2 b1ae1287ec4718d9 bff680108adb0fcc c6805c5e1288b612 b86d3392aea1be30 e6ceba753e1a442"),
        (f"{GREETING}\n", ENDED),
        (f"{GREETING}\n".replace("\n", "\r"), ENDED),
        (f"{GREETING}\n".replace("\n", "\r\n"), ENDED),
        (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", ENDED),
        (
            "Lorem ipsum dolor sit amet.\n" * 10,
            ("a7f2ff13bc495cf2 a7f2ff13bc495cf2:2 a7f2ff13bc495cf2:3 a7f2ff13bc495cf2:4 a7f2ff13bc495cf2:5 a7f2ff13bc495cf2:6 "
            "a7f2ff1481e87703 a9cf91f7bbf1862b 55ec222b86bcae53 cc97dc7b1d7d8f7b c129715d7a2bc9a3"),
        ),
        (
            "x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n",
            ("e54938cc54b302f1 bb609acbe9138d60 1131fd5871777f34 5c482a0f8b35ea28 54517377da7028d2 2c644846cb18d53e f1b89f20de0d133 "
            "c129715d7a2bc9a3"),
        ),
    ],
)
def test_lines_are_known_as_code_scanning_knows_them(text: str, hashes: str) -> None:
    """The nine texts that github/codeql-action tests its own hashes with (src/fingerprints.test.ts): an alert is the same one whoever
    reckons."""
    wanted = [one if ":" in one else f"{one}:1" for one in hashes.split()]
    assert line_hashes(text) == dict(enumerate(wanted, start=1))


LINES = {
    "ascii": "x", "latin": "é", "two bytes": "ж", "three bytes": "中", "astral": "😀", "flag": "🇪🇺", "joined": "👩\u200d👧",
    "combining": "e\u0301", "wide": "全", "right to left": "שלום", "tab": "\t", "mathematical": "\U0001d4b3",
}  # fmt: skip


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["bare", "marked"])
@pytest.mark.parametrize("name", list(LINES))
def test_columns_behind_any_character(name: str, mark: str) -> None:
    """Each reader gets the column of the call in the unit that it counts: characters, bytes, or what its file says it counts."""
    before = f'    note = "{LINES[name]}"; '
    code = f'{mark}import boto3\nsns = boto3.client("sns")\ndef handler(event, context):\n{before}sns.publish(TopicArn="a", Message=event["b"])\n'
    found = check_files({"app.py": code.encode()})
    (finding,) = [one for one in found.findings if one.code == "LDM101"]
    one = Report(findings=(finding,), sources=found.sources, files=1)
    (row,) = json.loads(render("json", one, VIEW))["findings"]
    assert (row["line"], row["column"]) == (4, len(before) + 1)
    (run,) = json.loads(render("sarif", one, VIEW))["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"]["startColumn"] == len(before) + 1
    (diagnostic,) = json.loads(render("rdjson", one, VIEW))["diagnostics"]
    assert diagnostic["location"]["range"]["start"] == {"line": 4, "column": len(before.encode()) + 1}
    assert f",line=4,endLine=4,col={len(before) + 1}," in render("github", one, VIEW)
    assert render("concise", one, VIEW).startswith(f"app.py:4:{len(before) + 1}: LDM101")
