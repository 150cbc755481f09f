"""Typed search attributes: what operators filter by in the Temporal UI. Never personal data (not encrypted).

Set by `workflows/client/starting.py` (three, at the start) and by `workflows/reservation/publication.py` (each step
that changes them). Registered with the server by `runtime/stack/stack.py` for the embedded one, and by
`docker-compose.yml`; on a server of your own once by hand (`README.md`).
"""

from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

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
    return [
        STATE.value_set(str(progress.state)),
        *([SITE.value_set(place.site_id)] if place else []),
        CHARGER.value_set(place.charger_id if place else ""),
        CONNECTOR.value_set(str(place.connector_id) if place else ""),
        SLOT_START.value_set(progress.slot.start),
        NEEDS_ATTENTION.value_set(progress.needs_attention),
    ]
