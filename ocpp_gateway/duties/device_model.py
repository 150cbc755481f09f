"""What a 2.x charger reports of its device model, kept for operators to search. No rule asks it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.storage.device_model import DeviceAttribute, keep
from ocpp_gateway.wire.answers import Acknowledged
from ocpp_gateway.wire.reports import ModelReported


async def take_model(connection: AsyncConnection, received: ReceivedCall, report: ModelReported) -> Outcome:
    """The newer word about a variable replaces the older one."""
    told = [
        DeviceAttribute(
            component=entry.component,
            component_instance=entry.component_instance,
            evse=entry.evse,
            connector=entry.connector,
            variable=entry.variable,
            variable_instance=entry.variable_instance,
            attribute=entry.attribute,
            value=entry.value,
            mutability=entry.mutability,
        )
        for entry in report.entries
    ]
    await keep(connection, received.charger_id, told, received.at)
    return Outcome(answer=Acknowledged())
