"""Statuses that contradict a session: from then on nobody is believed to be there (`domain.charging.presence`)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.clocks import CLOCK_TRUST
from domain.charging.connector import ConnectorStatus
from domain.charging.presence import DOUBTS, is_contradicted
from ocpp_gateway.storage import session_signs


class Shown(NamedTuple):
    """By a connector. `heard_at`: by our clock. `before`: what it showed until then, as was heard at `before_at`."""

    connector_id: int
    status: ConnectorStatus
    heard_at: datetime
    before: ConnectorStatus
    before_at: datetime | None


async def take_contradictions(connection: AsyncConnection, shown: Sequence[Shown]) -> None:
    """Of statuses that were just written; nothing is asked when none of them can contradict anything."""
    doubtful = {one.connector_id: one for one in shown if one.status in DOUBTS}
    if not doubtful:
        return
    since: dict[int, datetime] = {}
    for suspect in await session_signs.suspects(connection, list(doubtful)):
        told = doubtful[suspect.connector_id]
        session = suspect.session
        if told.before.is_in_use and _is_own(suspect, told.before_at):
            session = replace(session, was_plugged_in=True)
        if is_contradicted(session, told.status, told.heard_at, suspect.booted_at):
            since[suspect.id] = told.heard_at
    if since:
        await session_signs.contradict(connection, since)


def _is_own(suspect: session_signs.Suspect, shown_at: datetime | None) -> bool:
    """Was the car shown this session's? One that was there when the former one ended may be that one's."""
    if shown_at is None or shown_at >= suspect.started_at or suspect.former_ended_at is None:
        return True
    return shown_at > suspect.former_ended_at + CLOCK_TRUST
