"""Bytes of a Python file to its text, by Python's own rules: byte order mark, coding comment, UTF-8.

Newlines come out as "\\n", as Python's own reader does, so that a line and a column mean the same
whatever the file's newlines are. No libcst here.
"""

from __future__ import annotations

import codecs

from lintdem.errors import LoweringError
from lintdem.regexes import late

_COOKIE = late(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = late(rb"[ \t\f]*(?:#.*)?$")
_NEWLINE = late(rb"\r\n|\r|\n")
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def decode_source(data: bytes) -> str:
    """The text of a file, without byte order mark and with "\\n" newlines; raises `LoweringError`."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            raise LoweringError(f"encoded as {name}, which Python does not read; save it as UTF-8")
    marked = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if marked else data
    _refuse_nul(body)
    encoding, line = _declared(body)
    if marked and not _is_utf8(encoding):
        raise LoweringError(f"declares the encoding {encoding} but starts with a UTF-8 mark", line)
    text = _decode(body, encoding, line)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def count_lines(data: bytes) -> int:
    """How many lines the bytes have, whether they can be decoded or not."""
    newlines = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    return newlines + (1 if data and not data.endswith((b"\n", b"\r")) else 0)


def _refuse_nul(body: bytes) -> None:
    at = body.find(b"\0")
    if at < 0:
        return
    if at <= 1 and body[:400].count(b"\0") * 3 > len(body[:400]):
        raise LoweringError("looks like UTF-16 without a mark, which Python does not read; save it as UTF-8")
    raise LoweringError("contains a NUL byte", *_place(body, at, "latin-1"))


def _declared(body: bytes) -> tuple[str, int]:
    """The encoding the first two lines declare, and the line; UTF-8 when they are silent."""
    start = 0
    for line in (1, 2):
        newline = _NEWLINE.search(body, start)
        text = body[start : newline.start() if newline else len(body)]
        cookie = _COOKIE.match(text)
        if cookie:
            return cookie.group(1).decode("ascii", "replace"), line
        if newline is None or not _BLANK.match(text):
            break
        start = newline.end()
    return "utf-8", 1


def _is_utf8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    except LookupError:
        return False


def _decode(body: bytes, encoding: str, line: int) -> str:
    try:
        text = body.decode(encoding)
        text.encode("utf-8")
    except UnicodeDecodeError as error:
        shown = "UTF-8" if _is_utf8(encoding) else encoding
        byte = f": byte 0x{body[error.start]:02x}" if error.start < len(body) else ""
        raise LoweringError(f"not valid {shown}{byte}", *_place(body, error.start, encoding)) from error
    except UnicodeError as error:
        raise LoweringError(f"not readable as {encoding}: {error}", line) from error
    except (LookupError, ValueError) as error:
        raise LoweringError(f"declares an unknown encoding: {encoding}", line) from error
    if "\0" in text:
        raise LoweringError(f"contains a NUL character when read as {encoding}", line)
    return text


def _place(body: bytes, at: int, encoding: str) -> tuple[int, int]:
    """Line and column of a byte, counted in the characters before it as far as they can be read."""
    newlines = list(_NEWLINE.finditer(body, 0, at))
    start = newlines[-1].end() if newlines else 0
    return len(newlines) + 1, len(body[start:at].decode(encoding, "replace")) + 1
