"""Kill `lintdem check --fix --unsafe-fixes` at random moments, and look at what it left: each file has to be old or new.

python tools/kill_fixes.py 200

Half of the kills come at any time of the run, half soon after the first file was written. In the end one run that lives
has to mend everything and to leave nothing beside the files. tests/cli/test_written.py does the same at every file
operation, in a second or two.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

OLD = """import stripe


def handler(event, context):
    key = hash(event["detail"]["order_id"])
    stripe.PaymentIntent.create(amount=1, currency="eur", idempotency_key=f"charge-{key}")
"""
FILES = 40
COMMAND = (sys.executable, "-m", "lintdem", "check", "--select", "LDM207", "--fix", "--unsafe-fixes", "--quiet", "--jobs", "1")


def started(root: Path) -> subprocess.Popen[bytes]:
    """A run over the project."""
    return subprocess.Popen(COMMAND, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill(process: subprocess.Popen[bytes], files: list[Path], whole: float) -> bool:
    """Kill a run, at any time or when it has begun to write; whether it was still alive."""
    if random.random() < 0.5:
        time.sleep(random.uniform(0, whole))
    else:
        first = files[0].stat().st_ino
        while process.poll() is None and files[0].stat().st_ino == first:
            time.sleep(0.0002)
        time.sleep(random.uniform(0, 0.05))
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def main(kills: int) -> int:
    """Kill that many runs; the number of damaged files and of what was left in the end."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = [root / f"part{number % 4}" / f"app{number:02}.py" for number in range(FILES)]
        texts = [OLD + f"# {number}\n" * number for number in range(FILES)]
        for file, text in zip(files, texts, strict=True):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        files.sort()
        olds = {file: file.read_bytes() for file in files}
        start = time.perf_counter()
        assert started(root).wait() == 0
        whole = time.perf_counter() - start
        news = {file: file.read_bytes() for file in files}
        assert all(news[file] != olds[file] for file in files)
        told: Counter[str] = Counter()
        while told["killed"] < kills:
            for file, data in olds.items():
                file.write_bytes(data)
            alive = kill(started(root), files, whole)
            told["killed" if alive else "was through"] += 1
            states = [{news[file]: "new", olds[file]: "old"}.get(file.read_bytes(), "damaged") for file in files]
            told["damaged"] += states.count("damaged")
            told["killed in the middle of writing"] += alive and len(set(states)) > 1
            told["left a file beside"] += any(root.rglob(".lintdem-fix-*"))
        started(root).wait()
        left = [path for path in root.rglob("*") if path.is_file() and path not in news and ".lintdem_cache" not in path.parts]
        unmended = [file for file in files if file.read_bytes() != news[file]]
        sys.stdout.write(f"{dict(told)}, after the last run: {len(left)} files beside, {len(unmended)} not mended\n")
        return told["damaged"] + len(left) + len(unmended)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])) > 0)
