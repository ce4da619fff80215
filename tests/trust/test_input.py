"""Whatever a project is made of: a right answer or a problem that says what was not read, exit code 2 for it, the findings of
everything else, and an end."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from lintdem.discover import MAX_PYTHON
from lintdem.session import CheckRequest, Session
from lintdem.syntax import lower_source
from tests.trust.conftest import APP, FOUND, Ran

DEEP = 10_000
HANDLER = "def handler(event, context):\n    return "
TOLD = {
    "latin.py": (b"x = '\xff'\n", "not valid UTF-8"),
    "klingon.py": (b"# coding: klingon\nx = 1\n", "klingon"),
    "rot13.py": (b"# coding: rot13\nk = 1\n", "encoding"),
    "utf16.py": (APP.encode("utf-16"), "UTF-16"),
    "utf16_bare.py": (APP.encode("utf-16-le"), "UTF-16"),
    "utf32.py": (APP.encode("utf-32"), "UTF-32"),
    "cut.py": ("x = 'ä'\n".encode()[:6], "not valid UTF-8"),
    "nul.py": (b"x = 1\ny = '\x00'\n", "NUL"),
    "python2.py": (b"print 'hello'\n", "not valid Python"),
    "jinja.py": (b"x = 1\n{% if y %}\n", "not valid Python"),
    "merged.py": (b"<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n", "not valid Python"),
    "half.py": (b"def f(:\n", "not valid Python"),
    "binary.py": (bytes(range(1, 256)), "UTF-8"),
    "brackets.py": (f"{HANDLER}{'(' * DEEP}1{')' * DEEP}\n".encode(), "nested too deeply"),
    "lists.py": (f"{HANDLER}{'[' * DEEP}{']' * DEEP}\n".encode(), "nested too deeply"),
    "calls.py": (f"{HANDLER}{'f(' * DEEP}1{')' * DEEP}\n".encode(), "nested too deeply"),
    "called.py": (f"{HANDLER}f{'()' * DEEP}\n".encode(), "nested too deeply"),
    "subscripts.py": (f"{HANDLER}{'a[' * DEEP}1{']' * DEEP}\n".encode(), "nested too deeply"),
    "lambdas.py": (f"{HANDLER}{'lambda: ' * DEEP}1\n".encode(), "nested too deeply"),
    "awaits.py": (f"{HANDLER}{'await ' * DEEP}1\n".encode(), "nested too deeply"),
    "inverted.py": (f"{HANDLER}{'~' * DEEP}1\n".encode(), "nested too deeply"),
    "nots.py": (f"{HANDLER}{'not ' * DEEP}1\n".encode(), "nested too deeply"),
    "signs.py": (f"{HANDLER}{'-' * DEEP}1\n".encode(), "nested too deeply"),
    "sum.py": (f"{HANDLER}{' + '.join(['1'] * DEEP)}\n".encode(), "nested too deeply"),
    "powers.py": (f"{HANDLER}{' ** '.join(['1'] * DEEP)}\n".encode(), "nested too deeply"),
    "attributes.py": (f"{HANDLER}a{'.b' * DEEP}\n".encode(), "nested too deeply"),
    "ternary.py": (f"{HANDLER}{'1 if a else ' * DEEP}2\n".encode(), "nested too deeply"),
    "elif.py": (b"def handler(event, context):\n    if 1: pass\n" + b"    elif 1: pass\n" * DEEP, "nested too deeply"),
    "blocks.py": ("".join(f"{' ' * level}if 1:\n" for level in range(1_000)).encode() + b" " * 1_000 + b"pass\n", "nested too deeply"),
    "defs.py": (b"def f(\n" * 50_000, "nested too deeply"),
    "classes.py": (b"class A(\n" * 50_000, "nested too deeply"),
    "imports.py": (b"from a import (\n" * 50_000, "nested too deeply"),
}
"""Files that cannot be read, each with what has to be said of it."""
READ = {
    "mark.py": b"\xef\xbb\xbf" + APP.encode(),
    "windows.py": APP.replace("\n", "\r\n").encode(),
    "mac.py": APP.replace("\n", "\r").encode(),
    "mixed.py": APP.replace("\n", "\r\n", 3).encode(),
    "fed.py": APP.replace("\n\n\n", "\n\x0c\n\n").encode(),
    "unended.py": APP.rstrip("\n").encode(),
    "declared.py": b"# coding: latin-1\n" + APP.replace('"arn"', '"\xe4"').encode("latin-1").replace(b"import boto3\n\n", b"import boto3\n"),
    "western.py": b"# coding: cp1252\n" + APP.replace('"arn"', '"\u20ac"').encode("cp1252").replace(b"import boto3\n\n", b"import boto3\n"),
    "seven.py": b"# coding: utf-7\n" + APP.replace('"arn"', '"+AOQ-"').encode().replace(b"import boto3\n\n", b"import boto3\n"),
    "long.py": APP.encode() + b"x = '" + b"a" * 1_000_000 + b"'\n",
    "remark.py": APP.encode() + b"# " + b"a" * 1_000_000 + b"\n",
    "wide.py": APP.encode() + b"x = [" + b"1, " * 20_000 + b"]\n",
    "texts.py": APP.encode() + b"x = (" + b"'a' " * DEEP + b")\n",
    "generated.py": APP.encode() + b"".join(b"def f%d(a):\n    return a + %d\n" % (n, n) for n in range(2_000)),
    "circle.py": APP.encode() + b"from circle import *\nimport circle\nx = y\ny = x\nf = lambda: f\n",
    "inherits.py": APP.encode() + b"class A(B): pass\nclass B(C): pass\nclass C(A):\n    def go(self): return self.go()\nclass D(D): pass\nA().go()\n",
    "doubling.py": APP.replace("    sns", "    x = [event]\n" + "    x = [x, x]\n" * 60 + "    sns").encode(),
    "huge.py": APP.encode() + b"X = 'a' * 10**12\nY = '%1000000000d' % 5\nW = 2 ** 10**9\nV = 1 << 10**10\nU = [0] * 10**11\nR = list(range(10**12))\n",
    "sql.py": APP.encode() + f"\n\ndef other(c):\n    c.execute('INSERT INTO t VALUES ({'(' * 3_000}1{')' * 3_000})')\n".encode(),
}
"""Files that are read, each with the fault that is to be found in it."""
NOTHING = {"empty.py": b"", "blank.py": b"  \n\t\n", "comment.py": b"# nothing", "notebook.ipynb": b'{"cells": [', "page.py.j2": b"{{ x }}"}


def problems(ran: Ran) -> dict[str, str]:
    """What could not be read, by its file."""
    rows = re.findall(r"^(\S+?):\d+:\d+: LDM901 (.*)$", ran.stdout, re.MULTILINE)
    assert len(rows) == len(dict(rows)), rows
    return dict(rows)


def found(ran: Ran) -> set[str]:
    """The files with the fault."""
    return set(re.findall(r"^(\S+?):\d+:\d+: LDM101 ", ran.stdout, re.MULTILINE))


def test_all_of_it_in_one_run(project: Path, bounded: Callable[..., Ran]) -> None:
    """Every file that cannot be read is told once with its reason, and every other one is judged as if it stood alone."""
    for name, data in {**{name: data for name, (data, _) in TOLD.items()}, **READ, **NOTHING}.items():
        (project / name).write_bytes(data)
    done = bounded()
    told = problems(done)
    assert done.returncode == 2
    assert set(told) == set(TOLD)
    assert not {name: told[name] for name, (_, words) in TOLD.items() if words not in told[name]}
    assert found(done) == {"app.py", *READ}


@pytest.mark.parametrize("name", sorted(TOLD))
def test_one_that_cannot_be_read_beside_one_that_can(name: str, project: Path) -> None:
    """Alone it gives its problem, and takes nothing from its neighbour."""
    (project / name).write_bytes(TOLD[name][0])
    report = Session(CheckRequest(folder=project, cache=False)).check()
    (problem,) = report.problems
    assert (problem.code, problem.place.path) == ("LDM901", name)
    assert TOLD[name][1] in problem.message
    assert [(one.code, one.path) for one in report.findings] == [("LDM101", "app.py")]


def test_where_a_fault_stands_whatever_ends_the_lines(project: Path) -> None:
    """Marks, line ends and form feeds move no line and no column."""
    names = ("mark.py", "windows.py", "mac.py", "mixed.py", "fed.py", "unended.py", "app.py")
    for name in names[:-1]:
        (project / name).write_bytes(READ[name])
    report = Session(CheckRequest(folder=project, cache=False)).check()
    assert {(one.path, one.span.line, one.span.column) for one in report.findings} == {(name, 7, 5) for name in names}


class TestSize:
    """What is too much to read is not read."""

    def test_a_hundred_megabytes(self, project: Path, bounded: Callable[..., Ran]) -> None:
        """A huge file, here without a block on the disk, is told of by its size; so are blocks that take as much."""
        for name, size in {"huge.py": 100_000_000, "template.yaml": 100_000_000, "x.tf": 100_000_000}.items():
            with (project / name).open("wb") as stream:
                stream.truncate(size)
        done = bounded()
        assert done.returncode == 2
        assert FOUND in done.stdout
        assert set(problems(done)) == {"huge.py", "template.yaml", "x.tf"}

    def test_a_file_of_many_comments(self, project: Path, bounded: Callable[..., Ran]) -> None:
        """Each is looked at once, not once for each statement."""
        (project / "b.py").write_text("x = 1  # lintdem: ignore[LDM101] why\n" * 25_000, encoding="utf-8")
        done = bounded("check", "--no-cache", "--statistics", "--format", "text")
        assert "25000" in done.stdout.replace(",", "")

    def test_an_ignore_file_without_an_end(self, project: Path, bounded: Callable[..., Ran]) -> None:
        """It is left out and told of, as is one that is a pipe; then there is more to check, never less."""
        (project / ".gitignore").write_text("app.py\n" * 200_000, encoding="utf-8")
        (project / "sub").mkdir()
        os.mkfifo(project / "sub/.gitignore")
        (project / "sub/b.py").write_text(APP, encoding="utf-8")
        done = bounded()
        assert found(done) == {"app.py", "sub/b.py"}
        assert ".gitignore: left out: too large" in done.stderr
        assert "sub/.gitignore: left out: not a regular file" in done.stderr


class TestGlobs:
    """Patterns that anybody may have written end."""

    EVIL = ("*a" * 40 + "b", "**/a*/" * 40 + "b", "?*" * 60 + "b", "[a-z]*" * 40 + "9", "a" + "*" * 500 + "b*c*d")

    @pytest.fixture
    def named(self, project: Path) -> Path:
        """Names on which such patterns never end."""
        folder = project / "/".join(["aaaa"] * 40)
        folder.mkdir(parents=True)
        for place in (project, folder):
            (place / f"{'a' * 200}.py").write_text("x = 1\n", encoding="utf-8")
        return project

    def test_in_settings(self, named: Path, bounded: Callable[..., Ran]) -> None:
        """In every key that takes patterns."""
        listed = ", ".join(f'"{one}"' for one in self.EVIL)
        table = ", ".join(f'"{one}" = ["LDM101"]' for one in self.EVIL)
        text = f"extend-exclude = [{listed}]\ntemplates = [{listed}]\nper-file-ignores = {{{table}}}\n"
        (named / "lintdem.toml").write_text(text, encoding="utf-8")
        (named / "template.yaml").write_text("Resources: {}\n", encoding="utf-8")
        assert FOUND in bounded().stdout

    def test_in_ignore_files_and_owners(self, named: Path, bounded: Callable[..., Ran]) -> None:
        """Of git and of the code's owners."""
        (named / ".gitignore").write_text("\n".join(self.EVIL), encoding="utf-8")
        (named / "CODEOWNERS").write_text("".join(f"{one} @a/b\n" for one in self.EVIL), encoding="utf-8")
        assert FOUND in bounded().stdout
        assert "app.py" in bounded("audit", ".", "--no-cache", "--format", "json").stdout

    @pytest.mark.parametrize(
        ("pattern", "path", "taken"),
        [
            ("*a*b*c.py", "xxa/yyaxbxc.py", True),
            ("*a*b*c.py", "xxayyc.py", False),
            ("**/a/**/b/**/c*.py", "x/a/y/b/z/cc.py", True),
            ("**/a/**/b/**/c*.py", "x/b/y/a/z/cc.py", False),
            ("a*b*c*/", "aabbcc/d.py", True),
            ("*ab*ab*ab", "ababab/x.py", True),
            ("*ab*ab*ab*ab", "ababab/x.py", False),
            ("/s*/t*/*_g*.py", "src/tests/x_gen.py", True),
            ("/s*/t*/*_g*.py", "z/src/tests/x_gen.py", False),
        ],
    )
    def test_what_they_mean_stays(self, pattern: str, path: str, taken: bool, project: Path) -> None:
        """A pattern of many wildcards takes what git would take."""
        (project / ".gitignore").write_text(pattern, encoding="utf-8")
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text("x = 1\n", encoding="utf-8")
        assert (path not in Session(CheckRequest(folder=project)).found.python) is taken


