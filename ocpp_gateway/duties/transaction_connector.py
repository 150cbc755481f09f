"""Where does a transaction run? Mostly it is said; 2.x says it once, and that message may be the lost one; and there
are chargers that say connector or EVSE 0, which is none."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.access import AccessFacts
from domain.charging.access import is_for
from domain.charging.connector import ConnectorStatus
from ocpp_gateway.storage.chargers import connector_id
from ocpp_gateway.storage.open_sessions import Spot, spots_of
from ocpp_gateway.wire.reports import Phase, TransactionReported


class Place(NamedTuple):
    """`inferred`: one of several, and nobody has said it."""

    connector_id: int
    inferred: bool


async def place_of(
    connection: AsyncConnection,
    charger_id: str,
    report: TransactionReported,
    facts: AccessFacts | None,
    now: datetime,
) -> Place | None:
    """Of a transaction not heard of before; None when it cannot be known."""
    number = report.connector_number
    if not number:
        return await _supposed(connection, charger_id, report, facts, now)
    if facts is not None:
        told = facts.connectors.get(number)
    else:
        told = await connector_id(connection, charger_id, number)
    return None if told is None else Place(told, inferred=False)


async def _supposed(
    connection: AsyncConnection,
    charger_id: str,
    report: TransactionReported,
    facts: AccessFacts | None,
    now: datetime,
) -> Place | None:
    if report.seq_no is None and report.phase is not Phase.STARTED:
        # 1.6: a stop whose start we never heard of. What is free today says nothing of where it ran.
        everywhere = () if facts is None else tuple(facts.connectors.values())
        likely = everywhere if len(everywhere) == 1 else tuple(_held_for(facts, now))
        return Place(likely[0], len(everywhere) > 1) if len(likely) == 1 else None
    spots = await spots_of(connection, charger_id)
    found = only_place(spots, _held_for(facts, now))
    return None if found is None else Place(found, len(spots) > 1)


def only_place(spots: Mapping[int, Spot], held: frozenset[int]) -> int | None:
    """The one connector that it can be: the only one there is; of the free ones the only one where a cable waits for a
    start (1.6 Preparing), or that is held for the token; where a car is; or the only free one.

    `spots`: of the charger, by connector. `held`: where the token's own reservations are due.
    """
    free = {connector: spot.status for connector, spot in spots.items() if not spot.busy}
    preparing = {one for one, status in free.items() if status is ConnectorStatus.PREPARING}
    occupied = {one for one, status in free.items() if status is ConnectorStatus.OCCUPIED}
    own = free.keys() & held
    for candidates in (set(spots), preparing & own, preparing, own, occupied, set(free)):
        if len(candidates) == 1:
            return candidates.pop()
    return None


def _held_for(facts: AccessFacts | None, now: datetime) -> frozenset[int]:
    if facts is None:
        return frozenset()
    own = [hold for hold in facts.holds if is_for(facts.token, hold) and hold.opens_at <= now < hold.end]
    # One given up since: as a no-show perhaps, because nobody had heard of this.
    counting = [hold for hold in own if not hold.given_up] or own
    here = [hold for hold in counting if not hold.beside] or counting
    return frozenset(hold.connector_id for hold in here)
