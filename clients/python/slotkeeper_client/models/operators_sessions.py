"""Operators sessions: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime

from slotkeeper_client.models.shared import AccessReason, InstantBasis, PowerLimitIn
from slotkeeper_client.shapes import Answer, Body, Open


class ReleaseSessionIn(Body):
    reason: str = ""


class SessionOut(Answer):
    id: int
    """Also the transaction id that OCPP 1.6 chargers are given"""
    site_id: str
    charger_id: str
    connector_id: int
    connector_number: int
    bay: str | None
    transaction_id: str
    card: str
    """The end of the token that began it; empty: nobody's yet"""
    driver_id: str | None
    reservation_code: str | None
    """Whose reservation prices it; null: a walk-in's"""
    authorised: bool
    """false: it began although its token was refused, and is being stopped"""
    refused_for: Open[AccessReason]
    """Why its token was refused: `no_access` (the site's access rules), `reserved_for_another`,
    `token_blocked`, …; empty: it was not, or nobody has been named yet
    """
    started_at: datetime
    started_basis: Open[InstantBasis]
    """How it is known: `now` (it was connected), `charger` (its clock, for when it was away), `corrected` (the
    same, by what its clock is known to be off), `estimated` (what it said cannot be true); empty: not kept
    """
    ended_at: datetime | None
    ended_basis: Open[InstantBasis]
    stop_reason: str
    energy_wh: int
    """As metered so far"""
    meter_at: datetime


class SessionsOut(Answer):
    items: list[SessionOut]
    next_cursor: str | None


class StartSessionIn(Body):
    charger_id: str
    connector_number: int
    id_tag: str
    """A card that is known here; 20 characters at most on an OCPP 1.6 charger"""
    limits: list[PowerLimitIn] | None = None
    """Of power, from the start of charging; empty: none for this session"""
    profile_id: int = 1073741824
    """Of the charging profile that `limits` make; the same id replaces it"""
