"""A station that has one transaction id at two EVSEs at once: what is noted of it, and what is not done by the id."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.quirks import QuirkKind
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.storage.quirks import SeenQuirk, record
from ocpp_gateway.storage.sessions import Session


def may_be_stopped(session: Session, known: Iterable[Session]) -> bool:
    """A stop names no EVSE: by an id that is used twice it could be the end of who may charge."""
    others = [one for one in known if one.id != session.id and one.authorised]
    return not any(_runs(one) for one in others)


async def note_shared_id(
    connection: AsyncConnection, received: ReceivedCall, place: int, known: Iterable[Session]
) -> None:
    """One begins at `place` under the id of `known`."""
    if not any(_runs(one) and one.connector_id != place for one in known):
        return
    seen = SeenQuirk(
        charger_id=received.charger_id,
        action="TransactionEvent",
        path="transactionInfo/transactionId",
        kind=QuirkKind.ID_IN_USE.value,
        example="",
        first_at=received.at,
        last_at=received.at,
        seen=1,
    )
    await record(connection, (seen,))


def _runs(session: Session) -> bool:
    return not session.ended and session.contradicted_at is None
