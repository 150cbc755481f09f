"""What a pool answers to a wish: a connector, or why there is none."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.place.reasons import NoPlaceReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A connector of the pool, once the holds in `moves` (hold id → connector id) have moved aside."""

    pool_id: str
    connector_id: int
    moves: dict[int, int] = field(default_factory=dict)
    plug: str | None = None
    """The type of plug, where the pool has several."""


@dataclass(frozen=True, slots=True)
class NoPlace:
    """`ends_at`: of the maintenance that is the reason."""

    reason: NoPlaceReason
    ends_at: datetime | None = None
