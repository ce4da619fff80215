"""Say programs in other words, and see whether lintdem finds the same.

    python tools/change_programs.py                        # the examples of all pages, with every change
    python tools/change_programs.py --change locals exits  # some of the changes
    python tools/change_programs.py ~/code/app ~/code/b    # folders instead of pages: each file is changed in memory

Prints what is found before and not after, and the other way round. tests/fuzz/changes.py has the changes; the suite tries
a part of them.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from lintdem.session import CheckRequest, Session, check_files  # noqa: E402
from lintdem.testing.pages import parse_page  # noqa: E402
from tests.fuzz.changes import KEEPING_FINDINGS, KEEPING_IDENTITY, moved  # noqa: E402

Programs = Iterator[tuple[str, dict[str, str], str]]


def examples() -> Programs:
    """Every example of every page."""
    for page in sorted([*(ROOT / "rules/lintdem_rules").glob("*.md"), *(ROOT / "tests/cases").glob("*.md")]):
        for case in parse_page(page.read_text(encoding="utf-8"), page.name).cases:
            yield f"{page.stem}/{case.title}", dict(case.files), case.config


def folders(paths: list[Path]) -> Programs:
    """Folders as programs in memory, with the settings they have."""
    for path in paths:
        session = Session(CheckRequest(folder=path))
        files = {name: data.decode("utf-8", "replace") for name in session.files() if (data := session.content(name)) is not None}
        yield str(path), files, ""


def changed(change: str, files: dict[str, str]) -> dict[str, str]:
    """The files in other words; a file that is no Python for us stays."""
    after = dict(files)
    for path, text in files.items():
        if not path.endswith(".py"):
            continue
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        after = moved(after, path) if change == "moved" else {**after, path: KEEPING_FINDINGS[change](text)}
    return after


def main() -> int:
    """As the command line says; the number of programs in which something else is found."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folders", nargs="*", type=Path)
    asked.add_argument("--change", nargs="+", default=[*KEEPING_FINDINGS, "moved"])
    given = asked.parse_args()
    differ: Counter[str] = Counter()
    for name, files, config in folders(given.folders) if given.folders else examples():
        before = check_files(files, config).findings
        for change in given.change:
            other = changed(change, files)
            if other == files:
                continue
            differ[f"{change}, tried"] += 1
            after = check_files(other, config).findings
            old, new = (Counter((one.code, one.level.value) for one in found) for found in (before, after))
            if change in KEEPING_IDENTITY:
                old, new = (Counter((one.code, one.identity) for one in found) for found in (before, after))
            if old != new:
                differ[change] += 1
                sys.stdout.write(f"{change}: {name}: only before {dict(old - new)}, only after {dict(new - old)}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{dict(sorted(differ.items()))}\n")
    return int(any("tried" not in name for name in differ))


if __name__ == "__main__":
    sys.exit(main())
