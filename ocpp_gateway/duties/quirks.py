"""Oddities of chargers' messages: counted in memory, written every few seconds."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.quirks import Quirk
from ocpp_gateway.storage.quirks import SeenQuirk, record
from ocpp_gateway.storage.tally import Tally

_WAITING = 4_096
"""Kinds of all chargers together."""


class QuirkLog(Tally[SeenQuirk]):
    """`note` never waits. While the database is away, or when too many kinds wait, the oldest are let go."""

    def __init__(self, engine: AsyncEngine, *, flush_s: float = 3.0, waiting: int = _WAITING) -> None:
        super().__init__(engine, record, flush_s=flush_s, most_waiting=waiting, trouble="quirks_not_written")

    def note(self, charger_id: str, quirks: Iterable[Quirk], at: datetime) -> None:
        """What had to be done to read one message."""
        for quirk in quirks:
            self.add(
                SeenQuirk(
                    charger_id=charger_id,
                    action=quirk.action,
                    path=quirk.path,
                    kind=quirk.kind.value,
                    example=quirk.example,
                    first_at=at,
                    last_at=at,
                    seen=1,
                )
            )
