"""Modules are made of their files when they are asked for, and nothing is missed by that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from lintdem.deploy import read_stacks
from lintdem.model.module import Module
from lintdem.program import LinkSettings, Modules, Program, link, prepare
from lintdem.syntax import lower_source

SERVICE = "import store\n\ndef lambda_handler(event, context):\n    store.put(event)\n"


class Lowered:
    """Lowers, and remembers what was asked for."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = {path: text.encode() for path, text in files.items()}
        self.paths: set[str] = set()

    def __call__(self, paths: Sequence[str]) -> Iterator[tuple[str, Module]]:
        self.paths |= set(paths)
        return ((path, lower_source(path, self.files[path])) for path in paths)

    def linked(self, *templates: str) -> Program:
        """The program of the files, which are made when they are asked for."""
        stacks = read_stacks({f"{number}/template.yaml": text for number, text in enumerate(templates)})
        modules = Modules(self.files, self)
        prepare(modules, stacks, ())
        return link(modules, stacks)


def of_all(files: dict[str, str]) -> Program:
    """The program of modules that are all there."""
    return link([lower_source(path, text.encode()) for path, text in files.items()], (), LinkSettings())


def test_what_no_handler_reaches_is_not_made() -> None:
    """A script and the module that only it imports stay as they are."""
    lowered = Lowered({
        "app.py": SERVICE, "store.py": "import table\n", "table.py": "NAME = 'orders'\n",
        "script.py": "import report\n\ndef main(arguments):\n    report.write()\n", "report.py": "def write(): ...\n",
    })  # fmt: skip
    lowered.linked()
    assert lowered.paths == {"app.py", "store.py", "table.py"}


def test_every_path_is_there_although_nothing_is_made() -> None:
    """Which file an import means depends on paths alone."""
    lowered = Lowered({"app.py": SERVICE, "docs/store.py": "", "tests/test_app.py": "import app\n"})
    program = lowered.linked()
    assert list(program.modules) == ["app.py", "docs/store.py", "tests/test_app.py"]
    assert program.modules["tests/test_app.py"].path == "tests/test_app.py"
    with pytest.raises(KeyError):
        program.modules["gone.py"]


def test_the_handler_of_a_template_is_made_whatever_it_is_called() -> None:
    """Nothing in the file tells that it is one."""
    lowered = Lowered({"src/jobs.py": "def work(job, _):\n    pass\n"})
    program = lowered.linked("""
        AWSTemplateFormatVersion: "2010-09-09"
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Worker:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: ../src, Handler: jobs.work, Runtime: python3.12}
    """)
    assert [handler.name for handler in program.handlers] == ["src/jobs.py:work"]


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": "def process(\n    event: dict,  # what came\n    context,\n): ...\n"},
        {"a.py": "def on_job_handler(job: tuple[int, ...] = (1, 2), ctx: object = None): ...\n"},
        {"a.py": "def run_handler(first, second: LambdaContext): ...\n"},
        {"a.py": "async \\\n def handler(*args): ...\n"},
        {"a.py": "if True:\n    handler = lambda evt, c: None\n"},
        {"a.py": "lambda_handler: object = partial(f, 1)\nasgi_handler = Mangum(app)\n"},
        {"a.py": "from b import Base\nclass Job(Base): ...\nmy_handler = Job()\n", "b.py": "class Base:\n  def __call__(self, e, c): ...\n"},
        {"a.py": "from b import make\nhandler = make(1)\n", "b.py": "def make(n):\n    def inner(event, ctx): ...\n    return inner\n"},
        {"a.py": "from b import app\nhandler = app.answer\n", "b.py": "class App:\n    def answer(self, payload, _context): ...\napp = App()\n"},
        {"a.py": "import b\n@b.route('/')\ndef orders(x): ...\n", "b.py": "def route(p):\n  def d(f):\n    def w(event, context): ...\n    return w\n  return d\n"},
        {"a.py": "from chalice import Chalice\napp = Chalice('x')\n@app.on_sqs_message(queue='q')\ndef work(message): ...\n"},
        {"a.py": "import domovoi\napp = domovoi.Domovoi()\n@app.sqs_queue_subscriber('q', batch_size=5)\ndef work(ctx, job): ...\n"},
        {"a.py": "# lintdem: source[sqs]\ndef work(message): ...\n"},
        {"a.py": "# -*- coding: cp037 -*-\n"},
        {"a.py": "x = 1\rdef handler(event, context): pass\r"},
    ],
)  # fmt: skip
def test_the_handlers_are_those_of_modules_that_are_all_there(files: dict[str, str]) -> None:
    """Bytes only tell where to look."""
    expected = of_all(files).handlers
    assert Lowered(files).linked().handlers == expected


def test_a_file_in_another_encoding_is_always_looked_at() -> None:
    """Its words do not stand in its bytes."""
    data = "# coding: utf-7\ndef handler(event+-, context): ...\n".encode("ascii")
    modules = Modules({"a.py": data}, lambda paths: ((path, lower_source(path, data)) for path in paths))
    assert [path for path, _ in modules.mentioning("no such word")] == ["a.py"]


def test_folders_that_unread_code_adds_to_the_path_count() -> None:
    """A test that puts the sources on the path tells where they are."""
    files = {"app.py": SERVICE, "lib/store.py": "", "tests/conftest.py": "import sys\nsys.path.insert(0, '../lib')\n"}
    assert Lowered(files).linked().imports.roots == of_all(files).imports.roots
