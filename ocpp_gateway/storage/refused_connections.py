"""refused_connections: one row an identity and reason, the newest kept."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import RefusedConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedAttempts:
    identity: str
    code: str
    first_at: datetime
    last_at: datetime
    attempts: int
    remote: str
    detail: str

    @property
    def key(self) -> tuple[str, str]:
        return self.identity, self.code

    def and_then(self, later: "RefusedAttempts") -> "RefusedAttempts":
        return replace(later, first_at=self.first_at, attempts=self.attempts + later.attempts)


async def record(connection: AsyncConnection, attempts: Sequence[RefusedAttempts]) -> None:
    """Add to what is known, in one statement. Keys must be distinct."""
    # In one order everywhere: two gateways that write the same rows must not wait for each other.
    rows = [asdict(attempt) for attempt in sorted(attempts, key=lambda a: a.key)]
    statement = insert(RefusedConnection).values(rows)
    fresh = statement.excluded
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["identity", "code"],
            set_={
                "attempts": RefusedConnection.attempts + fresh.attempts,
                "last_at": func.greatest(RefusedConnection.last_at, fresh.last_at),
                "remote": fresh.remote,
                "detail": fresh.detail,
            },
        )
    )


async def trim(connection: AsyncConnection, kept: int) -> None:
    """Forget all but the `kept` newest rows."""
    oldest = (
        select(RefusedConnection.identity, RefusedConnection.code)
        .order_by(RefusedConnection.last_at.desc(), RefusedConnection.identity, RefusedConnection.code)
        .offset(kept)
    )
    await connection.execute(
        delete(RefusedConnection).where(
            tuple_(RefusedConnection.identity, RefusedConnection.code).in_(oldest)
        )
    )
