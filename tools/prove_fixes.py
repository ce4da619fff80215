"""Apply every fix that is offered in copies of real projects, and hold each copy against what fixes promise.

python tools/prove_fixes.py --into /tmp/proof CHECKOUT...
python tools/prove_fixes.py --into /tmp/proof --each SAMPLES...      # every folder in SAMPLES is a project of its own

For each project: all changed files parse; the lines that are no part of an edit say what they said; what was fixed is not
found any more, nothing new of any level is; a second run changes nothing; the project's own formatter (ruff or black, where
it is configured; else either, where the file was as it wants it) leaves the edited lines alone. A table goes to standard
output; the patches, and a record of each project, to the folder. A project with a record there is not looked at again.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import re
import shutil
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SKIPPED = shutil.ignore_patterns(".git", "node_modules", ".venv", "cdk.out.*")
FIX = ("--fix", "--unsafe-fixes", "--show-fixes")
FIXED = re.compile(r"(?:\S.*?: )?fixed (?P<place>.+:\d+:\d+) (?P<code>LDM\d+) ")
INNER = ("body", "orelse", "finalbody", "handlers", "cases", "decorator_list")
_DONE = (0, 1, 2)


@dataclass
class Record:
    """What was seen in one project."""

    name: str
    findings: int = 0
    offered: int = 0
    fixed: dict[str, int] = field(default_factory=dict)
    undone: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    stayed: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    again: bool = True
    formats: list[str] = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0


# --- a project and its runs ---


@dataclass(frozen=True)
class Copy:
    """A copy of a project, in a repository of its own so that changes can be seen."""

    root: Path
    lintdem: str
    cache: Path
    select: str

    def git(self, *words: str) -> bytes:
        """What git says."""
        return subprocess.run(("git", "-c", "core.autocrlf=false", *words), cwd=self.root, capture_output=True, check=False).stdout

    def run(self, *options: str) -> tuple[dict[str, Any], str]:
        """The report of a run, and what it told beside it."""
        chosen = ("--extend-select", self.select) if self.select else ()
        command = (self.lintdem, "check", ".", "--format", "json", "--cache-dir", str(self.cache), *chosen, *options)
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        if done.returncode not in _DONE or not done.stdout:
            raise RuntimeError(f"exit code {done.returncode}: {done.stderr.strip()[-300:]}")
        return json.loads(done.stdout), done.stderr

    def old(self, file: str) -> bytes:
        """A file as it was."""
        return self.git("show", f"HEAD:{file}")


def copied(source: Path, root: Path) -> None:
    """A fresh copy of a project under git."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(source, root, symlinks=True, ignore=SKIPPED)
    whose = ("-c", "user.name=x", "-c", "user.email=x@x")
    for words in (("init", "-q", "."), ("add", "-A", "-f"), (*whose, "commit", "-qm", "as it was")):
        subprocess.run(("git", "-c", "core.autocrlf=false", *words), cwd=root, capture_output=True, check=False)


def proved(copy: Copy, name: str, patches: Path) -> Record:
    """Fix one copy, and say how it went."""
    record = Record(name)
    before, _ = copy.run()
    record.findings = len(before["findings"])
    record.offered = sum(bool(finding["fixes"]) for finding in before["findings"])
    if not record.offered:
        return record
    _, told = copy.run(*FIX)
    record.fixed = dict(sorted(Counter(match["code"] for match in map(FIXED.match, told.splitlines()) if match).items()))
    record.undone = [line for line in told.splitlines() if "not mended" in line]
    patch = copy.git("diff", "--no-color")
    (patches / f"{name}.diff").write_bytes(patch)
    record.files = [one for one in copy.git("diff", "-z", "--name-only").decode(errors="replace").split("\0") if one]
    after, _ = copy.run(*FIX)
    record.again = copy.git("diff", "--no-color") == patch
    was, now = seen(before), seen(after)
    gone = Counter(key.partition(" ")[0] for key in (was - now).elements())
    record.stayed = [f"{code}: {number} fixed, {gone[code]} gone" for code, number in record.fixed.items() if gone[code] < number]
    record.new = sorted((now - was).elements())
    for file in record.files:
        judge(copy, file, record)
    return record


def seen(report: dict[str, Any]) -> Counter[str]:
    """Findings and problems, each by what survives moved lines; numbers of alike ones left out."""
    keys = (f"{one['code']} {one['level']} {re.sub(r'#[0-9]+$', '', one['identity'])}" for one in report["findings"])
    return Counter(keys) + Counter(f"{one['code']} problem {one['message']}" for one in report["problems"])


# --- a changed file ---


