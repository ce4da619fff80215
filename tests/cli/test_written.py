"""`--fix` against a disk that fails and a run that is killed: every file is the old or the new one, and it is said which."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from lintdem.cli import run

Run = Callable[..., Any]

HASHED = """import stripe


def handler(event, context):
    key = hash(event["detail"]["order_id"])
    stripe.PaymentIntent.create(amount=1, currency="eur", idempotency_key=f"charge-{key}")
"""
MENDED = "import hashlib\n\n" + HASHED.replace("hash(", "hashlib.sha256(str(").replace(
    '"order_id"])', '"order_id"]).encode()).hexdigest()'
)
FIX = ("check", "--select", "LDM207", "--fix", "--unsafe-fixes", "--no-cache", "--jobs", "1")


def killed_at(step: int) -> bool:
    """Run the fixes in a child that kills itself at its so manieth file operation once it writes; whether it came to that."""
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    steps = 0

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal steps
        if event == "tempfile.mkstemp" or (steps and event.partition(".")[0] in ("open", "os", "shutil")):
            steps += 1
            if steps == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    run(FIX)
    os._exit(0)


def test_a_run_that_is_killed_leaves_no_half_file(project: Path, lintdem: Run) -> None:
    """Wherever it dies while it writes, each file is the old or the new one. What lies about then troubles no later run,
    which mends the rest and takes it away."""
    names = ["a.py", "deep/b.py"]
    (project / "deep").mkdir()
    seen: set[tuple[bool, ...]] = set()
    step = 0
    while True:
        for name in names:
            (project / name).write_text(HASHED)
        step += 1
        if not killed_at(step):
            break
        after = [(project / name).read_text() for name in names]
        assert set(after) <= {HASHED, MENDED}
        seen.add(tuple(text == MENDED for text in after))
    assert {(False, False), (True, False)} <= seen
    (project / "a.py").write_text(HASHED)
    assert lintdem(*FIX).code == 0
    assert {path.name for path in project.rglob("*") if path.is_file()} == {"a.py", "b.py"}
    assert all((project / name).read_text() == MENDED for name in names)


@pytest.mark.parametrize("number", [os.getpid(), 1], ids=["our own", "the first"])
def test_litter_under_the_number_of_a_live_process(number: int, project: Path, lintdem: Run) -> None:
    """Process numbers are given out again, in a container to the next run already: litter with our own, or old litter with
    anybody's, goes all the same."""
    litter = project / f".lintdem-fix-{number}-abc"
    litter.write_text("half")
    os.utime(litter, (0, 0) if number == 1 else None)
    (project / "app.py").write_text("x = 1\n")
    assert lintdem(*FIX).code == 0
    assert [path.name for path in project.iterdir() if path.is_file()] == ["app.py"]


def test_litter_is_no_source(project: Path, lintdem: Run) -> None:
    """What a killed run left is not checked, and a check without fixes takes nothing away."""
    litter = project / ".lintdem-fix-999999999-abc"
    litter.write_text(HASHED)
    (project / "app.py").write_text("x = 1\n")
    assert lintdem("check", "--show-files").out == "app.py\n"
    assert lintdem("check").code == 0
    assert litter.read_text() == HASHED


FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
WITHOUT_PRIVILEGES = """import ctypes, sys
if sys.platform == "linux":
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    ctypes.CDLL(None).capset(ctypes.byref(header), ctypes.byref(none))"""


def ran_in(project: Path, setting: str) -> subprocess.CompletedProcess[str]:
    """Run the fixes in a process with another setting of its system."""
    code = f"{setting}\nimport sys\nfrom lintdem.cli import run\nsys.exit(run({FIX!r}))"
    return subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False)


def test_no_room_for_a_file(project: Path) -> None:
    """A file whose new text the system does not take stays as it is, is named with the reason, and the run ends with 2;
    the other is mended, and nothing lies about."""
    large = HASHED + "".join(f"# line {number}\n" for number in range(500))
    (project / "large.py").write_text(large)
    (project / "small.py").write_text(HASHED)
    done = ran_in(project, FULL)
    assert done.returncode == 2
    assert "error: large.py: not written: File too large" in done.stderr
    assert (project / "large.py").read_text() == large
    assert (project / "small.py").read_text() == MENDED
    assert {path.name for path in project.iterdir() if path.is_file()} == {"large.py", "small.py"}
    assert "large.py" in done.stdout


