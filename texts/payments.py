"""What became of a payment, in words."""

from collections.abc import Iterator
from datetime import datetime

from domain.money.payment_story import PaymentState, PaymentStory
from texts.catalogue import catalogue
from texts.reader import Reader

_PARTLY = "payment.taken.partly"


def payment_text(story: PaymentStory, reader: Reader, now: datetime) -> str:
    """`Held on your card since 14:02: 10.00 EUR. Nothing was taken.` Dated on another day than `now`."""
    at = {
        PaymentState.HELD: story.placed_at,
        PaymentState.RELEASED: story.released_at,
        PaymentState.TAKEN: story.taken_at,
        PaymentState.GIVEN_BACK: story.given_back_at,
    }.get(story.state)
    partly = story.state is PaymentState.TAKEN and not story.released.is_zero
    return catalogue(reader.language).text(
        _PARTLY if partly else f"payment.{story.state}",
        amount=reader.money(story.amount),
        taken=reader.money(story.taken),
        released=reader.money(story.released),
        at=reader.instant(at, now) if at else "",
    )


def keys() -> Iterator[str]:
    """Of the catalogue, all that is said here."""
    yield _PARTLY
    yield from (f"payment.{state}" for state in PaymentState)
