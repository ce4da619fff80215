"""A small workspace with the fixes of one rule applied, safe and unsafe ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from lintdem.fixing import patch
from lintdem.mending import mend_with
from lintdem.model.finding import Finding, Report
from lintdem.session import check_files


@dataclass(frozen=True)
class Result:
    """The files afterwards, the change as a patch, the findings of the rule that are left, and the title and reason of what
    was undone."""

    files: dict[str, str]
    patch: str
    left: tuple[Finding, ...]
    undone: tuple[tuple[str, str], ...]


def fixed(files: Mapping[str, str], config: str, code: str, *, unsafe: bool = True) -> Result:
    """Apply what the rule of this code offers."""

    def check(overlay: Mapping[str, bytes]) -> Report:
        report = check_files({**files, **overlay}, config)
        findings = [one if one.code == code else msgspec.structs.replace(one, remedies=()) for one in report.findings]
        return msgspec.structs.replace(report, findings=tuple(findings))

    def read(path: str) -> bytes | None:
        return files[path].encode() if path in files else None

    mended = mend_with(check({}), check, read, unsafe=unsafe)
    after = {**files, **{path: data.decode() for path, (_, data) in mended.files.items()}}
    left = tuple(finding for finding in mended.report.findings if finding.code == code)
    undone = tuple((one.title, reason) for one, reason in mended.undone)
    return Result(after, patch(mended.files).decode(), left, undone)
