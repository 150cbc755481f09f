"""Debts: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from slotkeeper_client.models.shared import DebtOut
from slotkeeper_client.shapes import Answer


class DebtPaymentOut(Answer):
    """What the app completes with the provider's own form. Once it is paid, the debt closes by itself."""

    reservation: str
    currency: str
    amount_minor: int
    payment_intent_id: str
    client_secret: str


class DebtsOut(Answer):
    items: list[DebtOut]
    next_cursor: str | None
