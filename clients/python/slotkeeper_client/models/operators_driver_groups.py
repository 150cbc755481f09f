"""Operators driver groups: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime

from slotkeeper_client.shapes import Answer, Body


class DriverGroupIn(Body):
    name: str
    """Told to people as it stands"""
    site_id: str | None = None
    """Whose rules alone may name it; null: the installation's, for the rules of every site. It stays so"""


class DriverGroupMemberOut(Answer):
    driver_id: str
    since: datetime
    until: datetime | None
    """From here on they are none; null: until taken out"""
    joined_by: str


class DriverGroupOut(Answer):
    id: str
    """What rules name"""
    name: str
    site_id: str | None
    """Whose rules alone may name it; null: those of every site may"""


class DriverGroupsOut(Answer):
    items: list[DriverGroupOut]


class GroupMemberIn(Body):
    until: datetime | None = None
    """From here on they are none; null: until taken out"""


class GroupMembersOut(Answer):
    items: list[DriverGroupMemberOut]
    next_cursor: str | None


class InvitationIn(Body):
    domain: str | None = None
    """Whoever has a verified e-mail address at exactly this domain may come; null: by a code"""
    most_uses: int | None = None
    """So many drivers may use it; null: as many as come"""
    expires_at: datetime | None = None
    """Nobody may use it from then on, at most a year ahead; a code needs one"""
    member_until: datetime | None = None
    """Who comes is in the group until then; null: until taken out"""
    note: str = ""
    """For operators"""


class InvitationOut(Answer):
    id: int
    group_id: str
    domain: str | None
    """null: by a code"""
    uses: int
    most_uses: int | None
    expires_at: datetime | None
    member_until: datetime | None
    note: str
    made_at: datetime
    made_by: str
    revoked_at: datetime | None


class InvitationsOut(Answer):
    items: list[InvitationOut]


class MadeInvitationOut(InvitationOut):
    code: str | None
    """Told this once, and kept nowhere; null: by domain"""
