"""refused_cards: one row a charger, card and reason, the newest time kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import RefusedCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """`line`: of the site's access rules, by name."""

    charger_id: str
    id_tag: str
    reason: str
    driver_id: str | None
    line: str
    at: datetime


async def record(connection: AsyncConnection, refused: Sequence[Refused]) -> None:
    """Add to what is known, in one statement. One of a charger at most."""
    if not refused:
        return
    # In one order everywhere: two gateways that write the same rows must not wait for each other.
    rows = [
        {
            "charger_id": one.charger_id,
            "id_tag": one.id_tag,
            "reason": one.reason,
            "driver_id": one.driver_id,
            "line": one.line,
            "first_at": one.at,
            "last_at": one.at,
            "times": 1,
        }
        for one in sorted(refused, key=lambda one: (one.charger_id, one.id_tag, one.reason))
    ]
    statement = insert(RefusedCard).values(rows)
    fresh = statement.excluded
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["charger_id", "id_tag", "reason"],
            set_={
                "times": RefusedCard.times + 1,
                "last_at": func.greatest(RefusedCard.last_at, fresh.last_at),
                "driver_id": fresh.driver_id,
                "line": fresh.line,
            },
        )
    )
