"""An editor that never rests: random edits, saves, renames, cancels and nonsense against `lintdem server`, on a made project.

    python tools/lsp_soak.py --edits 10000 --files 300 --saves 200

At every thousand edits all buffers are brought into a valid state and saved; then every diagnostic that is shown is compared
with what a cold run of the command line finds, and the memory of the server is read. Before that, so many saves are timed from
the message to the diagnostics, also in processor time, which a busy machine does not lengthen. The exit code is 1 when anything
is stuck, stale or missing.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.lsp.editor import Editor, Found, cold, plain

HANDLERS = 40
OPEN = 12
CHECKPOINT = 1_000

SERVICE = '''"""Service {number}."""

import boto3
import stripe

table = boto3.resource("dynamodb").Table("table{number}")
topic = boto3.client("sns")


def count{number}(order):
    table.update_item(
        Key={{"pk": order["id"]}}, UpdateExpression="ADD n :one", ExpressionAttributeValues={{":one": 1}}
    )


def charge{number}(order):
    stripe.PaymentIntent.create(amount=1, currency="eur", idempotency_key=order["id"])


def tell{number}(order):
    topic.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:t{number}", Message=order["id"])


def price{number}(order):
    total = 0
    for line in order["lines"]:
        if line["kind"] == "gift":
            continue
        total += line["cents"] * line["count"]
    return {{"total": total, "currency": order.get("currency", "eur"), "of": {number}}}


class Names{number}:
    def __init__(self, prefix):
        self.prefix = prefix

    def of(self, order):
        return f"{{self.prefix}}-{{order['id']}}-\N{SNAKE}"
'''
HANDLER = '''"""Handler {number}."""

from services import {imports}


def handler(event, context):
    order = event["detail"]
{calls}
    return {{"ok": True}}
'''
TEMPLATE = """Transform: AWS::Serverless-2016-10-31
Resources:
"""
FUNCTION = """  Handler{number}:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: handlers.h{number}.handler
      Events:
        Placed:
          Type: EventBridgeRule
          Properties:
            Pattern: {{detail-type: [placed{number}]}}
"""
TURNS = (
    ('"ADD n :one"', '"SET n = :one"'),
    ('idempotency_key=order["id"]', "idempotency_key=str(hash(order['id']))"),
    ("topic.publish(", "print("),
    ("import boto3\n", "import boto3\n\n# \N{GRINNING FACE} a line more\n\n"),
    ('order = event["detail"]', 'order = dict(event["detail"])'),
)
"""Texts that are put for one another, so that findings come and go."""
RUBBISH = ("(", "\n\n", "\n        x = 1\n", "\N{GRINNING FACE}", "é", '"""', "\t", "def ", "# so\r\n", ":", "}", "\x00", "\u2028")


