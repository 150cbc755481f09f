"""Operators bay reports: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime

from slotkeeper_client.models.shared import ReportKind
from slotkeeper_client.shapes import Answer, Body, Open


class BayReportOut(Answer):
    """The same for operators, with what became of it."""

    id: int
    site_id: str
    charger_id: str
    connector_id: int
    connector_number: int
    bay: str | None
    kind: Open[ReportKind]
    text: str
    """As it was said: to be shown as text"""
    reported_at: datetime
    account: str | None
    """Who said it; null: somebody who was not signed in"""
    reservation: str | None
    """Whose turn it was there, where that was theirs"""
    moved_at: datetime | None
    """When that reservation was given another bay for it"""
    resolved_at: datetime | None
    """Null: nobody has seen to it"""
    resolved_by: str
    answer: str
    """The operator's words, which who said it is told"""


class BayReportsOut(Answer):
    items: list[BayReportOut]
    next_cursor: str | None


class ResolveBayReportIn(Body):
    answer: str
    """Who reported it is told this"""
