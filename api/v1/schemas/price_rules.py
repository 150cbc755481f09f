"""How the prices of a site vary, over the wire."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from api.v1.schemas.fields import NO_CONTROLS, Answer, Body, Clock, Day, Identifier, Instant, Reason
from api.v1.schemas.policies import AudienceOut, PreviewedPricesOut
from api.v1.schemas.terms import PriceReasonOut
from domain.money.amount import Money
from domain.money.lines import LineKind
from domain.money.price import Price
from domain.terms.price_flaws import LONGEST_NAME, MOST_BANDS, MOST_NAMES, MOST_STEPS
from domain.terms.price_rules import (
    Band,
    Bounds,
    Dates,
    LeadStep,
    NamedFactor,
    OccupancyStep,
    PriceRules,
    WeeklySpan,
)

_Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME, pattern=NO_CONTROLS),
]
_Minor = Annotated[int, Field(strict=True, ge=-(10**9), le=10**9)]
_Percent = Annotated[int, Field(strict=True, ge=0, le=1_000)]
_Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
_RULES: JsonDict = {
    "currency": "EUR",
    "bands": [
        {
            "name": "Evening",
            "weekly": [{"weekdays": [0, 1, 2, 3, 4], "start": "17:00", "end": "20:00"}],
            "energy_per_kwh": 69,
        }
    ],
    "varies": ["energy_per_kwh"],
    "occupancy": [{"from_percent": 80, "factor_percent": 120}],
    "bounds": [{"price": "energy_per_kwh", "floor": 39, "cap": 79}],
}
_EXAMPLE: JsonDict = {"examples": [{"rules": _RULES, "reason": "Winter prices"}]}


_SIMULATED: JsonDict = {"examples": [{"rules": _RULES}]}


class WeeklySpanIn(Body):
    weekdays: list[Annotated[int, Field(strict=True, ge=0, le=6)]] = Field(
        default=[], max_length=7, description="0 Monday to 6 Sunday; empty: each day"
    )
    start: Clock = Field(default=time(0), description="On the site's clock")
    end: Clock = Field(default=time(0), description="Before or at `start`: of the next day")


class DatesIn(Body):
    first: Day
    last: Day = Field(description="Included")


class BandIn(Body):
    """Amounts are minor units of the rules' currency; a price that is left out stays."""

    name: _Name = Field(description="Told to drivers as it stands")
    priority: Annotated[int, Field(strict=True, ge=0, le=1_000)] = 0
    weekly: list[WeeklySpanIn] = Field(default=[], max_length=21, description="Empty: at any time")
    dates: list[DatesIn] = Field(default=[], max_length=100, description="Empty: on any day")
    holidays: Annotated[bool, Field(strict=True)] | None = Field(
        default=None,
        description="true: only on public holidays of the site's country; false: only on other days",
    )
    energy_per_kwh: _Minor | None = None
    time_per_minute: _Minor | None = None
    reservation_fee: _Minor | None = None


class OccupancyStepIn(Body):
    from_percent: _Percent = Field(description="Of the places for the slot, those that are gone")
    factor_percent: _Percent


class LeadStepIn(Body):
    within_seconds: Annotated[int, Field(strict=True, ge=0, le=366 * 86_400)]
    factor_percent: _Percent


class GroupFactorIn(Body):
    name: Identifier = Field(
        description="Id of a group of drivers; it counts who is in it as the slot starts"
    )
    told: _Name | None = Field(default=None, description="What drivers are told instead; default: the id")
    factor_percent: _Percent


class TierFactorIn(Body):
    name: _Name = Field(
        description="Of a tier of the policy; it counts which one they have as the slot starts"
    )
    told: _Name | None = Field(default=None, description="What drivers are told instead; default: the name")
    factor_percent: _Percent


class BoundsIn(Body):
    price: Price
    floor: _Minor | None = None
    cap: _Minor | None = None


class PriceRulesIn(Body):
    """Of a slot counts the instant it starts at. Of several bands the one with the highest priority decides."""

    currency: _Currency
    bands: list[BandIn] = Field(default=[], max_length=MOST_BANDS)
    varies: list[Price] = Field(
        default=[Price.ENERGY], max_length=len(Price), description="Which prices the factors multiply"
    )
    occupancy: list[OccupancyStepIn] = Field(default=[], max_length=MOST_STEPS)
    lead: list[LeadStepIn] = Field(default=[], max_length=MOST_STEPS)
    tiers: list[TierFactorIn] = Field(
        default=[],
        max_length=MOST_NAMES,
        description="What members of a tier pay. Of tier and groups the one that is best for them",
    )
    groups: list[GroupFactorIn] = Field(
        default=[],
        max_length=MOST_NAMES,
        description="What drivers of a group pay; of several groups the one that is best for them",
    )
    bounds: list[BoundsIn] = Field(default=[], max_length=len(Price))

    def rules(self) -> PriceRules:
        return PriceRules(
            currency=self.currency,
            bands=tuple(_band(one, self.currency) for one in self.bands),
            varies=tuple(self.varies),
            occupancy=tuple(OccupancyStep(**one.model_dump()) for one in self.occupancy),
            lead=tuple(
                LeadStep(within=timedelta(seconds=one.within_seconds), factor_percent=one.factor_percent)
                for one in self.lead
            ),
            tiers=_factors(self.tiers),
            groups=_factors(self.groups),
            bounds=tuple(
                Bounds(
                    price=one.price,
                    floor=_money(one.floor, self.currency),
                    cap=_money(one.cap, self.currency),
                )
                for one in self.bounds
            ),
        )


