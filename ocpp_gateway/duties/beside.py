"""What the other plugs of a bay make of a status: whether it passes with them, and whether it leaves the bay free."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.connector import ConnectorStatus, is_blocked_beside, is_busy_beside
from domain.charging.presence import SHOWS_NOBODY
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.storage.former_status import FormerStatus
from ocpp_gateway.storage.statuses import siblings_of
from ocpp_gateway.wire.reports import StatusReported

Told = tuple[ReceivedCall, StatusReported, FormerStatus]


async def blocked_beside(connection: AsyncConnection, edges: Sequence[Told]) -> frozenset[int]:
    """Which of the edges say Unavailable only because another plug of the bay is busy."""
    asked = {
        n: known.connector_id
        for n, (_, report, known) in enumerate(edges)
        if report.status is ConnectorStatus.UNAVAILABLE and known.connector_id is not None
    }
    if not asked:
        return frozenset()
    siblings = await siblings_of(connection, list(asked.values()))
    return frozenset(n for n, id_ in asked.items() if is_blocked_beside(edges[n][1].status, siblings[id_]))


async def vacated_beside(connection: AsyncConnection, edges: Sequence[Told]) -> dict[int, bool]:
    """Which of the edges say that nobody is at one plug of several, and whether somebody is at another one."""
    asked = {
        n: known.connector_id
        for n, (_, report, known) in enumerate(edges)
        if report.status in SHOWS_NOBODY and known.beside and known.connector_id is not None
    }
    if not asked:
        return {}
    siblings = await siblings_of(connection, list(asked.values()))
    return {n: is_busy_beside(siblings[id_]) for n, id_ in asked.items()}