class TestSettings:
    """Settings that are made to do harm are refused with their place, or bounded."""

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("select = " + "[" * DEEP + "]" * DEEP, "lintdem.toml"),
            ("select = [" + '"LDM101", ' * 150_000 + "]", "too large"),
            ("a." * 50_000 + "b = 1", "lintdem.toml"),
            ('select = ["\x00"]', "lintdem.toml"),
            ("x = 1979-05-27T07:32:60Z", "lintdem.toml"),
            ("x = 1\nx = 2", "lintdem.toml"),
        ],
        ids=["deep", "large", "long name", "NUL", "date", "twice"],
    )
    def test_refused(self, text: str, words: str, project: Path, bounded: Callable[..., Ran]) -> None:
        """Wrong use, told with the file."""
        (project / "lintdem.toml").write_text(text, encoding="utf-8")
        done = bounded()
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr

    def test_thousands_of_names(self, project: Path, bounded: Callable[..., Ran]) -> None:
        """The place of each is found without reading the file again for it."""
        rows = "".join(f'  "LDM{number}",\n' for number in range(100, 200)) + '  "LDM101",\n' * 40_000
        (project / "lintdem.toml").write_text(f"extend-select = [\n{rows}]\n", encoding="utf-8")
        done = bounded()
        assert done.returncode == 2
        assert 'lintdem.toml:2: extend-select: ' in done.stderr

    @pytest.mark.parametrize(
        ("settings", "words"),
        [('extend = "../outside.toml"', "--config"), ('baseline = "../other.json"', "--baseline"), ('baseline = "linked.json"', "--baseline")],
    )
    def test_they_lead_nowhere_else(self, settings: str, words: str, project: Path, bounded: Callable[..., Ran]) -> None:
        """Settings that came with a project name no file outside of its repository, neither to read nor to write."""
        other = project.parent / "other.json"
        (project.parent / "outside.toml").write_text('select = ["LDM207"]\n', encoding="utf-8")
        (project / "linked.json").symlink_to(other)
        (project / "lintdem.toml").write_text(settings + "\n", encoding="utf-8")
        for arguments in (("check",), ("baseline",)):
            done = bounded(*arguments)
            assert done.returncode == 2
            assert f"lintdem.toml:1: {settings.partition(' ')[0]}: " in done.stderr and words in done.stderr
        assert not other.exists()

    @pytest.mark.parametrize("name", ["lintdem.toml", ".lintdem-baseline.json"])
    def test_a_link_out_of_the_project(self, name: str, project: Path, bounded: Callable[..., Ran]) -> None:
        """What the project has put in the place of a file of ours is not followed, neither to read nor to write."""
        (project.parent / "target").write_text("secret = 1\n", encoding="utf-8")
        (project / name).symlink_to(project.parent / "target")
        for arguments in (("check",), ("baseline",)):
            done = bounded(*arguments)
            assert (done.returncode, done.stdout) == (2, "")
            assert "leads out of" in done.stderr and "secret" not in done.stderr
        assert (project.parent / "target").read_text(encoding="utf-8") == "secret = 1\n"

    def test_the_report_is_written_through_no_link_of_the_project(self, project: Path, bounded: Callable[..., Ran]) -> None:
        """A file that is named for the report may be a link that came with the project."""
        (project / "lintdem.sarif").symlink_to(project.parent / "target")
        done = bounded("check", "--no-cache", "-o", "sarif:lintdem.sarif")
        assert done.returncode == 2
        assert "lintdem.sarif: leads out of" in done.stderr
        assert not (project.parent / "target").exists()

    def test_the_cache_is_kept_behind_no_link(self, project: Path, bounded: Callable[..., Ran]) -> None:
        """A cache that came with a project has links in it: nothing is written behind them, and nothing taken away."""
        other = project.parent / "other"
        other.mkdir()
        (other / ("0" * 38)).write_text("precious", encoding="utf-8")
        cache = project / ".lintdem_cache"
        cache.mkdir()
        for number in range(256):
            (cache / f"{number:02x}").symlink_to(other)
        (cache / "CACHEDIR.TAG").symlink_to(project.parent / "tag")
        assert FOUND in bounded("check", "--format", "concise").stdout
        bounded("cache", "clean")
        assert [file.name for file in other.iterdir()] == ["0" * 38]
        assert not (project.parent / "tag").exists()


