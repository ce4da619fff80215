"""What a run makes under a new name on purpose: things that it takes away again itself, and secrets that nobody may make twice."""

from __future__ import annotations

import re

from lintdem.analyses.asking import shared
from lintdem.analyses.effects import Harm
from lintdem.analyses.keys import Provenance
from lintdem.interpreter.domain import Caught, Done, Fresh
from lintdem.interpreter.engine import Run
from lintdem.interpreter.layers import names_around
from lintdem.interpreter.trace import Effect, Invocation
from lintdem.interpreter.values import leaves, text
from lintdem.interpreter.written import encloses, function_at, nodes
from lintdem.knowledge import Kind
from lintdem.model.function import If
from lintdem.model.span import Place
from lintdem.program.modules import Modules
from lintdem.regexes import late


def is_taken_away(effect: Effect, run: Run, minted: Provenance, modules: Modules) -> bool:
    """Whether the same run deletes what it has made under a new name, as a check of health does: the next one leaves nothing,
    either. What only a failure, or a test, has deleted may stay."""
    mark = Done(effect.place, effect.call.name)
    later = (e for e in run.events if isinstance(e, Effect) and mark in e.may and e.place != effect.place and _deletes(e.call))
    return any(
        e.call.service == effect.call.service and _names(e.call, minted) and not any(isinstance(f, Caught) for f in e.must)
        and not _is_chosen(e, effect, modules)
        for e in later
    )  # fmt: skip


def _deletes(call: Invocation) -> bool:
    return call.write.kind == "delete" if call.write is not None else call.kind is Kind.DELETE


def _names(call: Invocation, minted: Provenance) -> bool:
    named = [value for _, value in call.write.key] if call.write is not None else [value for _, value in call.args]
    fresh = (leaf for value in named for leaf in leaves(value) if isinstance(leaf, Fresh))
    return any(leaf.place == minted.place and leaf.call == minted.call for leaf in fresh)


def _is_chosen(later: Effect, effect: Effect, modules: Modules) -> bool:
    """Whether an `if` around a call does not stand around what was done before."""
    together = shared(later.stack, effect.stack)
    one, other = (e.stack[together].place if together < len(e.stack) else e.place for e in (later, effect))
    module = modules.get(one.path)
    function = function_at(module, one.span) if module is not None else None
    if function is None:
        return True
    asked = [Place(one.path, node.span) for node in nodes(function.body) if isinstance(node, If)]
    return any(encloses(place, one) and not (one.path == other.path and encloses(place, other)) for place in asked)


_SECRETS = late(r"secrets\.token_(urlsafe|hex|bytes)")
_PASSES = late(
    r"session|(?<!device_)(?<!push_)token|nonce|csrf|oauth|magic_?link|challenge|(^|_)otp($|_)|log_?in|sign_?in|anonymous",
    re.IGNORECASE,
)


def is_pass(effect: Effect, harm: Harm, modules: Modules) -> bool:
    """Whether what is new is a session, a token or a state of a login: whoever asks again gets another one, and a key that can be
    worked out would be none."""
    key = harm.key
    if key is None or key.words not in ("a new uuid", "a random value"):
        return False
    if _SECRETS.search(key.made):
        return True
    write = effect.call.write
    table = write.table if write is not None else None
    tables = [text(leaf) or str(getattr(leaf, "name", "")) for leaf in leaves(table)] if table is not None else []
    names = (harm.key_name, *tables, *names_around(modules, effect.place, effect.stack)[:1])
    return any(_PASSES.search(name) for name in names)
