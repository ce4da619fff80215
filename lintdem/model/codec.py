"""Bytes to and from the model; the same value always gives the same bytes."""

from __future__ import annotations

from functools import cache

import msgspec

from lintdem.model.module import Module

_ENCODER = msgspec.msgpack.Encoder(order="deterministic")


@cache
def _decoder() -> msgspec.msgpack.Decoder[Module]:
    return msgspec.msgpack.Decoder(Module)


def encode(module: Module) -> bytes:
    """Encode a module."""
    return _ENCODER.encode(module)


def decode(data: bytes) -> Module:
    """Decode what `encode` gave; raises `msgspec.DecodeError` for anything else."""
    return _decoder().decode(data)