def judge(copy: Copy, file: str, record: Record) -> None:
    """Whether a changed file can be read, says what it said, and pleases its formatter."""
    old, new = copy.old(file), (copy.root / file).read_bytes()
    if b"\r\n" in old and new.count(b"\n") - new.count(b"\r\n") > old.count(b"\n") - old.count(b"\r\n"):
        record.broken.append(f"{file}: other line endings")
    if file.endswith(".json"):
        json.loads(new)
    if not file.endswith(".py"):
        return
    try:
        trees = parse(old), parse(new)
    except (SyntaxError, ValueError) as error:
        record.broken.append(f"{file}: {error}")
        return
    olds, news = apart(old, new)
    if statements(trees[0], olds) != statements(trees[1], news):
        record.moved.append(file)
    record.formats += [f"{file}: {line}" for line in formatted(copy.root, file, old, new)]


def parse(data: bytes) -> ast.Module:
    """The tree; warnings are the business of others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(data)


def apart(old: bytes, new: bytes) -> tuple[set[float], set[float]]:
    """The lines, from 1, that one and the other do not share; a half is the gap where only the other has lines."""
    olds: set[float] = set()
    news: set[float] = set()
    matcher = difflib.SequenceMatcher(None, *(data.decode("latin-1").split("\n") for data in (old, new)), autojunk=False)
    for word, start, end, low, high in matcher.get_opcodes():
        if word != "equal":
            olds |= set(range(start + 1, end + 1))
            news |= set(range(low + 1, high + 1))
            olds |= {start + 0.5} if start == end else set()
            news |= {low + 0.5} if low == high else set()
    return olds, news


def statements(tree: ast.AST, without: set[float]) -> list[tuple[int, str]]:
    """Every statement that stands on none of these lines, by its line among the others; its body left to the statements in it."""
    return sorted(_statements(tree, without))


def _statements(tree: ast.AST, without: set[float]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            yield from ((line, f"@{ast.dump(one)}") for one in getattr(node, "decorator_list", ()) if (line := _line(one, without)))
            if line := _line(node, without):
                yield line, _head(node)


def _line(node: ast.expr | ast.stmt, without: set[float]) -> int:
    """The line of what stands on none of these, counted without them; 0 for all else. The body does not count."""
    values = (value if isinstance(value, list) else [value] for name, value in ast.iter_fields(node) if name not in INNER)
    parts = [one for value in values for one in value]
    compound = any(getattr(node, name, None) for name in INNER)
    ends = [one.end_lineno or 0 for one in parts if hasattr(one, "end_lineno")] if compound else [node.end_lineno or 0]
    last = max([node.lineno, *ends])
    if any(node.lineno <= line <= last for line in without):
        return 0
    return node.lineno - sum(line < node.lineno for line in without if line == int(line))


def _head(node: ast.stmt) -> str:
    """A statement without those in it."""
    parts = ((name, value if isinstance(value, list) else [value]) for name, value in ast.iter_fields(node) if name not in INNER)
    said = (f"{name}={[ast.dump(one) if isinstance(one, ast.AST) else one for one in values]}" for name, values in parts)
    return " ".join([type(node).__name__, *said])


# --- formatters ---


def configured(root: Path, file: str) -> tuple[str, Path | None]:
    """The formatter that a project asks for, and the file that says how."""
    for folder in (root / file).parents:
        for name in ("ruff.toml", ".ruff.toml", "pyproject.toml"):
            text = _text(folder / name)
            if text and (name != "pyproject.toml" or "[tool.ruff" in text):
                return "ruff", folder / name
            if "[tool.black" in text:
                return "black", folder / name
        if folder == root:
            break
    places = [root / name for name in (".pre-commit-config.yaml", "Makefile", "tox.ini", "package.json")]
    texts = [_text(place) for place in (*places, *sorted((root / ".github").rglob("*.y*ml")))]
    if any(re.search(r"ruff[ -]format", text) for text in texts):
        return "ruff", None
    return ("black", None) if any(re.search(r"psf/black|\bid: black\b|\bblack\s+[.\w-]", text) for text in texts) else ("", None)


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.is_file() else ""


def formatted(root: Path, file: str, old: bytes, new: bytes) -> Iterator[str]:
    """What the formatter does with the edited lines: one line each for "left alone", or for what it changes and why."""
    own, config = configured(root, file)
    for tool in (own,) if own else ("ruff", "black"):
        was, now = (rendered(tool, root, file, data, config, isolated=not own) for data in (old, new))
        whose = f"own {tool}" if own else f"{tool} (not configured)"
        if was is None or now is None:
            yield f"{whose} cannot say"
        elif was == old or own:
            edited = {line for line in apart(old, new)[1] if line == int(line)}
            both = len(edited & apart(new, now)[0])
            words = f"changes {both} of {len(edited)} edited lines" if both else "leaves the edited lines alone"
            yield f"{whose} {words}" + ("" if was == old else ", in a file that it had not formatted")


def rendered(tool: str, root: Path, file: str, data: bytes, config: Path | None, *, isolated: bool) -> bytes | None:
    """What a formatter makes of a file; None where it is not here, or refuses."""
    program = shutil.which(tool) or shutil.which(tool, path=str(Path(sys.executable).parent))
    if program is None:
        return None
    if tool == "ruff":
        options = ["format", "--no-cache", "--stdin-filename", str(root / file), *(["--isolated"] if isolated else [])]
    else:
        options = ["-q", "--config", str(config or "/dev/null")]
    done = subprocess.run((program, *options, "-"), input=data, capture_output=True, cwd=root, check=False)
    return done.stdout if done.returncode == 0 else None


# --- the table ---


def table(records: Iterable[Record]) -> Iterator[str]:
    """A row for each project with something to fix, and the sum."""
    rows = list(records)
    heads = ("project", "findings", "fixes", "files", "not parsed", "moved", "second run", "not gone", "new", "undone", "formatter")
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    with_fixes = [record for record in rows if record.offered]
    for record in with_fixes:
        codes = ", ".join(f"{code} x {number}" for code, number in record.fixed.items())
        yield _row(record.name, str(record.findings), codes, [record])
    whole = f"{sum(sum(record.fixed.values()) for record in rows)} fixes"
    yield _row(f"{len(rows)} projects, {len(with_fixes)} with fixes", str(sum(r.findings for r in rows)), whole, rows)
    for record in rows:
        for word in ("error", "broken", "moved", "stayed", "new", "undone"):
            value = getattr(record, word)
            yield from (f"{record.name}: {word}: {one}" for one in ([value] if isinstance(value, str) and value else value))
        yield from (f"{record.name}: format: {one}" for one in record.formats if "changes" in one)


def _row(name: str, findings: str, fixes: str, records: list[Record]) -> str:
    numbers = [sum(len(getattr(record, word)) for record in records) for word in ("files", "broken", "moved")]
    again = sum(not record.again for record in records)
    rest = [sum(len(getattr(record, word)) for record in records) for word in ("stayed", "new", "undone")]
    formats = [line for record in records for line in record.formats]
    verdict = f"{sum('alone' in line for line in formats)} alone, {sum('changes' in line for line in formats)} changed"
    words = [name, findings, fixes, *map(str, numbers), f"{again} change more" if again else "same", *map(str, rest), verdict]
    return "| " + " | ".join(words) + " |"


def main() -> int:
    """Prove all, tell it; 1 where a promise is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("projects", nargs="+", type=Path)
    parser.add_argument("--into", type=Path, required=True, help="where copies, patches and records go")
    parser.add_argument("--each", action="store_true", help="every folder in these is a project")
    parser.add_argument("--select", default="", help="rules beside those that are on")
    parser.add_argument("--lintdem", default=str(Path(sys.executable).parent / "lintdem"))
    asked = parser.parse_args()
    for name in ("copies", "patches", "records"):
        (asked.into / name).mkdir(parents=True, exist_ok=True)
    projects = [path for top in asked.projects for path in (sorted(top.iterdir()) if asked.each else [top]) if path.is_dir()]
    records = [_record(path.resolve(), asked) for path in projects if not path.name.startswith(".")]
    sys.stdout.write("\n".join([*table(records), ""]))
    return int(any(r.error or r.broken or r.moved or r.stayed or r.new or not r.again for r in records))


def _record(source: Path, asked: argparse.Namespace) -> Record:
    """The record of a project, made now or by a run before."""
    name = f"{source.parent.name}+{source.name}" if asked.each else source.name
    told = asked.into / "records" / f"{name}.json"
    if told.exists():
        return Record(**json.loads(told.read_text()))
    started = time.monotonic()
    copy = Copy(asked.into / "copies" / name, asked.lintdem, asked.into / "cache", asked.select)
    try:
        copied(source, copy.root)
        record = proved(copy, name, asked.into / "patches")
    except (OSError, RuntimeError, ValueError, shutil.Error) as error:
        record = Record(name, error=str(error)[:300])
    record.seconds = round(time.monotonic() - started, 1)
    told.write_text(json.dumps(asdict(record), indent=1))
    sys.stderr.write(f"{name}: {record.offered} offered, {sum(record.fixed.values())} fixed, {record.seconds} s\n")
    if not record.fixed:
        shutil.rmtree(copy.root, ignore_errors=True)
    return record


if __name__ == "__main__":
    sys.exit(main())
