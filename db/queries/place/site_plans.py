"""Plans of sites, as they are stored with them; shown of bays only those that the site has."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.tables import Bay, Connector, Site
from domain.place.site_plan import Landmark, LandmarkKind, PlacedBay, SitePlan


async def plan_of(session: AsyncSession, site_id: str) -> SitePlan | None:
    """None: the site has none, or there is no such site."""
    row = (await session.execute(select(Site.plan, _labels()).where(Site.id == site_id))).one_or_none()
    return None if row is None or row[0] is None else _plan(row[0]).of_bays(row[1] or ())


async def stored_plan_of(session: AsyncSession, site_id: str) -> SitePlan | None:
    """With bays that the site has not now. None: the site has none, or there is no such site."""
    document = await session.scalar(select(Site.plan).where(Site.id == site_id))
    return None if document is None else _plan(document)


async def plan_at(session: AsyncSession, charger_id: str, number: int) -> tuple[SitePlan, str] | None:
    """Of the site where that connector is, with its bay. None: it is on no plan."""
    here = (
        select(Site.plan, _labels(), Bay.label)
        .join(Bay, Bay.site_id == Site.id)
        .join(Connector, Connector.bay_id == Bay.id)
        .where(Connector.charger_id == charger_id, Connector.number == number, Site.plan.is_not(None))
    )
    row = (await session.execute(here)).one_or_none()
    if row is None:
        return None
    plan = _plan(row[0]).of_bays(row[1] or ())
    return None if plan.bay(row[2]) is None else (plan, row[2])


async def labels_at(session: AsyncSession, site_id: str) -> Sequence[str]:
    """Of the bays that a connector of the site has, in order."""
    found = await session.scalar(select(_labels()).where(Site.id == site_id))
    return found or ()


async def lay_plan(session: AsyncSession, site_id: str, plan: SitePlan | None) -> None:
    """In place of the one before; None: it has none. Not written where it is the same."""
    document = None if plan is None else _document(plan)
    site = await session.get_one(Site, site_id)
    await session.refresh(site, ["plan"])
    if site.plan != document:
        site.plan = document
        await session.flush()


def _document(plan: SitePlan) -> dict[str, Any]:
    """As it is read back."""
    lists = {"bays": [*map(asdict, plan.bays)], "landmarks": [*map(asdict, plan.landmarks)]}
    return {"width_cm": plan.width_cm, "length_cm": plan.length_cm, **lists}


def _labels() -> ScalarSelect[Any]:
    """An array, of the site that is asked about around it; NULL: none of its connectors has a bay."""
    bay = aliased(Bay)
    there = select(func.array_agg(bay.label.distinct())).join(Connector, Connector.bay_id == bay.id)
    return there.where(bay.site_id == Site.id).correlate(Site).scalar_subquery()


def _plan(document: dict[str, Any]) -> SitePlan:
    bays, landmarks = document["bays"], document["landmarks"]
    return SitePlan(
        width_cm=document["width_cm"],
        length_cm=document["length_cm"],
        bays=tuple(PlacedBay(**one) for one in bays),
        landmarks=tuple(Landmark(**one | {"kind": LandmarkKind(one["kind"])}) for one in landmarks),
    )
