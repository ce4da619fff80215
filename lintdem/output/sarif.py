"""SARIF 2.1.0, as GitHub's code scanning takes it.
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lintdem import __version__
from lintdem.model.finding import DEFAULTS, Finding, Fix, Level, Report
from lintdem.model.module import Problem
from lintdem.model.span import Place
from lintdem.output.escape import visible
from lintdem.output.lines import line_hashes, spread
from lintdem.output.tally import LEVELS, NAMES, help_page
from lintdem.output.view import View
from lintdem.triage import is_whole

if TYPE_CHECKING:
    from lintdem.rule import Rule

MOST_RESULTS = 25_000
MOST_SHOWN = 5_000
"""GitHub takes more results and keeps so many alerts."""
MOST_BYTES = 10_000_000
"""Of the compressed file."""
MOST_STEPS = 1_000
"""GitHub shows so many of a way, and refuses a file with ten times as many."""
_LONGEST = 1024
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LOUDNESS = tuple(Level)


def render(report: Report, view: View) -> str:
    """The report as JSON text, ASCII. What is over GitHub's limits is cut, quietest first, and said in the file."""
    findings = sorted(report.findings, key=lambda finding: _LOUDNESS.index(finding.level))[:MOST_RESULTS]
    text = _text(report, findings, view)
    while len(text) > MOST_BYTES and len(gzip.compress(text.encode(), 6)) > MOST_BYTES and findings:
        findings = findings[: len(findings) * 3 // 4]
        text = _text(report, findings, view)
    return text


def limits(report: Report) -> list[str]:
    """What code scanning does not show of a report."""
    number = len(report.findings)
    return [f"code scanning shows {MOST_SHOWN} of the {number} findings; `lintdem check` tells all"] if number > MOST_SHOWN else []


def _text(report: Report, findings: list[Finding], view: View) -> str:
    return json.dumps(_document(report, findings, view), indent=1).replace("\x7f", "\\u007f") + "\n"


def _document(report: Report, findings: list[Finding], view: View) -> dict[str, Any]:
    rules = _rules(findings, view.rules)
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    hashes: dict[str, dict[int, str]] = {}
    left_out = len(report.findings) - len(findings)
    home = "https://github.com/lintdem/lintdem"
    driver = {"name": "lintdem", "semanticVersion": __version__, "informationUri": home, "rules": rules}
    ordered = sorted(findings, key=lambda finding: finding.order)
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "lintdem/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, left_out, view)],
        "results": [_result(finding, numbers[finding.code], report, view, hashes) for finding in ordered],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rules(findings: Iterable[Finding], known: tuple[Rule, ...]) -> list[dict[str, Any]]:
    """What is known of every rule, and of those that found something without being known."""
    described = {rule.code: _rule(rule) for rule in known}
    for finding in findings:
        if finding.code not in described:
            described[finding.code] = _described(finding.code, finding.name, finding.name, "", finding.level)
    return [described[code] for code in sorted(described)]


def _rule(rule: Rule) -> dict[str, Any]:
    page = rule.page() if rule.module else ""
    return _described(rule.code, rule.name, rule.summary, page, DEFAULTS[rule.group])


def _described(code: str, name: str, summary: str, page: str, level: Level) -> dict[str, Any]:
    words = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "recommendation"}
    address = help_page(name, code)
    return {
        "id": code,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "shortDescription": {"text": summary[:_LONGEST]},
        "fullDescription": {"text": summary[:_LONGEST]},
        "help": {"text": f"{summary}\n{address}".rstrip(), "markdown": page or (f"[{name}]({address})" if address else name)},
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": level.value},
        "properties": {"tags": ["idempotency", "aws-lambda"], "precision": "high", "problem.severity": words[level]},
    }


def _invocation(report: Report, left_out: int, view: View) -> dict[str, Any]:
    notes = [_notification(problem, view) for problem in report.problems]
    texts = limits(report)
    if left_out:
        texts.insert(0, f"{left_out} findings were left out, the quietest first: the file would be larger than code scanning takes")
    notes += [{"level": "warning", "message": {"text": text}} for text in texts]
    return {"executionSuccessful": is_whole(report), "toolExecutionNotifications": notes}


def _notification(problem: Problem, view: View) -> dict[str, Any]:
    return {
        "descriptor": {"id": problem.code},
        "level": LEVELS.get(problem.code, Level.ERROR).value,
        "message": {"text": _message(f"{NAMES.get(problem.code, '')} {problem.message}".strip())},
        "locations": [_location(problem.place, view)],
    }


def _result(finding: Finding, number: int, report: Report, view: View, hashes: dict[str, dict[int, str]]) -> dict[str, Any]:
    path, span = finding.path, finding.span
    if path not in hashes:
        hashes[path] = line_hashes(report.sources.get(path, ""))
    fingerprints = {"lintdem/v1": visible(finding.identity)}
    if span.line in hashes[path]:
        fingerprints["primaryLocationLineHash"] = hashes[path][span.line]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": finding.level.value,
        "message": {"text": _message("\n".join(_told(finding)))},
        "locations": [_location(Place(path, span), view)],
        "partialFingerprints": fingerprints,
    }
    if finding.why:
        way = finding.why if len(finding.why) <= MOST_STEPS else (*finding.why[: MOST_STEPS - 1], finding.why[-1])
        steps = [{"location": {**_location(s.place, view), "message": {"text": _message(s.message)}}} for s in way]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    evidence = finding.trigger.evidence if finding.trigger else None
    if evidence is not None and finding.trigger is not None:
        said = {"text": _message(f"trigger: {finding.trigger.words}")}
        result["relatedLocations"] = [{"id": 1, **_location(evidence, view), "message": said}]
    if finding.fixes:
        result["fixes"] = [_fix(fix, view) for fix in finding.fixes]
    return result


def _told(finding: Finding) -> list[str]:
    """The message with the redelivery, the guard and the fix below it."""
    lines = [finding.message]
    lines += [f"Redelivery: {finding.trigger.words}."] if finding.trigger else []
    lines += [f"Guard: {finding.guard}."] if finding.guard else []
    lines += [f"Fix: {finding.advice}."] if finding.advice else []
    return lines


def _fix(fix: Fix, view: View) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        change = {"deletedRegion": spread(edit.place.span), "insertedContent": {"text": edit.text}}
        changes.setdefault(edit.place.path, []).append(change)
    words = fix.title if fix.safe else f"{fix.title} (unsafe: look at it)"
    changed = [
        {"artifactLocation": {"uri": _uri(path, view)}, "replacements": edits} for path, edits in changes.items()
    ]
    return {"description": {"text": _message(words)}, "artifactChanges": changed}


def _location(place: Place, view: View) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(place.path, view)}, "region": spread(place.span)}}


def _uri(path: str, view: View) -> str:
    """A relative reference; bytes of file names that are no text are kept as bytes."""
    return quote(view.path(path).encode("utf-8", "surrogateescape"), safe="/")


def _message(text: str) -> str:
    """Text of which nothing is taken for a link, and nothing acts on a terminal."""
    shown = "\n".join(visible(line) for line in text.split("\n"))
    return shown.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
