"""Faults planted in programs of every shape: a fix changes its own lines, and nothing else changes."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lintdem.mending import Mended, mend_with
from lintdem.model.finding import Report
from lintdem.session import check_files

HEAD = "from datetime import datetime, timezone\nimport boto3\nimport stripe\n\ns3 = boto3.client('s3')\n"
"""What the planted functions need. In them `\t` is one level of indentation, and `§` a number of their own."""

FAULTS = {
    "LDM207": 'def charge§(event, context):\n\tkey = hash(event["detail"]["order_id"])\n'
    '\treturn stripe.PaymentIntent.create(amount=1, currency="eur", idempotency_key=f"charge-{key}")\n',
    "LDM402": 'def late§(event, context):\n\tsent = datetime.fromisoformat(event["detail"]["sent_at"])\n'
    "\tif (datetime.now(timezone.utc)   -   sent).seconds>300 :  # old\n\t\treturn\n"
    '\ts3.put_object(Bucket="readings", Key=event["detail"]["id"], Body="x")\n',
    "LDM103": 'def pay§(event, context):\n\torder_id = event["detail"]["order_id"]  # the order\n\tprint( order_id )\n'
    '\tstripe.PaymentIntent.create(\n\t\tamount=1,\n\t\tcurrency="eur"  # é\n\t)\n',
    "LDM903": "def calm§(event, context):\n\treturn 1  # noqa # lintdem: ignore[LDM402] long gone\n",
}
FILLERS = (
    'def plain§(a, *, b = 1) :\n\treturn {  "a":a,\n\t\t"b" : b }  # {odd}\n',
    '@staticmethod\n# {odd}\ndef decorated§(x):\n\t"""{odd}\n  not\tindented\n"""\n\treturn x;\n',
    "class Größe§ (object):\n\tname: 'str' = '{odd}' ; other=3\n\n\tdef go( self ): return [ self for _ in () ]\n",
    "value§ = [1,2 ,  3]; other§ = '''{odd}\n\tmore'''\n",
    "if value0 if 'value0' in globals() else 0 :\n\tpass\nelse :\n\t# {odd}\n\tshort§ = lambda  x : x\n",
    "# {odd}\n\n\n# lintdem is not asked here: {odd}\n",
    "async def wait§(things):\n\tasync for one in things :\n\t\tyield f'{one!r:>{10}} {odd}'\n",
    "\f\ntry:\n\timport json as json§\nexcept ( ImportError,\n\tKeyError ) :\n\tjson§ = None  # {odd}\n",
)
ODD = st.text(st.sampled_from("aé𝄞ß漢#-=,. \t(["), max_size=12)


@dataclass(frozen=True)
class Program:
    """A file, the codes of what is planted in it, and the parts in which nothing is wrong."""

    data: bytes
    codes: tuple[str, ...]
    calm: tuple[bytes, ...]


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Planted functions between others, with one indentation and line end for the file."""
    codes = draw(st.lists(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=3))
    parts = [(FAULTS[code], True) for code in codes]
    parts += [(filler.replace("{odd}", draw(ODD)), False) for filler in draw(st.lists(st.sampled_from(FILLERS), max_size=5))]
    parts = draw(st.permutations(parts))
    indent = draw(st.sampled_from(["    ", "  ", "\t"]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    start = draw(st.sampled_from(["", '"""Doc."""\n', "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n\n", "\n\n", "\f\n# page\n"]))
    gap = draw(st.sampled_from(["\n", "\n\n\n", "\n  \n# between\n"]))

    def written(text: str, number: int) -> str:
        text = re.sub("^\t+", lambda match: indent * len(match[0]), text.replace("§", str(number)), flags=re.MULTILINE)
        return text.replace("\n", end)

    numbered = [(written(text, number), planted) for number, (text, planted) in enumerate(parts)]
    text = written(start + HEAD, 0) + "".join(gap.replace("\n", end) + part for part, _ in numbered)
    if draw(st.booleans()):
        text = text.rstrip("\r\n")
    calm = tuple(part.rstrip("\r\n").encode() for part, planted in numbered if not planted)
    return Program(mark + text.encode(), tuple(codes), calm)


def mended(data: bytes) -> tuple[Report, Mended]:
    """What is found in a file, and how it ends when all of it is mended."""

    def check(overlay: Mapping[str, bytes]) -> Report:
        return check_files({"app.py": data, **overlay})

    report = check({})
    return report, mend_with(report, check, lambda path: data if path == "app.py" else None, unsafe=True)


def loud(report: Report) -> list[str]:
    """The codes of what is found."""
    return sorted(finding.code for finding in report.findings)


def calm_trees(data: bytes) -> list[str]:
    """The trees of the statements in which nothing is planted, imports left out."""
    planted = tuple(text[4 : text.index("§")] for text in FAULTS.values())
    body = ast.parse(data).body
    names = [getattr(node, "name", "") for node in body]
    pairs = zip(body, names, strict=True)
    return [ast.dump(node) for node, name in pairs if not name.startswith(planted) and not isinstance(node, (ast.Import, ast.ImportFrom))]


def are_in_order(parts: Sequence[bytes], data: bytes) -> bool:
    """Whether these parts stand in the bytes, one behind the other."""
    at = 0
    for part in parts:
        at = data.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(programs())
def test_a_fix_changes_its_own_lines_only(program: Program) -> None:
    """Whatever stands around the faults: each is found and mended, nothing new is found, the file is Python, all else is there
    byte for byte with the tree it had, line ends and mark are the old ones, and a second run has nothing to do."""
    before, done = mended(program.data)
    assert set(program.codes) <= set(loud(before))
    assert done.undone == []
    (after,) = [new for _, new in done.files.values()]
    left = loud(done.report)
    assert not set(program.codes) & set(left)
    assert all(left.count(code) <= loud(before).count(code) for code in left)
    assert calm_trees(after) == calm_trees(program.data)
    assert are_in_order(program.calm, after)
    assert after.startswith(b"\xef\xbb\xbf") == program.data.startswith(b"\xef\xbb\xbf")
    lone = [len(re.findall(end, text)) for text in (program.data, after) for end in (rb"\r\n", rb"\r(?!\n)", rb"(?<!\r)\n")]
    assert [bool(number) for number in lone[:3]] == [bool(number) for number in lone[3:]]
    again, twice = mended(after)
    assert (loud(again), twice.files) == (left, {})
