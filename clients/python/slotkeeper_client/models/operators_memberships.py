"""Operators memberships: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime

from slotkeeper_client.models.shared import MembershipOut
from slotkeeper_client.shapes import Answer, Body


class EndMembershipIn(Body):
    at: datetime | None = None
    """From here on it is none; null: now"""


class MembershipIn(Body):
    driver_id: str
    site_id: str | None = None
    """null: at every site"""
    tier: str = ""
    """Of the site's policy, by name; empty: of none"""
    valid_from: datetime | None = None
    """null: from now on"""
    valid_until: datetime | None = None
    """From here on it is none; null: until it is ended"""


class OperatorsMembershipOut(MembershipOut):
    driver_id: str
    given_at: datetime
    given_by: str
    ended_at: datetime | None
    """When it was decided that it ends earlier; null: it was not"""
    ended_by: str


class OperatorsMembershipsOut(Answer):
    items: list[OperatorsMembershipOut]
    next_cursor: str | None
