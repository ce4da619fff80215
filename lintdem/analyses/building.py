"""Calls of the AWS CDK while an application is run: kept with their arguments, for `constructs` to read."""

from __future__ import annotations

from lintdem.analyses.domain import Flow, Made, Value
from lintdem.analyses.machine import Args, Machine, Plain
from lintdem.model.span import Place

CDK = "aws_cdk."
DEEPEST = 6


def keep(m: Machine, name: str, args: Args, place: Place, flow: Flow, receiver: Value | None) -> Value:
    """Keep a call of the CDK; what it gives is an object of its own."""
    own = (("self", receiver),) if receiver is not None else ()
    value = Made(name, place, (*own, *args.named()), args.places)
    written = {key: plain(m, given, flow) for key, given in args.named()}
    for spread in args.spreads:
        more = plain(m, spread, flow)
        written |= more if isinstance(more, dict) else {}
    if m.built is not None:
        m.built.append((name, value, written, place, receiver))
    return value


def plain(m: Machine, value: Value, flow: Flow, depth: int = 0) -> Plain:
    """The value with its lists and dicts written out."""
    if depth < DEEPEST:
        listed = m.elements(flow, value)
        if listed is not None:
            return [plain(m, item, flow, depth + 1) for item in listed.items]
        entries = m.dict_entries(flow, value)
        if entries is not None:
            return {str(key): plain(m, item, flow, depth + 1) for key, item in entries.entries.items()}
    return value
