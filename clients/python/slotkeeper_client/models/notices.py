"""Notices: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from slotkeeper_client.shapes import Answer


class NoticeOut(Answer):
    """`driver_id`: empty where it is for the fleet. `reservation`: null where it is about none."""

    at: datetime
    driver_id: str
    template: str
    parameters: dict[str, Any]
    text: str
    id: int
    fleet_id: str | None
    reservation: str | None


class NoticesOut(Answer):
    items: list[NoticeOut]
    next_cursor: str | None
