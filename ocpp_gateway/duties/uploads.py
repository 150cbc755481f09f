"""Logs and firmware under way: what chargers say of them is kept in the inbox for the operator, and told nobody."""

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.events import ChargerEvent, ChargerEventKind
from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.storage.inbox import AddressedEvent, record_all
from ocpp_gateway.wire.answers import Acknowledged
from ocpp_gateway.wire.reports import UploadKind, UploadReported

_KINDS = {
    UploadKind.LOG: ChargerEventKind.LOG_UPLOAD,
    UploadKind.FIRMWARE: ChargerEventKind.FIRMWARE_UPDATE,
}


async def take_upload(connection: AsyncConnection, received: ReceivedCall, report: UploadReported) -> Outcome:
    """Record it once. `detail` is the charger's word, with the number of our request where it says one."""
    detail = report.status if report.request_id is None else f"{report.status} (request {report.request_id})"
    event = ChargerEvent(
        event_id=received.event_id(
            f"upload:{report.kind}:{report.status}:{received.epoch}:{received.message_id}"
        ),
        kind=_KINDS[report.kind],
        charger_id=received.charger_id,
        at=received.at,
        detail=detail,
    )
    await record_all(connection, [(AddressedEvent(event=event), received.at)])
    return Outcome(answer=Acknowledged())
