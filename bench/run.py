"""How fast lintdem is beside its peers, on the corpora that are named: `python bench/run.py --corpus FOLDER …`.

Everything in one run: each round runs every command once, one after another, so that a machine whose speed drifts is slow for
all of them; figures are medians over the rounds, ratios medians of the ratio in each round. One round before (--warmup) is not
counted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from contenders import Contender, environ, installed, lintdem_on, peers_on, starts
from corpora import Corpus, copied, generated
from measure import Figures, Run, measured


def main() -> int:
    """Measure, and write the table or the JSON."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="lintdem-bench-") as name:
        place = Path(name)
        missing: list[str] = []
        peers = place / "no-peers"
        if asked.peers is not None:
            peers = Path(asked.peers).resolve()
        elif not asked.no_peers:
            _tell("installing the peers")
            peers, missing = installed(place)
        document = {"machine": _machine(), "versions": _versions(peers), "missing": missing, "runs": asked.runs, "results": []}
        document["results"].append(_result("starting", None, list(starts(peers)), asked, place))
        for corpus in _corpora(asked, place):
            contenders = [*lintdem_on(corpus, place / f"caches-{corpus.name}"), *peers_on(peers)]
            document["results"].append(_result(corpus.name, corpus, contenders, asked, place))
    text = json.dumps(document, indent=2) + "\n" if asked.format == "json" else _table(document)
    sys.stdout.write(text)
    if asked.output:
        Path(asked.output).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    failed = [row["name"] for result in document["results"] for row in result["rows"] if row["failed"]]
    for name in failed:
        _tell(f"did not do its work: {name}")
    return 2 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", nargs="+", default=[], metavar="FOLDER", help="folders to check; only read, a copy is changed")
    parser.add_argument("--generated", type=int, default=2000, metavar="N", help="handlers of the made corpus, 0 for none (2000)")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="rounds that are counted (5)")
    parser.add_argument("--warmup", type=int, default=1, metavar="N", help="rounds before that are not counted (1)")
    parser.add_argument("--peers", metavar="VENV", help="take the peers from this environment instead of installing them")
    parser.add_argument("--no-peers", action="store_true", help="lintdem alone")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--output", metavar="FILE", help="write the JSON there, too")
    return parser.parse_args()


def _corpora(asked: argparse.Namespace, place: Path) -> Iterable[Corpus]:
    for folder in asked.corpus:
        yield copied(Path(folder).resolve(), place)
    if asked.generated:
        yield generated(asked.generated, place)


def _result(
    title: str, corpus: Corpus | None, contenders: Sequence[Contender], asked: argparse.Namespace, place: Path
) -> dict[str, Any]:
    """All contenders on one corpus."""
    folder = corpus.folder if corpus is not None else place
    runs: dict[str, list[Run]] = {one.name: [] for one in contenders}
    for number in range(1 - asked.warmup, asked.runs + 1):
        _tell(f"{title}: {'warming up' if number < 1 else f'round {number} of {asked.runs}'}")
        for one in contenders:
            one.ready(number)
            run = measured(one.command, folder, environ(), place / "output")
            _tell(f"  {one.name}: {run.wall:.2f} s, {run.cpu:.2f} s of processors, exit code {run.code}")
            if number > 0:
                runs[one.name].append(run)
    first = Figures(tuple(runs[contenders[0].name]))
    rows = [_row(one, Figures(tuple(runs[one.name])), first) for one in contenders]
    counts = {"files": corpus.files, "lines": corpus.lines} if corpus is not None else {}
    return {"corpus": title, **counts, "rows": rows}


def _row(one: Contender, figures: Figures, first: Figures) -> dict[str, Any]:
    low, high = figures.span
    return {
        "name": one.name,
        "wall_seconds": round(figures.wall, 4),
        "wall_seconds_least": round(low, 4),
        "wall_seconds_most": round(high, 4),
        "cpu_seconds": round(figures.cpu, 4),
        "peak_bytes": int(figures.peak),
        "wall_ratio": round(figures.ratio(first, "wall"), 3),
        "cpu_ratio": round(figures.ratio(first, "cpu"), 3),
        "codes": sorted({run.code for run in figures.runs}),
        "failed": any(run.code not in one.codes for run in figures.runs),
    }


def _table(document: dict[str, Any]) -> str:
    machine = document["machine"]
    lines = [f"{machine['processors']} processors ({machine['processor']}), {machine['system']}, Python {machine['python']}"]
    lines.append(", ".join(f"{name} {version}" for name, version in document["versions"].items()))
    lines += [f"could not be had: {text}" for text in document["missing"]]
    lines.append(f"medians of {document['runs']} rounds; the ratio is to the first row; memory is that of the largest process")
    for result in document["results"]:
        size = f": {result['files']:,} files, {result['lines']:,} lines of Python" if "files" in result else ""
        heads = f"{'':30}{'wall s':>9}{'(least to most)':>20}{'ratio':>8}{'CPU s':>9}{'ratio':>8}{'MB':>8}"
        lines += ["", f"{result['corpus']}{size}", heads]
        for row in result["rows"]:
            span = f"({row['wall_seconds_least']:.2f} to {row['wall_seconds_most']:.2f})"
            lines.append(
                f"{row['name']:30}{row['wall_seconds']:9.3f}{span:>20}{row['wall_ratio']:8.2f}{row['cpu_seconds']:9.3f}"
                f"{row['cpu_ratio']:8.2f}{row['peak_bytes'] / 1e6:8.0f}{'  failed' if row['failed'] else ''}"
            )
    return "\n".join(lines) + "\n"


def _machine() -> dict[str, Any]:
    return {
        "processors": len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _versions(peers: Path) -> dict[str, str]:
    """The versions by their own word."""
    found = {}
    for one in starts(peers):
        if one.name.endswith("--version"):
            done = subprocess.run(one.command, capture_output=True, text=True, env=environ(), check=False)
            said = (done.stdout.split("\n") or [""])[0]
            found[one.name.split()[0]] = next((word for word in said.replace(",", " ").split() if word[0].isdigit()), "?")
    return found


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
