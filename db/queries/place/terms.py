"""The rules and prices in force at a site: its own newest version, else the newest default (of access: none)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Text, any_, bindparam, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import LateralFromClause

from db.documents import (
    access_rules_from_document,
    policy_from_document,
    price_rules_from_document,
    tariff_from_document,
)
from db.queries.place.access import access_in_force
from db.queries.place.opening import hours_of
from db.tables import PolicyVersion, PriceRulesVersion, Site, TariffVersion, WalkInTariffVersion
from domain.errors import CurrencyMismatch, UnknownSite
from domain.facts.refusals import NoSuchSite, SiteNotOpen
from domain.place.closures import Hours
from domain.terms.accepted import Terms
from domain.terms.access_rules import AccessRules
from domain.terms.price_rules import PriceRules
from domain.terms.tariff import Tariff


def _newest(table: type[PolicyVersion] | type[TariffVersion] | type[PriceRulesVersion]) -> LateralFromClause:
    """Of each site. NULLS LAST: its own before the default."""
    mine = or_(table.site_id == Site.id, table.site_id.is_(None))
    versions = select(table.id, table.document, table.version).where(
        mine, table.valid_from <= bindparam("at")
    )
    return versions.order_by(table.site_id.asc().nulls_last(), table.version.desc()).limit(1).lateral()


_policy, _tariff, _rules = _newest(PolicyVersion), _newest(TariffVersion), _newest(PriceRulesVersion)
_WITH_TERMS = (
    select(
        Site,
        _policy.c.document,
        _policy.c.version,
        _policy.c.id,
        _tariff.c.document,
        _tariff.c.version,
        _tariff.c.id,
        _rules.c.document,
        _rules.c.version,
        access_in_force(Site.id, bindparam("at")),
    )
    .select_from(Site)
    .outerjoin(_policy, true())
    .outerjoin(_tariff, true())
    .outerjoin(_rules, true())
)
_OF_SITE = _WITH_TERMS.where(Site.id == bindparam("site"))
_OF_SITES = _WITH_TERMS.where(Site.id == any_(bindparam("sites", type_=ARRAY(Text))))


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceVersion:
    """How prices vary, and by which version. `hours`: of the site, which say what is a public holiday there."""

    rules: PriceRules
    version: int
    hours: Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The terms of a site, and the rows that they are of. `prices` None: they do not vary.

    `access` None: everybody may book everywhere.
    """

    site: Site
    terms: Terms
    policy_id: int
    tariff_id: int
    prices: PriceVersion | None = None
    access: AccessRules | None = None


async def versions_in_force(session: AsyncSession, site_id: str, now: datetime) -> Versions:
    """The terms that a booking made at `now` accepts.

    Raises UnknownSite for one that is not there, or while no policy or tariff is in force.
    """
    found = await versions_if_open(session, site_id, now)
    if found is None:
        raise UnknownSite(SiteNotOpen(site_id=site_id))
    return found


async def terms_at(session: AsyncSession, site: Site, now: datetime) -> Terms:
    """The terms a booking made at `now` accepts. Raises UnknownSite while no policy or tariff is in force."""
    terms = await terms_in_force(session, site, now)
    if terms is None:
        raise UnknownSite(SiteNotOpen(site_id=site.id))
    return terms


async def terms_in_force(session: AsyncSession, site: Site, now: datetime) -> Terms | None:
    """The same; None while the site is not open for booking."""
    found = await versions_if_open(session, site.id, now)
    return None if found is None else found.terms


async def versions_if_open(session: AsyncSession, site_id: str, now: datetime) -> Versions | None:
    """The same; None while no policy or tariff is in force."""
    row = (await session.execute(_OF_SITE, {"site": site_id, "at": now})).one_or_none()
    if row is None:
        raise UnknownSite(NoSuchSite(site_id=site_id))
    return _versions(row)


async def versions_of_open(
    session: AsyncSession, site_ids: Collection[str], now: datetime
) -> dict[str, Versions]:
    """The same, of all of them in one statement, by site id; without those where nothing can be booked."""
    found = dict[str, Versions]()
    for row in await session.execute(_OF_SITES, {"sites": list(site_ids), "at": now}):
        try:
            versions = _versions(row)
        except CurrencyMismatch:  # its policy and tariff do not go together
            continue
        if versions is not None:
            found[versions.site.id] = versions
    return found


def _versions(row: Any) -> Versions | None:
    """`row` is of _WITH_TERMS."""
    (
        site,
        policy,
        policy_version,
        policy_id,
        tariff,
        tariff_version,
        tariff_id,
        rules,
        rules_version,
        access,
    ) = row
    if policy is None or tariff is None:
        return None
    terms = Terms(
        policy=policy_from_document(policy),
        tariff=tariff_from_document(tariff),
        site_zone=site.zone,
        policy_version=policy_version,
        tariff_version=tariff_version,
        prices_vary=rules is not None,
    )
    varies = rules and PriceVersion(
        rules=price_rules_from_document(rules), version=rules_version, hours=hours_of(site)
    )
    return Versions(
        site=site,
        terms=terms,
        policy_id=policy_id,
        tariff_id=tariff_id,
        prices=varies or None,
        access=None if access is None else access_rules_from_document(access),
    )


async def walk_in_tariff_at(session: AsyncSession, site_id: str, at: datetime) -> tuple[Tariff, int] | None:
    """The site's tariff for walk-ins and its version; None: the site does not price them."""
    mine = select(WalkInTariffVersion).where(
        WalkInTariffVersion.site_id == site_id, WalkInTariffVersion.valid_from <= at
    )
    row = await session.scalar(mine.order_by(WalkInTariffVersion.version.desc()).limit(1))
    if row is None or row.document is None:
        return None
    return tariff_from_document(row.document), row.version
