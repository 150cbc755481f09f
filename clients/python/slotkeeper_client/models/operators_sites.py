"""Operators sites: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from slotkeeper_client.models.shared import LandmarkKind, LineKind, MoneyOut, Price, PriceReasonOut
from slotkeeper_client.shapes import Answer, Body, Open


class Fate(StrEnum):
    """What becomes of a reservation that stands in a window, as decided when it was planned."""

    REPACKED = "repacked"
    MOVED = "moved"
    ASKED = "asked"
    COMPENSATED = "compensated"
    STAYS = "stays"


class OnConflict(StrEnum):
    """What becomes of reservations that stand in a window and cannot be packed elsewhere in their pool."""

    MOVE = "move"
    ASK = "ask"
    COMPENSATE = "compensate"


class Scope(StrEnum):
    """What a window closes. Of a connector, a charger and a bay: all berths that they have a part in."""

    CONNECTOR = "connector"
    CHARGER = "charger"
    BAY = "bay"
    SITE = "site"


class Who(StrEnum):
    PUBLIC = "public"
    GROUP = "group"
    FLEET = "fleet"
    TIER = "tier"


class WindowStanding(StrEnum):
    PLANNED = "planned"
    UNDER_WAY = "under_way"
    OVER = "over"
    CANCELLED = "cancelled"


class AccessLineIn(Body):
    name: str
    """Told to people as it stands"""
    who: Who
    names: list[str] = Field(default_factory=list)
    """Ids of groups or fleets, or names of tiers, of whom any; of the public: none"""
    weekly: list[WeeklySpanIn] = Field(default_factory=list)
    """Empty: at any time"""
    dates: list[DatesIn] = Field(default_factory=list)
    """Empty: on any day"""
    bays: list[str] = Field(default_factory=list)
    """Labels; neither bays nor pools: the whole site"""
    pools: list[str] = Field(default_factory=list)
    """Ids"""
    allow: bool


class AccessPreviewOut(Answer):
    bookings: int
    """Open ones at the site that were looked at"""
    refused: list[RefusedBookingOut]
    """Those that the rules would not have let be made where they are, at most 100; they stay"""
    public: list[PublicHoursOut]


class AccessRulesIn(Body):
    """The first line that covers somebody, a bay and an instant decides; where none does, everybody may."""

    lines: list[AccessLineIn]


class AccessRulesVersionOut(Answer):
    version: int
    valid_from: datetime
    rules: dict[str, Any] | None
    """As it was written; null: everybody may use all of it"""


class AccessRulesVersionsOut(Answer):
    items: list[AccessRulesVersionOut]


class BandIn(Body):
    """Amounts are minor units of the rules' currency; a price that is left out stays."""

    name: str
    """Told to drivers as it stands"""
    priority: int = 0
    weekly: list[WeeklySpanIn] = Field(default_factory=list)
    """Empty: at any time"""
    dates: list[DatesIn] = Field(default_factory=list)
    """Empty: on any day"""
    holidays: bool | None = None
    """true: only on public holidays of the site's country; false: only on other days"""
    energy_per_kwh: int | None = None
    time_per_minute: int | None = None
    reservation_fee: int | None = None


class BandPricesOut(Answer):
    band: str
    """Of the price rules in force; empty: none decides"""
    start: datetime
    """Of the slot that is priced: the next one of the band"""
    before: PreviewedPricesOut
    after: PreviewedPricesOut


class BayIn(Body):
    label: str
    """Of a bay that a connector of the site has"""
    length_cm: int | None = None
    """Null: not measured; so the others"""
    width_cm: int | None = None
    height_cm: int | None = None
    """The limit above it"""
    trailer: bool = False
    drive_through: bool = False
    accessible: bool = False


class BayOfSiteOut(Answer):
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
    label: str


class BaysOut(Answer):
    items: list[BayOfSiteOut]


class BoundsIn(Body):
    price: Price
    floor: int | None = None
    cap: int | None = None


class CancelMaintenanceIn(Body):
    reason: str = ""


class ChangedMemberOut(Answer):
    member: str
    """With dots, as `slots.longest`"""
    before: Any
    after: Any


