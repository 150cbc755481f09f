"""What a charger says of itself as a whole (connector or EVSE 0) and means of its only connector.

Only a connector can be Preparing, Charging or Reserved (1.6 §7.7). A box that says so of 0 speaks of its connector; if
it never says a word of that itself, its Available is the connector's, too.
"""

from collections.abc import Sequence

from msgspec import structs
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.connector import ConnectorStatus
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.storage.statuses import only_connectors
from ocpp_gateway.wire.reports import StatusReported

_OF_A_CONNECTOR = frozenset(
    {
        ConnectorStatus.PREPARING,
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
        ConnectorStatus.FINISHING,
        ConnectorStatus.OCCUPIED,
        ConnectorStatus.RESERVED,
    }
)
AS_A_WHOLE = 0
"""The plug of a connector whose words came as the charger's."""


async def meant_of_the_only_one(
    connection: AsyncConnection, reported: Sequence[tuple[ReceivedCall, StatusReported]]
) -> dict[int, StatusReported]:
    """By position, the reports of 0 that are about the charger's only connector, as of that connector."""
    asked = [n for n, (_, report) in enumerate(reported) if not report.connector_number]
    if not asked:
        return {}
    known = await only_connectors(connection, [reported[n][0].charger_id for n in asked])
    found: dict[int, StatusReported] = {}
    for n in asked:
        received, report = reported[n]
        number, speaks_as_whole = known.get(received.charger_id, (None, False))
        is_its = report.status in _OF_A_CONNECTOR or (
            speaks_as_whole and report.status is ConnectorStatus.AVAILABLE
        )
        if number is not None and is_its:
            found[n] = structs.replace(report, connector_number=number, plug=AS_A_WHOLE)
    return found
