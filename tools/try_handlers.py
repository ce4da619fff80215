"""Run thousands of random handlers twice, and hold lintdem against what happened.

    python tools/try_handlers.py --examples 2000 --seed 7

Prints the smallest handlers about which the two disagree, by the rule that is loud or by silence. The exit code is 1 when
there are any. tests/fuzz/grammar.py says what handlers look like, tests/fuzz/oracle.py how they are run,
tests/fuzz/judging.py what a disagreement is.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from lintdem.model.finding import Report  # noqa: E402
from tests.fuzz.grammar import Program, programs  # noqa: E402
from tests.fuzz.judging import Verdict, held_against  # noqa: E402
from tests.fuzz.oracle import Truth  # noqa: E402

SHOWN = 2


def shown(program: Program, verdict: Verdict, truth: Truth, report: Report) -> str:
    """A handler with what was found in it and what happened."""
    lines = [f"{'=' * 80}\n{verdict.kind} {verdict.code} {verdict.place}: {verdict.words}"]
    for name, text in program.files.items():
        lines.append(f"-- {name} ({program.source})")
        lines += [f"{number:3} {line}" for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    lines += [f"   {one.path}:{one.span.line} {one.code} {one.level.value} {one.message}" for one in report.findings]
    return "\n".join([*lines, str(truth)])


def main() -> int:
    """As the command line says."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--examples", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=1)
    given_ = asked.parse_args()
    counted: Counter[str] = Counter()
    smallest: dict[tuple[str, str], list[tuple[int, str]]] = {}

    @seed(given_.seed)
    @settings(
        max_examples=given_.examples, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(programs())
    def run(program: Program) -> None:
        report, truth, verdicts = held_against(program)
        counted["run"] += 1
        counted["broken"] += truth.broken
        counted["repeats"] += bool(truth.again)
        counted["disagree"] += bool(verdicts)
        for verdict in verdicts:
            counted[f"{verdict.kind} {verdict.code}"] += 1
            kept = smallest.setdefault((verdict.kind, verdict.code), [])
            kept.append((sum(map(len, program.files.values())), shown(program, verdict, truth, report)))
            kept.sort()
            del kept[SHOWN:]

    run()
    for kept in smallest.values():
        sys.stdout.write("\n".join(text for _, text in kept) + "\n")
    sys.stdout.write(f"{dict(counted)}\n")
    return int(bool(smallest))


if __name__ == "__main__":
    sys.exit(main())
