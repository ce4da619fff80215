"""What is made odd to try the readers: the files of the pages that are theirs, and what lintdem itself writes."""

from __future__ import annotations

from pathlib import Path

import msgspec

from lintdem.discover import Found
from lintdem.model.codec import encode
from lintdem.model.finding import Report
from lintdem.recall import Kept, _names
from lintdem.session import check_files
from lintdem.syntax import lower_source
from lintdem.testing.pages import parse_page
from tests.fuzz.readers import APP

ROOT = Path(__file__).parents[2]
LARGEST = 8_000


def seeds(reader: str) -> list[bytes]:
    """What a search begins with: the templates and settings of the pages, and what lintdem itself writes."""
    files: list[tuple[str, str]] = []
    for page in [*(ROOT / "rules/lintdem_rules").glob("*.md"), *(ROOT / "tests/cases").glob("*.md")]:
        for case in parse_page(page.read_text(encoding="utf-8"), page.name).cases:
            files += [*case.files.items(), ("lintdem.toml", case.config)]
    texts = sorted({text for name, text in files if text and belongs(reader, name, text)})
    return [text.encode() for text in texts if len(text) <= LARGEST] + made(reader)


def belongs(reader: str, name: str, text: str) -> bool:
    """Whether a file of a page is something for this reader."""
    ending = name.rpartition(".")[2]
    return {
        "sam": ending in ("yaml", "yml") and "AWS::" in text,
        "cloudformation": ending == "json" and "AWS::" in text,
        "serverless": "serverless" in name and ending in ("yml", "yaml"),
        "terraform": ending in ("tf", "tfvars"),
        "terraform-json": name.endswith(".tf.json"),
        "typescript": ending == "ts",
        "machine": ".asl." in name or '"StartAt"' in text or ("States:" in text and "AWS::" not in text),
        "configuration": ending == "toml",
        "suppressions": ending in ("py", "yaml", "tf") and "lintdem:" in text,
    }.get(reader, False)


def made(reader: str) -> list[bytes]:
    """What lintdem itself writes."""
    if reader == "cache":
        sources = (APP, b"", b"class A:\n    b: int = 1\n", b"x = [y for y in z if (a := y)]\n")
        return [encode(lower_source("", text)) for text in sources]
    if reader == "recall":
        reports = [Report(), check_files({"app.py": APP})]
        return [msgspec.msgpack.encode(Kept(_names(Found((), ())), {}, (), (), report)) for report in reports]
    return []
