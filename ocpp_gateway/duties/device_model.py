"""What a 2.x charger reports of its device model, kept for operators to search.

Rules ask it for one thing: which plugs an EVSE has, of which types.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.connector import MOST_PLUGS, ConnectorStatus
from domain.charging.plugs import ocpi_type
from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.duties.statuses import take_statuses
from ocpp_gateway.storage.device_model import DeviceAttribute, keep, told_of_plugs
from ocpp_gateway.storage.plugs import take_plugs
from ocpp_gateway.wire.answers import Acknowledged
from ocpp_gateway.wire.reports import ModelReported, StatusReported


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
    await keep(connection, received.charger_id, told, received.at, report=report.report)
    again = await _take_plugs(connection, received, report.report) if report.last else []
    told_anew = []
    for one in again:
        told_anew += await take_statuses(connection, [(received, one)], shown_now=False)
    return Outcome(
        answer=Acknowledged(),
        events=any(one.events for one in told_anew),
        statuses={number: known for one in told_anew for number, known in one.statuses.items()},
        statuses_doubted=any(one.statuses_doubted for one in told_anew),
    )


async def _take_plugs(
    connection: AsyncConnection, received: ReceivedCall, report: int
) -> list[StatusReported]:
    """Plugs that are gone say nothing any more; what is left of their EVSEs' words, to be told anew."""
    again = []
    for evse, words in (await told_of_plugs(connection, received.charger_id, report)).items():
        kept = dict(sorted(words.items())[:MOST_PLUGS])
        types = {str(number): ocpi for number, word in kept.items() if (ocpi := ocpi_type(word))}
        left = await take_plugs(
            connection, received.charger_id, evse, there={str(n) for n in kept}, types=types
        )
        again += [
            StatusReported(
                connector_number=evse,
                status=status,
                at=received.at,
                merely_occupied=status is ConnectorStatus.OCCUPIED,
                plug=int(plug),
            )
            for plug, status in list(left.items())[:1]
        ]
    return again