class ConflictOut(Answer):
    """A reservation that stood in the window when it was planned."""

    reservation_code: str
    start: datetime
    end: datetime
    fate: Open[Fate]
    """`repacked`: has another connector of its pool, which nobody was told yet; `moved`, `asked`,
    `compensated`: as `on_conflict` says, which its own state tells; `stays`: its driver is there
    """


class DatesIn(Body):
    first: date
    last: date
    """Included"""


class DeclareBaysIn(Body):
    bays: list[BayIn]
    """Each in full; a bay that is not named stays as it is"""
    reason: str


class DocumentPreviewOut(Answer):
    rules: dict[str, Any]
    """The whole document as it would be"""
    changes: list[ChangedMemberOut]
    """For what is booked from then on"""
    bookings: int
    """Open reservations at the site: each keeps what its driver accepted"""
    effects: list[EffectOut]
    """Those for whom it would be a change: everybody, members of a tier, who is in a group"""


class DocumentVersionOut(Answer):
    version: int
    valid_from: datetime
    rules: dict[str, Any]
    """The whole document"""


class DocumentVersionsOut(Answer):
    items: list[DocumentVersionOut]
    """Empty: the default holds for the site"""


class EffectOut(Answer):
    tier: str | None
    """Its members; null: not of a tier"""
    group_id: str | None
    """Who is in that group of drivers; null, as `tier`: everybody else"""
    figures: list[ChangedMemberOut]
    """Of the policy, as they get it"""
    prices: list[BandPricesOut]
    """That become others, with nothing else booked yet"""
    windows: list[VanishingWindowsOut]


class GroupFactorIn(Body):
    name: str
    """Id of a group of drivers; it counts who is in it as the slot starts"""
    told: str | None = None
    """What drivers are told instead; default: the id"""
    factor_percent: int


class HoursOut(Answer):
    start: datetime
    end: datetime


class InstalledChargerIn(Body):
    reason: str
    """Your words, for the audit trail"""
    dry_run: bool = False
    """Only tell what it would come to"""
    connectors: list[InstalledConnectorIn]
    """Each in full; one that is not named stays as it is"""
    one_at_a_time: list[list[int]]
    """All groups of connectors that share an EVSE or a power cable"""
    keeps_local_list: bool
    """Its local list is kept in step with its reservations; what else is in it goes"""


class InstalledChargerOut(Answer):
    id: str
    connectors: list[InstalledConnectorOut]
    one_at_a_time: list[list[int]]
    """All groups of connectors that share an EVSE or a power cable"""
    keeps_local_list: bool


class InstalledConnectorIn(Body):
    number: int
    """OCPP 1.6 connectorId, 2.x evseId"""
    pool_id: str
    """Of the site"""
    bay: str | None = None
    """The label on the ground; null: none"""


class InstalledConnectorOut(Answer):
    number: int
    """OCPP 1.6 connectorId, 2.x evseId"""
    pool_id: str
    bay: str | None
    """The label on the ground; null: none"""


class InstalledMemberOut(Answer):
    member: str
    """With dots, as `connectors.1.pool_id`"""
    before: Any
    """null: it was not there"""
    after: Any


class InstalledOut(Answer):
    id: str
    created: bool
    """It was not there before"""
    changes: list[InstalledMemberOut]
    """Empty: it is as it was"""
    dry_run: bool
    """Nothing was kept"""


class InstalledPoolOut(Answer):
    id: str
    name: str
    connector_type: str
    """OCPI ConnectorType"""
    power_w: int
    """Of each of its connectors"""
    walk_in_connectors: int
    """So many are never promised"""


class InstalledSiteOut(Answer):
    id: str
    name: str
    zone: str
    """IANA time zone"""
    currency: str
    """ISO 4217"""
    latitude: float
    """WGS 84 degrees"""
    longitude: float
    address: str
    """On one line; empty: not known"""


