"""What two versions of lintdem find in the same checkouts: `python tools/ecosystem.py --base main CHECKOUT…` prints, as Markdown,
what is found no more, what is found now and what is told otherwise.

A version is a revision of this repository, or a program; the head is by default what stands in the working tree. Without
checkouts the applications in tests/ecosystem are taken. Nothing of a checkout is run or written to. Exit code 0: all alike;
1: differences; 2: a run failed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
APPLICATIONS = ROOT / "tests" / "ecosystem"
START = "import sys; sys.path[:1] = {places!r}; from lintdem.cli import main; main()"
"""Modules of the checkout must not be taken for those of lintdem: its folder is not searched."""
_HEAD = ("| checkout | base | head | gone | new | told otherwise |", "|---|---|---|---|---|---|")

Place = tuple[str, int, str]
Told = tuple[str, str]


@dataclass(frozen=True)
class Version:
    """One lintdem: how it is called, and how it is started."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)

    def check(self, checkout: Path, seconds: float) -> Looked:
        """Run over one checkout."""
        command = [*self.command, "check", ".", "--format", "json", "--no-cache"]
        around = {**os.environ, "PYTHONSAFEPATH": "1", **self.environment}
        try:
            done = subprocess.run(command, cwd=checkout, env=around, capture_output=True, text=True, check=False, timeout=seconds)
            report = json.loads(done.stdout)
        except subprocess.TimeoutExpired:
            return Looked(trouble=f"not done in {seconds:g} s")
        except ValueError:
            return Looked(trouble=(done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
        return Looked(list(map(_seen, [*report["findings"], *report["problems"]])))


@dataclass(frozen=True)
class Looked:
    """What one version found in one checkout."""

    found: list[tuple[Place, Told]] = field(default_factory=list)
    trouble: str = ""


@dataclass(frozen=True)
class Compared:
    """One checkout in both."""

    checkout: str
    base: Looked
    head: Looked

    @property
    def troubles(self) -> list[str]:
        """Runs that gave no report."""
        return [f"{side}: {one.trouble}" for side, one in (("base", self.base), ("head", self.head)) if one.trouble]

    def differences(self) -> Iterator[tuple[str, Place, str]]:
        """Each finding that is not in both, with "-", "+", or "~" when it is told otherwise."""
        gone = Counter(self.base.found) - Counter(self.head.found)
        new = Counter(self.head.found) - Counter(self.base.found)
        for place in sorted({place for place, _ in [*gone, *new]}):
            before, after = (sorted(told for at, told in side.elements() if at == place) for side in (gone, new))
            for old, now in zip(before, after, strict=False):
                yield "~", place, f"{_words(old)} → {_words(now)}"
            yield from (("-", place, _words(told)) for told in before[len(after) :])
            yield from (("+", place, _words(told)) for told in after[len(before) :])


def _seen(told: dict[str, Any]) -> tuple[Place, Told]:
    return (told["path"], told["line"], told["code"]), (told.get("level", "problem"), told["message"])


def _words(told: Told) -> str:
    return f"{told[0]}: {told[1]}"


@contextmanager
def version(asked: str) -> Iterator[Version]:
    """A program, or a revision that is checked out for as long as it is needed."""
    program = shutil.which(asked)
    if program is not None:
        yield Version(asked, [str(Path(program).absolute())])
        return
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "lintdem"
        subprocess.run(["git", "-C", ROOT, "worktree", "add", "--quiet", "--detach", place, asked], check=True)
        try:
            yield _of(asked, place)
        finally:
            subprocess.run(["git", "-C", ROOT, "worktree", "remove", "--force", place], check=True)


def _of(name: str, place: Path) -> Version:
    places = [str(place), str(place / "rules")]
    return Version(name, [sys.executable, "-c", START.format(places=places)], {"PYTHONPATH": os.pathsep.join(places)})


def _cell(text: str) -> str:
    """Text that no Markdown reader takes for markup."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return "`" + plain.replace("`", "'").replace("|", "\\|") + "`"


def markdown(base: str, head: str, compared: Iterable[Compared]) -> str:
    """A table of all checkouts, then what differs in each."""
    lines = [f"# lintdem: {_cell(base)} and {_cell(head)}", "", *_HEAD]
    details: list[str] = []
    for one in compared:
        found = list(one.differences()) if not one.troubles else []
        counts = Counter(sign for sign, _, _ in found)
        row = [str(len(one.base.found)), str(len(one.head.found)), *(str(counts[sign]) for sign in "-+~")]
        lines.append(f"| {_cell(one.checkout)} | {' | '.join(row)} |")
        if found or one.troubles:
            details += ["", f"## {_cell(one.checkout)}", "", *(f"- failed: {_cell(text)}" for text in one.troubles)]
            details += [f"- {sign} {_cell(f'{path}:{line} {code}')} {_cell(words)}" for sign, (path, line, code), words in found]
    return "\n".join([*lines, *(details or ["", "Nothing differs."]), ""])


def main() -> int:
    """Run both over all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("checkouts", nargs="*", type=Path)
    parser.add_argument("--base", default="main", help="a revision or a program (default: main)")
    parser.add_argument("--head", help="a revision or a program (default: the working tree)")
    parser.add_argument("--list", type=Path, help="a file with more checkouts, one a line")
    parser.add_argument("--seconds", type=float, default=300, help="how long a run may take")
    parser.add_argument("--output", type=Path, help="where the report goes instead of standard output")
    asked = parser.parse_args()
    listed = [Path(line) for line in asked.list.read_text(encoding="utf-8").splitlines() if line.strip()] if asked.list else []
    checkouts = [*asked.checkouts, *listed] or sorted(one for one in APPLICATIONS.iterdir() if one.is_dir())
    with ExitStack() as stack:
        base = stack.enter_context(version(asked.base))
        head = stack.enter_context(version(asked.head)) if asked.head else _of("working tree", ROOT)
        compared = [Compared(one.name, base.check(one, asked.seconds), head.check(one, asked.seconds)) for one in checkouts]
    report = markdown(base.name, head.name, compared)
    if asked.output:
        asked.output.write_text(report, encoding="utf-8")
    else:
        sys.stdout.write(report)
    if any(one.troubles for one in compared):
        return 2
    return int(any(True for one in compared for _ in one.differences()))


if __name__ == "__main__":
    sys.exit(main())
