"""Prices that are asked for beforehand, over the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.desk.quotes import QuoteOrder
from api.v1.schemas.bays import WithBay
from api.v1.schemas.energy import EndOrEnergy
from api.v1.schemas.fields import Answer, Identifier, MoneyOut, Subject
from api.v1.schemas.money import LineOut
from api.v1.schemas.reservations import CostOut
from api.v1.schemas.terms import TermsOut
from domain.place.energy import PowerLimit


class QuoteIn(EndOrEnergy, WithBay):
    site_id: Identifier
    pool_id: Identifier | None = Field(default=None, description="A pool of the site; default: the best fit")
    connector_type: Identifier | None = Field(default=None, description="OCPI ConnectorType name")
    expected_energy_wh: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] | None = Field(
        default=None, description="To be told what that would come to in all"
    )
    driver_id: Subject | None = Field(default=None, description="For fleets: which of its drivers")
    for_guest: bool = Field(
        default=False,
        strict=True,
        description="Somebody else comes: what the caller has at the same time keeps nothing from being offered",
    )

    def order(self) -> QuoteOrder:
        return QuoteOrder(**self.asked())


class ReckonedOut(Answer):
    """Why a slot that was asked for by its energy is as long as it is."""

    energy_wh: int
    tapered_wh: int = Field(
        description="Of the energy, what lies above 80 % of the battery and is taken at a third of the power"
    )
    power_w: int
    limited_by: PowerLimit = Field(
        description="`connector`: by what it gives, `vehicle`: by what the car takes"
    )
    duration_seconds: int = Field(description="What it takes; the slot is as long, on the site's grid")


class EstimateOut(Answer):
    """Of who comes in time, is charged the expected energy over the whole slot, and leaves as it ends."""

    lines: list[LineOut]
    charge: MoneyOut
    text: str


class QuoteOut(Answer):
    """A price, not a place: it holds no connector."""

    id: str = Field(description="Sent along as `quote` of a booking of the same slot, site and connector")
    site_id: str
    pool_id: str | None = Field(
        description="That a booking by it names. Asked for by energy it is named, too, where pools differ in how long "
        "it takes: the most powerful that had a place"
    )
    connector_type: str | None
    start: datetime
    end: datetime
    valid_until: datetime
    policy_version: int
    tariff_version: int
    reservation: str | None = Field(description="That was booked by it; null: none yet")
    terms: TermsOut
    cancel: list[CostOut] = Field(description="What cancelling will cost once it is booked, and from when on")
    change_until: datetime
    arrive_by: datetime = Field(description="Not coming before costs the fee for that")
    overstay_from: datetime = Field(description="Staying costs from here on")
    expected_energy_wh: int | None
    reckoned: ReckonedOut | None = Field(description="null: its end was named by whoever asked")
    estimate: EstimateOut | None = Field(description="null: no energy was named")
