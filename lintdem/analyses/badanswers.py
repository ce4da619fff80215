"""Requests whose bad answer the program itself makes an exception of: `if answer.status_code != 200: raise NotDelivered`."""

from __future__ import annotations

from lintdem.interpreter.domain import Done
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Swallowed, Threw
from lintdem.interpreter.written import Texts, blocks, encloses, nodes
from lintdem.model.function import If
from lintdem.model.module import Module
from lintdem.model.span import Place
from lintdem.model.values import Attr, Compare, Const
from lintdem.program.remembering import attached

_STATUS = frozenset({"status_code", "status", "ok", "is_success", "is_error", "code", "getcode"})


def badly_answered(one: Swallowed, run: Run, texts: Texts) -> set[Place]:
    """The requests whose status was asked for where the exception was raised that ends in a clause."""
    places = {error.place for error in one.errors}
    thrown = [e for e in run.events if isinstance(e, Threw) and e.place in places]
    raised = [e for e in thrown if _is_by_status(e.place, texts) and not is_hopeless(e.place, texts)]
    return {
        e.place
        for threw in raised
        for e in run.events
        if isinstance(e, Effect) and e.call.http is not None and e.stack == threw.stack
        and Done(e.place, e.call.name) in threw.may
    }  # fmt: skip


_AGAIN = frozenset({401, 403, 408, 409, 423, 424, 425, 429})
"""Refusals after which the same request may succeed later."""


def is_hopeless(place: Place, texts: Texts) -> bool:
    """Whether a `raise` is for an answer that says that the request itself is wrong: sent again, it is refused again."""
    inner = [node for node in _around(place, texts) if any(encloses(Place(place.path, one.span), place) for one in node.then)]
    test = inner[-1].test if inner else None
    if not isinstance(test, Compare) or test.ops not in (("==",), ("in",)):
        return False
    codes = [node.value for right in test.rights for node in nodes(right) if isinstance(node, Const)]
    return bool(codes) and all(isinstance(code, int) and 400 <= code < 500 and code not in _AGAIN for code in codes)


def _is_by_status(place: Place, texts: Texts) -> bool:
    """Whether a `raise` hangs on the status of an answer."""
    return any(isinstance(n, Attr) and n.name in _STATUS for node in _around(place, texts) for n in nodes(node.test))


def _around(place: Place, texts: Texts) -> list[If]:
    """The `if` statements around a place, outer ones first."""
    module = texts.modules.get(place.path)
    return [node for node in _branches(module) if encloses(Place(place.path, node.span), place)] if module is not None else []


@attached
def _branches(module: Module) -> tuple[If, ...]:
    """The `if` statements of a file."""
    return tuple(node for node in blocks(module.body) if isinstance(node, If))
