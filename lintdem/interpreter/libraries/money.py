"""Whether money or stock moves, by the words of what is called and on the way there."""

from __future__ import annotations

import re

from lintdem.interpreter.trace import Effect
from lintdem.interpreter.values import text
from lintdem.regexes import late

_MONEY = late(
    r"(charge|pay|refund|invoice|stock|inventor|ledger|balance|debit|credit|transfer|payout|wallet|withdraw|deposit|"
    r"capture|settle|reserve_?seat|seat)",
    re.IGNORECASE,
)


def moves_money(effect: Effect) -> bool:
    """Whether an effect is a payment, a refund, or a change of stock or of a ledger."""
    words = [effect.call.name, *(c.text for c in effect.stack)]
    if effect.call.write is not None and effect.call.write.kind == "accumulate":
        words.append(effect.call.write.accumulates)
    words += [t for _, v in effect.call.args if (t := text(v)) and len(t) < 80]
    return any(_MONEY.search(word) for word in words)
