"""Infrastructure in TypeScript of any make: what it deploys, or a problem with its line and exit code 2; the handler beside it is
judged either way."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lintdem.session import CheckRequest, Session, check_files
from lintdem.syntax import lower_typescript
from lintdem.syntax.typescript.lower import LARGEST
from tests.trust.conftest import APP, FOUND, Ran

DEEP = 5_000
BIN = "import * as cdk from 'aws-cdk-lib';\nimport { Shop } from '../lib/shop';\nnew Shop(new cdk.App(), 'shop');\n"
HEAD = """import * as cdk from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
"""
SHOP = (
    HEAD
    + """export class Shop extends cdk.Stack {
  constructor(scope: any, id: string) {
    super(scope, id);
    const queue = new sqs.Queue(this, 'Queue');
    const fn = new lambda.Function(this, 'Fn', {
      runtime: lambda.Runtime.PYTHON_3_12, handler: 'app.handler', code: lambda.Code.fromAsset('../..'), environment: { WORD: 'word' },
    });
    fn.addEventSource(new SqsEventSource(queue));
  }
}
"""
)
UNGUARDED_QUEUE = "infra/lib/shop.ts:8:19: LDM701"
"""The queue has no redrive policy: a finding that there is only where the application was read."""
UNREAD = {
    "brackets": f"const a = {'(' * DEEP}1{')' * DEEP};",
    "lists": f"const a = {'[' * DEEP}{']' * DEEP};",
    "objects": f"const a = {'{b: ' * DEEP}1{'}' * DEEP};",
    "calls": f"f({'g(' * DEEP}{')' * DEEP});",
    "chain": f"a{'.b()' * DEEP};",
    "arrows": f"const f = {'() => ' * DEEP}1;",
    "bodies": f"const f = {'() => { g(); return ' * DEEP}1{'}' * DEEP};",
    "loops": f"x.forEach((y) => {{{'x.forEach((y) => {' * DEEP}{'})' * DEEP}}});",
    "templates": f"const a = {'`${' * DEEP}1{'}`' * DEEP};",
    "choices": f"const a = {'b ? c : ' * DEEP}d;",
    "blocks": f"{'{' * DEEP}{'}' * DEEP}",
    "branches": f"{'if (a) {' * DEEP}{'}' * DEEP}",
    "else": f"if (a) {{}}{' else if (b) {}' * DEEP}",
    "cases": f"switch (a) {{ {'case 1: f(); break; ' * DEEP} }}",
    "falling": f"switch (a) {{ {'case 1: ' * DEEP} f(); }}",
    "classes": f"{'class A { m() { ' * DEEP}{'} }' * DEEP}",
    "parts": f"const {'{a: ' * DEEP}b{'}' * DEEP} = c;",
    "items": f"const {'[' * DEEP}b{']' * DEEP} = c;",
    "types": f"a{' as b' * DEEP};",
    "open": "(" * DEEP,
    "half": "const a = {",
    "merged": "<<<<<<< HEAD\nconst a = 1;\n=======\nconst a = 2;\n>>>>>>> other",
}
"""What stands below the stack, each of a kind that cannot be read."""
READ = {
    "wide": f"const a = [{(chr(34) + chr(0x20AC) + chr(34) + ',') * 20_000}];",
    "long": f"const a = '{'a' * 500_000}';",
    "many": "".join(f"export const a{n} = {{ b: {n} }};\n" for n in range(10_000)),
    "generic": f"const a: {'A<' * DEEP}b{'>' * DEEP} = 1;",
    "invisible": "const a = '\u2028\ufeff\u202e';",
    "windows": "\r\nconst a = 1;\r\n",
}
"""What stands below the stack and is read."""


@pytest.fixture
def shop(project: Path) -> Path:
    """The project with an application in TypeScript."""
    for name, text in {"cdk.json": "{}", "bin/shop.ts": BIN, "lib/shop.ts": SHOP}.items():
        (project / "infra" / name).parent.mkdir(parents=True, exist_ok=True)
        (project / "infra" / name).write_text(text, encoding="utf-8")
    return project


def test_what_cannot_be_read_is_told(shop: Path, bounded: Callable[..., Ran]) -> None:
    """Too deep, or no TypeScript: each file once, at its line, exit code 2, and all findings of what stands beside them."""
    for name, text in UNREAD.items():
        (shop / f"infra/lib/{name}.ts").write_text(f"{HEAD}\n{text}\n", encoding="utf-8")
    done = bounded()
    assert done.returncode == 2
    assert f"\n{FOUND}" in f"\n{done.stdout}" and f"\n{UNGUARDED_QUEUE}" in f"\n{done.stdout}"
    rows = [row for row in done.stdout.splitlines() if "LDM901" in row]
    assert all("TypeScript cannot be read" in row for row in rows)
    assert sorted(row.partition(":")[0] for row in rows) == sorted(f"infra/lib/{name}.ts" for name in UNREAD)


@pytest.mark.parametrize("kind", sorted(READ))
def test_what_is_only_odd_is_read(kind: str, shop: Path, bounded: Callable[..., Ran]) -> None:
    """Long lines, many names, wide characters: the application is read, and nothing is told to be unread."""
    (shop / "infra/lib/shop.ts").write_bytes(f"{SHOP}\n\n{READ[kind]}\n".encode())
    done = bounded()
    assert (done.returncode, "LDM901" in done.stdout) == (1, False)
    assert f"\n{UNGUARDED_QUEUE}" in f"\n{done.stdout}" and f"\n{FOUND}" in f"\n{done.stdout}"


def test_columns_behind_wide_characters() -> None:
    """A place behind characters of two, three and four bytes, and half of a pair, is counted in characters."""
    module = lower_typescript("lib/shop.ts", "const a = ['é€😀', b];\nconst c = [`\u20ac`, `${d}`, e];\n")
    columns = [(item.span.column, item.span.end_column) for statement in module.body for item in statement.value.items]  # type: ignore[union-attr]
    assert columns == [(12, 17), (19, 20), (12, 15), (17, 23), (25, 26)]


def test_a_file_that_is_larger_than_any_real_one(shop: Path, bounded: Callable[..., Ran]) -> None:
    """More characters than are read are told, and the parser is not asked."""
    (shop / "infra/lib/shop.ts").write_text(SHOP + "(" * LARGEST, encoding="utf-8")
    done = bounded()
    assert done.returncode == 2
    assert "1,000,000 characters" in done.stdout and FOUND in done.stdout


def test_twenty_megabytes(shop: Path, bounded: Callable[..., Ran]) -> None:
    """What an application imports, and is too large to be a template, is told by its size."""
    with (shop / "infra/lib/shop.ts").open("ab") as stream:
        stream.truncate(20_000_000)
    done = bounded()
    assert done.returncode == 2
    assert "infra/lib/shop.ts:1:1: LDM901 too big for a template" in done.stdout and FOUND in done.stdout


def test_bytes_that_are_no_text(shop: Path, bounded: Callable[..., Ran]) -> None:
    """Bytes of another encoding are told, and the handler is judged."""
    (shop / "infra/lib/shop.ts").write_bytes(SHOP.encode().replace(b"'word'", b"'\xff\xfe'"))
    done = bounded()
    assert f"\n{FOUND}" in f"\n{done.stdout}"
    assert "infra/lib/shop.ts:1:1: LDM901 not valid UTF-8" in done.stdout


@pytest.mark.parametrize("written", ["\\ud800", "\\u{dfff}x", "\\ud83d\\ude00", "\\x00", "\\u{ffffffff}"])
def test_half_of_a_character(written: str, shop: Path) -> None:
    """What an escape makes that no encoding holds is no obstacle to keeping the answers, and to telling them."""
    (shop / "infra/lib/shop.ts").write_text(SHOP.replace("'Queue'", f"'{written}'").replace("'word'", f"'{written}'"), encoding="utf-8")
    reports = [Session(CheckRequest(folder=shop, cache_dir=str(shop.parent / "cache"))).check() for _ in range(2)]
    assert [[(one.code, one.path) for one in report.findings if one.path.endswith(".ts")] for report in reports] == [[("LDM701", "infra/lib/shop.ts")]] * 2
    assert not [problem for report in reports for problem in report.problems]


@pytest.mark.parametrize("place", ["template.json", "cdk_app.py"])
def test_half_of_a_character_elsewhere(place: str, project: Path) -> None:
    """The same where JSON or Python writes it: in names, in variables, in code that stands in a template."""
    code = "import boto3\n\nWORD = '\ud800'\n\ndef handler(event, context):\n    boto3.client('sns').publish(TopicArn='t', Message=event['x'])\n"
    template = {
        "Queue\udfff": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "\ud800"}},
        "Fn": {"Type": "AWS::Serverless::Function", "Properties": {
            "Handler": "app.handler", "Runtime": "python3.12", "Environment": {"Variables": {"A\ud800": "\ud800"}},
            "Events": {"Q\ud800": {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["Queue\udfff", "Arn"]}}}},
        }},
        "Inline": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "index.handler", "Runtime": "python3.12", "Code": {"ZipFile": code}}},
    }  # fmt: skip
    application = (
        "import aws_cdk as cdk\nfrom aws_cdk import aws_lambda as lambda_, aws_sqs as sqs\n"
        "from aws_cdk.aws_lambda_event_sources import SqsEventSource\n\n\nclass Shop(cdk.Stack):\n    def __init__(self, scope, id):\n"
        "        super().__init__(scope, id)\n        queue = sqs.Queue(self, 'Queue\\udfff')\n"
        "        fn = lambda_.Function(self, 'Fn', runtime=lambda_.Runtime.PYTHON_3_12, handler='app.handler',\n"
        "            code=lambda_.Code.from_asset('.'), environment={'A': '\\ud800'})\n"
        "        fn.add_event_source(SqsEventSource(queue))\n\n\nShop(cdk.App(), 'shop')\n"
    )
    (project / place).write_text(json.dumps({"Resources": template}) if place.endswith("json") else application, encoding="utf-8")
    reports = [Session(CheckRequest(folder=project, cache_dir=str(project.parent / "cache"))).check() for _ in range(2)]
    for report in reports:
        assert {("LDM101", "app.py"), ("LDM701", place)} <= {(one.code, one.path) for one in report.findings}
        assert not report.problems


class TestImports:
    """What the files of an application import."""

    def test_in_a_circle(self, shop: Path, bounded: Callable[..., Ran]) -> None:
        """Files that take everything of each other, and of themselves, come to an end."""
        circle = "export * from './b';\nexport * from './a';\nimport { Shop } from './shop';\nexport const x = y, z = new Shop();\n"
        for name, text in {"a": circle, "b": circle.replace("./b", "./a")}.items():
            (shop / f"infra/lib/{name}.ts").write_text(text, encoding="utf-8")
        text = "import { x } from './a';\nexport * from './b';\n" + SHOP
        (shop / "infra/lib/shop.ts").write_text(text, encoding="utf-8")
        done = bounded()
        assert (done.returncode, "LDM901" in done.stdout) == (1, False)
        assert "infra/lib/shop.ts:10:19: LDM701" in done.stdout

    @pytest.mark.parametrize("name", ["../../../secret", "/secret", "../lib/link"])
    def test_outside_of_the_root(self, name: str, shop: Path) -> None:
        """A path or a link that leads out of the root leads to nothing: a class there makes no queue here."""
        (shop.parent / "secret.ts").write_text(SHOP.replace("'Fn'", "'Secret'"), encoding="utf-8")
        (shop / "infra/lib/link.ts").symlink_to(shop.parent / "secret.ts")
        (shop / "infra/bin/shop.ts").write_text(BIN.replace("../lib/shop", name), encoding="utf-8")
        (shop / "infra/lib/shop.ts").unlink()
        report = Session(CheckRequest(folder=shop, cache=False)).check()
        assert [(one.code, one.path) for one in report.findings] == [("LDM101", "app.py")]
        assert not any("secret" in path for path in report.sources)


class TestChanging:
    """Files that are no longer what they were when they were found."""

    @pytest.mark.parametrize("change", ["gone", "pipe", "link", "folder"])
    def test_is_a_problem(self, change: str, shop: Path) -> None:
        """Whatever has become of a file, it is told, and the handler is judged."""
        session, file = Session(CheckRequest(folder=shop, cache=False)), shop / "infra/lib/shop.ts"
        assert "infra/lib/shop.ts" in session.found.candidates
        file.rename(shop.parent / "moved.ts")
        if change == "pipe":
            os.mkfifo(file)
        elif change == "link":
            file.symlink_to(shop.parent / "moved.ts")
        elif change == "folder":
            file.mkdir()
        report = session.check()
        assert [(one.code, one.place.path) for one in report.problems] == [("LDM901", "infra/lib/shop.ts")]
        assert [(one.code, one.path) for one in report.findings] == [("LDM101", "app.py")]


def test_the_order_of_files_does_not_show() -> None:
    """The same report whichever file of an application is read first."""
    files = {"app.py": APP, "infra/cdk.json": "{}", "infra/bin/shop.ts": BIN, "infra/lib/shop.ts": SHOP}
    reports = [check_files(dict(order)) for order in (files.items(), reversed(files.items()))]
    assert reports[0] == reports[1]
    assert "LDM701" in {one.code for one in reports[0].findings}
