"""`lintdem check --fix` and its relatives: what is changed on the disk, what is shown, exit codes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

LATE = """import boto3
from datetime import datetime, timezone

s3 = boto3.client("s3")


def handler(event, context):
    sent_at = datetime.fromisoformat(event["detail"]["sent_at"])
    if (datetime.now(timezone.utc) - sent_at).seconds > 300:  # ten minutes
        return
    s3.put_object(Bucket="readings", Key=event["detail"]["id"], Body="x")
"""
MENDED = LATE.replace(".seconds", ".total_seconds()")
HASHED = '''import stripe


def handler(event, context):
    """Charge."""
    key = hash(event["detail"]["order_id"])
    stripe.PaymentIntent.create(amount=1, currency="eur", idempotency_key=f"charge-{key}")
'''
ONLY = ("--select", "LDM402,LDM207,LDM903")


def test_fix_writes_what_a_first_delivery_does_not_notice(project: Path, lintdem: Run) -> None:
    """`--fix` makes safe fixes, says how many, and the next run finds nothing; unsafe ones stay to be asked for."""
    (project / "late.py").write_text(LATE)
    (project / "hashed.py").write_text(HASHED)
    result = lintdem("check", *ONLY, "--fix")
    assert (project / "late.py").read_text() == MENDED
    assert (project / "hashed.py").read_text() == HASHED
    assert "Fixed 1 finding." in result.out
    assert "1 finding can be fixed with --unsafe-fixes." in result.out
    assert result.code == 1
    assert lintdem("check", *ONLY, "late.py").code == 0


def test_unsafe_fixes_add_the_import_they_need(project: Path, lintdem: Run) -> None:
    """`--unsafe-fixes` makes both kinds; an import is added where imports stand, and nothing else moves."""
    (project / "hashed.py").write_text(HASHED)
    assert lintdem("check", *ONLY, "--unsafe-fixes").code == 0
    expected = HASHED.replace("hash(", "hashlib.sha256(str(").replace('"order_id"])', '"order_id"]).encode()).hexdigest()')
    assert (project / "hashed.py").read_text() == "import hashlib\n\n" + expected


def test_diff_is_what_fix_writes_and_changes_nothing(project: Path, lintdem: Run) -> None:
    """`--diff` prints a patch with exit code 1; `git apply` of it gives the bytes of `--fix`, also for CRLF, a missing last
    newline and a name with a blank."""
    names = {"a b.py": MENDED, "crlf.py": MENDED.replace("\n", "\r\n"), "open.py": MENDED.rstrip("\n")}
    for name, text in names.items():
        (project / name).write_bytes(text.replace(".total_seconds()", ".seconds").encode())
    before = {name: (project / name).stat().st_mtime_ns for name in names}
    result = lintdem("check", *ONLY, "--diff")
    assert result.code == 1
    assert {name: (project / name).stat().st_mtime_ns for name in names} == before
    subprocess.run(["git", "apply", "--unsafe-paths", "-"], input=result.out.encode(), cwd=project, check=True)
    assert {name: (project / name).read_bytes().decode() for name in names} == names
    again = lintdem("check", *ONLY, "--diff")
    assert (again.code, again.out) == (0, "")


def test_fix_only_does_not_report_what_is_left(project: Path, lintdem: Run) -> None:
    """`--fix-only` mends, ends with 0 although something is left, and `--show-fixes` names each change."""
    (project / "late.py").write_text(LATE)
    (project / "hashed.py").write_text(HASHED)
    result = lintdem("check", *ONLY, "--fix-only", "--show-fixes")
    assert (result.code, result.out) == (0, "")
    assert "fixed late.py:9:8 LDM402 wrapped-timedelta: compare .total_seconds()" in result.err
    assert (project / "late.py").read_text() == MENDED


def test_a_file_that_cannot_be_written_is_said(project: Path, lintdem: Run) -> None:
    """A read-only file stays, is named on standard error, and its finding is still reported."""
    (project / "late.py").write_text(LATE)
    (project / "late.py").chmod(0o444)
    result = lintdem("check", *ONLY, "--fix")
    assert result.code == 2
    assert "late.py: not written: it is read-only" in result.err
    assert "LDM402" in result.out
    assert (project / "late.py").read_text() == LATE


def test_json_carries_the_edits(project: Path, lintdem: Run) -> None:
    """`fixes` of the JSON report has titles and edits; columns count code points from one, ends are exclusive."""
    (project / "late.py").write_text(LATE.replace("if (", 'if "é𝄞" and ('))
    finding = json.loads(lintdem("check", *ONLY, "--format", "json").out)["findings"][0]
    fix = finding["fixes"][0]
    assert (fix["title"], fix["safe"]) == ("compare .total_seconds()", True)
    assert fix["edits"] == [
        {"path": "late.py", "line": 9, "column": 56, "end_line": 9, "end_column": 63, "text": "total_seconds()"}
    ]


@pytest.mark.parametrize("format_name", ["json", "jsonl", "sarif", "rdjson"])
def test_formats_for_machines_carry_the_new_text(project: Path, lintdem: Run, format_name: str) -> None:
    """Whoever reads one of these formats can make the fix."""
    (project / "late.py").write_text(LATE)
    assert '"total_seconds()"' in lintdem("check", *ONLY, "--format", format_name).out


def test_text_says_which_finding_has_a_fix(project: Path, lintdem: Run) -> None:
    """The text report names the fix below the finding, and the option that makes it at the end."""
    (project / "late.py").write_text(LATE)
    result = lintdem("check", *ONLY)
    assert "= safe fix:   compare .total_seconds()" in result.out
    assert "1 finding can be fixed with --fix." in result.out


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("x = 1  # lintdem: ignore[LDM402] old\n", "x = 1\n"),
        ("x = 1  # noqa # lintdem: ignore[LDM402] old\n", "x = 1  # noqa\n"),
        ("x = 1  # lintdem: ignore[LDM402] old # noqa\n", "x = 1  # noqa\n"),
        ("# lintdem: ignore[LDM402] old\nx = 1\n", "x = 1\n"),
        ("x = 1  # lintdem: ignore[LDM402, LDM207] old", "x = 1"),
    ],
)
def test_unused_suppressions_are_taken_away(project: Path, lintdem: Run, written: str, left: str) -> None:
    """`--fix` takes out suppressions that silence nothing, with their line if they stand alone, and leaves other remarks."""
    (project / "app.py").write_text(written)
    assert lintdem("check", *ONLY, "--fix").code == 0
    assert (project / "app.py").read_text() == left


def test_a_change_of_the_formatter_is_seen(project: Path, lintdem: Run) -> None:
    """A report that was kept is not told again when the formatter is told another length: the edits are others."""
    (project / "app.py").write_text(
        'import stripe\n\n\ndef handler(event, context):\n    order_id = event["detail"]["order_id"]\n'
        '    stripe.Charge.create(amount=1)\n    return order_id\n'
    )
    assert "\n" not in offered(lintdem)
    (project / "ruff.toml").write_text("line-length = 60\n")
    assert "\n" in offered(lintdem)
    (project / "ruff.toml").write_text("line-length = 200\n")
    assert "\n" not in offered(lintdem)


def offered(lintdem: Run) -> str:
    """What the fix of the only finding writes."""
    (finding,) = json.loads(lintdem("check", "--format", "json", "--select", "LDM103").out)["findings"]
    return "".join(edit["text"] for edit in finding["fixes"][0]["edits"])


def test_nothing_is_left_to_say_of_an_identity_that_is_derived(project: Path, lintdem: Run) -> None:
    """An item that gets a key of the event by a fix is no overwrite afterwards, not even by a note; of several ids all are in
    the key, for one alone may be shared by two events."""
    (project / "app.py").write_text(
        'import uuid\n\nimport boto3\n\ntable = boto3.resource("dynamodb").Table("claims")\n\n\ndef handler(event, context):\n'
        '    item_id, claimant_id = event["item_id"], event["claimant_id"]\n'
        '    claim = {"id": str(uuid.uuid4()), "item_id": event["item_id"], "claimant_id": event["claimant_id"]}\n'
        "    table.put_item(Item=claim)\n"
    )
    result = lintdem("check", "--unsafe-fixes", "--show-fixes")
    assert "check: there is to be one id for each item_id and claimant_id" in result.err
    assert "uuid.uuid5(uuid.NAMESPACE_URL, f\"id-{event['item_id']}-{event['claimant_id']}\")" in (project / "app.py").read_text()
    assert (result.code, "note" in result.out) == (0, False)
