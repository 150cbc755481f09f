"""Operators unplaced transactions: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime

from slotkeeper_client.shapes import Answer, Body


class DismissTransactionIn(Body):
    reason: str


class PlaceTransactionIn(Body):
    reservation_code: str | None = None
    """Whose it was; null: a walk-in's"""
    connector_id: int | None = None
    """Where it ran; null: where the reservation had its place, or the charger's only one"""
    started_at: datetime | None = None
    """Null: as told (`begun_at`), else no time is billed"""
    meter_start_wh: int | None = None
    """Null: as told (`meter_start_wh`), else no energy is billed"""
    reason: str


class UnplacedTransactionOut(Answer):
    """A charger told that a transaction ended, and of no start that it can belong to."""

    id: int
    site_id: str
    charger_id: str
    transaction_id: str | None
    """As the charger calls it; null: it names none"""
    id_tag: str
    """The last characters of the card that it named; empty: none"""
    driver_id: str | None
    """Whose card that is, as far as it is known"""
    ended_at: datetime
    meter_wh: int | None
    begun_at: datetime | None
    """Of its start, where that was told, but not on which connector"""
    meter_start_wh: int | None
    """What that start showed"""
    stop_reason: str
    heard_at: datetime
    placed_at: datetime | None
    """When its session was found, or given to it"""
    session_id: int | None
    dismissed_at: datetime | None
    decided_by: str
    """The operator; empty: its session was found, or nothing is decided"""
    reason: str
    """The operator's words"""


class UnplacedTransactionsOut(Answer):
    items: list[UnplacedTransactionOut]
    next_cursor: str | None
