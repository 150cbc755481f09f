"""How busy it is around a connector, for fair overstay fees: does somebody wait, and how full is the site?"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.place.connectors import PoolConnector

WAITING_WITHIN = timedelta(hours=1)
"""Somebody waits for the connector when their slot on it starts this soon after ours ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`occupancy_percent`: of the site's connectors, in use or held for somebody else now."""

    somebody_waits: bool
    occupancy_percent: int


NOWHERE = Surroundings(somebody_waits=False, occupancy_percent=0)
"""Around a reservation that has no connector."""


def surroundings_of(
    connector_id: int,
    site: Collection[PoolConnector],
    *,
    held: Collection[int],
    slot_end: datetime,
    next_start: datetime | None,
) -> Surroundings:
    """Around `connector_id`, one of the `site`'s. `held`: ids of connectors held for other reservations now.

    `next_start`: of the next reservation of the same connector. Somebody waits when that one starts soon, or when
    no other connector of the pool is left for who comes now.
    """
    busy = {near.id for near in site if near.id in held or near.is_taken_from(None)}
    pool = next((near.pool_id for near in site if near.id == connector_id), None)
    others = {near.id for near in site if near.pool_id == pool and near.id != connector_id}
    pool_is_full = bool(others) and others <= busy
    return Surroundings(
        somebody_waits=pool_is_full or _starts_soon(slot_end, next_start),
        occupancy_percent=round(100 * len(busy) / len(site)) if site else 0,
    )


def _starts_soon(slot_end: datetime, next_start: datetime | None) -> bool:
    return next_start is not None and slot_end <= next_start <= slot_end + WAITING_WITHIN
