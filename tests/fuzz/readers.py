"""The readers of what anybody may have written into a project, each as a function of bytes that raises when a promise is broken.

`tools/fuzz_readers.py` searches bytes for them, guided by coverage; `test_readers.py` replays what it has kept.
"""

from __future__ import annotations

import re
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from lintdem.baseline import read_baseline
from lintdem.cache import Cache
from lintdem.config import parse
from lintdem.deploy import is_template, template_directives
from lintdem.deploy.stacks import read_stacks
from lintdem.discover import Found
from lintdem.errors import UsageError
from lintdem.lowering import Lowering
from lintdem.model.codec import encode
from lintdem.model.finding import Report
from lintdem.model.spelling import TYPESCRIPT
from lintdem.observer import Observer
from lintdem.output import View, render
from lintdem.recall import Recall
from lintdem.rule import load_rules
from lintdem.session import check_files
from lintdem.stages import Work, analyse, with_referred
from lintdem.syntax import lower_source, lower_typescript
from lintdem.syntax.hazard import Risk, weigh

APP = b"""import boto3
import stripe

table = boto3.resource("dynamodb").Table("orders")


def handler(event, context):
    for record in event["Records"]:
        stripe.Charge.create(amount=1, currency="eur", source=record["body"])
        table.put_item(Item={"id": record["messageId"], "body": record["body"]})
"""
CDK_APP = b"""import * as cdk from 'aws-cdk-lib';
import { ShopStack } from '../lib/stack';
new ShopStack(new cdk.App(), 'Shop');
"""
MACHINE = b"""Resources:
  Pay:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, Runtime: python3.12}
  Steps:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: steps.asl
      DefinitionSubstitutions: {Pay: !GetAtt Pay.Arn}
"""
FORMATS = ("json", "sarif", "text", "github")
NEXT_FILE = re.compile(rb"^#!file ([\w./-]{1,60})\n", re.MULTILINE)
"""Between the files of an input that has several."""
SELDOM = 8
"""One input in so many is checked from end to end; the others are only read."""


def read_sam(data: bytes) -> None:
    """A SAM template."""
    _read_templates("template.yaml", data)


def read_cloudformation(data: bytes) -> None:
    """A CloudFormation template as a CDK application writes it."""
    _read_templates("cdk.out/App.template.json", data)


def read_serverless(data: bytes) -> None:
    """The service of a Serverless Framework."""
    _read_templates("serverless.yml", data)


def read_terraform(data: bytes) -> None:
    """A Terraform module."""
    _read_templates("main.tf", data)


def read_terraform_json(data: bytes) -> None:
    """A Terraform module in JSON."""
    _read_templates("main.tf.json", data)


def read_settings(data: bytes) -> None:
    """The settings of Zappa, Chalice and python-lambda, and an image: the first byte says which."""
    names = ("zappa_settings.json", ".chalice/config.json", "config.yaml", "Dockerfile", "zappa_settings.toml", "state.asl.json")
    if data:
        _read_templates(names[data[0] % len(names)], data[1:])


def read_typescript(data: bytes) -> None:
    """A stack of a CDK application in TypeScript, behind the file that makes it."""
    files = dict(_files("infra/lib/stack.ts", data))
    for path, part in files.items():
        if path.endswith(TYPESCRIPT):
            lower_typescript(path, part.decode("utf-8", "replace"))
    if _seldom(data):
        _whole(check_files({"app.py": APP, "infra/cdk.json": b"{}", "infra/bin/app.ts": CDK_APP, **files}))


def read_machine(data: bytes) -> None:
    """The definition of a state machine in a file of its own, JSON or YAML by its first character."""
    name = "steps.asl.json" if data.lstrip()[:1] in (b"{", b"[") else "steps.asl.yaml"
    template = MACHINE.replace(b"steps.asl", name.encode())
    _read_templates("template.yaml", template + b"\n#!file " + name.encode() + b"\n" + data)


def read_configuration(data: bytes) -> None:
    """`lintdem.toml`: taken, or refused with its place."""
    text = data.decode("utf-8", "replace")
    try:
        parse(text, Path("/workspace"))
        if _seldom(data):
            _whole(check_files({"app.py": APP}, text))
    except UsageError as error:
        assert str(error).startswith(("/workspace/lintdem.toml", "lintdem.toml", "unknown", "rule pack")), error


