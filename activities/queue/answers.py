"""What becomes of an offer: taken, let pass, or given back. Each in one transaction with the entry, under its lock."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.queue.telling import tell
from contracts.names import BOOKING_PATIENCE
from contracts.reservation import BookRequest
from db.documents import needs_from_document
from db.queries.releasing import withdraw
from db.queries.waiting_list import count_let_pass, under_lock
from db.tables import UnusedOffer, WaitingEntry
from domain.facts.waiting_notices import OfferNotBooked
from domain.place.slots import Slot
from domain.queue.acceptance import book_until
from domain.queue.offers import COUNTED_FOR, EntryState, asked_again, is_ours, passed
from domain.terms.policy import Policy

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def note_unused(session: AsyncSession, row: WaitingEntry, *, let_pass: bool = False) -> None:
    """The newest offer came to nothing, and not by us. Raises ValueError where nothing was offered."""
    code, slot = offered(row)
    if row.offer_until is None:
        raise ValueError(f"entry {row.id} was offered something for ever")
    unused = UnusedOffer(
        code=code,
        entry_id=row.id,
        site_id=row.site_id,
        driver_id=row.driver_id,
        pool_id=row.offer_pool,
        slot_start=slot.start,
        slot_end=slot.end,
        until=row.offer_until,
        let_pass=let_pass,
    )
    session.add(unused)


async def let_pass(session: AsyncSession, row: WaitingEntry, policy: Policy, now: datetime) -> None:
    """By a word or in silence."""
    await withdraw(session, row, now)
    before = await count_let_pass(session, [row.id], now - COUNTED_FOR)
    note_unused(session, row, let_pass=True)
    state, again = passed(policy, before[row.id], now, row.until)
    row.state, row.asked_from, row.snoozes = state, again, row.snoozes + 1
    if state is not EntryState.WAITING:
        row.ended_at = now


async def settle_accepted(
    session: AsyncSession,
    entry_id: str,
    code: str,
    policy: Policy,
    now: datetime,
    *,
    booked: bool,
    refused: str = "",
    given_up: bool = False,
) -> WaitingEntry | None:
    """What came of an offer that was accepted. `booked`: it is confirmed; `refused`: code of what refused it, empty: it
    was not paid; `given_up`: its driver cancelled it before, as who declines. Once; None: it was settled before.

    Who said yes has let nothing pass: they keep their place, and are asked again after a pause; unless they wished to
    leave meanwhile, or nothing can be offered any more by then, which they are told.
    """
    row = await under_lock(session, entry_id)
    if row is None or row.state != EntryState.ACCEPTED or row.offer_code != code:
        return None
    if booked:
        row.state, row.ended_at = EntryState.BOOKED, now
        return row
    await withdraw(session, row, now)
    left, ours = row.ended_at is not None, is_ours(refused)
    if left or not ours:
        note_unused(session, row)
    if given_up:
        row.state, row.ended_at = EntryState.DECLINED, now
        return row
    row.taken_back += not left and ours
    state, again = asked_again(policy, now, row.until)
    row.state, row.asked_from = EntryState.LEFT if left else state, again
    row.passed_over, row.passed_over_at, row.offer_refused = refused, now, refused
    if row.state == EntryState.OVER:
        row.ended_at = now
        await tell_not_booked(session, row, now)
    return row


async def tell_not_booked(session: AsyncSession, row: WaitingEntry, now: datetime) -> None:
    """Whoever nobody answered when they accepted, of what came of it. Raises ValueError where nothing was offered."""
    code, slot = offered(row)
    over = row.state == EntryState.OVER
    news = OfferNotBooked(start=slot.start, reason=row.offer_refused, over=over)
    await tell(session, row, news, now, offer=code)


def offered(row: WaitingEntry) -> tuple[str, Slot]:
    """The newest offer: its code, and for when. Raises ValueError where nothing was ever offered."""
    if row.offer_code is None or row.offer_start is None or row.offer_end is None:
        raise ValueError(f"entry {row.id} was never offered anything")
    return row.offer_code, Slot(row.offer_start, row.offer_end)


def request_of(
    row: WaitingEntry, fleet_id: str | None, policy: Policy, now: datetime, *, starts: bool = True
) -> BookRequest:
    """The booking of what was offered and accepted. `fleet_id`: whose it is by now.

    Raises ValueError of an entry of which that is not so.

    What comes too late, or is not to start one (`starts`), only learns what an earlier attempt has come to.
    """
    code, slot = offered(row)
    if row.accepted_at is None:
        raise ValueError(f"entry {row.id} has accepted nothing")
    until = book_until(policy, row.accepted_at, slot.start) if starts else _LONG_AGO
    return BookRequest(
        code=code,
        account=row.account,
        driver_id=row.driver_id,
        fleet_id=fleet_id,
        site_id=row.site_id,
        start=slot.start,
        end=slot.end,
        book_by=min(now + BOOKING_PATIENCE, until),
        pool_id=row.offer_pool,
        connector_type=row.offer_plug,
        payment_method=row.payment_method,
        quote=row.offer_quote,
        needs=needs_from_document(row.needs),
    )