class LandmarkIn(Body):
    """Buildings, walls and greenery have a size, all else has none."""

    kind: LandmarkKind
    x_cm: int
    """Of its middle, from the left, in centimetres"""
    y_cm: int
    """Of its middle, from the top, in centimetres"""
    width_cm: int = 0
    """Along x, while it is not turned"""
    length_cm: int = 0
    """Along y"""
    angle: int = 0
    """Degrees, clockwise"""
    label: str = ""
    """What is written there; `label` has nothing else"""


class LeadStepIn(Body):
    within_seconds: int
    factor_percent: int


class MaintenancePreviewOut(Answer):
    reservations: list[ConflictOut]


class MaintenanceWindowOut(Answer):
    id: int
    site_id: str
    scope: Open[Scope]
    charger_id: str | None
    connector_id: int | None
    bay: str | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    on_conflict: Open[OnConflict]
    state: Open[WindowStanding]
    planned_by: str
    planned_at: datetime
    cancelled_at: datetime | None
    reservations: list[ConflictOut]
    """That stood in it when it was planned, by start"""


class MaintenanceWindowsOut(Answer):
    items: list[MaintenanceWindowOut]
    next_cursor: str | None


class OccupancyStepIn(Body):
    from_percent: int
    """Of the places for the slot, those that are gone"""
    factor_percent: int


class OpeningHoursIn(Body):
    opening_hours: str
    """In the syntax of OpenStreetMap, on the site's clock; empty: always open. Holidays of a region are
    written as dates (`Jan 06 off`, `easter +60 days off`); school holidays and the sun are not known
    """
    country: str = ""
    """ISO 3166-1: whose public holidays `PH` are; empty: none are known"""
    reason: str = ""
    dry_run: bool = False
    """true: only tell what it would come to"""


class OpeningHoursOut(Answer):
    opening_hours: str
    country: str
    zone: str
    """Of the site; IANA"""
    opens: datetime | None
    """From now on, the first instant at which it is open; null: not for a year"""
    outside: list[OutsideOut]
    """Reservations that stand while it is closed, booked before it was set; they stay"""


class OutsideOut(Answer):
    reservation_code: str
    start: datetime
    end: datetime


class PlacedBayIn(Body):
    label: str
    """Of a bay that a connector of the site has"""
    x_cm: int
    """Of its middle, from the left, in centimetres"""
    y_cm: int
    """Of its middle, from the top, in centimetres"""
    angle: int = 0
    """Degrees, clockwise"""
    length_cm: int = 500
    """Up and down on the plan, while it is not turned"""
    width_cm: int = 250


class PlanMaintenanceIn(Body):
    scope: Scope
    """What is closed. Of a connector, a charger or a bay whatever serves one car at a time with it, too"""
    charger_id: str | None = None
    """With `charger`"""
    connector_id: int | None = None
    """With `connector`"""
    bay: str | None = None
    """With `bay`: its label"""
    starts_at: datetime | None = None
    """Null: from now on"""
    ends_at: datetime
    on_conflict: OnConflict = OnConflict("move")
    """What becomes of reservations that stand in it, as far as no other connector of their pool is free for
    them or it was told already: `move` (to an equal or better place; another site is proposed first), `ask`
    (the driver is asked first, with a place held for them; no answer is a yes), `compensate` (cancelled by
    us)
    """
    reason: str = ""


class PoolIn(Body):
    reason: str
    """Your words, for the audit trail"""
    dry_run: bool = False
    """Only tell what it would come to"""
    name: str
    connector_type: str
    """OCPI ConnectorType"""
    power_w: int
    """Of each of its connectors"""
    walk_in_connectors: int
    """So many are never promised"""


class PoolPriceChangesOut(Answer):
    pool_id: str
    connector_type: str
    changes: list[PriceChangeOut]


class PreviewAccessRulesIn(Body):
    rules: AccessRulesIn