class WritePriceRulesIn(Body):
    model_config = ConfigDict(json_schema_extra=_EXAMPLE)

    rules: PriceRulesIn | None = Field(description="null: prices do not vary any more")
    valid_from: Instant | None = Field(default=None, description="Default: now")
    reason: Reason = ""


class PreviewPriceRulesIn(Body):
    model_config = ConfigDict(json_schema_extra=_SIMULATED)

    rules: PriceRulesIn | None = Field(description="null: prices would not vary any more")


class PriceChangeOut(Answer):
    """Neighbouring windows that change alike."""

    first: datetime = Field(description="Start of the first of them")
    last: datetime = Field(description="Start of the last of them")
    windows: int
    before: PreviewedPricesOut
    after: PreviewedPricesOut
    reasons: list[PriceReasonOut] = Field(description="Of the prices afterwards, of the first window")


class PoolPriceChangesOut(Answer):
    pool_id: str
    connector_type: str
    changes: list[PriceChangeOut]


class PriceEffectOut(AudienceOut):
    windows: int = Field(description="Free now, of the usual length, by pool")
    dearer: int = Field(description="Of these; any of its prices")
    cheaper: int
    pools: list[PoolPriceChangesOut]
    complete: bool = Field(description="false: there are more changes than are told; these are the first")


class PricePreviewOut(Answer):
    since: datetime
    until: datetime
    items: list[PriceEffectOut] = Field(
        description="Everybody, then members of each tier, then who is in a group that has prices"
    )


class SimulatePriceRulesIn(Body):
    model_config = ConfigDict(json_schema_extra=_SIMULATED)

    rules: PriceRulesIn
    since: Instant | None = Field(default=None, description="Default: 31 days before `until`; 92 at most")
    until: Instant | None = Field(default=None, description="Default: now")


class SimulatedLineOut(Answer):
    """In minor units."""

    kind: LineKind
    charged: int
    would_be: int


class SimulatedSumsOut(Answer):
    """In minor units, with tax; before what is owed to drivers."""

    reservations: int
    dearer: int = Field(description="Would have cost their driver more")
    cheaper: int
    charged: int
    would_be: int
    lines: list[SimulatedLineOut]


class SimulatedBandOut(SimulatedSumsOut):
    band: str = Field(description="That comes first as the slot starts; empty: none")


class PriceSimulationOut(SimulatedSumsOut):
    """What was charged, by what was accepted then, beside what today's tariff and fee would have come to by the rules.

    Demand is reckoned from holds of that time on the connectors of today.
    """

    since: datetime
    until: datetime
    currency: str
    bands: list[SimulatedBandOut]
    left_out: int = Field(description="Settled in another currency, or of which too little was kept")
    complete: bool = Field(description="false: there were more than are looked at; these are the latest")


class PriceRulesVersionOut(Answer):
    version: int
    valid_from: datetime
    rules: dict[str, Any] | None = Field(
        description="As it was written, with amounts as `minor` and `currency`; null: prices do not vary"
    )


class PriceRulesVersionsOut(Answer):
    items: list[PriceRulesVersionOut]


def _factors(said: Sequence[TierFactorIn | GroupFactorIn]) -> tuple[NamedFactor, ...]:
    return tuple(
        NamedFactor(name=one.name, factor_percent=one.factor_percent, told=one.told or "") for one in said
    )


def _band(said: BandIn, currency: str) -> Band:
    return Band(
        name=said.name,
        priority=said.priority,
        weekly=tuple(
            WeeklySpan(weekdays=tuple(one.weekdays), start=one.start, end=one.end) for one in said.weekly
        ),
        dates=tuple(Dates(first=one.first, last=one.last) for one in said.dates),
        holidays=said.holidays,
        energy_per_kwh=_money(said.energy_per_kwh, currency),
        time_per_minute=_money(said.time_per_minute, currency),
        reservation_fee=_money(said.reservation_fee, currency),
    )


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)
