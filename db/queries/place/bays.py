"""Bays: how large they are and what they are for, read and written; by operators and by seeds."""

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Bay
from domain.errors import UnknownBay
from domain.facts.refusals import NoSuchBayHere
from domain.place.fit import BayShape


async def bays_of(session: AsyncSession, site_id: str) -> dict[str, BayShape]:
    """All of the site, by label."""
    rows = await session.scalars(select(Bay).where(Bay.site_id == site_id).order_by(Bay.label))
    return {row.label: _shape_of(row) for row in rows}


async def shape_bays(session: AsyncSession, site_id: str, shapes: Mapping[str, BayShape]) -> None:
    """`shapes`: by label. Raises UnknownBay for one that no connector has; the caller then rolls back."""
    named = select(Bay).where(Bay.site_id == site_id, Bay.label.in_(shapes))
    rows = {row.label: row for row in await session.scalars(named)}
    for label, shape in shapes.items():
        if label not in rows:
            raise UnknownBay(NoSuchBayHere(bay=label))
        for name, value in asdict(shape).items():
            setattr(rows[label], name, value)
    await session.flush()


def _shape_of(bay: Bay) -> BayShape:
    return BayShape(
        length_cm=bay.length_cm,
        width_cm=bay.width_cm,
        height_cm=bay.height_cm,
        trailer=bay.trailer,
        drive_through=bay.drive_through,
        accessible=bay.accessible,
    )
