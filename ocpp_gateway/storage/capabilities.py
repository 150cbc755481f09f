"""Capability records of chargers: read, and written only under the charger's row lock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, cast, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Charger
from domain.charging.capabilities import CapabilityRecord, merged, of_device

LONGEST_SETTING = 1000
_HARDWARE = case(
    (and_(Charger.vendor != "", Charger.model != ""), Charger.vendor + " " + Charger.model), else_=""
).label("hardware")
"""Known where both are: one that leaves out one of them is no other box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A charger as it was last known. `firmware`, `hardware`: as told at its last boot."""

    record: CapabilityRecord
    firmware: str
    hardware: str


async def described(connection: AsyncConnection, charger_id: str) -> Described | None:
    """None: there is no such charger."""
    row = (
        await connection.execute(
            select(Charger.capabilities, Charger.firmware, _HARDWARE).where(Charger.id == charger_id)
        )
    ).one_or_none()
    if row is None:
        return None
    return Described(
        record=CapabilityRecord.from_document(row.capabilities),
        firmware=row.firmware,
        hardware=row.hardware,
    )


async def keep_configuration(
    connection: AsyncConnection, charger_id: str, values: Mapping[str, str], now: datetime
) -> None:
    """Add to what it said before; the newer word of a setting counts."""
    document = {key: value[:LONGEST_SETTING] for key, value in values.items()}
    await connection.execute(
        update(Charger)
        .where(Charger.id == charger_id)
        .values(configuration=Charger.configuration.op("||")(cast(document, JSONB)), configuration_at=now)
    )


async def revise(
    connection: AsyncConnection, charger_id: str, change: Callable[[CapabilityRecord], CapabilityRecord]
) -> None:
    """Replace the record by `change(record)`. Writes nothing when nothing changed, or without such a charger.

    What was known of another firmware, or another box, is dropped first.
    """
    wanted = select(Charger.capabilities, Charger.firmware, _HARDWARE).where(Charger.id == charger_id)
    row = (await connection.execute(wanted)).one_or_none()
    if row is None or _revised(row, change) is None:
        return
    row = (await connection.execute(wanted.with_for_update())).one()
    record = _revised(row, change)
    if record is not None:
        document = merged(row.capabilities, record)
        await connection.execute(
            update(Charger).where(Charger.id == charger_id).values(capabilities=document)
        )


def _revised(row: Any, change: Callable[[CapabilityRecord], CapabilityRecord]) -> CapabilityRecord | None:
    """None: as stored."""
    stored = CapabilityRecord.from_document(row.capabilities)
    record = change(of_device(stored, row.firmware, row.hardware))
    return None if record == stored else record
