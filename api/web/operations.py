"""What operators' pages say of sites: how each bay stands, the day's reservations, and what needs somebody."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api.desk.principal import Principal
from api.services import Services
from api.v1.views.reservations import summary_for_operator_out
from api.web import words
from api.web.bay_state import bay_state
from api.web.face import on_site_clock
from api.web.visitor import Visitor
from db.queries.charging.bay_reports import ReportAt, ReportFilter
from db.queries.charging.troubles import TroubleAt, TroubleFilter
from db.queries.reservations import ReservationFilter
from db.tables import ReservationRow, Site
from domain.charging.trouble import TroubleCause
from domain.place.bay_reports import ReportKind
from texts.reader import Reader

_DAY = timedelta(days=1)
_MOST_OF_A_DAY = 100
_SOON = timedelta(hours=2)
_MOST_NEEDS = 20
"""Of each kind; all of them are a request of the API away."""


async def site_now(
    services: Services, principal: Principal, site_id: str, visitor: Visitor
) -> dict[str, Any]:
    """Of `operations_state.html`: the same to everybody who sees the site, but for the language. Raises UnknownSite."""
    site, signs = await services.desk.bay_signs.at_site(site_id)
    there = on_site_clock(visitor, site.zone)
    labels = {sign.connector.id: sign.connector.label for sign in signs}
    today, more = await _today(services, principal, site, there.now)
    return {
        "site": site,
        "bays": [bay_state(sign, there) for sign in signs],
        "today": [_reservation(row, site, there.reader, labels) for row in today],
        "more_today": more,
        **await needs_of(services, principal, there, {site.id: site}, site.id),
    }


async def needs_of(
    services: Services,
    principal: Principal,
    visitor: Visitor,
    sites: Mapping[str, Site],
    site_id: str | None = None,
) -> dict[str, Any]:
    """Of `operations_needs.html`, the latest first. `sites`: by id. `site_id` None: of all that the caller sees."""
    desk = services.desk
    reports = await desk.bay_reports.page(
        principal, ReportFilter(site_id=site_id, resolved=False), None, _MOST_NEEDS
    )
    troubles = await desk.troubles.page(
        principal, TroubleFilter(site_id=site_id, standing=True), None, _MOST_NEEDS
    )
    attention = await desk.reading.page(
        principal, ReservationFilter(site_id=site_id, needs_attention=True), None, _MOST_NEEDS
    )
    return {
        "reports": [report_told(one, sites) for one in reports[:_MOST_NEEDS]],
        "troubles": [_trouble(one, sites, visitor.reader) for one in troubles[:_MOST_NEEDS]],
        "attention": [
            _reservation(row, sites.get(row.site_id), visitor.reader, {}) for row in attention[:_MOST_NEEDS]
        ],
        "more_needs": max(len(reports), len(troubles), len(attention)) > _MOST_NEEDS,
        "several_sites": site_id is None,
    }


def report_told(found: ReportAt, sites: Mapping[str, Site]) -> dict[str, Any]:
    """What somebody said of a bay, without who that was."""
    row = found.row
    return {
        "id": row.id,
        "what": words.REPORTS[ReportKind(row.kind)],
        "text": row.text,
        "at": minute_of(row.reported_at),
        "bay": found.bay or f"{row.charger_id}/{found.number}",
        "resolved_at": None if row.resolved_at is None else minute_of(row.resolved_at),
        "answer": row.answer,
        **_place(found.site_id, sites),
    }


def _trouble(found: TroubleAt, sites: Mapping[str, Site], reader: Reader) -> dict[str, Any]:
    row = found.row
    return {
        "where": row.charger_id if found.number is None else f"{row.charger_id}/{found.number}",
        "what": reader.word(TroubleCause(row.cause)),
        "detail": row.detail,
        "since": minute_of(row.began_at),
        **_place(found.site_id, sites),
    }


def _reservation(
    row: ReservationRow, site: Site | None, reader: Reader, labels: Mapping[int, str]
) -> dict[str, Any]:
    """`labels`: what is painted on a site's bays, by connector."""
    bay = "" if row.connector_id is None else labels.get(row.connector_id, "")
    return {
        "code": row.code,
        "state": row.state,
        "start": row.slot_start,
        "end": row.slot_end,
        "bay": bay,
        "attention": summary_for_operator_out(row, reader).needs_attention,
        **_place(row.site_id, {} if site is None else {site.id: site}),
    }


def _place(site_id: str, sites: Mapping[str, Site]) -> dict[str, str]:
    site = sites.get(site_id)
    return {"site": site_id if site is None else site.name, "zone": "UTC" if site is None else site.zone}


async def _today(
    services: Services, principal: Principal, site: Site, now: datetime
) -> tuple[list[ReservationRow], bool]:
    """What touches the day that it is there, the first first, and whether there is more: then the last that begin
    within _SOON from now.
    """
    zone = ZoneInfo(site.zone)
    day = now.astimezone(zone).date()
    begins, ends = (datetime.combine(one, time(), zone) for one in (day, day + _DAY))

    async def starting_before(to: datetime) -> list[ReservationRow]:
        wanted = ReservationFilter(site_id=site.id, from_=begins - _DAY, to=to)
        rows = await services.desk.reading.page(principal, wanted, None, _MOST_OF_A_DAY)
        return [row for row in rows if row.slot_end > begins]

    found = await starting_before(ends)
    more = len(found) > _MOST_OF_A_DAY
    shown = (await starting_before(min(ends, now + _SOON)))[:_MOST_OF_A_DAY] if more else found
    return sorted(shown, key=lambda row: (row.slot_start, row.code)), more


def minute_of(at: datetime) -> datetime:
    """Seconds tell a reader nothing."""
    return at.replace(second=0, microsecond=0)
