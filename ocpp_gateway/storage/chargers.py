"""What chargers have told about themselves, and their connectors by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import as_rows
from db.tables import Charger, Connector, Pool

_DESCRIBE = text("""
UPDATE chargers c SET vendor = reported.vendor, model = reported.model, firmware = reported.firmware,
    booted_at = coalesce(reported.booted_at, c.booted_at)
FROM json_to_recordset(CAST(:reported AS json)) AS reported (
    id text, vendor text, model text, firmware text, booted_at timestamptz
)
WHERE c.id = reported.id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    charger_id: str
    vendor: str
    model: str
    firmware: str
    booted_at: datetime | None = None
    """None: it says so because we asked, not because it has begun anew."""


async def describe(connection: AsyncConnection, descriptions: Sequence[Description]) -> None:
    """What chargers say about themselves; each charger once."""
    rows = as_rows(
        {
            "id": one.charger_id,
            "vendor": one.vendor,
            "model": one.model,
            "firmware": one.firmware,
            "booted_at": one.booted_at,
        }
        for one in sorted(descriptions, key=lambda description: description.charger_id)
    )
    await connection.execute(_DESCRIBE, {"reported": rows})


async def connector_id(connection: AsyncConnection, charger_id: str, number: int) -> int | None:
    return await connection.scalar(
        select(func.max(Connector.id)).where(Connector.charger_id == charger_id, Connector.number == number)
    )


async def power_of(connection: AsyncConnection, connector_id: int) -> int:
    """In W, at most."""
    power = select(Pool.power_w).join(Connector, Connector.pool_id == Pool.id)
    return (await connection.execute(power.where(Connector.id == connector_id))).scalar_one()


async def site_of(connection: AsyncConnection, charger_id: str) -> str:
    """Raises NoResultFound for a charger that is not installed."""
    return (await connection.execute(select(Charger.site_id).where(Charger.id == charger_id))).scalar_one()


async def booted_at(connection: AsyncConnection, charger_id: str) -> datetime | None:
    """When it last began anew, by its own word."""
    found: datetime | None = await connection.scalar(
        select(Charger.booted_at).where(Charger.id == charger_id)
    )
    return found
