"""How busy it is around a connector, for fair overstay fees: does somebody wait, and how full is the site?"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.charging.connector import ConnectorStatus

WAITING_WITHIN = timedelta(hours=1)
"""Somebody waits for the connector when their slot on it starts this soon after ours ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`occupancy_percent`: of the site's connectors, in use or held for somebody else now."""

    somebody_waits: bool
    occupancy_percent: int


NOWHERE = Surroundings(somebody_waits=False, occupancy_percent=0)
"""Around a reservation that has no connector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearbyConnector:
    """One connector of the site now. `held`: for another reservation; `charging`: a transaction is open on it."""

    connector_id: int
    pool_id: str
    status: ConnectorStatus
    charging: bool
    held: bool

    @property
    def is_busy(self) -> bool:
        return self.held or self.charging or self.status.is_in_use


def surroundings_of(
    connector_id: int, site: Collection[NearbyConnector], *, slot_end: datetime, next_start: datetime | None
) -> Surroundings:
    """Around `connector_id`, one of the `site`'s. `next_start`: of the next reservation of the same connector.

    Somebody waits when that one starts soon, or when no other connector of the pool is left for who comes now.
    """
    pool = next((near.pool_id for near in site if near.connector_id == connector_id), None)
    others = [near for near in site if near.pool_id == pool and near.connector_id != connector_id]
    pool_is_full = bool(others) and all(near.is_busy for near in others)
    busy = sum(near.is_busy for near in site)
    return Surroundings(
        somebody_waits=pool_is_full or _starts_soon(slot_end, next_start),
        occupancy_percent=round(100 * busy / len(site)) if site else 0,
    )


def _starts_soon(slot_end: datetime, next_start: datetime | None) -> bool:
    return next_start is not None and slot_end <= next_start <= slot_end + WAITING_WITHIN
