"""What became of a reservation's payments, as JSON."""

from dataclasses import replace
from datetime import datetime

from api.desk.payments import Told
from api.v1.schemas.payments import PaymentOut, PaymentsOut
from texts.payments import payment_text
from texts.reader import Reader


def payments_out(told: Told, reader: Reader, now: datetime) -> PaymentsOut:
    reader = replace(reader, zone=told.zone)
    return PaymentsOut(
        items=[
            PaymentOut(
                step=payment.step,
                state=story.state,
                text=payment_text(story, reader, now),
                reference=payment.payment_intent_id,
                currency=payment.currency,
                amount_minor=story.amount.minor,
                placed_at=story.placed_at,
                taken_minor=story.taken.minor,
                taken_at=story.taken_at,
                released_minor=story.released.minor,
                released_at=story.released_at,
                given_back_minor=story.given_back.minor,
                given_back_at=story.given_back_at,
            )
            for payment, story in told.payments
        ]
    )
