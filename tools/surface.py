"""What other programs hold on to, line by line: `python tools/surface.py` compares it with tests/surface.txt, `--write` records it.

Read from lintdem itself as it runs: rules, commands and flags, exit codes, the fields of the reports, the keys of the
configuration, the Python API of rule packs, the hooks and the action. What stands there is promised in README.md, "Stability".
"""

from __future__ import annotations

import argparse
import difflib
import enum
import inspect
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import click
import yaml

import lintdem.rule
from lintdem.cli import _ALIASES, commands
from lintdem.lsp.answers import CHECK_COMMAND, FIX_ALL, FIX_ALL_COMMAND, SUPPRESS_COMMAND
from lintdem.model.finding import Group
from lintdem.triage.levels import _OFF
from lintdem.triage.suppress import _KINDS

ROOT = Path(__file__).parents[1]
RECORDED = ROOT / "tests" / "surface.txt"
SILENCED = """import boto3


def handler(event, context):
    boto3.client("sns").publish(TopicArn="t", Message="x")  # lintdem: ignore[LDM101] a reason
"""
REPORTS = ("json", "jsonl", "sarif", "gitlab", "rdjson")
_ASKED = {"Case", "Effect", "Facts", "Judged", "Kind", "Retry", "Run", "Subject"}
"""What a rule asks: these grow with the analyses, so only their names are promised."""
ADVICE = """\
The public surface differs from tests/surface.txt. A line with "-" is promised to somebody (README.md, "Stability"): bring it
back, or keep the old spelling working beside the new one. If it is meant all the same, or there are only lines with "+":
record it with `python tools/surface.py --write`, commit tests/surface.txt, and say it in CHANGELOG.md.
"""


def surface() -> list[str]:
    """Every line, sorted."""
    parts = (_rules(), _commands(), _runs(), _configuration(), _api(), _distribution())
    return sorted({line for part in parts for line in part})


def _rules() -> Iterator[str]:
    for rule in json.loads(_run(ROOT, "rules", "--format", "json")[1]):
        state = "off" if Group(rule["group"]) in _OFF else "on"
        yield f"rule {rule['code']} {rule['name']}: {rule['group']}, {rule['level']}, {state}, fix {rule['fix']}"


def _commands() -> Iterator[str]:
    around = click.Context(commands)
    for alias, name in _ALIASES.items():
        yield f"command {alias}: the same as {name}"
    for name in commands.list_commands(around):
        command = commands.get_command(around, name)
        assert command is not None
        yield from _parameters(f"command {name}", command)
    yield from _parameters("command", commands)


def _parameters(named: str, command: click.Command) -> Iterator[str]:
    yield named
    if isinstance(command, click.Group) and named != "command":
        for name, inner in command.commands.items():
            yield from _parameters(f"{named} {name}", inner)
    for one in command.params:
        spelled = " ".join([*one.opts, *one.secondary_opts]) if isinstance(one, click.Option) else one.human_readable_name
        kind = "flag" if isinstance(one, click.Option) and (one.is_flag or one.count) else _kind(one.type)
        yield f"{named} {spelled}: {kind}{', repeatable' if one.multiple or one.nargs < 0 else ''}"


def _kind(kind: click.ParamType) -> str:
    return "|".join(map(str, kind.choices)) if isinstance(kind, click.Choice) else kind.name


