"""Who knocked and was not let in: counted in memory, written every few seconds."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ocpp_gateway.storage.refused_connections import RefusedAttempts, record, trim
from ocpp_gateway.storage.tally import Tally

_WAITING = 1_000
_KEPT_ROWS = 1_000
_LONGEST_IDENTITY, _LONGEST_DETAIL, _LONGEST_ADDRESS = 64, 200, 64


class RefusedConnections(Tally[RefusedAttempts]):
    """`note` never waits. When the database is away, or more than `waiting` identities knock, oldest ones go."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        flush_s: float = 3.0,
        waiting: int = _WAITING,
        kept_rows: int = _KEPT_ROWS,
    ) -> None:
        super().__init__(
            engine,
            self._record,
            flush_s=flush_s,
            most_waiting=waiting,
            trouble="refused_connections_not_written",
        )
        self._kept_rows = kept_rows

    def note(self, identity: str, code: str, remote: str, at: datetime, detail: str = "") -> None:
        """One refused attempt. `identity` as claimed: cleaned and shortened here, verified by nobody."""
        self.add(
            RefusedAttempts(
                identity=_clean(identity, _LONGEST_IDENTITY),
                code=code,
                first_at=at,
                last_at=at,
                attempts=1,
                remote=_clean(remote, _LONGEST_ADDRESS),
                detail=_clean(detail, _LONGEST_DETAIL),
            )
        )

    async def _record(self, connection: AsyncConnection, batch: Sequence[RefusedAttempts]) -> None:
        await record(connection, batch)
        await trim(connection, self._kept_rows)


def _clean(text: str, longest: int) -> str:
    """What a database and a terminal can show of bytes that anybody may have sent."""
    return "".join(c if c.isprintable() else "�" for c in text[:longest])
