"""Keys that many distinct events share: a user, an address, an amount. The second event is taken for a duplicate."""

from __future__ import annotations

import re

import msgspec

from lintdem.analyses.cases import Case
from lintdem.analyses.effects import Repeat, token_value
from lintdem.analyses.guards import Answer
from lintdem.analyses.keys import readable
from lintdem.interpreter.domain import Env, Known, Path, Value
from lintdem.interpreter.values import leaves
from lintdem.model.span import Place
from lintdem.regexes import late

_REPEATS = frozenset({Repeat.DUPLICATES, Repeat.MINTS, Repeat.ACCUMULATES, Repeat.INSERTS, Repeat.LACKS_TOKEN})
_WHO = late(
    r"^(user|customer|client|account|member|tenant|owner|buyer|payer|recipient|contact|person|subscriber|patient|passenger|rider|driver"
    r"|anonymous|visitor|device)?_?(id|name|number|sub)?$"
    r"|^(e?_?mail|to|phone|msisdn|sub|username|address|origination|destination)(_?address|_?(phone_?)?number)?$",
    re.IGNORECASE,
)
_WHAT = late(
    r"^(amount|total|price|cost|sum|currency|quantity|status|type|kind|category|country|region)(_?cents)?$", re.IGNORECASE)


class Coarse(msgspec.Struct, frozen=True):
    """The key at `place` is made of nothing but `names`, which other events have as well."""

    case: Case
    place: Place
    names: tuple[str, ...]


def coarse_key(case: Case) -> Coarse | None:
    """The key of a guard or token that tells people or sums apart, not pieces of work."""
    claim = case.cover.claim
    if claim is not None and (claim.place == case.effect.place or not claim.record):
        return None  # what is made is itself named so: there is one for each user
    if case.cover.answer is Answer.YES and claim is not None and case.harm.repeat in _REPEATS:
        names = _names(claim.key)
        return Coarse(case, claim.key_place or claim.place, names) if names else None
    value = token_value(case.effect)
    if case.harm.repeat is Repeat.SAFE and value is not None:
        names = _names(value)
        return Coarse(case, case.harm.key_place or case.effect.place, names) if names else None
    return None


def _names(key: Value) -> tuple[str, ...]:
    """What the key is made of, if all of it is coarse and stands for nothing else in the event."""
    found: list[str] = []
    for leaf in leaves(key):
        if isinstance(leaf, (Known, Env)):
            continue
        name = readable(leaf.steps) if isinstance(leaf, Path) and leaf.root == "event" else ""
        if not is_coarse(name):
            return ()
        found.append(name)
    return tuple(dict.fromkeys(found))


def is_coarse(name: str) -> bool:
    """Whether what is called so tells people, sums or kinds apart, and not pieces of work."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return len(plain) > 2 and plain.lower() not in ("name", "number") and bool(_WHO.match(plain) or _WHAT.match(plain))
