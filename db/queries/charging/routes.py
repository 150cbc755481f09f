"""The connection lease: which gateway instance owns a charger's socket."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Charger
from domain.charging.capabilities import CapabilityRecord
from domain.errors import UnknownCharger
from domain.facts.refusals import NoSuchCharger


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """`gateway_instance` None: not connected. `capabilities`: what is known of the charger."""

    gateway_instance: str | None
    epoch: int
    capabilities: CapabilityRecord


async def lease_of(session: AsyncSession, charger_id: str) -> Lease:
    """Raises UnknownCharger."""
    row = (
        await session.execute(
            select(Charger.gateway_instance, Charger.epoch, Charger.capabilities).where(
                Charger.id == charger_id
            )
        )
    ).one_or_none()
    if row is None:
        raise UnknownCharger(NoSuchCharger(charger_id=charger_id))
    return Lease(gateway_instance=row[0], epoch=row[1], capabilities=CapabilityRecord.from_document(row[2]))
