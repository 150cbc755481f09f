"""The rules and prices in force at a site: its own newest version, else the newest default."""

from datetime import datetime
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.documents import policy_from_document, tariff_from_document
from db.tables import PolicyVersion, Site, TariffVersion, WalkInTariffVersion
from domain.errors import UnknownSite
from domain.facts.refusals import SiteNotOpen
from domain.terms.accepted import Terms
from domain.terms.tariff import Tariff

Version = TypeVar("Version", PolicyVersion, TariffVersion)


async def terms_at(session: AsyncSession, site: Site, now: datetime) -> Terms:
    """The terms a booking made at `now` accepts. Raises UnknownSite while no policy or tariff is in force."""
    terms = await terms_in_force(session, site, now)
    if terms is None:
        raise UnknownSite(SiteNotOpen(site_id=site.id))
    return terms


async def terms_in_force(session: AsyncSession, site: Site, now: datetime) -> Terms | None:
    """The same; None while the site is not open for booking."""
    policy = await _newest(session, PolicyVersion, site.id, now)
    tariff = await _newest(session, TariffVersion, site.id, now)
    if policy is None or tariff is None:
        return None
    return Terms(
        policy=policy_from_document(policy.document),
        tariff=tariff_from_document(tariff.document),
        site_zone=site.zone,
        policy_version=policy.version,
        tariff_version=tariff.version,
    )


async def _newest(session: AsyncSession, table: type[Version], site_id: str, now: datetime) -> Version | None:
    mine = or_(table.site_id == site_id, table.site_id.is_(None))
    statement = select(table).where(mine, table.valid_from <= now)
    # NULLS LAST: the site's own before the default.
    newest_first = statement.order_by(table.site_id.asc().nulls_last(), table.version.desc())
    return await session.scalar(newest_first.limit(1))


async def walk_in_tariff_at(session: AsyncSession, site_id: str, at: datetime) -> tuple[Tariff, int] | None:
    """The site's tariff for walk-ins and its version; None: the site does not price them."""
    mine = select(WalkInTariffVersion).where(
        WalkInTariffVersion.site_id == site_id, WalkInTariffVersion.valid_from <= at
    )
    row = await session.scalar(mine.order_by(WalkInTariffVersion.version.desc()).limit(1))
    if row is None or row.document is None:
        return None
    return tariff_from_document(row.document), row.version
