"""A refund of ours that failed later: its money is ours again, and owed to the driver once more.

The provider sends it back to our balance, up to a month after it took it. The books say at once what is owed; it is
tried once more where the provider's reason lets that be of use: as a settlement step of its own, or of a booking that
was undone by what its audit trail has decided (`undone_refunds`). Anything else is for people: the driver has to get it
another way.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.findings import found_bug
from activities.money.ledger import Posting, balances_of, books_of, post
from activities.money.payment_rows import payments_of
from activities.money.settlement_records import Decided
from activities.money.stripe_refunds import RefundState
from db.audit import record_audited
from db.queries import follow_ups
from db.queries.money.credits import spent_on
from db.queries.money.returns import returned_in_all
from db.tables import AuditEntry, Payment
from domain.facts.audit_money import RefundFailed
from domain.facts.fact import code_of
from domain.facts.ledger import RefundReturned
from domain.money.accounts import CLEARING, RECEIVABLE, Books, Stand, without_zeros
from domain.money.amount import Money, total, zero

_WHY = "why"
"""Beside the fact in the audit entry: the provider's reason."""
AGAIN = "refund-again-"
"""Begins the name of the step that tries it once more."""
_MAY_PASS = frozenset({"insufficient_funds", "declined", "unknown", ""})
"""Reasons of the provider after which the same card may take it. Others are for good: the card is lost or expired, the
payer's bank has the money already (a dispute), or somebody withdrew it.
"""
BY_DISPUTE = "charge_for_pending_refund_disputed"
"""The provider's reason for one of which a bank has taken the money meanwhile: it may pass once that is won."""


async def note_failures(
    session: AsyncSession,
    code: str,
    payment: Payment,
    refunds: Sequence[RefundState],
    decided: Decided,
    now: datetime,
) -> list[RefundState]:
    """Those that are news, with their books posted. Under the lock of the money; `refunds`: all of the payment."""
    news = []
    for refund in refunds:
        if not (refund.is_ours and refund.has_failed):
            continue
        fact = RefundFailed(amount=refund.amount, refund=refund.id)
        number = await record_audited(
            session,
            fact,
            key=f"refund_failed:{refund.id}",
            actor="system",
            subject=code,
            at=now,
            more={_WHY: refund.failure},
        )
        if number is not None:
            news.append(refund)
    if news:
        await _owe_again(session, code, payment, refunds, news, decided, now)
        await follow_ups.notice(session, code, now)
    return news


async def _owe_again(
    session: AsyncSession,
    code: str,
    payment: Payment,
    refunds: Sequence[RefundState],
    news: Sequence[RefundState],
    decided: Decided,
    now: datetime,
) -> None:
    """Not while a settlement is under way: that brings the books to what the provider has.

    Where nothing was settled, a booking was undone whose driver should have all of it back.
    """
    last = decided.rows[-1] if decided.rows else None
    if (last is not None and last.posted_at is None) or payment.payment_intent_id is None:
        return
    currency = payment.currency
    given_back = total([one.amount for one in refunds if not one.has_failed], currency)
    present, intent = await books_of(session, code), payment.payment_intent_id
    booked = present.get(Stand(account=CLEARING, provider_object=intent), zero(currency))
    missing = Money(payment.captured_minor, currency) - given_back - booked
    returned = min(missing, total([one.amount for one in news], currency))
    if returned.minor > 0:
        posting = Posting(
            code=code,
            step=f"refund-failed-{news[0].id}",
            cause="driver",
            fact=RefundReturned(refund=news[0].id),
            target=_with(present, intent, returned),
            now=now,
        )
        await post(session, posting)
        if last is not None:
            last.captured_minor = (last.captured_minor or 0) + returned.minor
            last.refunded_minor = (last.refunded_minor or 0) - returned.minor
            await session.flush()


def _with(present: Books, intent: str, amount: Money) -> Books:
    books = dict(present)
    for account, part in ((CLEARING, amount), (RECEIVABLE, -amount)):
        stand = Stand(account=account, provider_object=intent)
        books[stand] = books.get(stand, zero(amount.currency)) + part
    return without_zeros(books)


async def note_refusal(
    session: AsyncSession, code: str, name: str, intent: str, amount: Money, why: str, now: datetime
) -> None:
    """The provider would not even try, as `name`: it is told like one that has failed."""
    number = await record_audited(
        session,
        RefundFailed(amount=amount, refund=intent),
        key=f"refund_refused:{code}:{name}:{intent}",
        actor="system",
        subject=code,
        at=now,
        more={_WHY: why},
    )
    if number is not None:
        found_bug("refund_failed", "refund_failed", reservation=code, refund=intent, why=why)


async def still_owed(session: AsyncSession, code: str, currency: str) -> Money:
    """What a driver was to get back and has not, by the books. Under the lock of the money."""
    stands = (await balances_of(session, code)).get(RECEIVABLE, zero(currency))
    return max(zero(currency), -stands)


async def failures_of(session: AsyncSession, code: str) -> list[dict[str, Any]]:
    """What the audit has of each refund of ours that has failed."""
    told = select(AuditEntry.detail).where(
        AuditEntry.subject == code, AuditEntry.code == code_of(RefundFailed)
    )
    return list(await session.scalars(told))


async def may_try_again(session: AsyncSession, decided: Decided) -> bool:
    """Is something owed to the driver because a refund failed in a way that may pass? Once a reservation."""
    last = decided.rows[-1]
    if any(row.step.startswith(AGAIN) for row in decided.rows):
        return False
    if not may_pass(await failures_of(session, decided.code)):
        return False
    paid = sum(row.paid_minor for row in await payments_of(session, decided.code))
    spent = total([one.amount for one in await spent_on(session, decided.code)], last.currency)
    returned = await returned_in_all(session, decided.code, last.currency)
    return paid + spent.minor - returned.minor > last.charge_minor


def may_pass(failures: Sequence[dict[str, Any]]) -> bool:
    """Is there any, and could the same card take all of them?"""
    return bool(failures) and all(one.get(_WHY, "") in _MAY_PASS for one in failures)