def _runs() -> Iterator[str]:
    """Exit codes and the fields of every report, from runs over the sample, over nothing to find and over a broken file."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "clean").mkdir()
        (place / "clean" / "app.py").write_text("def handler(event, context):\n    return 1\n")
        (place / "broken").mkdir()
        (place / "broken" / "app.py").write_text("def handler(event, context:\n")
        (place / "silenced").mkdir()
        (place / "silenced" / "app.py").write_text(SILENCED)
        for words, folder in (("nothing found", "clean"), ("findings", str(ROOT / "sample")), ("not everything checked", "broken")):
            yield f"exit code of check, {words}: {_run(place, 'check', folder)[0]}"
        yield f"exit code of check, wrong use: {_run(place, 'check', '--no-such-flag')[0]}"
        for kind in REPORTS:
            for folder in (str(ROOT / "sample"), "broken", "silenced"):
                text = _run(place, "check", folder, "--format", kind)[1]
                for one in text.splitlines() if kind == "jsonl" else [text]:
                    yield from _fields(f"{kind} ", json.loads(one))
        for command in (["rules"], ["handlers", str(ROOT / "sample")]):
            yield from _fields(f"{command[0]} --format json ", json.loads(_run(place, *command, "--format", "json")[1]))


def _run(place: Path, *arguments: str) -> tuple[int, str]:
    more = ["--no-cache"] if arguments[0] in ("check", "handlers") else []
    command = [sys.executable, "-m", "lintdem", *arguments, *more]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def _fields(way: str, value: Any) -> Iterator[str]:
    """Each field with the kind of what stands in it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            name = "*" if re.fullmatch(r"[A-Z]{3}\d{3}", key) else key
            yield from _fields(f"{way}.{name}", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _fields(f"{way}[]", inner)
    elif way.endswith(".version"):
        yield f"{way}: {value if isinstance(value, int) else type(value).__name__}"
    else:
        yield f"{way}: {type(value).__name__}"


def _configuration() -> Iterator[str]:
    """Keys with what they take, as the schema says it."""
    yield from _keys("key ", json.loads(_run(ROOT, "config", "--schema")[1]))


def _keys(way: str, shape: Any) -> Iterator[str]:
    if "enum" in shape:
        yield f"{way}: {'|'.join(map(str, shape['enum']))}"
    elif "items" in shape:
        yield from _keys(f"{way}[]", shape["items"])
    elif "properties" in shape:
        required = shape.get("required", ())
        for key, inner in shape["properties"].items():
            yield from _keys(f"{way}.{key}{' (required)' if key in required else ''}", inner)
    else:
        yield f"{way}: {shape.get('type', 'any')}"


def _api() -> Iterator[str]:
    """What a rule pack imports: names of `lintdem.rule`, with parameters, members, methods."""
    for name in lintdem.rule.__all__:
        if name in _ASKED:
            yield f"api {name}"
        else:
            yield from _named(f"api {name}", getattr(lintdem.rule, name))
    for module, name in (("lintdem.testing.plugin", "pytest_collect_file"),):
        assert hasattr(import_module(module), name)
        yield f"api {module}: a pytest plugin"


def _named(way: str, value: Any) -> Iterator[str]:
    if isinstance(value, type) and issubclass(value, enum.Enum):
        yield f"{way}: {'|'.join(str(member.value) for member in value)}"
    elif callable(value):
        yield f"{way}{_signature(value)}"
    else:
        yield way
    if isinstance(value, type) and not issubclass(value, enum.Enum):
        for name, member in inspect.getmembers(value):
            if name.startswith("_"):
                continue
            if inspect.isfunction(member) or inspect.ismethod(member):
                yield f"{way}.{name}{_signature(member)}"
            elif isinstance(member, property) or inspect.ismemberdescriptor(member):
                yield f"{way}.{name}"


def _signature(value: Any) -> str:
    """The parameters: their names and kinds, and which may be left out. Annotations are written differently by each Python."""
    try:
        signature = inspect.signature(value)
    except (ValueError, TypeError):
        return ""
    bare = [one.replace(annotation=inspect.Parameter.empty) for one in signature.parameters.values()]
    named = [one if one.default is one.empty else one.replace(default=...) for one in bare]
    return str(inspect.Signature(named)).replace("=Ellipsis", "=…")


def _distribution() -> Iterator[str]:
    """What installs lintdem or calls it by name, and the words of its comments."""
    yield "entry point lintdem.rules (read, of rule packs)"
    yield from (f"comment lintdem: {word}" for word in _KINDS)
    yield from (f"server command {name}" for name in (CHECK_COMMAND, FIX_ALL_COMMAND, SUPPRESS_COMMAND))
    yield f"server action {FIX_ALL}"
    for entry in metadata.distribution("lintdem").entry_points:
        yield f"entry point {entry.group} {entry.name}"
    for extra in metadata.metadata("lintdem").get_all("Provides-Extra") or ():
        if extra not in ("dev", "test"):
            yield f"extra {extra}"
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")):
        yield f"hook {hook['id']}: {hook['entry']}"
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    yield from (f"action input {name}" for name in action["inputs"])
    yield from (f"action output {name}" for name in action["outputs"])


def main() -> int:
    """Compare, or write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="record what is")
    parser.add_argument("--recorded", type=Path, default=RECORDED, help="another record")
    chosen = parser.parse_args()
    now = surface()
    if chosen.write:
        chosen.recorded.write_text("\n".join(now) + "\n", encoding="utf-8")
        return 0
    recorded = chosen.recorded.read_text(encoding="utf-8").splitlines()
    if recorded == now:
        return 0
    changed = [line for line in difflib.unified_diff(recorded, now, lineterm="", n=0) if line[:2] not in ("--", "++", "@@")]
    sys.stdout.write(ADVICE + "\n".join(["", *changed, ""]))
    return 1


if __name__ == "__main__":
    sys.exit(main())
