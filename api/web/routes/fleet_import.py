"""Bookings out of a table: what would become of each line, and then one press that books them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response

from api.desk.booking import Booked
from api.desk.fleet_table import Known, TableLine, lines_of
from api.desk.orders import Order
from api.desk.principal import Principal
from api.desk.refusals import KeyReused
from api.desk.tables import MOST_BYTES, decoded
from api.services import Services, ServicesHere
from api.told import told_of
from api.web.face import Face, FaceHere, PageRoute, SignedIn, VisitorHere, on_site_clock
from api.web.fields_amiss import table_amiss
from api.web.fleet_weeks import called
from api.web.visitor import Visitor
from api.web.words import UNUSABLE
from contracts.reservation import BookOutcome
from db.tables import Site, Vehicle
from domain.errors import DomainError
from domain.reservation.code import reservation_code

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ADDRESS = "/fleet/import"
_MOST_DRIVERS = 1_000
_AT_ONCE = 4
"""Lines that are booked at the same time: other callers have their turn, too."""
_MOST_REFUSALS = 20
"""Times that a line which was refused is asked for anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`vehicle`: for which it is booked, `code`: of the reservation; empty: none. `told`: what becomes of it."""

    number: int
    driver: str
    vehicle: str
    site: str
    when: str
    told: str
    amiss: bool
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """By ids. `drives`: what each driver is booked for."""

    sites: Mapping[str, Site]
    drives: Mapping[str, Vehicle | None]


@router.get(_ADDRESS)
async def choose_table(
    request: Request, principal: SignedIn, face: FaceHere, visitor: VisitorHere
) -> Response:
    principal.require_fleet()
    return _page(request, face, visitor)


@router.post(_ADDRESS)
async def preview_table(
    request: Request,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    file: Annotated[UploadFile, File()],
) -> Response:
    """Nothing is booked yet."""
    principal.require_fleet()
    with table_amiss("file", UNUSABLE, visitor.reader):
        text = decoded(await file.read(MOST_BYTES + 1))
        lines, around = await _read(services, principal, visitor, text)
    shown = [_shown(line, around, visitor, visitor.reader.page("fleet.import.would")) for line in lines]
    ready = sum(line.flaw is None for line in lines)
    return _page(request, face, visitor, lines=shown, text=text, ready=ready)


@router.post(f"{_ADDRESS}/book")
async def book_table(
    request: Request,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    text: Annotated[str, Form(max_length=MOST_BYTES)],
) -> Response:
    """Each line that can be asked for, once: the same line again, in whichever text, finds what it came to, and is
    asked for anew where it was refused.
    """
    principal.require_fleet()
    with table_amiss("text", UNUSABLE, visitor.reader):
        lines, around = await _read(services, principal, visitor, text)
    turns = asyncio.Semaphore(_AT_ONCE)

    async def booked(line: TableLine) -> Shown:
        async with turns:
            return await _booked(services, principal, visitor, line, around)

    shown = await asyncio.gather(*map(booked, lines))
    return _page(request, face, visitor, lines=shown, booked=sum(bool(one.code) for one in shown))


async def _read(
    services: Services, principal: Principal, visitor: Visitor, text: str
) -> tuple[list[TableLine], _Around]:
    """Raises UnusableTable."""
    found = await services.desk.fleet_drivers.page(principal, "", _MOST_DRIVERS)
    drives = {one.driver.id: one.books_with for one in found[:_MOST_DRIVERS]}
    sites = await services.desk.sites.all()
    centers = await services.desk.budgets.bookable_centers(principal)
    lines = lines_of(text, Known(drivers=drives, sites=sites, centers=centers), visitor.now)
    return lines, _Around(sites={site.id: site for site in sites}, drives=drives)


async def _booked(
    services: Services,
    principal: Principal,
    visitor: Visitor,
    line: TableLine,
    around: _Around,
) -> Shown:
    if line.flaw is not None or line.start is None:
        return _shown(line, around, visitor, "")
    reader = on_site_clock(visitor, around.sites[line.site_id].zone).reader
    try:
        made = await _made(services, principal, line, around.drives[line.driver_id])
    except KeyReused:
        return _shown(line, around, visitor, reader.page("fleet.import.changed"), amiss=True)
    except Exception as error:  # noqa: BLE001 - the other lines are booked all the same; what nobody foresaw is logged
        told = told_of(error, reader)
        return _shown(line, around, visitor, told.text or told.title, amiss=True)
    decision = made.decision
    if decision is not None and decision.outcome is BookOutcome.DECLINED:
        why = reader.refusal(decision.decline_code) if decision.why is None else reader.why(decision.why)
        return _shown(line, around, visitor, why, amiss=True)
    state = reader.page("fleet.import.asked") if decision is None else reader.state(decision.view.state)
    return _shown(line, around, visitor, state, code=made.code)


async def _made(services: Services, principal: Principal, line: TableLine, vehicle: Vehicle | None) -> Booked:
    """What it came to, or comes to now: of what was refused before, another attempt, also where it is for another
    vehicle by now. Raises as `Booking.book`; KeyReused where what was asked for otherwise stands.
    """
    if line.start is None:
        raise ValueError(f"line {line.number} cannot be asked for")
    order = Order(
        site_id=line.site_id,
        start=line.start,
        end=line.end,
        driver_id=line.driver_id,
        cost_center=line.cost_center,
        reference=line.reference,
        vehicle_id=None if vehicle is None else vehicle.id,
    )
    for attempt in range(_MOST_REFUSALS):
        key = f"{line.key}-{attempt}"
        try:
            made = await services.desk.booking.book(principal, key, order)
        except KeyReused:
            if attempt + 1 == _MOST_REFUSALS or not await _was_refused(services, principal, key):
                raise
            continue
        refused = made.decision is not None and made.decision.outcome is BookOutcome.DECLINED
        if not (made.replayed and refused):
            break
    return made


async def _was_refused(services: Services, principal: Principal, key: str) -> bool:
    """Did the booking by that key come to nothing? What is not known of it counts as one that stands."""
    try:
        view = await services.desk.reading.one(principal, reservation_code(principal.require_fleet(), key))
    except DomainError:
        return False
    return bool(view.decline_code)


def _shown(
    line: TableLine,
    around: _Around,
    visitor: Visitor,
    told: str,
    *,
    amiss: bool = False,
    code: str = "",
) -> Shown:
    site = around.sites.get(line.site_id)
    when = ""
    if site is not None and line.start is not None and line.end is not None:
        when = on_site_clock(visitor, site.zone).reader.span(line.start, line.end)
    return Shown(
        number=line.number,
        driver=line.driver_id,
        vehicle=called(around.drives.get(line.driver_id)),
        site=line.site_name if site is None else site.name,
        when=when,
        told=told if line.flaw is None else visitor.reader.page(UNUSABLE[line.flaw]),
        amiss=amiss or line.flaw is not None,
        code=code,
    )


def _page(
    request: Request,
    face: Face,
    visitor: Visitor,
    *,
    lines: Sequence[Shown] = (),
    text: str = "",
    ready: int = 0,
    booked: int | None = None,
) -> Response:
    return face.pages.page(
        request,
        "fleet_import.html",
        visitor,
        lines=lines,
        text=text,
        ready=ready,
        booked=booked,
    )
