"""Ends that nobody told, and what later evidence makes of them: replaced, inferred, reopened, corrected.

Reservations hear of each as an event of a transaction, whose detail says that nobody told it.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.clocks import InstantBasis
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.charging.presence import INFERRED, REOPENED, SUPERSEDED, Revival, revival
from ocpp_gateway.duties.nameless_ends import ask_whose
from ocpp_gateway.duties.vacancies import tell_vacancy
from ocpp_gateway.duties.whose import price_in_the_end
from ocpp_gateway.storage import session_signs, sessions
from ocpp_gateway.storage.inbox import AddressedEvent, record_all
from ocpp_gateway.storage.sessions import Session


async def replace_session(
    connection: AsyncConnection, charger_id: str, old: Session, *, successor: str | None, now: datetime
) -> bool:
    """A later one began on its connector. Was its reservation, another one than the `successor`, told?"""
    at = min(old.last_sign_at, now)
    await _close(connection, charger_id, old, at, SUPERSEDED)
    await ask_whose(connection, charger_id, old, SUPERSEDED, now)
    if old.reservation_code is None or old.reservation_code == successor:
        return False
    await _tell(connection, charger_id, old, ChargerEventKind.TRANSACTION_ENDED, SUPERSEDED, at, now)
    return True


async def _close(
    connection: AsyncConnection, charger_id: str, session: Session, at: datetime, why: str
) -> None:
    shown_wh = await sessions.close(connection, session, at, why, basis=InstantBasis.ESTIMATED, inferred=True)
    await price_in_the_end(connection, charger_id, session, shown_wh, at)


async def tell_left_place(
    connection: AsyncConnection, charger_id: str, former: Session, at: datetime, now: datetime
) -> None:
    """The session is not its reservation's, now that it is known where it is."""
    await _tell(connection, charger_id, former, ChargerEventKind.TRANSACTION_ENDED, INFERRED, at, now)


async def infer_end(connection: AsyncConnection, charger_id: str, session: Session, now: datetime) -> None:
    """Its charger has shown for long enough that it is over: it ended at its last sign of life."""
    at = max(session.last_sign_at, session.started_at)
    await _close(connection, charger_id, session, at, INFERRED)
    await ask_whose(connection, charger_id, session, INFERRED, now)
    if session.reservation_code is not None:
        await _tell(connection, charger_id, session, ChargerEventKind.TRANSACTION_ENDED, INFERRED, at, now)
    elif session.refused_for:
        await tell_vacancy(connection, charger_id, session, now)


async def take_sign(
    connection: AsyncConnection,
    charger_id: str,
    session: Session,
    at: datetime,
    now: datetime,
    *,
    plugged_in: bool = False,
) -> bool:
    """The session was heard of, but its end was not told. Was a reservation told that it goes on?

    `plugged_in`: it says that a vehicle is there.
    """
    if not session.ended:
        if session.contradicted_at is None or at > session.contradicted_at:
            await session_signs.live_on(connection, session, at, live=at >= now, plugged_in=plugged_in)
        return False
    if not session.end_inferred:
        return False
    replaced = await session_signs.begun_after(connection, session)
    if revival(at, session.contradicted_at, replaced=replaced is not None) is Revival.ENDS_LATER:
        await session_signs.lasted_until(connection, session, at if replaced is None else min(at, replaced))
        return False
    await session_signs.reopen(connection, session, at, live=at >= now)
    if session.reservation_code is None or not session.authorised:
        return False
    await _tell(connection, charger_id, session, ChargerEventKind.TRANSACTION_STARTED, REOPENED, at, now)
    return True


async def true_end(connection: AsyncConnection, session: Session, at: datetime) -> datetime:
    """When it ended, by its own word: never after the next one began on its connector."""
    replaced = await session_signs.begun_after(connection, session) if session.end_inferred else None
    return at if replaced is None else min(at, replaced)


async def _tell(
    connection: AsyncConnection,
    charger_id: str,
    session: Session,
    kind: ChargerEventKind,
    detail: str,
    at: datetime,
    now: datetime,
) -> None:
    code = session.reservation_code
    event = ChargerEvent(
        event_id=f"{charger_id}:session:{session.id}:{at.isoformat()}:{detail}",
        kind=kind,
        charger_id=charger_id,
        at=at,
        connector_id=session.connector_id,
        transaction_id=session.transaction_id,
        detail=detail,
    )
    recipients = {} if code is None else {code: True}
    await record_all(connection, [(AddressedEvent(event=event, recipients=recipients), now)])
