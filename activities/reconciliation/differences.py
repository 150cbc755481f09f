"""Where lists and searches differ from what a reservation's workflow says of itself. Two accounts in, kinds out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from activities.people.projection import columns_of, view_from_document
from contracts import search_attributes
from contracts.comparison import Standing
from contracts.publication import ReservationView
from db.tables import ReservationRow
from domain.terms.erasing import is_alias


class Difference(StrEnum):
    ROW_MISSING = "row_missing"
    """No list shows it."""
    ROW_STATE = "row_state"
    """Lists show another state."""
    ROW_CLOSED = "row_closed"
    """Lists show it closed while it runs, or open although it has ended."""
    ROW_CONTENT = "row_content"
    """Anything else that lists show."""
    ROW_WITHOUT_WORKFLOW = "row_without_workflow"
    """Lists show it open, and there is no workflow. With a connector or money, the reconciler frees and closes it."""
    SEARCH_ATTRIBUTES = "search_attributes"
    CLOSED_WITH_HOLD = "closed_with_hold"
    """Lists show it closed, and a connector is still held for it."""


IN_ROW = frozenset(
    {Difference.ROW_MISSING, Difference.ROW_STATE, Difference.ROW_CLOSED, Difference.ROW_CONTENT}
)
"""Mended by writing the row anew."""


def differences(
    row: ReservationRow | None, standing: Standing | None, *, holds: bool
) -> frozenset[Difference]:
    """`standing` None: there is no workflow. `holds`: a connector is still held for it."""
    found = set()
    is_open = row is not None and row.closed_at is None
    if row is not None and not is_open and holds:
        found.add(Difference.CLOSED_WITH_HOLD)
    if standing is None:
        if is_open:
            found.add(Difference.ROW_WITHOUT_WORKFLOW)
        return frozenset(found)
    if row is not None and standing.answered and is_open != (standing.closed_at is None):
        found.add(Difference.ROW_CLOSED)
    if standing.view is not None:
        found |= _in_what_is_shown(row, standing.view, standing.attributes)
    return frozenset(found)


def comparable(view: ReservationView) -> ReservationView:
    """Without what depends on when it is asked, and what only the driver's app is shown."""
    return replace(view, possible=(), client_secret=None)


def _in_what_is_shown(
    row: ReservationRow | None, view: ReservationView, attributes: Mapping[str, Any]
) -> set[Difference]:
    found: set[Difference] = set()
    if row is not None and is_alias(row.driver_id):
        return found  # whose it was is known to its workflow alone, as long as the server keeps that
    if row is None:
        found.add(Difference.ROW_MISSING)
    elif row.state != view.state:
        found.add(Difference.ROW_STATE)
    elif not _shows(row, view):
        found.add(Difference.ROW_CONTENT)
    wanted = search_attributes.of_view(view)
    if not all(_is(attributes.get(pair.key.name), pair.value) for pair in wanted):
        found.add(Difference.SEARCH_ATTRIBUTES)
    return found


def _is(found: object, wanted: object) -> bool:
    """Empty and never set are the same, and the server may round an instant."""
    if isinstance(found, datetime) and isinstance(wanted, datetime):
        return abs(found - wanted) < timedelta(seconds=1)
    return (found or "") == (wanted or "")


def _shows(row: ReservationRow, view: ReservationView) -> bool:
    if any(getattr(row, name) != value for name, value in columns_of(view).items()):
        return False
    try:
        return comparable(view_from_document(row.snapshot)) == comparable(view)
    except ValidationError:
        return False
