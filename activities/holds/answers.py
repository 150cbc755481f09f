"""What the workflow is told about a hold: connector, credentials, terms, or why there is none."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.drivers import credentials_of
from activities.holds.writing import Promised
from contracts.holds import HeldConnector, HoldDecision, Refusal
from db.queries.place.connectors import connector_of
from db.queries.place.sites import spot_of
from db.queries.place.terms import versions_if_open
from db.tables import Driver, Hold, Pool, Site
from domain.charging.tokens import Credentials
from domain.errors import CurrencyMismatch, DomainError, Explained, Explanation, UnknownSite, Why
from domain.facts.refused_for_now import OurFault
from domain.place.choice import Choice, NoPlace
from domain.place.connectors import PoolConnector
from domain.place.nearby import distance_m
from domain.place.reasons import PlaceRefused
from domain.reservation.assignment import Assignment
from domain.terms.accepted import Terms
from domain.whereabouts import Whereabouts


def held(
    hold: Hold | Promised, connector: PoolConnector, power_w: int, credentials: Credentials
) -> HeldConnector:
    connector = connector.wanted_for(hold.plug) if hold.plug else connector
    return HeldConnector(
        assignment=Assignment(
            hold_id=hold.id,
            site_id=connector.site_id,
            charger_id=connector.charger_id,
            connector_id=connector.id,
            connector_number=connector.number,
            label=connector.label,
            power_w=power_w,
            plug=connector.plug if len(connector.plugs) > 1 else "",
        ),
        id_tag=credentials.id_tag,
        parent_id_tag=credentials.parent_tag,
        app_tag=credentials.app_tag,
        token_kind=credentials.token_kind,
        bay=connector.bay or "",
    )


def whereabouts(site: Site, booked: Site | None = None) -> Whereabouts:
    """`booked`: the site that was, None: this one."""
    there = Whereabouts(site_id=site.id, name=site.name, address=site.address)
    if booked is None or booked.id == site.id:
        return there
    return replace(there, distance_m=round(distance_m(spot_of(booked), spot_of(site))))


async def held_connector(session: AsyncSession, hold: Hold, now: datetime) -> HeldConnector:
    """The same, with what it needs read anew."""
    credentials = await credentials_of(session, driver_id=hold.driver_id, code=hold.reservation_code, now=now)
    connector = await connector_of(session, hold.connector_id)
    pool = await session.get_one(Pool, connector.pool_id)
    return held(hold, connector, pool.power_w, credentials)


async def decision(session: AsyncSession, hold: Hold, terms: Terms | None, now: datetime) -> HoldDecision:
    connector = await held_connector(session, hold, now)
    site = await session.get_one(Site, connector.assignment.site_id)
    driver = await session.get_one(Driver, hold.driver_id)
    return HoldDecision(
        held=connector,
        terms=terms,
        site_name=site.name,
        site=whereabouts(site),
        stripe_customer=driver.stripe_customer,
    )


def refused(error: DomainError) -> HoldDecision:
    reason = error.reason if isinstance(error, PlaceRefused) else None
    why = error.why if isinstance(error, Explained) else OurFault()
    return HoldDecision(refusal=Refusal(code=error.code, why=Explanation.of(why), reason=reason))


async def of_site(session: AsyncSession, decision: HoldDecision, site_id: str, now: datetime) -> HoldDecision:
    """A booking's refusal with the name of the site that refused, and its terms; without, where there are none."""
    versions = None
    with suppress(UnknownSite, CurrencyMismatch):  # the second may be what the booking was refused for
        versions = await versions_if_open(session, site_id, now)
    if versions is not None:
        return replace(decision, site_name=versions.site.name, terms=versions.terms)
    site = await session.get(Site, site_id)
    return decision if site is None else replace(decision, site_name=site.name)


def chosen(found: Choice | NoPlace, otherwise: Why) -> Choice:
    """Raises PlaceRefused that tells `otherwise`."""
    if isinstance(found, NoPlace):
        raise PlaceRefused(otherwise, found.reason)
    return found
