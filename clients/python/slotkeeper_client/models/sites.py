"""Sites: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from slotkeeper_client.models.shared import ConnectorStatus, MoneyOut, PriceReasonOut, TermsOut
from slotkeeper_client.shapes import Answer, Open


class By(StrEnum):
    POOL = "pool"
    CONNECTOR = "connector"


class ForecastSource(StrEnum):
    SLOT = "slot"
    OVERRUN = "overrun"
    USUAL = "usual"


class AvailabilityOut(Answer):
    site_id: str
    from_: datetime = Field(alias="from")
    to: datetime
    duration_seconds: int
    next_from: datetime | None
    """Not every window fits: ask again with this as `from`. Null: these were all"""
    prices: list[SlotPriceOut]
    """Each that a window names in `price`, once"""
    pools: list[PoolAvailabilityOut]
    connectors: list[ConnectorOut]
    terms: TermsOut | None


class BayShapeOut(Answer):
    length_cm: int | None
    """Null: not measured, and keeps nobody out; so the others"""
    width_cm: int | None
    height_cm: int | None
    """The limit above it"""
    trailer: bool
    """A car fits with one"""
    drive_through: bool
    accessible: bool
    """Kept for who needs it until `terms.accessible_kept_until_seconds` before a slot"""


class BusyOut(Answer):
    until: datetime
    """When it is expected to end"""
    by: Open[ForecastSource]
    """What that is reckoned by: the `slot` of its reservation, an `overrun` of a slot that is over, or what is
    `usual` at that connector
    """


class ConnectorOut(Answer):
    id: int
    charger_id: str
    number: int
    pool_id: str
    bay: str | None
    bay_shape: BayShapeOut
    status: Open[ConnectorStatus]
    online: bool
    maintenance: list[SpanOut]
    """From now on, when it is under maintenance: nobody can book it or walk in then"""
    busy: BusyOut | None
    """By a session that runs at its bay; null: none does, or nobody knows"""


class ConnectorWindowsOut(Answer):
    """What can be had by naming this connector, each window for itself: connectors of a pool are
    interchangeable until a slot is locked, so who takes another one, or any, may leave no place here.
    """

    connector_id: int
    windows: list[SpanOut]


class LiveAvailabilityOut(Answer):
    site_id: str
    duration_seconds: int
    next_from: datetime | None
    """As in the answer of `availability`"""
    pools: list[PoolAvailabilityOut]
    connectors: list[ConnectorOut]


class PoolAvailabilityOut(Answer):
    pool_id: str
    connector_type: str
    """A pool whose EVSEs have several types of plug comes once for each"""
    power_w: int
    bookable_connectors: int
    """Working now, without those kept for walk-ins"""
    windows: list[WindowOut]
    """Windows with at least one free connector"""
    each: list[ConnectorWindowsOut]
    """With `by=connector`; else empty"""


class PoolOut(Answer):
    """Interchangeable connectors; `walk_in_connectors` of them are never promised."""

    id: str
    name: str
    connector_type: str
    connector_types: list[str]
    """All that can be booked: an EVSE may have several plugs"""
    power_w: int
    connectors: int
    walk_in_connectors: int
    slots: SlotLengthsOut | None
    """Null while the site cannot be booked"""


class SiteOut(Answer):
    id: str
    name: str
    zone: str
    """IANA time zone"""
    currency: str
    latitude: float
    longitude: float
    address: str
    """On one line; empty: not known"""
    opening_hours: str
    """In the syntax of OpenStreetMap, on the site's clock; empty: always open"""
    country: str
    """ISO 3166-1: whose public holidays count; empty: not known"""


class SiteDetailOut(SiteOut):
    pools: list[PoolOut]
    connectors: list[ConnectorOut]
    terms: TermsOut | None


class SitesOut(Answer):
    items: list[SiteOut]


class SlotLengthsOut(Answer):
    step_seconds: int
    """Of the grid on the site's clock; 0: none"""
    shortest_seconds: int
    longest_seconds: int


class SlotPriceOut(Answer):
    """What the caller would pay for a slot, and why. A quote keeps it."""

    energy_per_kwh: MoneyOut
    time_per_minute: MoneyOut
    reservation_fee: MoneyOut
    """Of the caller: zero for members"""
    price_rules_version: int | None
    """null: prices do not vary"""
    reasons: list[PriceReasonOut]
    """Each step from the tariff's prices; empty: they stand"""


class SpanOut(Answer):
    start: datetime
    end: datetime


class WindowOut(Answer):
    start: datetime
    end: datetime
    free: int
    """Connectors that could still be promised"""
    price: int | None
    """What a booking of this pool made now would pay: its place in `prices`; null in a stream"""
    certainty: float | None
    """That a booking of it is kept, 0 to 1: the least of what may be given"""
