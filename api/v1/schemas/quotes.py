"""Prices that are asked for beforehand, over the wire."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from api.desk.quotes import QuoteOrder
from api.v1.schemas.bays import WithNeeds
from api.v1.schemas.fields import Answer, Body, Identifier, Instant, MoneyOut, Subject
from api.v1.schemas.money import LineOut
from api.v1.schemas.reservations import CostOut
from api.v1.schemas.terms import TermsOut
from domain.place.energy import EnergyAsked, PowerLimit

_Power = Annotated[int, Field(strict=True, ge=500, le=2_000_000)]
_WattHours = Annotated[int, Field(strict=True, ge=1, le=10_000_000)]
_Percent = Annotated[int, Field(strict=True, ge=0, le=100)]


class EnergyIn(Body):
    """Either `energy_wh`, or how full the battery is and shall be; what a vehicle's record says need not be said."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"battery_wh": 58_000, "soc_now": 20, "soc_target": 80, "max_dc_w": 120_000}]
        },
    )

    energy_wh: _WattHours | None = None
    battery_wh: _WattHours | None = Field(default=None, description="Default: the vehicle's")
    soc_now: _Percent | None = Field(default=None, description="Percent")
    soc_target: _Percent | None = None
    max_ac_w: _Power | None = Field(
        default=None, description="The car takes no more; default: the vehicle's, else no limit"
    )
    max_dc_w: _Power | None = None

    @model_validator(mode="after")
    def _says_how_much(self) -> Self:
        by_battery = any(one is not None for one in (self.battery_wh, self.soc_now, self.soc_target))
        if (self.energy_wh is not None) == by_battery:
            raise ValueError("name either energy_wh, or soc_now and soc_target")
        if by_battery and (self.soc_now is None or self.soc_target is None):
            raise ValueError("soc_now and soc_target belong together")
        if self.soc_now is not None and self.soc_target is not None and self.soc_target <= self.soc_now:
            raise ValueError("soc_target must be more than soc_now")
        return self

    def asked(self) -> EnergyAsked:
        return EnergyAsked(**dict(self))


class QuoteIn(WithNeeds):
    start: Instant
    end: Instant | None = Field(default=None, description="Or `energy` says how long the slot has to be")
    energy: EnergyIn | None = None
    site_id: Identifier
    pool_id: Identifier | None = Field(default=None, description="A pool of the site; default: the best fit")
    connector_type: Identifier | None = Field(default=None, description="OCPI ConnectorType name")
    expected_energy_wh: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] | None = Field(
        default=None, description="To be told what that would come to in all"
    )
    driver_id: Subject | None = Field(default=None, description="For fleets: which of its drivers")

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        if (self.end is None) == (self.energy is None):
            raise ValueError("name either end or energy")
        if self.end is not None and self.end <= self.start:
            raise ValueError("end must lie after start")
        said = self.energy
        if (
            said is not None
            and said.soc_now is not None
            and said.battery_wh is None
            and self.vehicle_id is None
        ):
            raise ValueError("energy.battery_wh is needed, or a vehicle_id whose record has it")
        return self

    def order(self) -> QuoteOrder:
        said = WithNeeds.asked(self)
        return QuoteOrder(**said | {"energy": None if self.energy is None else self.energy.asked()})


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
    pool_id: str | None
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