class TestChanging:
    """Files that are no longer what they were when they were found."""

    @staticmethod
    def _gone(file: Path, project: Path) -> None:
        file.unlink()

    @staticmethod
    def _pipe(file: Path, project: Path) -> None:
        file.unlink()
        os.mkfifo(file)

    @staticmethod
    def _link(file: Path, project: Path) -> None:
        file.rename(project.parent / "secret.py")
        file.symlink_to(project.parent / "secret.py")

    @staticmethod
    def _folder(file: Path, project: Path) -> None:
        file.unlink()
        file.mkdir()

    @staticmethod
    def _grown(file: Path, project: Path) -> None:
        with file.open("ab") as stream:
            stream.truncate(MAX_PYTHON + 1)

    @pytest.mark.parametrize(
        ("change", "words"),
        [(_gone, "No such file"), (_pipe, "not a regular file"), (_link, "is a link"), (_folder, "not a regular file"), (_grown, "too large")],
        ids=["gone", "pipe", "link", "folder", "grown"],
    )
    def test_is_a_problem(self, change: Callable[[Path, Path], None], words: str, project: Path) -> None:
        """Whatever has become of a file, it is told, and the other one is judged."""
        (project / "b.py").write_text(APP, encoding="utf-8")
        session = Session(CheckRequest(folder=project, cache=False))
        assert session.found.python == ("app.py", "b.py")
        change(project / "b.py", project)
        report = session.check()
        (problem,) = report.problems
        assert (problem.code, problem.place.path) == ("LDM901", "b.py")
        assert words in problem.message
        assert [one.path for one in report.findings] == ["app.py"]

    def test_a_file_that_changes_between_two_looks(self, project: Path) -> None:
        """The report is about the bytes that were read, and the lines shown are theirs."""
        session = Session(CheckRequest(folder=project, cache=False))
        report = session.check()
        (project / "app.py").write_text("x = 1\n", encoding="utf-8")
        assert report.sources["app.py"] == APP

    def test_what_may_not_be_read(self, project: Path, bounded: Callable[..., Ran]) -> None:
        """A file and a folder that are closed to the user."""
        (project / "closed.py").write_text(APP, encoding="utf-8")
        (project / "shut").mkdir()
        (project / "closed.py").chmod(0)
        (project / "shut").chmod(0)
        done = bounded(privileged=False)
        (project / "shut").chmod(0o700)
        assert done.returncode == 2
        assert {name: words.partition(":")[0] for name, words in problems(done).items()} == {
            "closed.py": "cannot be read", "shut": "the folder cannot be read",
        }  # fmt: skip
        assert found(done) == {"app.py"}


