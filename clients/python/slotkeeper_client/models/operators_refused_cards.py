"""Operators refused cards: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime

from slotkeeper_client.models.shared import AccessReason
from slotkeeper_client.shapes import Answer, Open


class RefusedCardOut(Answer):
    site_id: str
    charger_id: str
    card: str
    """The end of its number"""
    driver_id: str | None
    """Whose it is"""
    reason: Open[AccessReason]
    line: str
    """Of the site's access rules, which refused it last"""
    first_at: datetime
    last_at: datetime
    times: int


class RefusedCardsOut(Answer):
    items: list[RefusedCardOut]
    next_cursor: str | None
