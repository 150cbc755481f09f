"""How each thing that is installed gets into the database, one function a thing: for seeds, and for operators' words.

What is not said stays, nothing is removed, and what open reservations stand by is not changed under them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.berths import bays_named
from db.queries.place.opening import set_hours
from db.seed.plan import ChargerSeed, ConnectorSeed, PoolSeed, SiteSeed
from db.tables import Bay, Charger, Connector, Hold, Pool, Site
from domain.errors import InstalledElsewhere, PromisedOtherwise
from domain.facts.refused_installing import StandsElsewhere, StandsFor

MOST_TOLD = 20
"""Of the reservations that a change contradicts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """`member`: as a seed names it. `before`: None: it was not there."""

    member: str
    before: Any
    after: Any


@dataclass(slots=True, kw_only=True)
class Laid:
    """`made`: it was not there before."""

    made: bool
    changes: list[Changed] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Is anything other than before?"""
        return self.made or bool(self.changes)


async def lock_installing(session: AsyncSession) -> None:
    """One after the other, until the end of the transaction: ids are unique at all sites, and pools follow later."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("installing", 0))))


async def lay_site(session: AsyncSession, site: SiteSeed) -> Laid:
    """Without pools and rules. Raises OpeningHoursInvalid; PromisedOtherwise for another zone or currency."""
    row = await session.get(Site, site.id)
    laid = Laid(made=row is None)
    if row is None:
        row = Site(id=site.id, address="", opening_hours="", country="")
        session.add(row)
    said: dict[str, Any] = {
        "name": site.name,
        "zone": site.zone,
        "currency": site.currency,
        "latitude": site.latitude,
        "longitude": site.longitude,
    }
    if site.address is not None:
        said["address"] = site.address.strip()
    laid.changes += _set(row, said)
    at_site = select(Hold.reservation_code).join(Pool, Pool.id == Hold.pool_id).where(Pool.site_id == site.id)
    await _refuse_if_held(session, laid, ("zone", "currency"), at_site)
    set_hours(row, text=site.opening_hours, country=site.country)
    await session.flush()
    return laid


async def lay_pool(session: AsyncSession, site_id: str, pool: PoolSeed) -> Laid:
    """Raises InstalledElsewhere; PromisedOtherwise for another plug or less power than was booked."""
    row = await session.get(Pool, pool.id)
    laid = Laid(made=row is None)
    if row is None:
        row = Pool(id=pool.id, site_id=site_id, walk_in_connectors=0)
        session.add(row)
    elif row.site_id != site_id:
        raise InstalledElsewhere(StandsElsewhere(name=pool.id))
    said = ("name", "connector_type", "power_w", "walk_in_connectors")
    laid.changes += _set(row, {name: getattr(pool, name) for name in said})
    less = [one for one in laid.changes if one.member == "power_w" and one.after < (one.before or 0)]
    members = ("connector_type", *(one.member for one in less))
    await _refuse_if_held(
        session, laid, members, select(Hold.reservation_code).where(Hold.pool_id == pool.id)
    )
    await session.flush()
    return laid


async def lay_charger(
    session: AsyncSession,
    site_id: str,
    charger: ChargerSeed,
    *,
    moves: bool,
    outranks: bool,
    password_hash: str | None = None,
) -> Laid:
    """With its connectors; whoever lays them joins the site's berths afterwards.

    `password_hash`: None: as it is. `moves`: from another site, if it stands there. `outranks`: what an operator has
    declared of bays and cables.
    Raises InstalledElsewhere, PromisedOtherwise.
    """
    row = await session.get(Charger, charger.id)
    laid = Laid(made=row is None)
    if row is None:
        row = Charger(id=charger.id, site_id=site_id, capabilities={}, epoch=0)
        row.one_at_a_time, row.keeps_local_list = [], False
        session.add(row)
    elif row.site_id != site_id and not moves:
        raise InstalledElsewhere(StandsElsewhere(name=charger.id))
    said: dict[str, Any] = {"site_id": site_id, "keeps_local_list": charger.keeps_local_list}
    says_where = outranks or row.topology_declared_at is None
    if says_where:
        said["one_at_a_time"] = [sorted({*group}) for group in charger.one_at_a_time]
    laid.changes += _set(row, said)
    row.password_hash = password_hash or row.password_hash
    await session.flush()
    bays = await bays_named(session, site_id, {c.bay for c in charger.connectors if c.bay})
    known = await _connectors_of(session, charger.id)
    for connector in charger.connectors:
        own = known.get(connector.number)
        bay_id = bays.get(connector.bay or "") if says_where or own is None else own.bay_id
        laid.changes += await _lay_connector(session, charger.id, own, connector, bay_id)
    await session.flush()
    return laid


async def _lay_connector(
    session: AsyncSession,
    charger_id: str,
    row: Connector | None,
    connector: ConnectorSeed,
    bay_id: int | None,
) -> list[Changed]:
    if row is None:
        row = Connector(charger_id=charger_id, number=connector.number)
        session.add(row)
    elif row.pool_id != connector.pool_id:
        here = select(Hold.reservation_code).where(Hold.connector_id == row.id)
        await _refuse_held(session, f"connectors.{connector.number}.pool_id", here)
    former = row.bay_id
    path, told = f"connectors.{connector.number}", _set(row, {"pool_id": connector.pool_id})
    changes = [Changed(member=f"{path}.pool_id", before=one.before, after=one.after) for one in told]
    if bay_id != former:
        row.bay_id = bay_id
        before = None if former is None else (await session.get_one(Bay, former)).label
        after = None if bay_id is None else connector.bay
        changes.append(Changed(member=f"{path}.bay", before=before, after=after))
    return changes


async def _connectors_of(session: AsyncSession, charger_id: str) -> dict[int, Connector]:
    rows = await session.scalars(select(Connector).where(Connector.charger_id == charger_id))
    return {row.number: row for row in rows}


async def _refuse_if_held(
    session: AsyncSession, laid: Laid, members: Sequence[str], held: Select[str]
) -> None:
    """Asked only where one of the members of what was there has changed."""
    changed = [one.member for one in laid.changes if one.member in members]
    if changed and not laid.made:
        await _refuse_held(session, ", ".join(changed), held)


async def _refuse_held(session: AsyncSession, member: str, held: Select[str]) -> None:
    """Raises PromisedOtherwise if there are open holds among those."""
    open_ones = held.where(Hold.released_at.is_(None)).order_by(Hold.slot_start, Hold.id)
    with session.no_autoflush:
        codes = list(dict.fromkeys(await session.scalars(open_ones.limit(MOST_TOLD))))
    if codes:
        raise PromisedOtherwise(StandsFor(member=member, reservations=", ".join(codes)))


def _set(row: Site | Pool | Charger | Connector, said: Mapping[str, Any]) -> list[Changed]:
    changed = [
        Changed(member=name, before=getattr(row, name), after=value)
        for name, value in said.items()
        if getattr(row, name) != value
    ]
    for one in changed:
        setattr(row, one.member, one.after)
    return changed


def members_of(changes: Iterable[Changed]) -> str:
    return ", ".join(one.member for one in changes)
