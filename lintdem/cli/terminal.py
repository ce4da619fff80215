"""Standard output and standard error: what they can show, and writing to them.

The report alone goes to standard output; everything else to standard error.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from lintdem.errors import UsageError
from lintdem.output.escape import visible

PIPE_WIDTH = 80
CLEAR = "\r\x1b[K"
"""Back to the margin, and the line is empty."""
_OPENING_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "contour", "wezterm")
_OPENING_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "zed")
_VTE_THAT_LINKS = 5000


def wants_color(when: str, stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether to write colour. The flag goes first, then NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, and what the stream is."""
    if when != "auto":
        return when == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return is_terminal(stream) and environ.get("TERM") != "dumb"


def follows_links(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether the stream is a terminal that is known to open what is clicked. Others may print the address as rubbish, so
    only those get links; FORCE_HYPERLINK decides for a terminal that is not known here."""
    if not is_terminal(stream) or environ.get("TERM") == "dumb":
        return False
    if "FORCE_HYPERLINK" in environ:
        return environ["FORCE_HYPERLINK"] != "0"
    if "CI" in environ:
        return False
    vte = environ.get("VTE_VERSION", "")
    return (
        (vte.isdigit() and int(vte) >= _VTE_THAT_LINKS)
        or environ.get("TERM", "").startswith(_OPENING_TERMS)
        or environ.get("TERM_PROGRAM", "") in _OPENING_PROGRAMS
        or any(name in environ for name in ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM"))
    )


def is_terminal(stream: TextIO) -> bool:
    """Whether somebody looks at the stream."""
    return not stream.closed and stream.isatty()


def width_of(stream: TextIO) -> int:
    """The columns of a terminal, 80 for anything else."""
    return shutil.get_terminal_size((PIPE_WIDTH, 24)).columns if is_terminal(stream) else PIPE_WIDTH


def put(text: str) -> None:
    """Write to standard output, even where it cannot spell every character."""
    stream = sys.stdout
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, errors="backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        # The reader has seen enough. Without this the interpreter complains when it leaves.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:
        raise UsageError(f"the report cannot be written: {error.strerror or error}") from error


def put_file(file: Path, text: str, root: Path | None = None) -> None:
    """Write what `--output` names, whole or not at all. What a checked project `root` has put there may be a link to anywhere."""
    # Loaded here, for a start that writes no file needs nothing of it.
    from lintdem.files import leads_out, write_file  # noqa: PLC0415

    if root is not None and leads_out(file, root):
        raise UsageError(f"--output: {file}: leads out of {root}; name the place it leads to")
    try:
        write_file(file, text.encode("utf-8", errors="backslashreplace"))
    except OSError as error:
        raise UsageError(f"--output: {file}: {error.strerror or error}") from error


def put_bytes(data: bytes, stream: TextIO) -> None:
    """Write bytes as they are: a patch has the encodings of its files. A terminal gets what acts on it written out."""
    raw = getattr(stream, "buffer", None)
    if raw is None or is_terminal(stream):
        lines = data.decode("utf-8", errors="backslashreplace").split("\n")
        put("\n".join("\t".join(map(visible, line.split("\t"))) for line in lines))
        return
    try:
        raw.write(data)
        raw.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:
        raise UsageError(f"the patch cannot be written: {error.strerror or error}") from error


def wipe() -> None:
    """Take away what stands on the line, such as the `^C` of an interrupted run."""
    if sys.stderr is not None and is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb":
        sys.stderr.write(CLEAR)
        sys.stderr.flush()


def complain(text: str) -> None:
    """A line on standard error. What stands in it may come from a file."""
    if sys.stderr is None or sys.stderr.closed:
        return
    print(*(visible(line) for line in text.split("\n")), sep="\n", file=sys.stderr)  # noqa: T201
