"""Bytes made odd by words rather than by bits: deeper than a change of single bytes reaches."""

from __future__ import annotations

import random
import re

TOKEN = re.compile(rb"[\w.:/*-]+|\s+|.", re.DOTALL)
ODD = (
    b"", b"0", b"-1", b"1e999", b"null", b"~", b"true", b"[]", b"{}", b"''", b'""', b"[[]]", b"{a: {b: c}}", b"!Ref X",
    b"!Sub '${X}'", b"!GetAtt X.Arn", b"&a", b"*a", b"<<: *a", b"${", b"${x}", b"%{", b"}", b"<<EOF\n", b"*", b"\x00", b"\xff",
    b"\xe2\x80\xa8", b"\t", b"\r\n", b"9" * 40, b"{{ x }}", b"{% if x %}", b"|-\n", b"? ", b"- ", b": ", b"Fn::ForEach::A",
    b"Fn::Transform", b"AWS::Include", b"count", b"for_each", b"dynamic", b"each.value", b"../..", b"# lintdem: ignore[LDM101]",
    b"2026-11-30", b".inf", b"0x1f", b"1_000", b"12:30:45", b"\\ud800", b"=>", b"...", b"?.", b"`", b"await", b"class", b"new", b"'",
)  # fmt: skip


def reworded(data: bytes, chance: random.Random) -> bytes:
    """The data with words moved, doubled, dropped or made odd."""
    words = TOKEN.findall(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(words) + 1)
        other = chance.choice(words) if words else b""
        end = min(len(words), at + chance.choice((0, 1, 1, 1, 3, 12)))
        words[at:end] = chance.choice(([], [other], [chance.choice(ODD)], words[at:end] * 2, [*words[at:end], other]))
    return b"".join(words)


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The data with bytes changed, cut out or put in, as a disk or a transfer does it."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(made) + 1)
        how = chance.randrange(4)
        if how == 0:
            made[at:] = b""
        elif how == 1:
            made[at:at] = chance.randbytes(chance.choice((1, 2, 4)))
        elif at < len(made):
            made[at] = chance.randrange(256) if how == 2 else made[at] ^ (1 << chance.randrange(8))
    return bytes(made)
