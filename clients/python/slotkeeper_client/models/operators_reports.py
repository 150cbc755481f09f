"""Operators reports: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from slotkeeper_client.shapes import Answer


class DayOfUseOut(Answer):
    """What began on that day, on the site's clock."""

    day: date
    booked_minutes: int
    """Of slots that somebody had, whether they came or not"""
    charged_minutes: int
    """At the cable, walk-ins too"""
    energy_wh: int
    visits: int


class ReliabilityBinOut(Answer):
    """A tenth of the promises, by how certain they were told to be."""

    count: int
    """Promises that are over, and of which it is known whether they were kept"""
    least: float
    """The least certain of them, 0 to 1"""
    most: float
    promised: float
    """On average"""
    kept: float
    """Of them, 0 to 1"""


class ReliabilityOut(Answer):
    """How likely promises were told to be kept, against how many were."""

    site_id: str | None
    """null: of all sites that the caller sees"""
    from_: datetime = Field(alias="from")
    to: datetime
    count: int
    brier: float | None
    """The mean square of what they were off, 0 to 1, less is better; null: there were none"""
    items: list[ReliabilityBinOut]
    """At most ten, of equally many promises, the least certain first"""


class SiteUseOut(Answer):
    items: list[DayOfUseOut]
    """The last fourteen days, today's the last"""