class PreviewMaintenanceIn(Body):
    scope: Scope
    """What is closed. Of a connector, a charger or a bay whatever serves one car at a time with it, too"""
    charger_id: str | None = None
    """With `charger`"""
    connector_id: int | None = None
    """With `connector`"""
    bay: str | None = None
    """With `bay`: its label"""
    starts_at: datetime | None = None
    """Null: from now on"""
    ends_at: datetime
    on_conflict: OnConflict = OnConflict("move")
    """What becomes of reservations that stand in it, as far as no other connector of their pool is free for
    them or it was told already: `move` (to an equal or better place; another site is proposed first), `ask`
    (the driver is asked first, with a place held for them; no answer is a yes), `compensate` (cancelled by
    us)
    """


class PreviewPolicyIn(Body):
    rules: dict[str, Any]
    """What is to change, member by member (RFC 7396): an object is gone into, a list is replaced, null sets
    the default, what is left out stays. Durations are ISO 8601, amounts `{minor, currency}`
    """


class PreviewPriceRulesIn(Body):
    rules: PriceRulesIn | None
    """null: prices would not vary any more"""


class PreviewTariffIn(Body):
    rules: dict[str, Any]
    """What is to change, member by member (RFC 7396): an object is gone into, a list is replaced, null sets
    the default, what is left out stays. Durations are ISO 8601, amounts `{minor, currency}`
    """


class PreviewWalkInTariffIn(Body):
    rules: dict[str, Any]
    """What is to change, member by member (RFC 7396): an object is gone into, a list is replaced, null sets
    the default, what is left out stays. Durations are ISO 8601, amounts `{minor, currency}`
    """


class PreviewedPricesOut(Answer):
    """Before what demand, a card's least charge and a membership make of them."""

    energy_per_kwh: MoneyOut
    time_per_minute: MoneyOut
    reservation_fee: MoneyOut


class PriceChangeOut(Answer):
    """Neighbouring windows that change alike."""

    first: datetime
    """Start of the first of them"""
    last: datetime
    """Start of the last of them"""
    windows: int
    before: PreviewedPricesOut
    after: PreviewedPricesOut
    reasons: list[PriceReasonOut]
    """Of the prices afterwards, of the first window"""


class PriceEffectOut(Answer):
    tier: str | None
    """Its members; null: not of a tier"""
    group_id: str | None
    """Who is in that group of drivers; null, as `tier`: everybody else"""
    windows: int
    """Free now, of the usual length, by pool"""
    dearer: int
    """Of these; any of its prices"""
    cheaper: int
    pools: list[PoolPriceChangesOut]
    complete: bool
    """false: there are more changes than are told; these are the first"""


class PricePreviewOut(Answer):
    since: datetime
    until: datetime
    items: list[PriceEffectOut]
    """Everybody, then members of each tier, then who is in a group that has prices"""


class PriceRulesIn(Body):
    """Of a slot counts the instant it starts at. Of several bands the one with the highest priority decides."""

    currency: str
    bands: list[BandIn] = Field(default_factory=list)
    varies: list[Price] = Field(default_factory=lambda: [Price("energy_per_kwh")])
    """Which prices the factors multiply"""
    occupancy: list[OccupancyStepIn] = Field(default_factory=list)
    lead: list[LeadStepIn] = Field(default_factory=list)
    tiers: list[TierFactorIn] = Field(default_factory=list)
    """What members of a tier pay. Of tier and groups the one that is best for them"""
    groups: list[GroupFactorIn] = Field(default_factory=list)
    """What drivers of a group pay; of several groups the one that is best for them"""
    bounds: list[BoundsIn] = Field(default_factory=list)


class PriceRulesVersionOut(Answer):
    version: int
    valid_from: datetime
    rules: dict[str, Any] | None
    """As it was written, with amounts as `minor` and `currency`; null: prices do not vary"""


class PriceRulesVersionsOut(Answer):
    items: list[PriceRulesVersionOut]


class PriceSimulationOut(Answer):
    """What was charged, by what was accepted then, beside what today's tariff and fee would have come to by
    the rules.

    Demand is reckoned from holds of that time on the connectors of today.
    """

    reservations: int
    dearer: int
    """Would have cost their driver more"""
    cheaper: int
    charged: int
    would_be: int
    lines: list[SimulatedLineOut]
    since: datetime
    until: datetime
    currency: str
    bands: list[SimulatedBandOut]
    left_out: int
    """Settled in another currency, or of which too little was kept"""
    complete: bool
    """false: there were more than are looked at; these are the latest"""


