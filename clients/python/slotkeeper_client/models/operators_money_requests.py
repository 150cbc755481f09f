"""Operators money requests: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from slotkeeper_client.models.shared import MoneyRequestOut
from slotkeeper_client.shapes import Answer, Body


class DecisionIn(Body):
    reason: str


class MoneyRequestsOut(Answer):
    items: list[MoneyRequestOut]
    next_cursor: str | None