BATCH = """import json

import boto3

sns = boto3.client("sns")


def handler(event, context):
    for record in event["Records"]:
        order = json.loads(record["body"])
        sns.publish(PhoneNumber=order["phone"], Message="Your order is ready")
"""
TEMPLATE = """Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.12
      CodeUri: .
      Events:
        Orders:
          Type: SQS
          Properties:
            Queue: arn:aws:sqs:eu-west-1:111122223333:orders
"""


@pytest.mark.parametrize("closed", ["app.py", "template.yaml"])
def test_a_fix_of_two_files_is_whole_or_not_at_all(closed: str, project: Path, lintdem: Run) -> None:
    """A handler that answers which records failed, without the mapping that listens, would lose them: when one of the two
    cannot be written the other stays as well, and both are named. What another fix has changed is written."""
    (project / "app.py").write_text(BATCH)
    (project / "template.yaml").write_text(TEMPLATE)
    (project / "other.py").write_text(HASHED)
    (project / closed).chmod(0o444)
    command = ("check", "--select", "LDM601,LDM207", "--unsafe-fixes", "--no-cache")
    done = lintdem(*command)
    assert done.code == 2
    assert f"{closed}: not written: it is read-only" in done.err
    assert f"not written: {closed} belongs to the same fix" in done.err
    assert (project / "app.py").read_text() == BATCH
    assert (project / "template.yaml").read_text() == TEMPLATE
    assert (project / "other.py").read_text() == MENDED
    assert not list(project.glob(".lintdem-fix-*"))
    (project / closed).chmod(0o644)
    assert lintdem(*command).code == 0
    assert "batchItemFailures" in (project / "app.py").read_text()
    assert "ReportBatchItemFailures" in (project / "template.yaml").read_text()


def test_a_folder_that_takes_no_file(project: Path) -> None:
    """Where no file can be made beside the old one it stays, whoever runs this; files in other folders are mended."""
    for folder in ("closed", "open"):
        (project / folder).mkdir()
        (project / folder / "app.py").write_text(HASHED)
    (project / "closed").chmod(0o555)
    done = ran_in(project, WITHOUT_PRIVILEGES)
    (project / "closed").chmod(0o755)
    assert done.returncode == 2
    assert "error: closed/app.py: not written: its folder takes no new file" in done.stderr
    assert (project / "closed" / "app.py").read_text() == HASHED
    assert (project / "open" / "app.py").read_text() == MENDED


def test_several_names_for_a_file(project: Path, lintdem: Run) -> None:
    """A link stays a link to the mended file; hard links are not parted, and that is said."""
    (project / "real.py").write_text(HASHED)
    (project / "link.py").symlink_to("real.py")
    (project / "one.py").write_text(HASHED)
    (project / "other.py").hardlink_to(project / "one.py")
    done = lintdem(*FIX)
    assert done.code == 2
    assert (project / "link.py").is_symlink()
    assert (project / "real.py").read_text() == MENDED
    assert "one.py: not written: it has several hard links" in done.err
    assert (project / "one.py").read_text() == (project / "other.py").read_text() == HASHED


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_what_belongs_to_a_file_stays(mark: bytes, end: str, project: Path, lintdem: Run) -> None:
    """Mode, owner, attributes, byte order mark and line ends are those of the old file, also of the lines that a fix adds."""
    file = project / "app.py"
    file.write_bytes(mark + HASHED.replace("\n", end).encode())
    file.chmod(0o640)
    with suppress(OSError, AttributeError):  # not every file system and system has attributes
        os.setxattr(file, "user.origin", b"generated")
    owner, attributes = (file.stat().st_uid, file.stat().st_gid), attributes_of(file)
    assert lintdem(*FIX).code == 0
    assert attributes_of(file) == attributes
    assert file.read_bytes() == mark + MENDED.replace("\n", end).encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert (file.stat().st_uid, file.stat().st_gid) == owner


def attributes_of(file: Path) -> dict[str, bytes]:
    """The extended attributes of a file, none where the system has none."""
    return {name: os.getxattr(file, name) for name in os.listxattr(file)} if hasattr(os, "listxattr") else {}
