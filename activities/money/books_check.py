"""Compares what three books say of one reservation: the ledger, our payments and Stripe's own objects (promise P4)."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.money.ledger import books_of
from activities.money.payment_records import PaymentRecords, taken_by
from activities.money.stripe_gateway import StripeGateway
from db.tables import Payment
from domain.money.accounts import CLEARING, Taken, by_account, is_balanced, taken_of
from domain.money.amount import Money, total, zero


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksCheck:
    """What each book says was taken from the driver and not given back.

    `differing`: intents of which ledger and Stripe say other sums.
    """

    code: str
    ledger: Money
    payments: Money
    stripe: Money
    still_authorised: Money
    balanced: bool
    differing: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        return self.balanced and not self.differing and self.ledger == self.payments == self.stripe


async def check_books(
    sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway, code: str, currency: str
) -> BooksCheck:
    """Changes nothing. Raises CurrencyMismatch when a book is in another currency than the reservation's."""
    records = await PaymentRecords(sessions, stripe).all_of(code)
    async with sessions() as session:
        books = await books_of(session, code)
        rows = await session.execute(
            select(Payment.currency, func.sum(Payment.captured_minor - Payment.refunded_minor))
            .where(Payment.reservation_code == code)
            .group_by(Payment.currency)
        )
        payments = [Money(int(minor), paid_in) for paid_in, minor in rows]
    balances = by_account(books)
    intents = [record.intent for record in records if record.intent]
    return BooksCheck(
        code=code,
        ledger=zero(currency) + balances.get(CLEARING, zero(currency)),
        payments=total(payments, currency),
        stripe=total([record.net for record in records], currency),
        still_authorised=total([intent.capturable for intent in intents], currency),
        balanced=is_balanced(books),
        differing=_differing(taken_of(books), taken_by(records)),
    )


def _differing(ledger: Taken, stripe: Taken) -> tuple[str, ...]:
    """What was posted without its intent can only be compared as a whole."""
    if "" in ledger:
        return ()
    return tuple(sorted(one for one in {*ledger, *stripe} if ledger.get(one) != stripe.get(one)))
