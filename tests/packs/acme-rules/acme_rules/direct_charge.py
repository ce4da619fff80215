"""ACM101: a payment that goes past the gateway of the company, which keeps the record of what was paid."""

from __future__ import annotations

from collections.abc import Iterator

from lintdem.rule import Effect, Finding, Group, Pass, Rule


def check(p: Pass) -> Iterator[Finding]:
    """Every call to Stripe that charges, guarded or not."""
    for judged, event in p.facts.events():
        if isinstance(event, Effect) and event.call.service == "stripe" and event.call.method == "create":
            yield p.finding(
                judged.run,
                event.place,
                f"{event.call.name} goes past the payment gateway, which would know the second charge",
                subject=judged.subject,
                about=event.call.name,
                advice="call gateway.pay with the order's number",
            )


RULE = Rule("ACM101", "direct-charge", Group.SUSPICIOUS, "1.0", "a payment that goes past the gateway", check)
