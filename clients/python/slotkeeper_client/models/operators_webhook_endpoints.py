"""Operators webhook endpoints: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from pydantic import Field

from slotkeeper_client.models.shared import EventKind
from slotkeeper_client.shapes import Body


class OperatorsWebhookEndpointIn(Body):
    url: str
    """https, at an address of the public internet"""
    kinds: list[EventKind] = Field(default_factory=list)
    """Which events; an empty list: all"""
    active: bool = True
    fleet_id: str | None = None
    """Hears of this fleet's reservations; null: of all"""
