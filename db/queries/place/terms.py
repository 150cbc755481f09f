"""The rules and prices in force at a site: its own newest version, else the newest default."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import LateralFromClause

from db.documents import policy_from_document, tariff_from_document
from db.tables import PolicyVersion, Site, TariffVersion, WalkInTariffVersion
from domain.errors import UnknownSite
from domain.facts.refusals import NoSuchSite, SiteNotOpen
from domain.terms.accepted import Terms
from domain.terms.tariff import Tariff


def _newest(table: type[PolicyVersion] | type[TariffVersion]) -> LateralFromClause:
    """Of each site. NULLS LAST: its own before the default."""
    mine = or_(table.site_id == Site.id, table.site_id.is_(None))
    versions = select(table.id, table.document, table.version).where(
        mine, table.valid_from <= bindparam("at")
    )
    return versions.order_by(table.site_id.asc().nulls_last(), table.version.desc()).limit(1).lateral()


_policy, _tariff = _newest(PolicyVersion), _newest(TariffVersion)
_WITH_TERMS = (
    select(
        Site,
        _policy.c.document,
        _policy.c.version,
        _policy.c.id,
        _tariff.c.document,
        _tariff.c.version,
        _tariff.c.id,
    )
    .select_from(Site)
    .outerjoin(_policy, true())
    .outerjoin(_tariff, true())
    .where(Site.id == bindparam("site"))
)


async def open_site(session: AsyncSession, site_id: str, now: datetime) -> tuple[Site, Terms]:
    """The site with the terms that a booking made at `now` accepts.

    Raises UnknownSite for one that is not there, or while no policy or tariff is in force.
    """
    found = await _with_terms(session, site_id, now)
    if found.terms is None:
        raise UnknownSite(SiteNotOpen(site_id=site_id))
    return found.site, found.terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The terms, and the rows that they are of."""

    terms: Terms
    policy_id: int
    tariff_id: int


async def versions_in_force(session: AsyncSession, site_id: str, now: datetime) -> Versions:
    """Raises UnknownSite as `open_site`."""
    found = await _with_terms(session, site_id, now)
    if found.terms is None or found.policy_id is None or found.tariff_id is None:
        raise UnknownSite(SiteNotOpen(site_id=site_id))
    return Versions(terms=found.terms, policy_id=found.policy_id, tariff_id=found.tariff_id)


async def terms_at(session: AsyncSession, site: Site, now: datetime) -> Terms:
    """The terms a booking made at `now` accepts. Raises UnknownSite while no policy or tariff is in force."""
    terms = await terms_in_force(session, site, now)
    if terms is None:
        raise UnknownSite(SiteNotOpen(site_id=site.id))
    return terms


async def terms_in_force(session: AsyncSession, site: Site, now: datetime) -> Terms | None:
    """The same; None while the site is not open for booking."""
    return (await _with_terms(session, site.id, now)).terms


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    site: Site
    terms: Terms | None = None
    policy_id: int | None = None
    tariff_id: int | None = None


async def _with_terms(session: AsyncSession, site_id: str, now: datetime) -> _Found:
    row = (await session.execute(_WITH_TERMS, {"site": site_id, "at": now})).one_or_none()
    if row is None:
        raise UnknownSite(NoSuchSite(site_id=site_id))
    site, policy, policy_version, policy_id, tariff, tariff_version, tariff_id = row
    if policy is None or tariff is None:
        return _Found(site=site)
    terms = Terms(
        policy=policy_from_document(policy),
        tariff=tariff_from_document(tariff),
        site_zone=site.zone,
        policy_version=policy_version,
        tariff_version=tariff_version,
    )
    return _Found(site=site, terms=terms, policy_id=policy_id, tariff_id=tariff_id)


async def walk_in_tariff_at(session: AsyncSession, site_id: str, at: datetime) -> tuple[Tariff, int] | None:
    """The site's tariff for walk-ins and its version; None: the site does not price them."""
    mine = select(WalkInTariffVersion).where(
        WalkInTariffVersion.site_id == site_id, WalkInTariffVersion.valid_from <= at
    )
    row = await session.scalar(mine.order_by(WalkInTariffVersion.version.desc()).limit(1))
    if row is None or row.document is None:
        return None
    return tariff_from_document(row.document), row.version
