"""`lintdem init`: a configuration, a pre-commit hook and a CI job for a project. What is there is never changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from lintdem import __version__
from lintdem.baseline import NAME, empty_baseline, entry_of
from lintdem.cli.terminal import put
from lintdem.config import settings_in
from lintdem.errors import UsageError
from lintdem.files import leads_out, replace_file
from lintdem.output.tally import count
from lintdem.session import CheckRequest, Session
from lintdem.triage import is_whole

_SETTINGS = """# lintdem: what goes wrong when the same event is delivered twice. `lintdem config` shows the settings that count.
# Every line below shows a key; what is behind the # is an example.

# select = ["correctness", "suspicious", "config", "note", "graded"]
# extend-select = ["nursery"]
# ignore = ["LDM903"]
# levels = {LDM301 = "error"}
# per-file-ignores = {"scripts/*" = ["LDM1"]}
# fail-on = "warning"
# require-reason = true
# extend-exclude = ["vendored/"]
# source-roots = ["src"]
# layers = ["layers/shared/python"]
# templates = ["infra/*.yaml"]
# baseline = ".lintdem-baseline.json"
# sources.sqs.retention = "4d"

# Functions whose trigger stands in another repository:
# [[handlers]]
# pattern = "src/orders/app.py:handler"
# source = "sqs"

# Calls that lintdem cannot read; [[guards]] and [[safe]] in the same way:
# [[effects]]
# of = ["acme.payments"]
# names = ["charge"]
"""
_HOOKS = f"""repos:
  - repo: https://github.com/lintdem/lintdem
    rev: v{__version__}
    hooks:
      - id: lintdem
"""
_GITHUB = """name: lintdem
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
  lintdem:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install lintdem
      - run: lintdem check --format github
"""
_GITLAB = """lintdem:
  image: python:3.12
  script:
    - pip install lintdem
    - lintdem check --output gitlab:gl-code-quality-report.json
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
"""
_CI = ("auto", "github", "gitlab", "jenkins", "none")
_JENKINS_STAGE = """    stage('lintdem') {
      steps {
        sh 'python3 -m venv .lintdem-venv && .lintdem-venv/bin/pip install -q lintdem'
        sh '.lintdem-venv/bin/lintdem check --output junit:lintdem.xml'
      }
      post { always { junit 'lintdem.xml' } }
    }
"""
_JENKINS = f"""pipeline {{
  agent any
  stages {{
{_JENKINS_STAGE}  }}
}}
"""


@dataclass(frozen=True)
class _Part:
    """A file that is to be there. `here` says why it is not needed; `add` is what to put into the one that is there."""

    name: str
    text: str
    here: str = ""
    add: str = ""


@click.command("init")
@click.argument("path", default=".")
@click.option("--ci", type=click.Choice(_CI), default="auto", help="Which job to write.")
@click.option("--baseline", is_flag=True, help="Write today's findings down, so that only new ones are reported.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.pass_context
def command(ctx: click.Context, path: str, ci: str, *, baseline: bool, dry_run: bool) -> None:
    """Write a commented lintdem.toml, a pre-commit hook and a CI job into the project of PATH. A file that is there is left
    as it is; what to add to it is printed."""
    session = Session(CheckRequest(paths=(path,)))
    root = session.root
    for part in _parts(root, ci):
        put(_write(root, part, dry_run=dry_run))
    if ci == "auto" and not list(_jobs(root, ci)):
        put("No CI was found; --ci github, gitlab or jenkins writes a job.\n")
    if baseline:
        ctx.exit(_baseline(root, dry_run=dry_run))


def _parts(root: Path, ci: str) -> Iterator[_Part]:
    there = settings_in(root)
    yield _Part("lintdem.toml", _SETTINGS, f"the settings stand in {there.name}" if there is not None else "")
    yield _Part(".pre-commit-config.yaml", _HOOKS, add="".join(_HOOKS.splitlines(keepends=True)[1:]))
    yield from _jobs(root, ci)


def _jobs(root: Path, ci: str) -> Iterator[_Part]:
    if ci == "github" or (ci == "auto" and (root / ".github").is_dir()):
        yield _Part(".github/workflows/lintdem.yml", _GITHUB)
    if ci == "gitlab" or (ci == "auto" and (root / ".gitlab-ci.yml").exists()):
        yield _Part(".gitlab-ci.yml", _GITLAB, add=_GITLAB)
    if ci == "jenkins" or (ci == "auto" and (root / "Jenkinsfile").exists()):
        yield _Part("Jenkinsfile", _JENKINS, add=_JENKINS_STAGE)


def _write(root: Path, part: _Part, *, dry_run: bool) -> str:
    """Write a file that is not there; what was done, in words."""
    file = root / part.name
    if part.here:
        return f"Kept: {part.here}.\n"
    if leads_out(file, root):
        raise UsageError(f"{file}: cannot be written: it leads out of {root}")
    if os.path.lexists(file):
        return f"Kept {part.name}." + (f" Add to it:\n\n{part.add}\n" if part.add and not _speaks(file) else "\n")
    if dry_run:
        return f"Would write {part.name}:\n\n{part.text}\n"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, part.text.encode())
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror or error}") from error
    return f"Wrote {part.name}.\n"


def _speaks(file: Path) -> bool:
    """Whether a file already has lintdem in it."""
    try:
        return b"lintdem" in file.read_bytes()
    except OSError:
        return False


def _baseline(root: Path, *, dry_run: bool) -> int:
    file = root / NAME
    if os.path.lexists(file):
        put(f"Kept {NAME}.\n")
        return 0
    report = Session(CheckRequest(paths=(str(root),), baselined=False, cache=not dry_run)).check()
    after = empty_baseline(file, root).holding(entry_of(finding) for finding in report.findings)
    if not dry_run:
        after.write()
    put(f"{'Would write' if dry_run else 'Wrote'} {NAME}: {count(len(after.entries), 'finding')}.\n")
    return 0 if is_whole(report) else 2
