"""Sites, live connectors and bookable windows over the wire."""

from datetime import datetime

from pydantic import Field

from api.schemas.fields import Answer, MoneyOut
from db.queries.place.sites import PlacedConnector
from db.tables import Pool, Site
from domain.money.amount import Money
from domain.place.availability import PoolAvailability
from domain.terms.accepted import Terms


class SiteOut(Answer):
    id: str = Field(examples=["harbour"])
    name: str
    zone: str = Field(examples=["Europe/Berlin"], description="IANA time zone")
    currency: str = Field(examples=["EUR"])
    latitude: float
    longitude: float


class SitesOut(Answer):
    items: list[SiteOut]


class PoolOut(Answer):
    """Interchangeable connectors; `walk_in_connectors` of them are never promised."""

    id: str
    name: str
    connector_type: str
    power_w: int
    connectors: int
    walk_in_connectors: int


class ConnectorOut(Answer):
    id: int
    charger_id: str
    number: int
    pool_id: str
    bay: str | None
    status: str
    online: bool


class TermsOut(Answer):
    """What a booking made now would be subject to."""

    currency: str
    deposit: MoneyOut
    reservation_fee: MoneyOut
    no_show_fee: MoneyOut
    energy_per_kwh: MoneyOut
    time_per_minute: MoneyOut
    session_fee: MoneyOut
    tax_basis_points: int
    slot_step_seconds: int
    slot_shortest_seconds: int
    slot_longest_seconds: int
    grace_seconds: int


class SiteDetailOut(SiteOut):
    pools: list[PoolOut]
    connectors: list[ConnectorOut]
    terms: TermsOut | None


class WindowOut(Answer):
    start: datetime
    end: datetime
    free: int = Field(description="Connectors that could still be promised")


class PoolAvailabilityOut(Answer):
    pool_id: str
    connector_type: str
    power_w: int
    bookable_connectors: int = Field(description="Working now, without those kept for walk-ins")
    windows: list[WindowOut] = Field(description="Windows with at least one free connector")


class AvailabilityOut(Answer):
    site_id: str
    from_: datetime = Field(serialization_alias="from")
    to: datetime
    duration_seconds: int
    next_from: datetime | None = Field(
        description="Not every window fits: ask again with this as `from`. Null: these were all"
    )
    pools: list[PoolAvailabilityOut]
    connectors: list[ConnectorOut]
    terms: TermsOut | None


def site_out(site: Site) -> SiteOut:
    return SiteOut(
        id=site.id,
        name=site.name,
        zone=site.zone,
        currency=site.currency,
        latitude=site.latitude,
        longitude=site.longitude,
    )


def pool_out(pool: Pool, connectors: int) -> PoolOut:
    return PoolOut(
        id=pool.id,
        name=pool.name,
        connector_type=pool.connector_type,
        power_w=pool.power_w,
        connectors=connectors,
        walk_in_connectors=pool.walk_in_connectors,
    )


def connector_out(placed: PlacedConnector) -> ConnectorOut:
    return ConnectorOut(
        id=placed.connector.id,
        charger_id=placed.connector.charger_id,
        number=placed.connector.number,
        pool_id=placed.connector.pool_id,
        bay=placed.bay,
        status=placed.connector.status,
        online=placed.online,
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