def read_suppressions(data: bytes) -> None:
    """Comments in Python and in templates: each a directive that covers lines of its file."""
    text = data.decode("utf-8", "replace")
    lines = data.count(b"\n") + data.count(b"\r") + data.count(b"\f") + 2
    calm = weigh(text).risk is Risk.CALM  # what is not is lowered by a process of its own, where nothing is learned
    found = [*template_directives("template.yaml", text), *template_directives("main.tf", text)]
    for directive in [*found, *(lower_source("app.py", data).directives if calm else ())]:
        assert 1 <= directive.covers[0] <= directive.covers[1] <= lines, directive
    if calm and _seldom(data):
        _whole(check_files({"app.py": APP + b"\n" + data, "more.py": data, "template.yaml": data}))


def read_cache(data: bytes) -> None:
    """An entry of the cache, which may have been damaged: used when it is a module, otherwise as if it were not there."""
    kept = _Kept(data)
    module = kept.load("app.py", APP)
    if module is not None:
        encode(module)
        if _seldom(data):
            rules, lowering = load_rules(("lintdem_rules",)), Lowering({"app.py": APP}, kept, 1, Observer())
            _whole(analyse(Work({"app.py": APP}, lowering, {}, [], None), parse("", Path("/workspace")), rules, Observer()).report)


def read_recalled(data: bytes) -> None:
    """A whole report as it was kept: recalled when it is one, otherwise as if it were not there."""
    found = Found((), ())
    recalled = Recall(_Kept(data), Path("/workspace"), ()).find(found)
    if recalled is not None:
        _whole(recalled.report)


def read_known(data: bytes) -> None:
    """A baseline: taken, or refused with its place."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, ".lintdem-baseline.json")
        file.write_bytes(data)
        try:
            read_baseline(file, Path(folder)).part((), lambda path: False)
        except UsageError as error:
            assert str(file) in str(error), error


READERS: Mapping[str, Callable[[bytes], None]] = {
    "sam": read_sam,
    "cloudformation": read_cloudformation,
    "serverless": read_serverless,
    "terraform": read_terraform,
    "terraform-json": read_terraform_json,
    "settings": read_settings,
    "typescript": read_typescript,
    "machine": read_machine,
    "configuration": read_configuration,
    "suppressions": read_suppressions,
    "cache": read_cache,
    "recall": read_recalled,
    "baseline": read_known,
}


class _Kept(Cache):
    """A cache in which everything is these bytes."""

    def __init__(self, data: bytes) -> None:
        super().__init__(Path("/nowhere"))
        self._data = data
        self.trouble = "is not written"

    def _named(self, key: bytes) -> Path:
        file = _scratch() / "entry"
        file.write_bytes(self._data)
        return file


@cache
def _scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="lintdem-fuzz-"))


def _read_templates(path: str, data: bytes) -> None:
    """Read a file and those behind it; one time in a few check them with the code they deploy."""
    files = dict(_files(path, data))
    texts = with_referred({name: part for name, part in files.items() if is_template(name, part[:65_536])}, files.get, [])
    for stack in read_stacks(texts):
        for problem in stack.problems:
            assert problem.place.path in files and problem.place.span.line >= 1, problem
    for name, text in texts.items():
        template_directives(name, text)
    if _seldom(data):
        _whole(check_files({"app.py": APP, "src/app.py": APP, **files}))


def _files(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    parts = NEXT_FILE.split(data)
    yield path, parts[0]
    for name, part in zip(parts[1::2], parts[2::2], strict=True):
        yield name.decode().strip("/.") or "more.yaml", part


def _seldom(data: bytes) -> bool:
    return zlib.crc32(data) % SELDOM == 0


def _whole(report: Report) -> None:
    """No rule has failed, and every format can say what was found."""
    crashed = [problem for problem in report.problems if problem.code == "LDM905"]
    assert not crashed, (crashed[0].message, crashed[0].detail)
    for name in FORMATS:
        render(name, report, View())
