"""What is sent last to an address that was given up: whatever becomes of it, nothing of where it went stays."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import delete

from db.delivery.outbox import Delivery
from db.engine import Sessions
from db.queries.messages import Addressed
from db.tables import Farewell
from domain.telling.parting import Parting
from domain.telling.preferences import Preferences
from domain.telling.states import MessageState
from telling.answers import Bounced, Gone, Refused

Say = Callable[[Addressed, Parting], Awaitable[None]]


async def farewell(
    sessions: Sessions, delivery: Delivery, say: Say, *, now: datetime, lasts: timedelta
) -> str:
    """`lasts`: who was not told by then is not any more. Raises what `say` does for what may pass."""
    number = int(delivery.payload["farewell"])
    async with sessions() as session:
        row = await session.get(Farewell, number)
    outcome = MessageState.GIVEN_UP
    if row is not None and now - delivery.received_at <= lasts:
        outcome = await _said(row, say)
    async with sessions.begin() as session:
        await session.execute(delete(Farewell).where(Farewell.id == number))
    return outcome.value


async def _said(row: Farewell, say: Say) -> MessageState:
    """There is no contact point any more that it would be noted of."""
    wanted = Preferences(language=row.language)
    try:
        await say(
            Addressed(point_id=0, address=row.address, confirmed=True, preferences=wanted), Parting(row.why)
        )
    except (Bounced, Gone):
        return MessageState.BOUNCED
    except Refused:
        return MessageState.REFUSED
    return MessageState.SENT