def make(root: Path, files: int) -> None:
    """A project of so many Python files, with a template that names its handlers."""
    (root / ".git").mkdir(parents=True)
    for folder in ("handlers", "services"):
        (root / folder).mkdir()
        (root / folder / "__init__.py").write_text("")
    services = max(files - HANDLERS - 2, HANDLERS)
    for number in range(services):
        (root / "services" / f"s{number}.py").write_text(SERVICE.format(number=number), encoding="utf-8")
    for number in range(HANDLERS):
        used = [(number + step * HANDLERS) % services for step in range(services // HANDLERS + 1)]
        calls = [f"    s{one}.{('count', 'charge', 'tell')[one % 3]}{one}(order)\n    s{one}.price{one}(order)" for one in used]
        text = HANDLER.format(number=number, imports=", ".join(f"s{one}" for one in used), calls="\n".join(calls))
        (root / "handlers" / f"h{number}.py").write_text(text, encoding="utf-8")
    functions = "".join(FUNCTION.format(number=number) for number in range(HANDLERS))
    (root / "template.yaml").write_text(TEMPLATE + functions)


class Soak:
    """One editor, one project, and what has happened so far."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.luck = random.Random(seed)
        self.editor = Editor([root], encodings=["utf-16"], options={"diagnostics": "workspace"})
        self.done: Counter[str] = Counter()
        self.good: dict[Path, str] = {}
        self.faults: list[str] = []
        self.renamed = 0

    def files(self) -> list[Path]:
        return sorted(file for file in self.root.rglob("*.py") if file.name != "__init__.py")

    def any_open(self) -> Path:
        return self.luck.choice(sorted(self.editor.buffers))

    def open_some(self, wanted: int = OPEN) -> None:
        closed = [file for file in self.files() if file not in self.editor.buffers]
        for file in self.luck.sample(closed, max(wanted - len(self.editor.buffers), 0)):
            self.open(file)

    def open(self, file: Path) -> None:
        self.editor.open(file)
        self.good[file] = self.editor.buffers[file].text

    # what a restless person does

    def turn(self) -> None:
        file = self.any_open()
        text = self.editor.buffers[file].text
        here = [(old, new) for pair in TURNS for old, new in (pair, pair[::-1]) if old in text and not (new in text and old in new)]
        if here:
            self.editor.type_over(file, *self.luck.choice(here))

    def scribble(self) -> None:
        file = self.any_open()
        start = self.luck.randrange(len(self.editor.buffers[file].text) + 1)
        end = min(start + self.luck.choice((0, 0, 0, 1, 5, 40)), len(self.editor.buffers[file].text))
        self.editor.replace(file, start, end, self.luck.choice(RUBBISH))

    def undo(self) -> None:
        file = self.any_open()
        self.editor.rewrite(file, self.good[file])

    def save(self) -> None:
        file = self.any_open()
        if valid(self.editor.buffers[file].text):
            self.good[file] = self.editor.buffers[file].text
        self.editor.save(file)

    def swap(self) -> None:
        self.editor.close(self.any_open())
        self.open_some()

    def rename(self) -> None:
        file = self.any_open()
        self.renamed += 1
        other = file.with_name(f"r{self.renamed}.py")
        good = self.good.pop(file)
        self.editor.rename(file, other)
        self.good[other] = good

    def vanish(self) -> None:
        """A file is deleted on the disk, told of, and soon put back."""
        file = self.luck.choice(self.files())
        text = file.read_bytes()
        file.unlink()
        self.editor.tell((file, types.FileChangeType.Deleted))
        self.pump()
        file.write_bytes(text)
        self.editor.tell((file, types.FileChangeType.Created))

    def cancel(self) -> None:
        """Ask, and lose interest at once."""
        file = self.any_open()
        identifier = {"uri": self.editor.uri(file)}
        at = {"line": self.luck.randrange(60), "character": self.luck.randrange(90)}
        here = {"start": at, "end": at}
        asked: tuple[tuple[str, dict[str, Any]], ...] = (
            ("textDocument/hover", {"textDocument": identifier, "position": at}),
            ("textDocument/codeLens", {"textDocument": identifier}),
            ("textDocument/codeAction", {"textDocument": identifier, "range": here, "context": {"diagnostics": []}}),
        )
        method, params = self.luck.choice(asked)
        number = f"soak-{sum(self.done.values())}"
        send = self.editor.client.protocol._send_data
        send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": number}})

    def nonsense(self) -> None:
        send = self.editor.client.protocol._send_data
        nowhere = {"uri": (self.root / "nowhere.py").as_uri(), "version": 9}
        far = {"start": {"line": 10**6, "character": 10**6}, "end": {"line": 0, "character": 0}}
        for method, params in (
            ("textDocument/didChange", {"textDocument": nowhere, "contentChanges": [{"range": far, "text": "x"}]}),
            ("textDocument/didClose", {"textDocument": {"uri": "untitled:Untitled-1"}}),
            ("textDocument/didSave", {"textDocument": {"uri": "git:/elsewhere.py"}}),
            ("workspace/didChangeConfiguration", {"settings": ["no", "settings"]}),
            ("lintdem/unheardOf", {}),
        ):
            send({"jsonrpc": "2.0", "method": method, "params": params})
        self.editor.configure(diagnostics="workspace")

    def step(self) -> None:
        """One of these."""
        likely: tuple[tuple[Callable[[], None], int], ...] = (
            (self.turn, 40), (self.scribble, 20), (self.undo, 10), (self.save, 12), (self.swap, 6),
            (self.rename, 3), (self.vanish, 2), (self.cancel, 6), (self.nonsense, 1),
        )  # fmt: skip
        (act,) = self.luck.choices([one for one, _ in likely], [weight for _, weight in likely])
        act()
        self.done[act.__name__] += 1
        self.pump()

    def pump(self) -> None:
        """Send what waits and take what has come."""
        self.editor.wait(asyncio.sleep(0))

    def settle(self) -> None:
        """Mend what is broken, save all, and wait until each buffer has been judged as it is now."""
        for file, buffer in self.editor.buffers.items():
            if not valid(buffer.text):
                self.editor.rewrite(file, self.good[file])
            self.editor.replace(file, 0, 0, "")
        for file in self.editor.buffers:
            self.editor.save(file)
        for file in self.editor.buffers:
            self.editor.current(file)

    def compare(self) -> None:
        """What is shown against what a cold run finds."""
        self.settle()
        expected = cold(self.root, jobs=2)
        root = f"{self.root.as_uri()}/"
        self.editor.encoding = "utf-32"
        shown: dict[str, Found] = {}
        for uri, told in self.editor.shown.items():
            if told.diagnostics:
                shown[uri.removeprefix(root)] = plain(told)
        for path in sorted(expected.keys() | shown.keys()):
            codes = [[(code, line) for code, line, _ in where.get(path, [])] for where in (expected, shown)]
            if codes[0] != codes[1]:
                self.faults.append(f"{path}: found {codes[0]}, shown {codes[1]}")
        self.editor.encoding = "utf-16"

    def processor(self) -> float:
        """The seconds of processor time that the server has used."""
        fields = Path(f"/proc/{self.editor.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """What the server holds, in MB."""
        status = Path(f"/proc/{self.editor.process}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


def valid(text: str) -> bool:
    """Whether Python takes it."""
    try:
        compile(text, "buffer", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def spread(times: Sequence[float]) -> str:
    """Median, 95th percentile and longest of times."""
    ordered = sorted(times)
    p95 = ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
    return f"median {statistics.median(ordered):.0f} ms, p95 {p95:.0f} ms, longest {ordered[-1]:.0f} ms"


def timed_saves(soak: Soak, many: int) -> list[tuple[float, float]]:
    """Milliseconds from a save to the diagnostics of the text as saved, each after a change of one line: by the clock, and of
    the server's processor."""
    taken = []
    for _ in range(many):
        file = soak.any_open()
        soak.turn()
        soak.editor.replace(file, 0, 0, "")
        version = soak.editor.buffers[file].version
        soak.editor.shown.pop(soak.editor.uri(file), None)
        start, used = time.perf_counter(), soak.processor()
        soak.editor.save(file)
        soak.editor.until(file, lambda told, version=version: told.version == version)  # type: ignore[misc]
        taken.append((1000 * (time.perf_counter() - start), 1000 * (soak.processor() - used)))
    return taken


def first_open(root: Path, seed: int) -> tuple[Soak, float]:
    """A server just started, and the seconds until the first file shows its diagnostics."""
    soak = Soak(root, seed)
    start = time.perf_counter()
    soak.editor.start()
    file = root / "handlers" / "h0.py"
    soak.open(file)
    soak.editor.current(file)
    return soak, time.perf_counter() - start


def main() -> int:
    """Soak, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("edits", 10_000), ("files", 300), ("saves", 200), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "project"
        make(root, asked.files)
        say = lambda text: print(text, flush=True)  # noqa: E731, T201
        soak, seconds = first_open(root, asked.seed)
        say(f"first open, nothing remembered: {seconds:.2f} s")
        soak.editor.stop()
        soak, seconds = first_open(root, asked.seed)
        say(f"first open, with a cache on the disk: {seconds:.2f} s")
        soak.open_some()
        soak.settle()
        if asked.saves:
            taken = timed_saves(soak, asked.saves)
            for name, times in zip(("save to diagnostics", "the same in processor time"), zip(*taken, strict=True), strict=True):
                say(f"{name}: {spread(times)}")
        say(f"memory before: {soak.memory():.0f} MB")
        for number in range(1, asked.edits + 1):
            soak.step()
            if number % 20 == 0:
                file = soak.any_open()
                soak.editor.replace(file, 0, 0, "")
                soak.editor.current(file)
            if number % CHECKPOINT == 0 or number == asked.edits:
                soak.compare()
                gc.collect()
                say(f"{number} edits: memory {soak.memory():.0f} MB, {len(soak.faults)} faults")
        say(", ".join(f"{name} {many}" for name, many in soak.done.most_common()))
        say("\n".join(soak.faults) or "every diagnostic is as a cold run says")
        code = soak.editor.stop()
        say(f"the server left with {code}")
        return 1 if soak.faults or code else 0


if __name__ == "__main__":
    sys.exit(main())
