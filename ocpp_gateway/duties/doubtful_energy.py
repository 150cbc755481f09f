"""A session ended by its charger's word: what is odd about its energy is noted as a quirk of the model."""

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.meter_doubts import LITTLE_WH, doubt_about
from domain.charging.readings import BATTERY_WH
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.storage.meter_readings import told_of
from ocpp_gateway.storage.quirks import SeenQuirk, record
from ocpp_gateway.storage.sessions import Session
from ocpp_gateway.wire.reports import TransactionReported


async def note_doubt(
    connection: AsyncConnection,
    received: ReceivedCall,
    report: TransactionReported,
    session: Session,
    energy_wh: int,
) -> None:
    """`energy_wh`: what the session shows. Costs nothing where that is something."""
    is_wild = any(one.wh - session.meter_start_wh > energy_wh + BATTERY_WH for one in report.readings)
    if not session.authorised or (energy_wh >= LITTLE_WH and not is_wild):
        return
    limits, readings = await told_of(connection, session.id)
    doubt = doubt_about(readings, energy_wh, limits)
    if doubt is None:
        return
    is_event = report.seq_no is not None
    seen = SeenQuirk(
        charger_id=received.charger_id,
        action="TransactionEvent" if is_event else "StopTransaction",
        path="meterValue" if is_event else "meterStop",
        kind=doubt.value,
        example=f"{energy_wh} Wh",
        first_at=received.at,
        last_at=received.at,
        seen=1,
    )
    await record(connection, (seen,))
