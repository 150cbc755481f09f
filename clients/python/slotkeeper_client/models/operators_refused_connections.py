"""Operators refused connections: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime

from slotkeeper_client.shapes import Answer


class RefusedConnectionOut(Answer):
    identity: str
    """As claimed; nobody has verified it. Empty: TLS ended before it was told"""
    code: str
    first_at: datetime
    last_at: datetime
    attempts: int
    remote: str
    detail: str


class RefusedConnectionsOut(Answer):
    items: list[RefusedConnectionOut]
    next_cursor: str | None