def test_what_is_no_file_is_not_opened(project: Path, bounded: Callable[..., Ran]) -> None:
    """A socket, a pipe and a folder that are named like Python files hold nothing up and are nothing to read."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(project / "socket.py"))
    os.mkfifo(project / "pipe.py")
    (project / "folder.py").mkdir()
    done = bounded()
    server.close()
    assert (done.returncode, found(done), problems(done)) == (1, {"app.py"}, {})


def test_links_in_a_circle(project: Path, bounded: Callable[..., Ran]) -> None:
    """Links to each other, to themselves and to the project end, also in the place of settings and ignore files."""
    for name, target in {"l": "m", "m": "l", "x.py": "x.py", "s": ".", "lintdem.toml": "lintdem.toml", ".gitignore": ".gitignore", "t.yaml": "t.yaml"}.items():
        (project / name).symlink_to(project / target)
    done = bounded()
    assert (done.returncode, found(done)) == (1, {"app.py"})
    assert "the link is broken" in done.stderr


def test_modules_that_import_each_other_in_a_circle(project: Path, bounded: Callable[..., Ran]) -> None:
    """Fifty modules whose names go round, and a handler at their end."""
    for number in range(50):
        text = f"from m{(number + 1) % 50} import *\nfrom m{(number + 2) % 50} import x as y\nx = y\n"
        (project / f"m{number}.py").write_text(text, encoding="utf-8")
    (project / "b.py").write_text("from m0 import *\n" + APP, encoding="utf-8")
    assert found(bounded()) == {"app.py", "b.py"}


def test_one_long_file_of_comments_is_lowered_once() -> None:
    """Comments inside of a statement, behind it and above it speak for the same lines as ever."""
    text = "# lintdem: ignore[LDM101] a\n@deco\ndef f(\n    x,  # lintdem: ignore[LDM101] b\n):\n    pass\n\n\n# lintdem: ignore[LDM101] c\n"
    module = lower_source("b.py", text.encode())
    assert [directive.covers for directive in module.directives] == [(2, 6), (2, 5), (9, 9)]
