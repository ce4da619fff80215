"""Fixes for many findings at once: what is kept between them changes none."""

from __future__ import annotations

from collections.abc import Mapping

from lintdem.deploy import propertied
from lintdem.model.finding import Finding, Group, Level
from lintdem.model.remedy import Argument, Change, Property, Remedy
from lintdem.model.span import Place, Span
from lintdem.syntax import Fixer

YAML = "Events:\n  One:\n    Type: SQS\n    Properties:\n      Queue: a\n  Two:\n    Type: SQS\n    Properties:\n      Queue: b\n"
TERRAFORM = 'resource "x" "one" {\n  a = 1\n}\n\nresource "x" "two" {\n  a = 1\n}\n'


def finding(change: Change) -> Finding:
    """A finding with this change as its remedy."""
    return Finding(
        path=change.place.path, span=change.place.span, code="LDM706", name="x", group=Group.NOTE, level=Level.NOTE, message="",
        remedies=(Remedy("do", False, (change,)),),
    )  # fmt: skip


def together_and_alone(files: Mapping[str, str], changes: list[Change]) -> tuple[list[object], list[object]]:
    """The fixes of findings in one run, and those of a run for each."""
    found = [finding(change) for change in changes]

    def read(path: str) -> bytes:
        return files[path].encode()

    alone = [Fixer(read, propertied).with_fixes([one])[0].fixes for one in found]
    return [one.fixes for one in Fixer(read, propertied).with_fixes(found)], list(alone)


def test_more_files_than_stay_parsed() -> None:
    """A file that is come back to after a hundred others gets the same edit as at first."""
    files = {f"f{n}.py": f"call(a={n})\n" for n in range(100)}
    changes: list[Change] = [Argument(Place(path, Span(1, 1, 1, len(text))), "b", "2") for path, text in files.items()]
    together, alone = together_and_alone(files, [*changes, *changes])
    assert together == alone
    assert all(together)


def test_templates_in_turns() -> None:
    """Several properties in each of several templates, one after another in no order, stand where each would alone."""
    files = {"a.yaml": YAML, "b.yaml": f"# remark\n{YAML}", "c.tf": TERRAFORM, "d.tf": f"# remark\n{TERRAFORM}", "e.yaml": YAML}
    lines = {"a.yaml": (2, 6), "b.yaml": (3, 7), "c.tf": (1, 5), "d.tf": (2, 6), "e.yaml": (2, 6)}
    changes: list[Change] = [
        Property(Place(path, Span(lines[path][part], column, lines[path][part], column + 3)), "Kind", '"late"', "arn")
        for part in (0, 1)
        for path in files
        for column in [1 if path.endswith(".tf") else 3]
    ]
    together, alone = together_and_alone(files, changes)
    assert together == alone
    assert all(together)
