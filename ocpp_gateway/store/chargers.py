"""Chargers: who they are, what they told about themselves, and the lease of their connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Charger, Connector, Hold


@dataclass(frozen=True, slots=True)
class Credentials:
    """`password_hash` None: the charger was given no password."""

    password_hash: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPlace:
    reservation_code: str
    connector_id: int
    released: bool


@dataclass(frozen=True, slots=True)
class Seen:
    charger_id: str
    epoch: int
    at: datetime


async def credentials(connection: AsyncConnection, charger_id: str) -> Credentials | None:
    """None: there is no such charger."""
    row = (
        await connection.execute(select(Charger.password_hash).where(Charger.id == charger_id))
    ).one_or_none()
    return None if row is None else Credentials(row.password_hash)


async def take_lease(
    connection: AsyncConnection, charger_id: str, *, instance: str, protocol: str, now: datetime
) -> int | None:
    """Own the charger's connection from now on; the new epoch, or None when the charger is gone."""
    return await connection.scalar(
        update(Charger)
        .where(Charger.id == charger_id)
        .values(
            epoch=Charger.epoch + 1,
            gateway_instance=instance,
            connected_at=now,
            last_seen_at=now,
            protocol=protocol,
        )
        .returning(Charger.epoch)
    )


async def drop_lease(connection: AsyncConnection, charger_id: str, epoch: int, now: datetime) -> bool:
    """Give the lease back if it is still this epoch's."""
    dropped = await connection.scalar(
        update(Charger)
        .where(Charger.id == charger_id, Charger.epoch == epoch, Charger.gateway_instance.is_not(None))
        .values(gateway_instance=None, connected_at=None, last_seen_at=now)
        .returning(Charger.id)
    )
    return dropped is not None


async def leases_of(connection: AsyncConnection, instance: str) -> list[tuple[str, int]]:
    """(charger, epoch) of every lease in this instance's name."""
    rows = await connection.execute(
        select(Charger.id, Charger.epoch).where(Charger.gateway_instance == instance)
    )
    return [(row.id, row.epoch) for row in rows]


async def note_seen(connection: AsyncConnection, seen: Sequence[Seen]) -> None:
    """Flush last-seen times of connections that still have the lease."""
    table = Charger.__table__
    await connection.execute(
        update(Charger)
        .where(table.c.id == bindparam("charger"), table.c.epoch == bindparam("at_epoch"))
        .values(last_seen_at=bindparam("seen_at")),
        [{"charger": s.charger_id, "at_epoch": s.epoch, "seen_at": s.at} for s in seen],
    )


async def epochs(connection: AsyncConnection, charger_ids: Sequence[str]) -> dict[str, int]:
    rows = await connection.execute(select(Charger.id, Charger.epoch).where(Charger.id.in_(charger_ids)))
    return {row.id: row.epoch for row in rows}


async def describe(
    connection: AsyncConnection, charger_id: str, *, vendor: str, model: str, firmware: str
) -> None:
    await connection.execute(
        update(Charger).where(Charger.id == charger_id).values(vendor=vendor, model=model, firmware=firmware)
    )


async def learn(connection: AsyncConnection, charger_id: str, capability: str, value: bool) -> None:
    """Write one learned capability."""
    await connection.execute(
        update(Charger)
        .where(Charger.id == charger_id)
        .values(capabilities=Charger.capabilities.op("||")(cast({capability: value}, JSONB)))
    )


async def held_place(connection: AsyncConnection, charger_id: str, hold_id: int) -> HeldPlace | None:
    """The hold on this charger with that number; None for another charger's or nobody's."""
    row = (
        await connection.execute(
            select(Hold.reservation_code, Hold.connector_id, Hold.released_at)
            .join(Connector, Connector.id == Hold.connector_id)
            .where(Connector.charger_id == charger_id, Hold.id == hold_id)
        )
    ).one_or_none()
    if row is None:
        return None
    return HeldPlace(
        reservation_code=row.reservation_code,
        connector_id=row.connector_id,
        released=row.released_at is not None,
    )


async def connector_id(connection: AsyncConnection, charger_id: str, number: int) -> int | None:
    return await connection.scalar(
        select(func.max(Connector.id)).where(Connector.charger_id == charger_id, Connector.number == number)
    )
