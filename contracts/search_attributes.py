"""Typed search attributes: what operators filter by in the Temporal UI. Never personal data (not encrypted).

Set by `workflows/client/starting.py` (three, at the start) and by `workflows/reservation/publication.py` (each step
that changes them). Registered with the server by `runtime/stack/stack.py` for the embedded one, and by
`docker-compose.yml`; on a server of your own once by hand (`README.md`).
"""

from datetime import datetime
from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from contracts.publication import ReservationView
from domain.reservation.progress import Progress

STATE = SearchAttributeKey.for_keyword("ReservationState")
SITE = SearchAttributeKey.for_keyword("SiteId")
CHARGER = SearchAttributeKey.for_keyword("ChargerId")
CONNECTOR = SearchAttributeKey.for_keyword("Connector")
SLOT_START = SearchAttributeKey.for_datetime("SlotStart")
NEEDS_ATTENTION = SearchAttributeKey.for_bool("NeedsAttention")

ALL: list[SearchAttributeKey[Any]] = [STATE, SITE, CHARGER, CONNECTOR, SLOT_START, NEEDS_ATTENTION]


def of(progress: Progress) -> list[SearchAttributeUpdate[Any]]:
    """The attributes of a reservation as they should be now."""
    place = progress.assignment
    return _attributes(
        state=str(progress.state),
        site=place.site_id if place else None,
        charger=place.charger_id if place else "",
        connector=str(place.connector_id) if place else "",
        slot_start=progress.slot.start,
        needs_attention=progress.needs_attention,
    )


def of_view(view: ReservationView) -> list[SearchAttributeUpdate[Any]]:
    """The same, from what the workflow shows of itself."""
    return _attributes(
        state=view.state,
        site=view.site_id,
        charger=view.charger_id or "",
        connector="" if view.connector_id is None else str(view.connector_id),
        slot_start=view.slot_start,
        needs_attention=bool(view.attention),
    )


def _attributes(
    *, state: str, site: str | None, charger: str, connector: str, slot_start: datetime, needs_attention: bool
) -> list[SearchAttributeUpdate[Any]]:
    return [
        STATE.value_set(state),
        *([SITE.value_set(site)] if site is not None else []),
        CHARGER.value_set(charger),
        CONNECTOR.value_set(connector),
        SLOT_START.value_set(slot_start),
        NEEDS_ATTENTION.value_set(needs_attention),
    ]
