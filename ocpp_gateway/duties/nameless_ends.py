"""What has ended in the name of nobody, at a bay that was kept for somebody: whose it was, an operator is asked.

A queue that was lost may have held the start with its card (2.x names it once, and in an end only where a card stopped
it), and whoever the bay was promised to would be a no-show while their energy is nobody's. The session stays as it was
told; beside it stands an undecided end, for which their fee waits (`workflows.reservation.matching`).
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from ocpp_gateway.storage import sessions, unplaced
from ocpp_gateway.storage.sessions import Session


async def ask_whose(
    connection: AsyncConnection, charger_id: str, session: Session, reason: str, now: datetime
) -> None:
    """`session`: as it was before it ended.

    Whoever was refused is somebody, and nobody pays for a cable without energy; but where its start was not told, what
    it took need not be known.
    """
    if not _is_nameless(session):
        return
    is_now = await sessions.as_stored(connection, session)
    rise_wh = is_now.meter_last_wh - is_now.meter_start_wh
    if is_now.ended_at is None or (rise_wh <= 0 and not session.start_inferred):
        return
    if not await unplaced.held_then(connection, session.connector_id, session.started_at, is_now.ended_at):
        return
    end = unplaced.StrayEnd(
        transaction_id=session.transaction_id,
        ended_at=is_now.ended_at,
        meter_wh=is_now.meter_last_wh,
        stop_reason=reason,
        begun_at=is_now.started_at,
        meter_start_wh=is_now.meter_start_wh,
        session_id=session.id,
    )
    await unplaced.keep(connection, f"{charger_id}:session:{session.id}:whose", charger_id, end, now)


def _is_nameless(session: Session) -> bool:
    return not (session.id_tag or session.authorised or session.refused_for)
