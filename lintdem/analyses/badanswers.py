"""Requests whose bad answer the program itself makes an exception of: `if answer.status_code != 200: raise NotDelivered`."""

from __future__ import annotations

from lintdem.interpreter.domain import Done
from lintdem.interpreter.engine import Run
from lintdem.interpreter.trace import Effect, Swallowed, Threw
from lintdem.interpreter.written import Texts, encloses, nodes
from lintdem.model.function import If
from lintdem.model.span import Place
from lintdem.model.values import Attr

_STATUS = frozenset({"status_code", "status", "ok", "is_success", "is_error", "code", "getcode"})


def badly_answered(one: Swallowed, run: Run, texts: Texts) -> set[Place]:
    """The requests whose status was asked for where the exception was raised that ends in a clause."""
    places = {error.place for error in one.errors}
    raised = [e for e in run.events if isinstance(e, Threw) and e.place in places and _is_by_status(e.place, texts)]
    return {
        e.place
        for threw in raised
        for e in run.events
        if isinstance(e, Effect) and e.call.http is not None and e.stack == threw.stack
        and Done(e.place, e.call.name) in threw.may
    }  # fmt: skip


def _is_by_status(place: Place, texts: Texts) -> bool:
    """Whether a `raise` hangs on the status of an answer."""
    module = texts.modules.get(place.path)
    found = (node for node in nodes(module.body) if isinstance(node, If)) if module is not None else ()
    around = (node for node in found if encloses(Place(place.path, node.span), place))
    return any(isinstance(n, Attr) and n.name in _STATUS for node in around for n in nodes(node.test))
