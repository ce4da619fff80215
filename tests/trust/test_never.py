"""What no run does, whatever it is given: every command over a project full of traps, in a process that ends at the first
misdeed, and every wire of that process touched once to see that it is live."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lsp.wire import Wire, codes
from tests.trust.tripwire import MARK, TRIPPED

RUNNER = Path(__file__).parent / "tripwire.py"
APP = """import boto3
import stripe

sns = boto3.client("sns")


def handler(event, context):
    key = hash(event["detail"]["id"])
    stripe.PaymentIntent.create(amount=1, currency="eur", idempotency_key=f"charge-{key}")
    sns.publish(TopicArn="arn", Message=event["detail"]["text"])
"""
LINE = 10
FOUND = f"app.py:{LINE}:5: LDM101"
TRAP = f'import pathlib\nSPRUNG = "{MARK}"\npathlib.Path("SPRUNG").write_text(SPRUNG)\n'
PYPROJECT = """[build-system]
requires = []
backend-path = ["."]
build-backend = "setup"

[tool.pytest.ini_options]
addopts = "-p evil"

[tool.mypy]
plugins = ["evil.py"]

[tool.lintdem]
extend-select = ["ALL"]
layers = ["layer"]
"""
TEMPLATE = """AWSTemplateFormatVersion: "2010-09-09"
Transform: [AWS::Serverless-2016-10-31, {Name: AWS::Include, Parameters: {Location: ../outside/secret.yaml}}]
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, Runtime: python3.12, CodeUri: ., Events: {Q: {Type: SQS, Properties: {Queue: arn}}}}
  Elsewhere:
    Type: AWS::Serverless::Function
    Properties: {Handler: secret.handler, Runtime: python3.12, CodeUri: ../outside}
  Linked:
    Type: AWS::Serverless::Function
    Properties: {Handler: secret.handler, Runtime: python3.12, CodeUri: linked}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: linked.asl.json}
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: linked/secret.yaml}
"""
SERVERLESS = """service: x
provider: {name: aws, runtime: python3.12}
custom: ${file(../outside/secret.yaml)}
functions: ${file(linked/secret.yaml)}
plugins: [./evil]
"""
TERRAFORM = """module "out" {
  source = "../outside"
}
data "template_file" "t" {
  template = file("${path.module}/linked/secret.yaml")
}
data "external" "run" {
  program = ["sh", "-c", "touch SPRUNG"]
}
"""
CDK = """import aws_cdk as cdk
from aws_cdk import aws_lambda

stack = cdk.Stack(cdk.App(), "S")
with open("../outside/secret.py") as stream:
    code = stream.read()
aws_lambda.Function(stack, "F", handler="index.handler", code=aws_lambda.InlineCode(code), runtime=aws_lambda.Runtime.PYTHON_3_12)
aws_lambda.Function(stack, "G", handler="secret.handler", code=aws_lambda.Code.from_asset("linked"), runtime=aws_lambda.Runtime.PYTHON_3_12)
"""
MODULES = (
    "conftest", "setup", "sitecustomize", "usercustomize", "evil", "rich", "click", "tomli", "tomllib", "yaml", "jmespath",
    "pathspec", "sqlglot", "pygls", "lsprotocol", "json", "html", "difflib", "layer/python/shared", "lintdem_rules", "noxfile",
    "shop/__init__", "shop/rich/__init__",
)  # fmt: skip


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """The project, and beside it what must not be reached; its links lead there."""
    outside, root = tmp_path.resolve() / "outside", tmp_path.resolve() / "project"
    outside.mkdir()
    root.mkdir()
    for name, text in {"secret.py": APP, "secret.yaml": "a: 1\n", ".gitignore": "*.py\n", "x.json": "{}\n"}.items():
        (outside / name).write_text(text, encoding="utf-8")
    for name in MODULES:
        file = root / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(TRAP, encoding="utf-8")
    files = {
        "app.py": APP, "cdk_app.py": CDK, "pyproject.toml": PYPROJECT, "template.yaml": TEMPLATE, "serverless.yml": SERVERLESS,
        "main.tf": TERRAFORM, "evil.pth": "import evil\n", ".env": "PYTHONSTARTUP=evil.py\nPYTHONPATH=.\n",
        "evil-1.dist-info/entry_points.txt": "[lintdem.rules]\nevil = evil\n[pytest11]\nevil = evil\n",
        "evil-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: evil\nVersion: 1\n", "pytest.ini": "[pytest]\naddopts = -p evil\n",
        "deep.py": f"def handler(event, context):\n    return {'[' * 90}{']' * 90}\n", "nested/.gitkeep": "",
    }  # fmt: skip
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "linked").symlink_to(outside)
    (root / "linked.py").symlink_to(outside / "secret.py")
    (root / "linked.asl.json").symlink_to(outside / "x.json")
    (root / "nested/.gitignore").symlink_to(outside / ".gitignore")
    (root / "CODEOWNERS").symlink_to(outside / "secret.yaml")
    _commit(root)
    return root


def _commit(root: Path) -> None:
    """Make a repository of it whose own programs are traps."""
    trap = root / "trap.sh"
    trap.write_text(f'#!/bin/sh\ntouch "{root}/SPRUNG"\ncat\n', encoding="utf-8")
    trap.chmod(0o755)
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    for command in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "-m", "all")):
        subprocess.run(["git", *command], cwd=root, check=True, capture_output=True)
    (root / ".gitattributes").write_text("*.py filter=x diff=x\n", encoding="utf-8")
    for key in ("core.fsmonitor", "diff.external", "diff.x.textconv", "filter.x.clean", "filter.x.smudge", "core.pager"):
        subprocess.run(["git", "config", key, str(trap)], cwd=root, check=True)
    for name in ("pre-commit", "post-checkout", "post-index-change", "reference-transaction"):
        (root / ".git/hooks" / name).write_text(trap.read_text(encoding="utf-8"), encoding="utf-8")
        (root / ".git/hooks" / name).chmod(0o755)


def command(root: Path, *writes: Path) -> list[str]:
    """How a process is started that may write below these places, and below that of the user's secret."""
    places = [str(place) for place in (*writes, root.parent / "user")]
    bounds = {"root": str(root), "writes": places, "log": str(root.parent / "tripped.txt")}
    return [sys.executable, str(RUNNER), json.dumps(bounds)]


