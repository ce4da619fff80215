"""Files as the world has them: empty, generated, nested, in the place of other files. Each is read, or left out and told, and takes
nothing from its neighbours."""

from __future__ import annotations

import json
import os
import pydoc_data.topics
import re
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lintdem.session import CheckRequest, Session, check_files
from tests.trust.conftest import APP, FOUND, Ran

HEAD = "def handler(event, context):\n    return "
NESTED: dict[str, Callable[[int], str]] = {
    "parentheses": lambda n: f"{HEAD}{'(' * n}1{')' * n}\n",
    "lists": lambda n: f"{HEAD}{'[' * n}{']' * n}\n",
    "calls": lambda n: f"{HEAD}{'f(' * n}1{')' * n}\n",
    "nots": lambda n: f"{HEAD}{'not ' * n}1\n",
    "signs": lambda n: f"{HEAD}{'-' * n}1\n",
    "called": lambda n: f"{HEAD}f{'()' * n}\n",
    "attributes": lambda n: f"{HEAD}a{'.b' * n}\n",
    "powers": lambda n: f"{HEAD}{' ** '.join(['1'] * n)}\n",
    "choices": lambda n: f"{HEAD}{'1 if a else ' * n}2\n",
    "elifs": lambda n: "def handler(event, context):\n    if 1: pass\n" + "    elif 1: pass\n" * n,
    "lambdas": lambda n: f"{HEAD}{'lambda: ' * n}1\n",
    "sums": lambda n: f"{HEAD}{' + '.join(['1'] * n)}\n",
    "texts": lambda n: HEAD + "(" + "'a' " * n + ")\n",
}
DEPTHS = (200, 1_000, 100_000)
READ = {("texts", 200), ("texts", 1_000), ("texts", 100_000), ("sums", 200), ("sums", 1_000), ("parentheses", 200)}
"""What stands beside one another, or is as deep as Python takes it."""


def test_what_is_nested_is_read_or_told(project: Path, bounded: Callable[..., Ran]) -> None:
    """Brackets, operators, chains and branches of any depth in one run: each file is read or told once, and no process dies of one."""
    for name, made in NESTED.items():
        for depth in DEPTHS:
            (project / f"{name}_{depth}.py").write_text(made(depth), encoding="utf-8")
    done = bounded()
    told = re.findall(r"^(\w+)_(\d+)\.py:\d+:\d+: LDM901 nested too deeply", done.stdout, re.MULTILINE)
    assert len(told) == len(set(told))
    assert {(name, int(depth)) for name, depth in told} == {(name, depth) for name in NESTED for depth in DEPTHS} - READ
    assert FOUND in done.stdout and done.returncode == 2


@pytest.mark.parametrize("text", [b"", b"  \n\t\n", b"# nothing\n", b"\xef\xbb\xbf", b"\x0c\n", b"\r"])
def test_nothing_is_read_as_nothing(text: bytes) -> None:
    """An empty file, one of blanks, of a remark, of a mark or of a form feed alone has no fault, and none of ours."""
    report = check_files({"empty.py": text, "app.py": APP.encode()})
    assert (report.problems, [one.path for one in report.findings]) == ((), ["app.py"])


def test_a_module_of_texts_alone() -> None:
    """Python's own table of help texts, three quarters of a megabyte in literals, is read."""
    text = Path(pydoc_data.topics.__file__).read_bytes()
    report = check_files({"topics.py": text, "app.py": APP.encode()})
    assert (report.problems, [one.path for one in report.findings]) == ((), ["app.py"])


def test_a_line_of_five_megabytes(project: Path, bounded: Callable[..., Ran]) -> None:
    """Whether it is a text, a remark or a list, it is told by its size, at once and once."""
    lines = {"text.py": "x = '" + "a" * 5_000_000 + "'", "remark.py": "# " + "a" * 5_000_000, "list.py": "x = [" + "1, " * 1_700_000 + "]"}
    for name, line in lines.items():
        (project / name).write_text(f"{line}\n", encoding="utf-8")
    done = bounded()
    told = re.findall(r"^(\w+\.py):1:1: LDM901 too large", done.stdout, re.MULTILINE)
    assert (sorted(told), done.returncode) == (sorted(lines), 2)
    assert FOUND in done.stdout


