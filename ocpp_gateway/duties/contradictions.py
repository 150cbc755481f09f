"""Statuses that contradict a session: from then on nobody is believed to be there (`domain.charging.presence`)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.connector import ConnectorStatus
from domain.charging.presence import DOUBTS, is_contradicted
from ocpp_gateway.storage import session_signs

Shown = tuple[int, ConnectorStatus, datetime]
"""Connector id, what it shows, and when we heard it."""


async def take_contradictions(connection: AsyncConnection, shown: Sequence[Shown]) -> None:
    """Of statuses that were just written; nothing is asked when none of them can contradict anything."""
    doubtful = {
        connector_id: (status, heard_at) for connector_id, status, heard_at in shown if status in DOUBTS
    }
    if not doubtful:
        return
    since: dict[int, datetime] = {}
    for suspect in await session_signs.suspects(connection, list(doubtful)):
        status, heard_at = doubtful[suspect.connector_id]
        if is_contradicted(suspect.session, status, heard_at, suspect.booted_at):
            since[suspect.id] = heard_at
    if since:
        await session_signs.contradict(connection, since)
