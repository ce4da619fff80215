"""Refunds that name no amount: they give back what is left of a payment, so there is nothing left for a second one."""

from __future__ import annotations

import msgspec

from lintdem.interpreter.domain import Derived, Made, Method, Path, Value
from lintdem.interpreter.machine import Args, Machine
from lintdem.interpreter.values import members
from lintdem.knowledge import Kind
from lintdem.knowledge.libraries import LibraryCall

_REFUND = "stripe.Refund.create"
_PAID = ("payment_intent", "charge")
_REFUSED = ("charge_already_refunded", "InvalidRequestError", "StripeError")


def refunded(m: Machine, call: LibraryCall | None, args: Args) -> LibraryCall | None:
    """Stripe refuses to refund what is refunded in full. A key answers as the first time, and what this run has charged itself
    is another payment in each run: such calls stay as they are."""
    if call is None or call.target != _REFUND or args.positional or args.spreads:
        return call
    given = dict(args.keywords)
    if {"amount", call.token} & given.keys() or any(_is_own(m, given[name]) for name in _PAID if name in given):
        return call
    return msgspec.structs.replace(call, kind=Kind.CREATE, phrase="is refused the second time", identity=_PAID, already=_REFUSED)


def _is_own(m: Machine, paid: Value) -> bool:
    """Whether a payment is what a call of this run has made, and not only read."""
    places = {one.place for one in map(_owner, members(paid)) if isinstance(one, (Made, Path))}
    return any(site.kind is not Kind.READ for place, site in m.sites.items() if place in places)


def _owner(value: Value) -> Value:
    """Whose attribute or entry a value is: `charge.id`, `charge["id"]`."""
    if isinstance(value, Method):
        return value.receiver
    return value.parts[0] if isinstance(value, Derived) and value.op == "item" else value
