"""What of an undone booking goes back once more: what its refund could not bring, for a reason that may pass, and what
a bank has left us.

Decided in the audit trail before anything moves, under the lock of the money: nobody gives another way what may be on
its way, and who goes on after a crash asks under the same keys.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.failed_refunds import AGAIN, BY_DISPUTE, failures_of, may_pass, still_owed
from activities.money.ledger import books_of
from activities.money.payment_rows import payments_of
from db.audit import record_audited
from db.tables import AuditEntry, Dispute
from domain.facts.audit_money import RefundFailed, RefundTriedAgain
from domain.facts.fact import code_of
from domain.money.accounts import claimed_of, taken_of
from domain.money.amount import Money, zero
from domain.money.movements import CaseState

_ONCE_MORE = f"{AGAIN}1"
"""Name of the try after a failure that may pass. That after a dispute has its own instead of the number (`_name`)."""


async def refunded_now(session: AsyncSession, code: str, currency: str, now: datetime) -> Mapping[str, str]:
    """Payment intent → the try under whose name it is refunded, up to what is owed; empty: nothing is.

    Written down if new, each once; what has failed since is for people. Under the lock of the booking's money.
    """
    if (await still_owed(session, code, currency)).is_zero:
        return {}
    tried = await _tried(session, code)
    new = [name for name in await _reasons(session, code) if name not in tried]
    for name in new:
        fact, key = RefundTriedAgain(charged=zero(currency)), f"{code}:{name}"
        await record_audited(session, fact, key=key, actor="system", subject=code, at=now)
    if not new and await _has_failed(session, code, tried):
        return {}
    return await _intents_of(session, code, [*tried, *new])


async def is_under_way(session: AsyncSession, code: str, currency: str) -> bool:
    """May a refund of what is owed be on its way? Until the books have it. Under the lock of the booking's money."""
    tried = await _tried(session, code)
    is_owed = not (await still_owed(session, code, currency)).is_zero
    if not is_owed or not tried or await _has_failed(session, code, tried):
        return False
    return bool({*await _left(session, code)} & {*await _intents_of(session, code, [*tried])})


async def _left(session: AsyncSession, code: str) -> Mapping[str, Money]:
    """By intent, what was taken by it and that nobody has given back, by the books; nothing absent."""
    books = await books_of(session, code)
    lost = claimed_of(books)
    left = {
        intent: taken - lost.get(intent, zero(taken.currency)) for intent, taken in taken_of(books).items()
    }
    return {intent: amount for intent, amount in left.items() if amount.minor > 0}


async def _tried(session: AsyncSession, code: str) -> Mapping[str, int]:
    """Name → number of the entry, oldest first."""
    mine = (AuditEntry.subject == code, AuditEntry.code == code_of(RefundTriedAgain))
    found = await session.execute(select(AuditEntry.key, AuditEntry.id).where(*mine).order_by(AuditEntry.id))
    return {key.removeprefix(f"{code}:"): number for key, number in found}


async def _reasons(session: AsyncSession, code: str) -> list[str]:
    failures = await failures_of(session, code)
    found = [_ONCE_MORE] if may_pass(failures) else []
    kept = {row.payment_intent_id for row in await payments_of(session, code) if row.void_reason}
    for_it = any(BY_DISPUTE in one.values() for one in failures)
    left = await _left(session, code)
    return found + [
        _name(one)
        for one in await _decided(session, code)
        if one.payment_intent_id in left and (for_it or one.payment_intent_id in kept)
    ]


def _name(dispute: Dispute) -> str:
    """Of the try after what its bank has decided: another one when that decides otherwise, or returns more."""
    name = f"{AGAIN}{dispute.dispute_id}"
    return name if dispute.state == CaseState.WON else f"{name}:{dispute.taken_minor}"


async def _decided(session: AsyncSession, code: str) -> Sequence[Dispute]:
    """Oldest first. Of one that is lost something may have been left to us."""
    mine = (
        Dispute.reservation_code == code,
        Dispute.payment_intent_id.is_not(None),
        Dispute.state.in_((CaseState.WON, CaseState.LOST)),
    )
    return (await session.scalars(select(Dispute).where(*mine).order_by(Dispute.id))).all()


async def _has_failed(session: AsyncSession, code: str, tried: Mapping[str, int]) -> bool:
    """Since the newest try."""
    failed = select(AuditEntry.id).where(
        AuditEntry.subject == code,
        AuditEntry.code == code_of(RefundFailed),
        AuditEntry.id > max(tried.values(), default=0),
    )
    return await session.scalar(failed.limit(1)) is not None


async def _intents_of(session: AsyncSession, code: str, tried: Sequence[str]) -> Mapping[str, str]:
    """By intent, the newest try: that of a dispute before that of all."""
    found: dict[str, str] = {}
    if _ONCE_MORE in tried:
        rows = await payments_of(session, code)
        found = {row.payment_intent_id: _ONCE_MORE for row in rows if row.payment_intent_id is not None}
    for one in await _decided(session, code):
        begins = f"{AGAIN}{one.dispute_id}"
        of_it = [name for name in tried if name == begins or name.startswith(f"{begins}:")]
        if of_it and one.payment_intent_id is not None:
            found[one.payment_intent_id] = of_it[-1]
    return found
