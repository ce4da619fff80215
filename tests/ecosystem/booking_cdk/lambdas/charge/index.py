"""Charges the traveller."""

import stripe


def handler(event, context):
    payment = stripe.PaymentIntent.create(
        amount=event["cents"],
        currency="eur",
        customer=event["customer"],
        confirm=True,
    )
    return {**event, "payment": payment.id}
