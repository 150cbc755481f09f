"""Where does a transaction run? Mostly it is said; 2.x says it once, and that message may be the lost one."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.access import AccessFacts
from domain.charging.access import is_for
from ocpp_gateway.storage.chargers import connector_id
from ocpp_gateway.storage.open_sessions import occupancy
from ocpp_gateway.wire.reports import TransactionReported


async def place_of(
    connection: AsyncConnection,
    charger_id: str,
    report: TransactionReported,
    facts: AccessFacts | None,
    now: datetime,
) -> int | None:
    """Connector id of a transaction not heard of before; None when it cannot be known."""
    number = report.connector_number
    if number:
        if facts is not None:
            return facts.connectors.get(number)
        return await connector_id(connection, charger_id, number)
    if report.seq_no is None:
        # 1.6: a stop whose start we never heard of. What is free today says nothing of where it ran.
        everywhere = () if facts is None else tuple(facts.connectors.values())
        likely = everywhere if len(everywhere) == 1 else tuple(_held_for(facts, now))
        return likely[0] if len(likely) == 1 else None
    return only_place(await occupancy(connection, charger_id), _held_for(facts, now))


def only_place(busy: Mapping[int, bool], held: frozenset[int]) -> int | None:
    """The one connector that it can be: the only one there is, the one held for the token, or the only free one.

    `busy`: connector → does a session run there? `held`: where the token's own reservations are due.
    """
    free = {connector for connector, taken in busy.items() if not taken}
    for candidates in (set(busy), free & held, free):
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
