"""All that a reservation's page shows of it, as it is now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import segno

from api.desk.principal import Principal
from api.services import Services
from api.v1.schemas.documents import DocumentSummaryOut
from api.v1.schemas.reservations import ReservationOut
from api.v1.views.documents import document_summary_out
from api.v1.views.reservations import reservation_out
from api.web import addresses
from api.web.arriving import arriving_of
from api.web.buttons import buttons_of, shown_of
from api.web.charging_course import course_shown
from api.web.countdown import countdown_of
from api.web.hold_on_card import hold_told
from api.web.site_plan import Drawing, way_drawn
from api.web.visitor import Visitor
from api.web.ways import Map, place_of
from contracts.publication import ReservationView
from db.queries.money.documents import DocumentFilter
from domain.reservation.lifecycle import FINAL, PLUGGED_IN, THERE, State
from domain.settlement.so_far import SoFar
from texts.reader import Reader

_OPENS = (State.CONFIRMED, State.LOCKED, *THERE)
"""In which a driver needs what opens their bay."""
_MOST_DOCUMENTS = 10


async def reservation_state(services: Services, view: ReservationView, visitor: Visitor) -> dict[str, Any]:
    """Of `reservation_state.html`. `visitor`: on the site's clock. Who may read it and has not booked it sees nothing
    that opens, and no buttons.
    """
    who, reader, now = visitor.principal, visitor.reader, visitor.now
    own = who is not None and who.owns(driver_id=view.driver_id, fleet_id=view.fleet_id)
    shown = reservation_out(view, reader, now, with_credential=own)
    pays = own and who is not None and who.driver_id is not None and bool(view.client_secret)
    place = None if view.state in FINAL else await place_of(services, view)
    return {
        "shown": shown,
        "shown_over": view.state in FINAL,
        "span": reader.span(shown.start, shown.end),
        "zone": view.site_zone,
        "actions": buttons_of(view, reader, now, _cancelling(shown)) if own else [],
        "chosen_for": shown_of(view),
        "arriving": arriving_of(view, reader, now) if own else None,
        "code_svg": credential(view) if own else "",
        "charge": _charge(view, reader),
        "report": _report(view),
        "pay": f"{addresses.reservation_page(view.code)}/pay" if pays else "",
        "countdown": countdown_of(view, reader, now),
        "unplug": own and view.state in PLUGGED_IN and "stop_charging" not in view.possible,
        "guests": own and view.state not in FINAL,
        "swaps": own and "swap" in view.possible,
        "documents": await _documents(services, view, who, reader) if own and who is not None else (),
        "hold": hold_told(view, reader, now) if own else "",
        "geo": "" if place is None else place.geo,
        "maps": tuple(Map),
        "plan": await way_of(services, view, reader),
        "charging": _charging(await services.desk.charging_now.of(view), reader, now),
    }


async def way_of(services: Services, view: ReservationView, reader: Reader) -> Drawing | None:
    """To the bay that it has now, on the plan of its site. None: it has none, or it is over."""
    if view.charger_id is None or view.connector_number is None or view.state in FINAL:
        return None
    found = await services.desk.site_plans.at_bay(view.charger_id, view.connector_number)
    return None if found is None else way_drawn(*found, reader)


async def _documents(
    services: Services, view: ReservationView, who: Principal, reader: Reader
) -> Sequence[DocumentSummaryOut]:
    """Issued for it, the latest first; none before it is over."""
    if view.state not in FINAL:
        return ()
    wanted = DocumentFilter(reservation_code=view.code)
    found = await services.desk.documents.page(who, wanted, None, _MOST_DOCUMENTS)
    return [document_summary_out(one, reader) for one in found[:_MOST_DOCUMENTS]]


def credential(view: ReservationView) -> str:
    """What opens the bay, as a picture; empty: nothing does, or no longer."""
    if view.id_tag is None or view.state not in _OPENS:
        return ""
    return str(segno.make_qr(view.id_tag, error="m").svg_data_uri(scale=5, border=2))


def _charging(found: SoFar | None, reader: Reader, now: datetime) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "kw": None if found.power_w is None else reader.decimal(found.power_w / 1000, 1),
        "kwh": reader.decimal(found.bill.energy_wh / 1000, 2),
        "cost": reader.money(found.bill.charge),
        "at": reader.clock(found.points[-1].at, now),
        "course": course_shown(found.points, reader, now),
    }


def _report(view: ReservationView) -> str:
    """Where one says what is wrong at its bay; empty: there is none, or it is over."""
    if view.charger_id is None or view.connector_number is None or view.state in FINAL:
        return ""
    return f"{addresses.bay_page(view.charger_id, view.connector_number)}/report"


def _cancelling(shown: ReservationOut) -> str:
    """What it costs now; empty: it cannot be done."""
    return shown.costs.cancel[0].text if shown.costs.cancel else ""


def _charge(view: ReservationView, reader: Reader) -> str:
    """What it came to; empty: that is not known yet."""
    return "" if view.receipt is None else reader.money(view.receipt.bill.charge)
