"""Operators cards: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime

from slotkeeper_client.shapes import Body


class CardChangeIn(Body):
    """As the card is to be: what is null it has not."""

    group_id: str | None = None
    """Parent tag: cards of one group open each other's reservations"""
    expires_at: datetime | None = None
    """From here on it opens nothing; null: never"""
    reason: str
    """Your words, for the audit trail"""
