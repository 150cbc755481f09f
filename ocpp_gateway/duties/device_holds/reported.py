"""A hold that the charger itself says it has dropped."""

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.commands import HAND_HOLDS
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.reservation.hold_losses import is_told
from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.storage import hand_holds
from ocpp_gateway.storage.hold_losses import held_place, told_losses
from ocpp_gateway.storage.inbox import AddressedEvent, record_all
from ocpp_gateway.wire.answers import Acknowledged
from ocpp_gateway.wire.reports import HoldRemoved


async def take_removed_hold(
    connection: AsyncConnection, received: ReceivedCall, report: HoldRemoved
) -> Outcome:
    """The charger dropped a hold by itself; a hold that is not ours, or given back, concerns nobody.

    The message has no identity that lasts: a station that hears no answer sends it again under a new id. So a
    loss is told once for as long as nothing says that the hold was there again in between (`hold_losses`).
    """
    if report.hold_id in HAND_HOLDS:
        await hand_holds.forget(connection, received.charger_id, report.hold_id)
        return Outcome(answer=Acknowledged())
    place = await held_place(connection, received.charger_id, report.hold_id)
    if place is None or place.released:
        return Outcome(answer=Acknowledged())
    told = await told_losses(connection, received.charger_id, report.hold_id, place.connector_id, report.why)
    if is_told(told, received.at):
        return Outcome(answer=Acknowledged())
    since = "" if told.since is None else told.since.isoformat()
    event = ChargerEvent(
        event_id=received.event_id(f"hold:{report.hold_id}:{report.why}:{since}"),
        kind=ChargerEventKind.HOLD_REMOVED,
        charger_id=received.charger_id,
        at=received.at,
        connector_id=place.connector_id,
        hold_id=report.hold_id,
        detail=report.why,
    )
    fact = AddressedEvent(event=event, recipients={place.reservation_code: None})
    # Nothing new: another connection of the charger has told this very loss in this moment.
    new = await record_all(connection, [(fact, received.at)])
    return Outcome(answer=Acknowledged(), events=bool(new))
