"""From a time that is free to a slot that is held: the price first, then one press."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.booking import Booked
from api.desk.instead import Instead
from api.desk.orders import Order, OrderHere
from api.desk.quotes import Quoted, QuoteOrder
from api.services import ServicesHere
from api.v1.schemas.fields import LINE, Instant
from api.v1.views.offers import alternative_out, instead_out
from api.v1.views.quotes import quote_out
from api.web import addresses
from api.web.face import (
    DriverHere,
    Face,
    FaceHere,
    PageRoute,
    VisitorHere,
    on_site_clock,
)
from api.web.fields import ConnectorNumber, Named
from api.web.presses import FormKey, press_key
from api.web.refusing import Declined, offering
from api.web.visitor import Visitor
from contracts.reservation import BookOutcome
from db.tables import Site
from domain.place.energy import EnergyAsked
from domain.place.slots import Slot

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_KEY = "web-{}"
"""Idempotency-Key of a booking by a quote, of which each page has its own: pressed twice it is one booking."""


@router.get("/book")
async def look_at_it(
    request: Request,
    principal: DriverHere,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    site: Annotated[str, Query(max_length=64, pattern=LINE)] = "",
    pool: Annotated[str | None, Query(max_length=64, pattern=LINE)] = None,
    start: Instant | None = None,
    minutes: Annotated[int | None, Query(ge=1, le=10_080)] = None,
    kwh: Annotated[int | None, Query(ge=1, le=500)] = None,
    quote: Annotated[str | None, Query(max_length=64, pattern=LINE)] = None,
) -> Response:
    """What it costs, how sure it is, and by which terms: held to until the quote ends."""
    if quote is not None:
        found = await services.desk.quotes.one(principal, quote)
        return _priced(request, face, visitor, found, await services.desk.sites.site(found.quote.site_id))
    place = await services.desk.sites.site(site)
    offering(request, place.zone, ())
    at = start or services.clock()
    order = QuoteOrder(
        site_id=site,
        start=at,
        end=None if kwh is not None else at + timedelta(minutes=minutes or 60),
        energy=None if kwh is None else EnergyAsked(energy_wh=kwh * 1000),
        pool_id=pool,
        expected_energy_wh=None if kwh is None else kwh * 1000,
    )
    found = await services.desk.instead.quote(principal, order, heard=heard_by(request, visitor))
    return _priced(request, face, visitor, found, place)


@router.post("/book")
async def book(
    request: Request,
    principal: DriverHere,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    quote: Annotated[str, Form(max_length=64, pattern=LINE)],
) -> Response:
    """By the price that was shown."""
    found = await services.desk.quotes.one(principal, quote)
    order = Order(
        site_id=found.quote.site_id,
        start=found.slot.start,
        end=found.slot.end,
        pool_id=found.quote.pool_id,
        connector_type=found.quote.connector_type,
        quote=found.quote.id,
        bay=found.quote.bay,
    )
    booked = await services.desk.booking.book(principal, _KEY.format(found.quote.id), order)
    return booked_answer(request, visitor, booked)


@router.post("/b/{charger_id}/{number}")
async def book_here(
    request: Request,
    charger_id: Named,
    number: ConnectorNumber,
    principal: DriverHere,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    until: Annotated[Instant, Form()],
    key: FormKey,
) -> Response:
    """The bay that they stand at, from now on until an end that was shown: however late it is pressed again."""
    ask = OrderHere(charger_id=charger_id, connector=number, until=until)
    named = press_key(key, charger_id, number, until)
    booked = await services.desk.booking.book_here(principal, named, ask)
    return booked_answer(request, visitor, booked)


def booked_answer(request: Request, visitor: Visitor, booked: Booked) -> Response:
    """To its page, also where it is still to be decided or paid. Raises Declined, with what there is instead."""
    decision = booked.decision
    if decision is None or decision.outcome is not BookOutcome.DECLINED:
        return RedirectResponse(addresses.reservation_page(booked.code), status_code=303)
    there = on_site_clock(visitor, decision.view.site_zone)
    wanted = Slot(decision.view.slot_start, decision.view.slot_end)
    offered = [alternative_out(one, wanted, there.reader) for one in decision.alternatives]
    offering(request, decision.view.site_zone, offered)
    raise Declined(decision.decline_code, decision.why)


def heard_by(request: Request, visitor: Visitor) -> Callable[[Instead], None]:
    """Has a refusal show what there is instead."""

    def hear(found: Instead) -> None:
        there = on_site_clock(visitor, found.zone)
        offering(request, found.zone, instead_out(found, there.reader))

    return hear


def _priced(request: Request, face: Face, visitor: Visitor, found: Quoted, place: Site) -> Response:
    there = on_site_clock(visitor, found.terms.site_zone)
    return face.pages.page(
        request,
        "book.html",
        there,
        site_name=place.name,
        span=there.reader.span(found.slot.start, found.slot.end),
        zone=found.terms.site_zone,
        **price_shown(found, there),
    )


def price_shown(found: Quoted, there: Visitor) -> dict[str, Any]:
    """What `priced.html` shows. `there`: on the site's clock."""
    terms = found.terms
    return {
        "quote": quote_out(found, there.reader),
        "sentences": there.reader.terms(terms, found.slot),
        "sure": () if terms.certainty is None else there.reader.certainty(terms.certainty),
    }
