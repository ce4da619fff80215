"""Fixes that want the same bytes, and files that no parser writes back as they were."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintdem.fixing.choice import edits_of, offers
from lintdem.fixing.splice import splice
from lintdem.model.finding import Edit, Finding, Fix, Group, Level
from lintdem.model.span import Place, Span
from tests.cli.conftest import Ran
from tests.cli.conftest import lintdem as lintdem  # noqa: PLC0414 - a fixture
from tests.cli.conftest import project as project  # noqa: PLC0414 - a fixture

TEXT = "\n".join("abcdefghij"[line:] + "klmnopqrst"[:line] for line in range(6)) + "\n"
FINDING = Finding(
    path="app.py", span=Span(1, 1, 1, 2), code="LDM101", name="x", group=Group.CORRECTNESS, level=Level.ERROR, message="x"
)


@st.composite
def fixes(draw: st.DrawFn) -> list[Finding]:
    """Findings with a fix each, of one or two edits that do not meet, anywhere in the text."""
    found = []
    for number in range(draw(st.integers(2, 7))):
        edits = []
        for line in draw(st.lists(st.integers(1, 6), min_size=1, max_size=2, unique=True)):
            start = draw(st.integers(1, 10))
            end = draw(st.integers(start, 11))
            edits.append(Edit(Place("app.py", Span(line, start, line, end)), draw(st.sampled_from(["", "X", "<YZ>"]))))
        fix = Fix(f"fix {number}", draw(st.booleans()), tuple(edits))
        found.append(msgspec.structs.replace(FINDING, identity=str(number), fixes=(fix,)))
    return found


def reached(edit: Edit) -> set[tuple[int, int]]:
    """The gaps between characters that an edit touches."""
    span = edit.place.span
    return {(span.line, column) for column in range(span.column, span.end_column + 1)}


@given(fixes())
@settings(max_examples=150, deadline=None)
def test_of_fixes_that_meet_one_is_made(found: list[Finding]) -> None:
    """Whatever fixes want, those that are made share no byte, each is made whole, and one that is left out meets one that is made."""
    chosen = offers(found, (), unsafe=True)
    edits = [edit for offer in chosen for edit in offer.fix.edits]
    wanted = edits_of(chosen).get("app.py", [])
    assert set(wanted) == set(edits)
    new = splice(TEXT.encode(), wanted).decode().split("\n")
    old = TEXT.split("\n")
    for edit in sorted(wanted, reverse=True):
        span = edit.place.span
        line = old[span.line - 1]
        old[span.line - 1] = line[: span.column - 1] + edit.text + line[span.end_column - 1 :]
    assert new == old
    left = [one for one in found if one.identity not in {offer.finding.identity for offer in chosen}]
    for one in left:
        assert any(reached(edit) & reached(other) for edit in one.fixes[0].edits for other in edits)


NESTED = '''import stripe


def handler(event, context):
    key = hash(str(hash(event["detail"]["order_id"])))
    stripe.PaymentIntent.create(amount=1, currency="eur", idempotency_key=f"charge-{key}")
'''


def test_fixes_inside_one_another_are_made_one_after_another(project: Path, lintdem: Callable[..., Ran]) -> None:
    """A call within a call that is mended too: the file stays Python, both are mended in the end, and nothing is left to do."""
    (project / "app.py").write_text(NESTED, encoding="utf-8")
    lintdem("check", "--select", "LDM207", "--unsafe-fixes")
    after = (project / "app.py").read_text(encoding="utf-8")
    ast.parse(after)
    assert " hash(" not in after.replace("(", " (").replace("str (hash", "str( hash")
    assert lintdem("check", "--select", "LDM207", "--diff", "--unsafe-fixes").out == ""


ODD = '''\x0cfrom datetime import datetime, timezone
import   json ;import os\t
class A :
\tdef  f( self ,x ):\x0c
\t\ttry :
\t\t\treturn json . loads ( x ) ;\x20
\t\texcept ( ValueError ) :
\t\t\treturn  \\
   None

def handler( event ,context ) :
    sent = datetime.fromisoformat( event [ "time" ] )\x20\x20\x20
    if (datetime.now(timezone.utc) - sent).seconds > 300 :  # old
        return None
    return { **event , 'a' : 0XFF , "b" : 1_0 , }\x20\x20

\x0c
def other(x)  : return (yield)
'''


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["bare", "marked"])
def test_odd_blanks_stay_where_they_are(ends: str, mark: str, project: Path, lintdem: Callable[..., Ran]) -> None:
    """Form feeds, blanks before colons, tabs and trailing spaces of a file are left alone: only the words that are wrong change."""
    text = mark + ODD.replace("\n", ends)
    (project / "app.py").write_bytes(text.encode())
    ran = lintdem("check", "--select", "LDM402", "--fix")
    assert ran.code == 0, ran.out
    assert (project / "app.py").read_bytes().decode() == text.replace(".seconds", ".total_seconds()")


@pytest.mark.parametrize("name", ["ünï/app.py", "a [b]/#1?.py", "tab\there.py", 'quo"te.py', "back\\slash.py", "-dash.py", "%41.py"])
def test_a_patch_of_a_file_with_an_odd_name(name: str, project: Path, lintdem: Callable[..., Ran]) -> None:
    """`git apply` finds the file that the patch is about, and it becomes what `--fix` would make of it."""
    file = project / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(ODD, encoding="utf-8")
    patch = lintdem("check", "--select", "LDM402", "--diff").out
    subprocess.run(["git", "apply", "--unsafe-paths", "-"], input=patch.encode(), cwd=project, check=True)
    assert file.read_bytes().decode() == ODD.replace(".seconds", ".total_seconds()")
