"""Whoever has got a place without the list waits no longer, and is told."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from activities.queue.telling import tell
from contracts.holds import HoldStep
from db.tables import WaitingEntry
from domain.facts.waiting_notices import ServedOtherwise
from domain.queue.offers import EntryState
from domain.reservation.lifecycle import State

# Only what was booked since they joined, and is confirmed: a hold alone may be an offer, or end with a card that is
# declined; and where a reservation from before is moved to, their wish stands.
_SERVED = text("""
WITH served AS (
    SELECT e.id, theirs.slot_start FROM waiting_list_entries e CROSS JOIN LATERAL (
        SELECT h.slot_start FROM holds h
        JOIN pools p ON p.id = h.pool_id AND p.site_id = e.site_id
        JOIN reservations r ON r.code = h.reservation_code AND r.closed_at IS NULL AND r.state <> ALL (:unpaid)
        WHERE h.driver_id = ANY (ARRAY(
            SELECT e.driver_id UNION SELECT mate.id FROM drivers own
            JOIN drivers mate ON mate.person_id = own.person_id WHERE own.id = e.driver_id
        ))
        AND h.released_at IS NULL AND NOT h.for_guest
        AND h.slot_start >= e.window_start AND h.slot_end <= e.window_end
        AND EXISTS (
            SELECT FROM holds b
            WHERE b.reservation_code = h.reservation_code AND b.step = :book AND b.placed_at >= e.joined_at
        )
        ORDER BY h.slot_start LIMIT 1
    ) theirs
    WHERE e.site_id = :site AND e.state = 'waiting'
)
UPDATE waiting_list_entries AS e SET state = :otherwise, ended_at = :now
FROM served WHERE e.id = served.id AND e.state = 'waiting'
RETURNING e.id, served.slot_start
""")


async def end_served(session: AsyncSession, site_id: str, site: str, now: datetime) -> None:
    """`site`: its name."""
    about = {
        "site": site_id,
        "now": now,
        "unpaid": [State.REQUESTED.value, State.AWAITING_PAYMENT.value],
        "book": HoldStep.BOOK.value,
        "otherwise": EntryState.BOOKED_OTHERWISE.value,
    }
    for entry_id, start in (await session.execute(_SERVED, about)).all():
        row = await session.get_one(WaitingEntry, entry_id)
        await tell(session, row, ServedOtherwise(site=site, start=start), now)
