"""Charging: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime

from slotkeeper_client.models.shared import MoneyOut
from slotkeeper_client.shapes import Answer


class ChargedMonthOut(Answer):
    month: str
    """In which visits began, on their sites' clocks"""
    visits: int
    energy_wh: int
    costs: list[MoneyOut]
    """One for each currency; none: nothing of it has a bill"""


class ChargedMonthsOut(Answer):
    items: list[ChargedMonthOut]


class ChargingHistoryOut(Answer):
    items: list[VisitOut]
    next_cursor: str | None


class VisitOut(Answer):
    """What ran under one reservation, or one session of a walk-in."""

    began_at: datetime
    ended_at: datetime | None
    """null: it goes on"""
    minutes: int
    """At the cable, so far"""
    energy_wh: int
    """As it was billed, else as metered so far"""
    site_id: str
    site_name: str
    reservation: str | None
    """null: a walk-in's, or another driver's"""
    cost: MoneyOut | None
    """Of the whole reservation; null: it has no bill, or not yet"""
    document_id: int | None
    """Its receipt, as in /v1/documents; null: none yet"""
