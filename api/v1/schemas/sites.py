"""Sites, live connectors and bookable windows over the wire."""

from datetime import datetime

from pydantic import Field

from api.v1.schemas.bays import BayShapeOut
from api.v1.schemas.fields import Answer, MoneyOut
from api.v1.schemas.terms import PriceReasonOut, TermsOut
from domain.charging.connector import ConnectorStatus
from domain.place.forecast import ForecastSource


class SiteOut(Answer):
    id: str = Field(examples=["harbour"])
    name: str
    zone: str = Field(examples=["Europe/Berlin"], description="IANA time zone")
    currency: str = Field(examples=["EUR"])
    latitude: float
    longitude: float
    address: str = Field(description="On one line; empty: not known")
    opening_hours: str = Field(
        description="In the syntax of OpenStreetMap, on the site's clock; empty: always open",
        examples=["Mo-Fr 06:00-22:00; PH off"],
    )
    country: str = Field(description="ISO 3166-1: whose public holidays count; empty: not known")


class SitesOut(Answer):
    items: list[SiteOut]


class SlotLengthsOut(Answer):
    step_seconds: int = Field(description="Of the grid on the site's clock; 0: none")
    shortest_seconds: int
    longest_seconds: int


class PoolOut(Answer):
    """Interchangeable connectors; `walk_in_connectors` of them are never promised."""

    id: str
    name: str
    connector_type: str
    connector_types: list[str] = Field(description="All that can be booked: an EVSE may have several plugs")
    power_w: int
    connectors: int
    walk_in_connectors: int
    slots: SlotLengthsOut | None = Field(description="Null while the site cannot be booked")


class SpanOut(Answer):
    start: datetime
    end: datetime


class BusyOut(Answer):
    until: datetime = Field(description="When it is expected to end")
    by: ForecastSource = Field(
        description="What that is reckoned by: the `slot` of its reservation, an `overrun` of a slot that is over, or "
        "what is `usual` at that connector"
    )


class ConnectorOut(Answer):
    id: int
    charger_id: str
    number: int
    pool_id: str
    bay: str | None
    bay_shape: BayShapeOut
    status: ConnectorStatus
    online: bool
    maintenance: list[SpanOut] = Field(
        description="From now on, when it is under maintenance: nobody can book it or walk in then"
    )
    busy: BusyOut | None = Field(
        description="By a session that runs at its bay; null: none does, or nobody knows"
    )


class SiteDetailOut(SiteOut):
    pools: list[PoolOut]
    connectors: list[ConnectorOut]
    terms: TermsOut | None


class WindowOut(Answer):
    start: datetime
    end: datetime
    free: int = Field(description="Connectors that could still be promised")
    price: int | None = Field(
        description="What a booking of this pool made now would pay: its place in `prices`; null in a stream"
    )
    certainty: float | None = Field(
        description="That a booking of it is kept, 0 to 1: the least of what may be given", examples=[0.94]
    )


class SlotPriceOut(Answer):
    """What the caller would pay for a slot, and why. A quote keeps it."""

    energy_per_kwh: MoneyOut
    time_per_minute: MoneyOut
    reservation_fee: MoneyOut = Field(description="Of the caller: zero for members")
    price_rules_version: int | None = Field(description="null: prices do not vary")
    reasons: list[PriceReasonOut] = Field(description="Each step from the tariff's prices; empty: they stand")


class ConnectorWindowsOut(Answer):
    """What can be had by naming this connector, each window for itself: connectors of a pool are interchangeable until
    a slot is locked, so who takes another one, or any, may leave no place here.
    """

    connector_id: int
    windows: list[SpanOut]


class PoolAvailabilityOut(Answer):
    pool_id: str
    connector_type: str = Field(
        description="A pool whose EVSEs have several types of plug comes once for each"
    )
    power_w: int
    bookable_connectors: int = Field(description="Working now, without those kept for walk-ins")
    windows: list[WindowOut] = Field(description="Windows with at least one free connector")
    each: list[ConnectorWindowsOut] = Field(description="With `by=connector`; else empty")


class AvailabilityOut(Answer):
    site_id: str
    from_: datetime = Field(serialization_alias="from")
    to: datetime
    duration_seconds: int
    next_from: datetime | None = Field(
        description="Not every window fits: ask again with this as `from`. Null: these were all"
    )
    prices: list[SlotPriceOut] = Field(description="Each that a window names in `price`, once")
    pools: list[PoolAvailabilityOut]
    connectors: list[ConnectorOut]
    terms: TermsOut | None
