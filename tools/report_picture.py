"""Draw docs/pictures/report.svg: what `lintdem check sample` prints on a dark terminal, as much as fits one screen.

The report is the real one, with its colours; only the time is fixed, so that the picture changes when the report does.
Run `python tools/report_picture.py` after a change; `--check` only says whether the picture is as it would be drawn.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import msgspec
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from lintdem.model.finding import Report
from lintdem.output import View, render
from lintdem.session import CheckRequest, Session

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "pictures" / "report.svg"
SHOWN = ("LDM103",)
WIDTH = 88
SECONDS = 0.4
_CUT = "…"
_THEME = TerminalTheme((22, 27, 34), (219, 224, 230), [(72, 79, 88)] * 8, [(219, 224, 230)] * 8)


def picture(report: Report) -> str:
    """The beginning of the report, one finding, and what it comes to."""
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor", legacy_windows=False
    )
    console.print(Text("$ lintdem check sample", style="bold"))
    for line in _lines(msgspec.structs.replace(report, seconds=SECONDS)):
        console.print(line, soft_wrap=True)
    return console.export_svg(title="lintdem", theme=_THEME, unique_id="lintdem-report")


def _lines(report: Report) -> list[Text]:
    view = View(root=ROOT.as_posix(), folder=ROOT.as_posix(), color=True, width=WIDTH)
    shown = [one for one in report.findings if one.code in SHOWN]
    first = render("text", msgspec.structs.replace(report, findings=tuple(shown), problems=()), _quiet(view))
    whole = render("text", report, view)
    end = whole[whole.index(_title(whole)) :]
    return [Text(_CUT), *_ansi(first.rstrip("\n")), Text(_CUT), *_ansi(end)]


def _title(text: str) -> str:
    """The line with which the digest begins, as it is written."""
    return next(line for line in text.splitlines() if Text.from_ansi(line).plain == "By rule")


def _quiet(view: View) -> View:
    """The same view without the closing lines."""
    return View(root=view.root, folder=view.folder, color=view.color, width=view.width, quiet=True)


def _ansi(text: str) -> list[Text]:
    return list(Text.from_ansi(text).split("\n"))


def main() -> int:
    """Draw it, or look whether it is as drawn."""
    session = Session(CheckRequest(paths=("sample",), folder=ROOT, cache=False))
    drawn = picture(session.check())
    if "--check" in sys.argv[1:]:
        same = PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == drawn
        sys.stderr.write("" if same else f"{PICTURE} is not what would be drawn: run python tools/report_picture.py\n")
        return int(not same)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(drawn, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
