"""Sites, connectors and bookable windows as JSON."""

from collections import Counter
from datetime import datetime

from api.desk.sites import Offer, SiteRecord
from api.v1.schemas.sites import (
    AvailabilityOut,
    BusyOut,
    ConnectorOut,
    ConnectorWindowsOut,
    PoolAvailabilityOut,
    PoolOut,
    SiteDetailOut,
    SiteOut,
    SlotLengthsOut,
    SpanOut,
    WindowOut,
)
from api.v1.views.bays import shape_out
from api.v1.views.slot_prices import PricesShown
from api.v1.views.terms import terms_out
from db.tables import Site
from domain.place.availability import PoolAvailability
from domain.place.connectors import PoolConnector
from domain.place.pool_facts import PoolFacts
from domain.terms.accepted import Terms
from domain.terms.policy import SlotRules
from texts.reader import Reader


def site_detail_out(record: SiteRecord, reader: Reader) -> SiteDetailOut:
    counts = Counter(item.pool_id for item in record.connectors)
    return SiteDetailOut(
        **site_out(record.site).model_dump(),
        pools=[pool_out(pool, counts[pool.id], record.terms) for pool in record.pools],
        connectors=[connector_out(item, record.now) for item in record.connectors],
        terms=terms_out(record.terms, reader),
    )


def availability_out(site_id: str, offer: Offer, reader: Reader) -> AvailabilityOut:
    prices = PricesShown(offer.found.terms, reader)
    return AvailabilityOut(
        from_=offer.start,
        to=offer.end,
        site_id=site_id,
        duration_seconds=int(offer.found.length.total_seconds()),
        next_from=offer.found.next_from,
        pools=[pool_availability_out(pool, prices) for pool in offer.found.pools],
        prices=prices.shown,
        connectors=[connector_out(item, offer.now) for item in offer.connectors],
        terms=terms_out(offer.found.terms, reader),
    )


def site_out(site: Site) -> SiteOut:
    return SiteOut(
        id=site.id,
        name=site.name,
        zone=site.zone,
        currency=site.currency,
        latitude=site.latitude,
        longitude=site.longitude,
        address=site.address,
        opening_hours=site.opening_hours,
        country=site.country,
    )


def pool_out(pool: PoolFacts, connectors: int, terms: Terms | None) -> PoolOut:
    return PoolOut(
        id=pool.id,
        name=pool.name,
        connector_type=pool.connector_type,
        connector_types=list(pool.connector_types),
        power_w=pool.power_w,
        connectors=connectors,
        walk_in_connectors=pool.walk_in_connectors,
        slots=None if terms is None else _lengths(terms.policy.slots.of(pool.id)),
    )


def _lengths(rules: SlotRules) -> SlotLengthsOut:
    return SlotLengthsOut(
        step_seconds=int(rules.step.total_seconds()),
        shortest_seconds=int(rules.shortest.total_seconds()),
        longest_seconds=int(rules.longest.total_seconds()),
    )


def connector_out(connector: PoolConnector, now: datetime) -> ConnectorOut:
    busy = connector.busy(now)
    return ConnectorOut(
        id=connector.id,
        charger_id=connector.charger_id,
        number=connector.number,
        pool_id=connector.pool_id,
        bay=connector.bay,
        bay_shape=shape_out(connector.shape),
        status=connector.status,
        online=connector.connected,
        maintenance=[SpanOut(start=span.start, end=span.end) for span in connector.maintenance],
        busy=None if busy is None else BusyOut(until=busy.until, by=busy.source),
    )


def pool_availability_out(found: PoolAvailability, prices: PricesShown | None = None) -> PoolAvailabilityOut:
    return PoolAvailabilityOut(
        pool_id=found.pool.id,
        connector_type=found.pool.connector_type,
        power_w=found.pool.power_w,
        bookable_connectors=found.bookable,
        windows=[
            WindowOut(
                start=window.slot.start,
                end=window.slot.end,
                free=window.free,
                price=None if prices is None else prices.place_of(window.prices),
                certainty=None if window.certainty is None else window.certainty.kept,
            )
            for window in found.windows
            if window.free
        ],
        each=[
            ConnectorWindowsOut(
                connector_id=one.connector_id,
                windows=[SpanOut(start=w.slot.start, end=w.slot.end) for w in one.windows if w.free],
            )
            for one in found.each
        ],
    )
