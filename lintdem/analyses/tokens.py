"""Tokens and ids made from the id in scope, as code: of the right length, and another one for each operation."""

from __future__ import annotations

import re

from lintdem.analyses.cases import Case
from lintdem.analyses.keys import readable
from lintdem.analyses.keysinscope import Key, calls_alike, key_in_scope
from lintdem.analyses.spots import exactly
from lintdem.analyses.written import dotted
from lintdem.model.remedy import Argument, Remedy, Rewrite
from lintdem.model.values import Call
from lintdem.program import Program

_PLENTY = 200
"""A token that may be this long takes the id as it is: ids of events are shorter."""
_UUID = 36
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[._]")


def token_remedies(program: Program, case: Case) -> tuple[Remedy, ...]:
    """Pass the token of the effect's call, made from the id in scope."""
    place, name = case.effect.place, case.harm.key_name
    call = exactly(program, place, Call)
    if call is None or not name.isidentifier() or any(arg.star == "**" for arg in call.args) or calls_alike(program, place) != 1:
        return ()
    key = key_in_scope(program, case, place)
    if key is None:
        return ()
    text = _token(key, _operation(case.effect.call.name), case.effect.call.token_max)
    title = f"make {name} from {key.choice} (check: there is to be one {_operation(case.effect.call.name)} for each {_name(key)})"
    return (Remedy(title, False, (Argument(place, name, text),)),)


def identity_remedies(program: Program, case: Case) -> tuple[Remedy, ...]:
    """Derive the identity that `uuid4` mints from the id in scope. Two of them in one function would come out alike."""
    minted = case.harm.key
    if minted is None or minted.place is None:
        return ()
    call = exactly(program, minted.place, Call)
    if call is None or call.args or dotted(call.func)[-1] != "uuid4" or calls_alike(program, minted.place) != 1:
        return ()
    key = key_in_scope(program, case, minted.place)
    if key is None:
        return ()
    name = case.harm.key_name
    text = f'«uuid:uuid5»(«uuid:NAMESPACE_URL», f"{name}-{{{key.text}}}")'
    title = f"derive {name} from {key.choice} (check: there is to be one {name} for each {_name(key)})"
    return (Remedy(title, False, (Rewrite(minted.place, text),)),)


def _token(key: Key, what: str, longest: int | None) -> str:
    plain = f'f"{what}-{{{key.text}}}"'
    if longest is None or longest >= _PLENTY:
        return plain
    if longest >= _UUID:
        return f"str(«uuid:uuid5»(«uuid:NAMESPACE_URL», {plain}))"
    return f"«hashlib:sha256»({plain}.encode()).hexdigest()[:{longest}]"


def _operation(name: str) -> str:
    """`ec2.RunInstances` as run-instances, `stripe.PaymentIntent.create` as payment-intent-create."""
    words = _WORDS.split(name.partition(".")[2] or name)
    return "-".join(word.lower() for word in words if word)


def _name(key: Key) -> str:
    return readable(key.steps)
