"""Operators invoice accounts: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import date, datetime

from slotkeeper_client.models.shared import BillingPartyIn, InvoiceAccountOut
from slotkeeper_client.shapes import Answer, Body


class InvoiceAccountIn(Body):
    """Its drivers book without a card; what they come to is on a monthly statement."""

    party: BillingPartyIn
    currency: str
    """It stays as it is"""
    days_to_pay: int
    """From the end of a statement's month"""
    limit_minor: int | None
    """Nothing is booked once so much is open, or expected of what is booked; null: no limit"""
    active: bool = True
    """false: nothing more is booked on it"""


class InvoiceAccountsOut(Answer):
    items: list[InvoiceAccountOut]
    next_cursor: str | None


class TransferIn(Body):
    amount_minor: int
    """Negative: it went back"""
    currency: str
    reference: str
    """The bank's, of this movement; it is booked in once"""
    received_on: date
    note: str = ""


class TransferOut(Answer):
    """`open_before_minor`: what the account owed then; `open_after_minor`: negative: that much was paid too
    much.
    """

    id: int
    fleet_id: str
    reference: str
    currency: str
    amount_minor: int
    open_before_minor: int
    open_after_minor: int
    received_on: date
    note: str
    booked_by: str
    booked_at: datetime


class TransfersOut(Answer):
    items: list[TransferOut]
    next_cursor: str | None
