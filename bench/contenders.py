"""Who runs: lintdem in its states, and the peers, each as its own manual says and without its settings from the corpus."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpora import Corpus

HERE = Path(__file__).parent / "peers"
PEERS = ("ruff", "semgrep", "bandit", "fixit", "pylint")
"""What is installed, each by itself: one that cannot be had does not take the others with it."""


@dataclass(frozen=True)
class Contender:
    """A command, and what is made ready before each run of it and is not counted."""

    name: str
    command: tuple[str, ...]
    ready: Callable[[int], None] = lambda number: None
    codes: tuple[int, ...] = (0, 1)
    """The exit codes of a run that did its work."""


def lintdem_on(corpus: Corpus, place: Path) -> list[Contender]:
    """Cold, warm, and with one file changed, from the state in which a program leaves things and not in one process."""
    fresh, kept = place / "cold-cache", place / "kept-cache"
    check = (*_lintdem(), "check", ".", "--format", "concise")

    def empty(number: int) -> None:
        shutil.rmtree(fresh, ignore_errors=True)

    changed = _one_file(corpus.folder)
    text = changed.read_bytes()

    def restore(number: int) -> None:
        if changed.read_bytes() != text or not kept.exists():
            changed.write_bytes(text)
            subprocess.run([*check, "--cache-dir", kept], cwd=corpus.folder, capture_output=True, check=False)

    def change(number: int) -> None:
        changed.write_bytes(text + f"\n\ndef changed_{number % 1000}():\n    return {number}\n".encode())

    # 2: a corpus may hold files that do not parse, which lintdem calls "not everything was checked".
    return [
        Contender("lintdem cold", (*check, "--cache-dir", str(fresh)), empty, (0, 1, 2)),
        Contender("lintdem warm", (*check, "--cache-dir", str(kept)), restore, (0, 1, 2)),
        Contender("lintdem, one file changed", (*check, "--cache-dir", str(kept)), change, (0, 1, 2)),
    ]


def peers_on(peers: Path) -> Iterator[Contender]:
    """The peers that are installed, with nothing cached."""
    for name, arguments, codes in (
        ("ruff", ("check", "--no-cache", "--isolated", "--quiet", "."), (0, 1)),
        ("semgrep", ("scan", "--config", f"{HERE}/semgrep.yaml", "--metrics", "off", "--disable-version-check", "."), (0,)),
        ("bandit", ("--quiet", "--recursive", "."), (0, 1)),
        ("fixit", ("--rules", "fixit_rule", "lint", "."), (0, 1, 2, 3)),
        ("pylint", ("--rcfile", os.devnull, *_ONE_CHECK, "--recursive=y", "--jobs", "0", "."), tuple(range(32))),
    ):
        program = peers / "bin" / name
        if program.exists():
            yield Contender(f"{name} {_WHAT[name]}", (str(program), *arguments), codes=codes)


_ONE_CHECK = ("--disable=all", "--enable=bare-except")
_WHAT = {
    "ruff": "(its default rules)",
    "semgrep": "(one rule)",
    "bandit": "(all its tests)",
    "fixit": "(one rule)",
    "pylint": "(one check)",
}


def starts(peers: Path) -> Iterator[Contender]:
    """How long it takes to say one's name."""
    yield Contender("lintdem --version", (*_lintdem(), "--version"))
    yield Contender("lintdem --help", (*_lintdem(), "--help"))
    yield Contender("python -c pass", (sys.executable, "-c", "pass"))
    for name in PEERS:
        if (peers / "bin" / name).exists():
            yield Contender(f"{name} --version", (str(peers / "bin" / name), "--version"))


def installed(place: Path) -> tuple[Path, list[str]]:
    """A new environment with the peers, and what could not be had."""
    folder = place / "peers"
    venv.create(folder, with_pip=True)
    missing = []
    for name in PEERS:
        command = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            missing.append(f"{name}: {(done.stderr.strip().splitlines() or ['pip failed'])[-1]}")
    return folder, missing


def environ() -> dict[str, str]:
    """The environment of every run: Fixit finds its rule by the path, and nobody asks for news."""
    quiet = {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0", "NO_COLOR": "1"}
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as it is installed
    return {**compiled, **quiet, "PYTHONPATH": str(HERE)}


def _lintdem() -> tuple[str, ...]:
    script = Path(sys.executable).parent / "lintdem"
    return (str(script),) if script.exists() else (sys.executable, "-m", "lintdem")


def _one_file(folder: Path) -> Path:
    """The file that is changed: the largest with a handler in it, else the largest."""
    files = sorted((file for file in folder.rglob("*.py") if file.is_file()), key=lambda file: (-file.stat().st_size, str(file)))
    with_handler = (file for file in files if b"def handler(" in (data := file.read_bytes()) or b"def lambda_handler(" in data)
    return next(with_handler, files[0])