def around(root: Path) -> dict[str, str]:
    """The environment of such a process: what it keeps for its user stands beside the project."""
    return {**os.environ, "XDG_CACHE_HOME": str(root.parent / "user"), "TMPDIR": str(root.parent / "user")}


def ran(root: Path, *arguments: str, writes: tuple[Path, ...] = (), given: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run it, and see that no wire was touched and no trap has sprung."""
    (root.parent / "user").mkdir(exist_ok=True)
    line = [*command(root, *writes), *arguments]
    done = subprocess.run(line, cwd=root, env=around(root), input=given, capture_output=True, text=True, check=False)
    unharmed(root)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def unharmed(root: Path) -> None:
    """Nothing was told of by the wires, and nothing was left by a trap."""
    log = root.parent / "tripped.txt"
    assert not log.exists() or log.read_text(encoding="utf-8") == ""
    assert not list(root.rglob("SPRUNG")) and not (root.parent / "SPRUNG").exists()


def test_check(trapped: Path) -> None:
    """With its cache, cold and warm, and several files of output; a file that needs a process of its own is among them."""
    cache, report = trapped / ".lintdem_cache", trapped / "out.sarif"
    for _ in range(2):
        done = ran(trapped, "check", "--format", "concise", "-o", f"sarif:{report}", writes=(cache, trapped))
        assert FOUND in done.stdout
        assert "secret.py" not in done.stdout
    assert json.loads(report.read_text(encoding="utf-8"))["runs"]


@pytest.mark.parametrize("flags", [(), ("--stdin-filename", "app.py"), ("--changed-since", "HEAD", "--only", "app.py"), ("--diff", "--unsafe-fixes")])
def test_a_check_that_writes_nothing(flags: tuple[str, ...], trapped: Path) -> None:
    """Without a cache no byte is written anywhere in the project."""
    if "--changed-since" in flags:
        (trapped / "app.py").write_text(APP.replace('Message=event["detail"]["text"]', 'Message="other"'), encoding="utf-8")
    done = ran(trapped, "check", "--no-cache", "--format", "concise", *flags, given=APP)
    assert FOUND in done.stdout or "--diff" in flags
    assert done.returncode in (1, 2)


def test_fixes(trapped: Path) -> None:
    """`--fix` writes the files it mends, and nothing through a link."""
    before = (trapped.parent / "outside/secret.py").read_bytes()
    done = ran(trapped, "check", "--fix", "--unsafe-fixes", "--select", "LDM207", "--no-cache", writes=(trapped,))
    assert "hashlib" in (trapped / "app.py").read_text(encoding="utf-8"), done.stderr
    assert (trapped.parent / "outside/secret.py").read_bytes() == before


def test_the_other_commands(trapped: Path) -> None:
    """Map, baseline, settings, suppressions, set-up and audit."""
    assert "app.py" in ran(trapped, "handlers", "--no-cache").stdout
    page = trapped / "map.html"
    ran(trapped, "handlers", "--format", "html", "-o", str(page), "--no-cache", writes=(trapped,))
    assert "<html" in page.read_text(encoding="utf-8")
    ran(trapped, "config")
    ran(trapped, "explain", "LDM101")
    assert "LDM101" in ran(trapped, "audit", ".", "--no-cache", "--format", "json").stdout
    ran(trapped, "baseline", "--no-cache", writes=(trapped,))
    assert "LDM101" in (trapped / ".lintdem-baseline.json").read_text(encoding="utf-8")
    ran(trapped, "check", "--add-ignore", "why", "--no-baseline", "--no-cache", writes=(trapped,))
    assert "lintdem: ignore[LDM207] why" in (trapped / "app.py").read_text(encoding="utf-8")
    assert "Kept" in ran(trapped, "init", writes=(trapped,)).stdout


def test_the_server(trapped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The editor's server over the same project: opened, changed, saved, asked."""
    (trapped.parent / "user").mkdir()
    monkeypatch.chdir(trapped)
    for name, value in around(trapped).items():
        monkeypatch.setenv(name, value)
    with Wire(trapped, command=[*command(trapped, trapped / ".lintdem_cache"), "server"]) as wire:
        uri = wire.open(trapped / "app.py")
        assert ("LDM101", LINE) in codes(wire.diagnostics(uri))
        wire.change(uri, 2, {"text": APP.replace("hash(", "str(")})
        assert ("LDM101", LINE) in codes(wire.diagnostics(uri, 2))
        wire.save(uri)
        wire.ask("textDocument/codeLens", {"textDocument": {"uri": uri}})
        assert wire.end() == 0
    unharmed(trapped)


def test_a_pack_of_the_project_is_refused(trapped: Path) -> None:
    """Rules that stand in the project itself are not loaded when its settings name them."""
    (trapped / "pyproject.toml").write_text('[tool.lintdem]\nplugins = ["evil"]\n', encoding="utf-8")
    done = ran(trapped, "check", "--no-cache")
    assert done.returncode == 2
    assert "evil" in done.stderr


MISDEEDS = {
    "runs a file": "import runpy; runpy.run_path('evil.py')",
    "imports a module": "import sys; sys.path.insert(0, '.'); import shop",
    "runs its text": "exec(open('evil.py').read())",
    "compiles a file": "compile('1', 'app.py', 'exec')",
    "connects": "import socket; socket.socket().connect(('127.0.0.1', 9))",
    "asks for a name": "import socket; socket.gethostbyname('localhost')",
    "starts a program": "import subprocess; subprocess.run(['true'])",
    "starts a shell": "import os; os.system('true')",
    "forks": "import os; os.fork() or os._exit(0)",
    "writes into the project": "open('new.txt', 'w')",
    "appends": "open('app.py', 'a')",
    "opens to write by number": "import os; os.open('new.txt', os.O_CREAT | os.O_WRONLY)",
    "removes": "import os; os.remove('app.py')",
    "renames": "import os; os.rename('app.py', 'b.py')",
    "makes a folder": "import os; os.mkdir('new')",
    "makes a link": "import os; os.symlink('a', 'b')",
    "writes in the home": "import os; open(os.path.expanduser('~/.lintdem-planted'), 'w')",
    "reads through a link": "open('linked.py')",
    "reads below a link": "open('linked/secret.yaml')",
    "lists a link": "import os; os.listdir('linked')",
    "walks a link": "import os; os.scandir('linked')",
    "unpickles": "import pickle; pickle.loads(b'cos\\ngetpid\\n(tR.')",
    "loads a library": "import ctypes; ctypes.CDLL('./planted.so')",
}


@pytest.mark.parametrize("misdeed", MISDEEDS.values(), ids=MISDEEDS)
def test_every_wire_is_live(misdeed: str, trapped: Path) -> None:
    """A process that does it is ended, and what it did is told."""
    (trapped.parent / "user").mkdir()
    done = subprocess.run([*command(trapped), "plant", misdeed], cwd=trapped, env=around(trapped), capture_output=True, check=False)
    assert done.returncode == TRIPPED, done.stderr
    assert (trapped.parent / "tripped.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("module", "name", "misdeed"),
    [
        ("lintdem.discover", "discover", "open('new.txt', 'w')"),
        ("lintdem.syntax.workers", "_START", "open('new.txt', 'w')"),
    ],
    ids=["in a run", "in a process of the parser"],
)
def test_a_misdeed_of_lintdem_itself_trips(module: str, name: str, misdeed: str, trapped: Path) -> None:
    """The wires are around the real run, and around the processes it starts."""
    (trapped.parent / "user").mkdir()
    (trapped / "deep.py").write_text(f"def handler(event, context): ...\nx = a{'.b' * 1_000}\n", encoding="utf-8")  # read in a process of its own
    plant = f"import {module} as m\n"
    if name == "_START":
        plant += f"m._START = m._START.replace('serve()', {misdeed + chr(10) + 'serve()'!r})\nimport sys; sys.path[0] = {str(RUNNER.parents[2])!r}\n"
        plant += f"from tests.trust.tripwire import _fit_workers\n_fit_workers({command(trapped)[2]!r})\n"
    else:
        plant += f"real = m.{name}\ndef false(*a, **k):\n    {misdeed}\n    return real(*a, **k)\nm.{name} = false\n"
    plant += "from lintdem.cli import run\nrun(['check', '--no-cache'])\n"
    subprocess.run([*command(trapped), "plant", plant], cwd=trapped, env=around(trapped), capture_output=True, check=False)
    assert "something is written that nobody named" in (trapped.parent / "tripped.txt").read_text(encoding="utf-8")