class PublicHoursOut(Answer):
    bay: str | None
    pool_id: str
    hours: list[HoursOut]
    """When everybody may, in the next seven days"""


class RefusedBookingOut(Answer):
    reservation: str
    driver_id: str
    bay: str | None
    start: datetime
    end: datetime


class SimulatePriceRulesIn(Body):
    rules: PriceRulesIn
    since: datetime | None = None
    """Default: 31 days before `until`; 92 at most"""
    until: datetime | None = None
    """Default: now"""


class SimulatedBandOut(Answer):
    reservations: int
    dearer: int
    """Would have cost their driver more"""
    cheaper: int
    charged: int
    would_be: int
    lines: list[SimulatedLineOut]
    band: str
    """That comes first as the slot starts; empty: none"""


class SimulatedLineOut(Answer):
    """In minor units."""

    kind: Open[LineKind]
    charged: int
    would_be: int


class SiteIn(Body):
    reason: str
    """Your words, for the audit trail"""
    dry_run: bool = False
    """Only tell what it would come to"""
    name: str
    zone: str
    """IANA time zone: the clock of all that the site says"""
    currency: str
    """ISO 4217"""
    latitude: float
    """WGS 84 degrees"""
    longitude: float
    address: str | None = None
    """On one line; empty: not known; null: as it is"""


class SitePlanIn(Body):
    width_cm: int
    """Of the ground that is shown, along x"""
    length_cm: int
    """Along y"""
    bays: list[PlacedBayIn]
    """None on another; a bay of the site that is not named is not shown"""
    landmarks: list[LandmarkIn] = Field(default_factory=list)
    reason: str = ""


class TierFactorIn(Body):
    name: str
    """Of a tier of the policy; it counts which one they have as the slot starts"""
    told: str | None = None
    """What drivers are told instead; default: the name"""
    factor_percent: int


class VanishingWindowsOut(Answer):
    """Free windows that are shown now and would not be."""

    pool_id: str
    connector_type: str
    duration_seconds: int
    windows: int
    first: datetime
    last: datetime
    complete: bool
    """false: there are more than are looked at; these are the first"""


class WalkInTariffOut(Answer):
    version: int
    valid_from: datetime
    rules: dict[str, Any] | None
    """The whole tariff; null: walk-ins are not priced"""


class WalkInTariffsOut(Answer):
    items: list[WalkInTariffOut]
    """Empty: walk-ins were never priced"""


class WeeklySpanIn(Body):
    weekdays: list[int] = Field(default_factory=list)
    """0 Monday to 6 Sunday; empty: each day"""
    start: str = "00:00:00"
    """On the site's clock"""
    end: str = "00:00:00"
    """Before or at `start`: of the next day"""


class WriteAccessRulesIn(Body):
    rules: AccessRulesIn | None
    """null: everybody may use all of it"""
    valid_from: datetime | None = None
    """Default: now"""
    reason: str = ""


class WritePolicyIn(Body):
    rules: dict[str, Any]
    """What is to change, member by member (RFC 7396): an object is gone into, a list is replaced, null sets
    the default, what is left out stays. Durations are ISO 8601, amounts `{minor, currency}`
    """
    valid_from: datetime | None = None
    """Default: now"""
    reason: str = ""


class WritePriceRulesIn(Body):
    rules: PriceRulesIn | None
    """null: prices do not vary any more"""
    valid_from: datetime | None = None
    """Default: now"""
    reason: str = ""


class WriteTariffIn(Body):
    rules: dict[str, Any]
    """What is to change, member by member (RFC 7396): an object is gone into, a list is replaced, null sets
    the default, what is left out stays. Durations are ISO 8601, amounts `{minor, currency}`
    """
    valid_from: datetime | None = None
    """Default: now"""
    reason: str = ""


class WriteWalkInTariffIn(Body):
    rules: dict[str, Any] | None
    """null: walk-ins are not priced any more"""
    valid_from: datetime | None = None
    """Default: now"""
    reason: str = ""
