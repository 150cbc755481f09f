"""Guests: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from slotkeeper_client.models.shared import State
from slotkeeper_client.shapes import Answer, Body, Open


class GuestOnMyWayIn(Body):
    eta: datetime


class GuestVisitOut(Answer):
    """Where and when. `id_tag` opens the charger from `opens_at` to the end, and not otherwise."""

    code: str
    state: Open[State]
    site_name: str
    site_address: str
    start: datetime
    end: datetime
    zone: str
    charger_id: str | None
    bay: str | None
    arrive_by: datetime | None
    id_tag: str | None
    possible: list[
        Literal[
            "/v1/guest-visit/check-in",
            "/v1/guest-visit/on-my-way",
            "/v1/guest-visit/start",
            "/v1/guest-visit/stop",
        ]
        | str
    ]
    """Paths of what can be done now"""
