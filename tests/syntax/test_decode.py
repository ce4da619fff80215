"""Files are read as Python itself reads them, and what Python refuses is refused with a clear word."""

from __future__ import annotations

import codecs

import pytest

from lintdem.model.function import Assign
from lintdem.model.module import Module
from lintdem.model.values import Call, Const
from lintdem.syntax import lower_source

TEXT = "x = 'é€𝄞'; y = f()\n"


def _texts(module: Module) -> list[object]:
    return [
        statement.value.value
        for statement in module.body
        if isinstance(statement, Assign) and isinstance(statement.value, Const)
    ]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF8 + b"# coding: utf8\n" + TEXT.encode(),
        b"#!/usr/bin/python\n# -*- coding: utf-8 -*-\n" + TEXT.encode(),
        b"# vim: set fileencoding=gb18030 :\n" + TEXT.encode("gb18030"),
    ],
)
def test_readable_encodings(data: bytes) -> None:
    """Marks and coding comments are honoured."""
    module = lower_source("app.py", data)
    assert module.problems == ()
    assert _texts(module) == ["é€𝄞"]


def test_declared_single_byte_encoding() -> None:
    """A file in Latin-1 that says so is read."""
    assert _texts(lower_source("app.py", b"# coding: latin-1\nx = '\xe9'\n")) == ["é"]


def test_a_coding_comment_counts_on_the_first_two_lines_only() -> None:
    """Later, or behind code, it is a comment like any other."""
    for data in (b"x = 'a'\n# coding: nonsense\n", b"\n\n# coding: nonsense\nx = 'a'\n"):
        assert _texts(lower_source("app.py", data)) == ["a"]


@pytest.mark.parametrize(
    ("data", "place", "word"),
    [
        (b"x = 1\ny = '\xe9'\n", (2, 6), "UTF-8: byte 0xe9"),
        (b"x = '\xc3\xa9\xff'\n", (1, 7), "UTF-8: byte 0xff"),
        (b"\n# coding: nonsense\n", (2, 1), "unknown encoding: nonsense"),
        (b"# coding: rot13\nk = 1\n", (1, 1), "unknown encoding: rot13"),
        (b"# coding: ascii\nx = 1 # \xe9\n", (2, 9), "ascii"),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", (1, 1), "latin-1"),
        ("x = 1\n".encode("utf-16"), (1, 1), "UTF-16"),
        ("x = 1\n".encode("utf-16-le"), (1, 1), "UTF-16"),
        ("x = 1\n".encode("utf-32"), (1, 1), "UTF-32"),
        (b"x = 1\ny = \0\n", (2, 5), "NUL"),
        (b"# coding: utf-7\nx = '+AAA-'\n", (1, 1), "NUL"),
        (b"x = (1\n", (1, 5), "not valid Python"),
        (b"def f():\n    print 'x'\n", (2, 5), "not valid Python"),
        (b"try:\n    pass\nexcept E, e:\n    exec 'x'\n", (3, 8), "not valid Python"),
        (b"if x:\n\ty\n        z\n", (3, 1), "not valid Python"),
    ],
)
def test_unreadable_files(data: bytes, place: tuple[int, int], word: str) -> None:
    """An unreadable file is a module without a body and with one problem that says where and why."""
    module = lower_source("src/app.py", data)
    (problem,) = module.problems
    assert (problem.code, problem.place.path, module.body) == ("LDM901", "src/app.py", ())
    assert word in problem.message
    if "not valid Python" not in word:  # for syntax, the interpreter chooses the place
        assert (problem.place.span.line, problem.place.span.column) == place


def test_syntax_errors_have_a_line() -> None:
    """The problem points at the line Python itself would name."""
    (problem,) = lower_source("app.py", b"x = 1\n\ny = = 2\n").problems
    assert (problem.place.span.line, problem.place.span.column) == (3, 5)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_newlines(newline: str) -> None:
    """Whatever the newlines, the same places, values and number of lines."""
    source = 'x = """a\nb"""\n\nif x:\n    f(1,\n      2)  # lintdem: ignore[A] b\n'
    plain = lower_source("app.py", source.encode())
    module = lower_source("app.py", source.replace("\n", newline).encode())
    assert (module.body, module.directives, module.lines) == (plain.body, plain.directives, 6)


@pytest.mark.parametrize(
    ("data", "lines"), [(b"", 0), (b"\n", 1), (b"x", 1), (b"x\ny", 2), (b"x\r\n\r\n", 2), (b"x\ry\r", 2)]
)
def test_lines(data: bytes, lines: int) -> None:
    """The last line counts with and without a newline."""
    module = lower_source("app.py", data)
    assert (module.lines, module.problems) == (lines, ())


def test_form_feeds_and_wide_characters_keep_columns() -> None:
    """Columns count code points, also behind a form feed and behind characters beyond the first plane."""
    module = lower_source("app.py", "\fx = f()\nif x:\n\f    y = '𝄞'; z = f()\n".encode())
    assert module.problems == ()
    spans: list[tuple[int, int, int]] = []

    def visit(value: object) -> None:
        if isinstance(value, Call):
            spans.append((value.span.line, value.span.column, value.span.end_column))
        for field in getattr(value, "__struct_fields__", ()):
            visit(getattr(value, field))
        if isinstance(value, tuple):
            for item in value:
                visit(item)

    visit(module.body)
    assert spans == [(1, 6, 9), (3, 19, 22)]


def test_digest_is_of_the_bytes() -> None:
    """The digest changes with the bytes, not with the path or the outcome."""
    assert lower_source("a.py", b"x = 1").digest == lower_source("b.py", b"x = 1").digest
    assert lower_source("a.py", b"x = 1").digest != lower_source("a.py", b"x = 1\r").digest
    assert lower_source("a.py", b"x = (").digest != ""
