"""Memberships: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime

from slotkeeper_client.models.shared import MembershipOut
from slotkeeper_client.shapes import Answer, Body


class JoinedGroupsOut(Answer):
    items: list[OwnDriverGroupOut]


class MembershipsOut(Answer):
    items: list[MembershipOut]
    next_cursor: str | None


class OwnDriverGroupOut(Answer):
    id: str
    """What rules name"""
    name: str
    site_id: str | None
    """Whose rules alone may name it; null: those of every site may"""
    since: datetime
    until: datetime | None


class OwnDriverGroupsOut(Answer):
    items: list[OwnDriverGroupOut]


class RedeemIn(Body):
    code: str
    """Also small, and without dashes"""
