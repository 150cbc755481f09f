"""Sites, connectors and bookable windows as JSON."""

from collections import Counter

from api.desk.sites import Offer, SiteRecord
from api.v1.schemas.fields import MoneyOut
from api.v1.schemas.sites import (
    AvailabilityOut,
    ConnectorOut,
    PoolAvailabilityOut,
    PoolOut,
    SiteDetailOut,
    SiteOut,
    TermsOut,
    WindowOut,
)
from db.tables import Site
from domain.money.amount import Money
from domain.place.availability import PoolAvailability
from domain.place.connectors import PoolConnector
from domain.place.pool import PoolFacts
from domain.terms.accepted import Terms


def site_detail_out(record: SiteRecord) -> SiteDetailOut:
    counts = Counter(item.pool_id for item in record.connectors)
    return SiteDetailOut(
        **site_out(record.site).model_dump(),
        pools=[pool_out(pool, counts[pool.id]) for pool in record.pools],
        connectors=[connector_out(item) for item in record.connectors],
        terms=terms_out(record.terms),
    )


def availability_out(site_id: str, offer: Offer) -> AvailabilityOut:
    return AvailabilityOut(
        from_=offer.start,
        to=offer.end,
        site_id=site_id,
        duration_seconds=int(offer.found.length.total_seconds()),
        next_from=offer.found.next_from,
        pools=[pool_availability_out(pool) for pool in offer.found.pools],
        connectors=[connector_out(item) for item in offer.connectors],
        terms=terms_out(offer.found.terms),
    )


def site_out(site: Site) -> SiteOut:
    return SiteOut(
        id=site.id,
        name=site.name,
        zone=site.zone,
        currency=site.currency,
        latitude=site.latitude,
        longitude=site.longitude,
    )


def pool_out(pool: PoolFacts, connectors: int) -> PoolOut:
    return PoolOut(
        id=pool.id,
        name=pool.name,
        connector_type=pool.connector_type,
        power_w=pool.power_w,
        connectors=connectors,
        walk_in_connectors=pool.walk_in_connectors,
    )


def connector_out(connector: PoolConnector) -> ConnectorOut:
    return ConnectorOut(
        id=connector.id,
        charger_id=connector.charger_id,
        number=connector.number,
        pool_id=connector.pool_id,
        bay=connector.bay,
        status=connector.status,
        online=connector.connected,
    )


def pool_availability_out(found: PoolAvailability) -> PoolAvailabilityOut:
    return PoolAvailabilityOut(
        pool_id=found.pool.id,
        connector_type=found.pool.connector_type,
        power_w=found.pool.power_w,
        bookable_connectors=found.bookable,
        windows=[
            WindowOut(start=window.slot.start, end=window.slot.end, free=window.free)
            for window in found.windows
            if window.free
        ],
    )


def terms_out(terms: Terms | None) -> TermsOut | None:
    if terms is None:
        return None
    policy, tariff = terms.policy, terms.tariff
    return TermsOut(
        currency=policy.currency,
        deposit=money_out(policy.deposit),
        reservation_fee=money_out(policy.reservation_fee),
        no_show_fee=money_out(policy.no_show_fee),
        energy_per_kwh=money_out(tariff.energy_per_kwh),
        time_per_minute=money_out(tariff.time_per_minute),
        session_fee=money_out(tariff.session_fee),
        tax_basis_points=tariff.tax_basis_points,
        slot_step_seconds=int(policy.slots.step.total_seconds()),
        slot_shortest_seconds=int(policy.slots.shortest.total_seconds()),
        slot_longest_seconds=int(policy.slots.longest.total_seconds()),
        grace_seconds=int(policy.grace.total_seconds()),
    )


def money_out(money: Money) -> MoneyOut:
    return MoneyOut(minor=money.minor, currency=money.currency)
