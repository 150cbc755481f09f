"""Quotes: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from slotkeeper_client.models.shared import CostOut, EnergyIn, LineOut, MoneyOut, NeedsIn, TermsOut
from slotkeeper_client.shapes import Answer, Body, Open


class PowerLimit(StrEnum):
    CONNECTOR = "connector"
    VEHICLE = "vehicle"


class EstimateOut(Answer):
    """Of who comes in time, is charged the expected energy over the whole slot, and leaves as it ends."""

    lines: list[LineOut]
    charge: MoneyOut
    text: str


class QuoteIn(Body):
    vehicle_id: str | None = None
    """Of /v1/vehicles: the bay fits it, and has one of its plugs"""
    needs: NeedsIn | None = None
    """Of the bay, beside what the vehicle needs"""
    bay: str | None = None
    """The label of the bay that it is to be, whatever others want; what that takes from them says
    `terms.named_bay`. Default: whichever fits, known shortly before the start
    """
    start: datetime
    end: datetime | None = None
    """Or `energy` says how long the slot has to be"""
    energy: EnergyIn | None = None
    """In place of `end`"""
    site_id: str
    pool_id: str | None = None
    """A pool of the site; default: the best fit"""
    connector_type: str | None = None
    """OCPI ConnectorType name"""
    expected_energy_wh: int | None = None
    """To be told what that would come to in all"""
    driver_id: str | None = None
    """For fleets: which of its drivers"""
    for_guest: bool = False
    """Somebody else comes: what the caller has at the same time keeps nothing from being offered"""


class QuoteOut(Answer):
    """A price, not a place: it holds no connector."""

    id: str
    """Sent along as `quote` of a booking of the same slot, site and connector"""
    site_id: str
    pool_id: str | None
    """That a booking by it names. Asked for by energy it is named, too, where pools differ in how long it
    takes: the most powerful that had a place
    """
    connector_type: str | None
    start: datetime
    end: datetime
    valid_until: datetime
    policy_version: int
    tariff_version: int
    reservation: str | None
    """That was booked by it; null: none yet"""
    terms: TermsOut
    cancel: list[CostOut]
    """What cancelling will cost once it is booked, and from when on"""
    change_until: datetime
    arrive_by: datetime
    """Not coming before costs the fee for that"""
    overstay_from: datetime
    """Staying costs from here on"""
    expected_energy_wh: int | None
    reckoned: ReckonedOut | None
    """null: its end was named by whoever asked"""
    estimate: EstimateOut | None
    """null: no energy was named"""


class ReckonedOut(Answer):
    """Why a slot that was asked for by its energy is as long as it is."""

    energy_wh: int
    tapered_wh: int
    """Of the energy, what lies above 80 % of the battery and is taken at a third of the power"""
    power_w: int
    limited_by: Open[PowerLimit]
    """`connector`: by what it gives, `vehicle`: by what the car takes"""
    duration_seconds: int
    """What it takes; the slot is as long, on the site's grid"""
