"""Operators drivers: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime

from slotkeeper_client.models.shared import MoneyRequestOut, OperatorsCreditOut
from slotkeeper_client.shapes import Answer, Body


class CardIn(Body):
    group_id: str | None = None
    """Parent tag: cards of one group open each other's reservations"""
    expires_at: datetime | None = None
    """From here on it opens nothing; null: never"""
    reason: str
    """Your words, for the audit trail"""
    id_tag: str
    """What chargers read of it, in any spelling"""
    former_driver_id: str | None = None
    """Whose it may have been so far; without, one of another driver is refused"""


class DriverIn(Body):
    fleet_id: str | None = None
    """Whose driver they are; null: nobody's"""
    reason: str
    """Your words, for the audit trail"""


class DriverOut(Answer):
    id: str
    """Subject of their token"""
    fleet_id: str | None
    person_id: str | None
    """Who they are one of several drivers of; null: by themselves"""
    blocked: bool
    """They book nothing, and nothing of theirs opens"""
    blocked_at: datetime | None
    """Since when; null: they are not, or nobody knows"""
    created_at: datetime


class DriversOut(Answer):
    items: list[DriverOut]
    next_cursor: str | None


class GrantIn(Body):
    amount_minor: int
    currency: str
    reason: str
    reservation: str | None = None
    """What it makes good; its own bill is not paid by it"""
    expires_at: datetime | None = None
    """Until when it can be spent; null: for ever"""


class GrantOut(Answer):
    """`credit`: it is given. `request`: a second person has to agree, at /v1/operations/money-requests."""

    credit: OperatorsCreditOut | None = None
    request: MoneyRequestOut | None = None