def test_a_table_of_ten_thousand_entries() -> None:
    """Data that is written as code is read, and the fault behind it is found."""
    table = "x = {\n" + "".join(f"    'key{number}': [{number}, 'text'],\n" for number in range(10_000)) + "}\n"
    report = check_files({"app.py": (table + APP).encode()})
    assert ([one.code for one in report.findings], report.problems) == (["LDM101"], ())


def test_what_is_no_file_is_told_to_who_asks(project: Path, bounded: Callable[..., Ran]) -> None:
    """A pipe, a socket and a device are left out with a note, and change no exit code."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(project / "socket.py"))
    os.mkfifo(project / "pipe.py")
    (project / "terminal.py").symlink_to("/dev/tty")
    done = bounded("check", "--no-cache", "--format", "concise", "--verbose")
    server.close()
    notes = {line for line in done.stderr.splitlines() if line.startswith("note: ")}
    assert {"note: pipe.py: left out: not a regular file", "note: socket.py: left out: not a regular file"} <= notes
    assert any(line.startswith("note: terminal.py: left out: ") for line in notes)
    assert (done.returncode, FOUND in done.stdout) == (1, True)


def test_a_notebook_is_left_out(project: Path) -> None:
    """Its cells are no module: with a fault in them, or broken, it is neither a finding nor a problem."""
    cell = {"cell_type": "code", "source": APP.splitlines(keepends=True), "outputs": [], "metadata": {}}
    whole = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    for name, text in {"whole.ipynb": whole, "half.ipynb": whole[:200], "empty.ipynb": "", "binary.ipynb": "\x00" * 9}.items():
        (project / name).write_text(text, encoding="utf-8")
    report = Session(CheckRequest(folder=project, cache=False)).check()
    assert (report.problems, [one.path for one in report.findings]) == ((), ["app.py"])


def test_an_archive_is_not_opened(project: Path, bounded: Callable[..., Ran]) -> None:
    """What a deployment package holds is not read, whatever its names are, also where a template names it; nothing is unpacked."""
    with zipfile.ZipFile(project / "function.zip", "w") as archive:
        for name in ("app.py", "../outside.py", "/tmp/outside.py", "a/../../outside.py"):
            archive.writestr(name, APP)
    (project / "bomb.zip").write_bytes(b"PK\x03\x04" + b"\x00" * 100)
    text = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {Handler: other.handler, CodeUri: function.zip, Runtime: python3.12}\n"
    (project / "template.yaml").write_text(text, encoding="utf-8")
    before = {file.name for file in project.parent.rglob("*")}
    done = bounded()
    assert {file.name for file in project.parent.rglob("*")} == before
    assert re.findall(r"^(\S+?):\d+:\d+: LDM1", done.stdout, re.MULTILINE) == ["app.py"]


def test_a_folder_that_becomes_a_link(project: Path) -> None:
    """What stands behind a link that has taken the place of a folder since it was looked at is not read."""
    (project / "src/inner").mkdir(parents=True)
    (project / "src/inner/b.py").write_text(APP, encoding="utf-8")
    secret = project.parent / "elsewhere/inner"
    secret.mkdir(parents=True)
    (secret / "b.py").write_text(APP.replace("arn", "secret"), encoding="utf-8")
    session = Session(CheckRequest(folder=project, cache=False))
    assert session.found.python == ("app.py", "src/inner/b.py")
    (project / "src").rename(project.parent / "moved")
    (project / "src").symlink_to(secret.parent)
    report = session.check()
    assert [(one.place.path, one.message) for one in report.problems] == [("src/inner/b.py", "cannot be read: a folder above it is a link")]
    assert [one.path for one in report.findings] == ["app.py"]
    assert "secret" not in "".join(report.sources.values())


def test_a_project_behind_a_link(project: Path) -> None:
    """Whoever names it by a link, or stands in it by one, has all of it checked."""
    (project.parent / "linked").symlink_to(project)
    for request in (CheckRequest(paths=("linked",), folder=project.parent), CheckRequest(folder=project.parent / "linked")):
        report = Session(request).check()
        assert ([one.code for one in report.findings], report.problems) == (["LDM101"], ())


def test_a_folder_that_cannot_be_written(project: Path, bounded: Callable[..., Ran]) -> None:
    """Where no cache can be kept the report is the same, and nothing is said of it."""
    project.chmod(0o555)
    done = bounded("check", "--format", "concise", privileged=False)
    project.chmod(0o755)
    assert (done.returncode, done.stderr, FOUND in done.stdout) == (1, "", True)
    assert not (project / ".lintdem_cache").exists()
