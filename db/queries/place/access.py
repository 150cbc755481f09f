"""Who may use what of a site: the versions of its access rules, and what they come to for one driver."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, DateTime, Label, Text, and_, any_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.documents import access_rules_from_document
from db.tables import AccessRulesVersion, Bay, Charger, Connector, Driver, GroupMember, Hold, Membership, Site
from domain.place.admission import Admission
from domain.place.slots import Slot
from domain.terms.access_rules import Caller, Spot

MOST_LOOKED_AT = 10_000
SHOWN_AHEAD = timedelta(days=7)


def access_in_force(site_id: ColumnElement[str] | Any, at: Any) -> ColumnElement[Any]:
    """The document of the newest version that is valid then; NULL: everybody may, or there is none."""
    mine = (AccessRulesVersion.site_id == site_id, AccessRulesVersion.valid_from <= at)
    newest = select(AccessRulesVersion.document).where(*mine).order_by(AccessRulesVersion.version.desc())
    return newest.limit(1).scalar_subquery().label("access")


def groups_of(driver_id: Any, at: Any) -> Label[Any]:
    """Ids of those that a driver is in then."""
    lasts = or_(GroupMember.until.is_(None), GroupMember.until > at)
    mine = select(GroupMember.group_id).where(
        GroupMember.driver_id == driver_id, GroupMember.since <= at, lasts
    )
    return func.array(mine.scalar_subquery()).label("groups")


def is_member(driver_id: Any, site_id: Any, at: Any) -> ColumnElement[bool]:
    """Of a row of memberships: the driver's, there and then."""
    there = or_(Membership.site_id.is_(None), Membership.site_id == site_id)
    lasts = or_(Membership.valid_until.is_(None), Membership.valid_until > at)
    return and_(Membership.driver_id == driver_id, there, Membership.valid_from <= at, lasts)


def tiers_of(driver_id: Any, site_id: Any, at: Any) -> Label[Any]:
    """Of the memberships that a driver has there and then."""
    mine = select(Membership.tier).where(is_member(driver_id, site_id, at), Membership.tier != "")
    return func.array(mine.scalar_subquery()).label("tiers")


_driver = bindparam("driver", type_=Text)
_at = bindparam("at", type_=DateTime(timezone=True))
_starts = bindparam("starts", type_=DateTime(timezone=True))
_CALLER = (
    groups_of(_driver, _starts),
    select(Driver.fleet_id).where(Driver.id == _driver).scalar_subquery().label("fleet"),
)
_CALLER_THERE = (*_CALLER, tiers_of(_driver, bindparam("site", type_=Text), _starts))
_TIERS = tiers_of(_driver, Site.id, _starts)
_ADMISSIONS = select(Site.id, Site.zone, access_in_force(Site.id, _at), *_CALLER, _TIERS).where(
    Site.id == any_(bindparam("sites", type_=ARRAY(Text)))
)

_TIERS_AT = select(Site.id, _TIERS).where(Site.id == any_(bindparam("sites", type_=ARRAY(Text))))


async def admissions_of(
    session: AsyncSession, driver_id: str, site_ids: Collection[str], *, at: datetime, starts: datetime
) -> dict[str, Admission]:
    """By site, of those whose access rules let not everybody in. `starts`: of the slot that is asked for."""
    about = {"driver": driver_id, "sites": [*site_ids], "at": at, "starts": starts}
    rows = await session.execute(_ADMISSIONS, about)
    return {
        row.id: Admission(
            access_rules_from_document(row.access),
            caller_in(row.fleet, row.groups, row.tiers),
            zone=row.zone,
        )
        for row in rows
        if row.access is not None
    }


async def caller_of(
    session: AsyncSession, driver_id: str | None, fleet_id: str | None, site_id: str, *, at: datetime
) -> Caller:
    """A driver, or a fleet that has named none."""
    if driver_id is None:
        return Caller(fleet=fleet_id)
    about = {"driver": driver_id, "site": site_id, "starts": at}
    row = (await session.execute(select(*_CALLER_THERE), about)).one()
    return caller_in(row.fleet or fleet_id, row.groups, row.tiers)


async def tiers_at(
    session: AsyncSession, driver_id: str, site_ids: Collection[str], *, starts: datetime
) -> dict[str, frozenset[str]]:
    """By site, those that a driver has when a slot `starts`."""
    about = {"driver": driver_id, "sites": [*site_ids], "starts": starts}
    return {row.id: frozenset(row.tiers) for row in await session.execute(_TIERS_AT, about)}


def caller_in(fleet: str | None, groups: Sequence[str], tiers: Sequence[str]) -> Caller:
    return Caller(fleet=fleet, groups=frozenset(groups), tiers=frozenset(tiers))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPlace:
    """A connector's time that a reservation has, from now on. `tiers`: of its driver when it begins."""

    reservation_code: str
    driver_id: str
    fleet_id: str | None
    spot: Spot
    slot: Slot
    tiers: frozenset[str] = frozenset()


async def held_places(session: AsyncSession, site_id: str, now: datetime) -> list[HeldPlace]:
    """At the site, by start, up to MOST_LOOKED_AT."""
    tiers = tiers_of(Hold.driver_id, Charger.site_id, Hold.slot_start)
    held = (
        select(Hold, Bay.label, Driver.fleet_id, Connector.pool_id, tiers)
        .join(Connector, Connector.id == Hold.connector_id)
        .join(Charger, Charger.id == Connector.charger_id)
        .join(Driver, Driver.id == Hold.driver_id)
        .outerjoin(Bay, Bay.id == Connector.bay_id)
        .where(Charger.site_id == site_id, Hold.released_at.is_(None), Hold.slot_end > now)
        .order_by(Hold.slot_start, Hold.id)
        .limit(MOST_LOOKED_AT)
    )
    return [
        HeldPlace(
            reservation_code=hold.reservation_code,
            driver_id=hold.driver_id,
            fleet_id=fleet_id,
            spot=Spot(bay=label, pool_id=pool_id),
            slot=Slot(hold.slot_start, hold.slot_end),
            tiers=frozenset(tiers_then),
        )
        for hold, label, fleet_id, pool_id, tiers_then in await session.execute(held)
    ]
