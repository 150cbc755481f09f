"""A driver's slot for another driver's: offered by a code that they hand on, taken by whoever has the other slot."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.principal import Principal
from api.desk.swaps import Offered
from api.services import Services, ServicesHere
from api.v1.schemas.fields import LINE
from api.web import addresses
from api.web.face import Face, FaceHere, PageRoute, SignedIn, VisitorHere, on_site_clock
from api.web.fields import CLOCK, Named, PageDay
from api.web.presses import FormKey, form_key, press_key
from api.web.routes.booking import heard_by
from api.web.visitor import Visitor
from contracts.publication import ReservationView
from domain.errors import PriceNotAccepted
from domain.facts.refused_actions import SlotPriceRises
from domain.money.amount import Money
from domain.place.slots import Slot
from domain.reservation.actions.messages import Swap
from domain.reservation.swapping import OfferState
from domain.settlement.moved_prices import AcceptedPrices

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_Minor = Annotated[int, Form(ge=0, le=2**53)]
_Code = Annotated[str, Form(min_length=1, max_length=40, pattern=LINE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """An offer that somebody was given, as it is to be read. `fits`: this reservation can take it, by its slot."""

    code: str
    gives: str
    wants: str
    open: bool
    fits: bool
    state: OfferState


async def _accepted(
    currency: Annotated[str, Form(pattern="^([A-Z]{3})?$")] = "", energy: _Minor = 0, minute: _Minor = 0
) -> AcceptedPrices:
    """Of the page that has shown what is dearer; without a currency: no dearer than before."""
    if not currency:
        return AcceptedPrices()
    return AcceptedPrices(energy_per_kwh=Money(energy, currency), time_per_minute=Money(minute, currency))


AcceptedHere = Annotated[AcceptedPrices, Depends(_accepted)]


@router.get("/r/{code}/swap")
async def swap(
    request: Request,
    code: Named,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    offer: Annotated[str, Query(max_length=40, pattern=LINE)] = "",
) -> Response:
    """One's own offers; `offer`: the code of another driver's, which is shown before it is taken."""
    found = await services.desk.swaps.of_reservation(principal, code)
    view = await services.desk.reading.one(principal, code)
    there = on_site_clock(visitor, view.site_zone)
    given = await _given(services, principal, view, there, offer) if offer.strip() else None
    return face.pages.page(
        request,
        "swap.html",
        there,
        code=view.code,
        span=there.reader.span(view.slot_start, view.slot_end),
        day=view.slot_start.astimezone(ZoneInfo(view.site_zone)).date(),
        possible="swap" in view.possible,
        offers=[_line(one, there) for one in found],
        zone=view.site_zone,
        given=given,
        key=form_key(),
    )


@router.post("/r/{code}/swap")
async def take_swap(
    request: Request,
    code: Named,
    offer: _Code,
    key: FormKey,
    accepted: AcceptedHere,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
) -> Response:
    """At once, unless what one gets is dearer: then that is shown first, and nothing has changed."""
    view = await services.desk.reading.one(principal, code)
    energy, minute = accepted.energy_per_kwh, accepted.time_per_minute
    message = Swap(offer=offer, accepted_energy_per_kwh=energy, accepted_time_per_minute=minute)
    once = press_key(key, view.code, "swap", offer, energy, minute)
    heard = heard_by(request, visitor)
    try:
        await services.desk.swaps.take(principal, view.code, message, key=once, heard=heard)
    except PriceNotAccepted as refusal:
        there = on_site_clock(visitor, view.site_zone)
        back = f"{addresses.reservation_page(view.code)}/swap"
        return _dearer(request, face, there, refusal, back, back, {"offer": offer, "key": key})
    return RedirectResponse(addresses.reservation_page(view.code), status_code=303)


@router.post("/r/{code}/swap/offers")
async def offer_swap(
    request: Request,
    code: Named,
    day: Annotated[PageDay, Form()],
    at: Annotated[str, Form(pattern=CLOCK)],
    until: Annotated[str, Form(pattern=CLOCK)],
    accepted: AcceptedHere,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
) -> Response:
    """One's slot for that one of the site's clock, whosever it is; for the same again it is the same offer."""
    view = await services.desk.reading.one(principal, code)
    zone, back = ZoneInfo(view.site_zone), f"{addresses.reservation_page(view.code)}/swap"
    start = datetime.combine(day, time.fromisoformat(at), zone)
    end = datetime.combine(day + timedelta(days=until <= at), time.fromisoformat(until), zone)
    try:
        wants = Slot(start.astimezone(UTC), end.astimezone(UTC))
        await services.desk.swaps.offer(principal, view.code, wants, accepted)
    except PriceNotAccepted as refusal:
        said = {"day": day.isoformat(), "at": at, "until": until}
        there = on_site_clock(visitor, view.site_zone)
        return _dearer(request, face, there, refusal, f"{back}/offers", back, said)
    return RedirectResponse(f"{back}#offers", status_code=303)


@router.post("/r/{code}/swap/offers/{offer}/withdraw")
async def withdraw_swap(code: Named, offer: Named, principal: SignedIn, services: ServicesHere) -> Response:
    """Nobody can take it any more; pressed twice it is withdrawn once."""
    await services.desk.swaps.withdraw(principal, code, offer)
    return RedirectResponse(f"{addresses.reservation_page(code)}/swap#offers", status_code=303)


async def _given(
    services: Services, principal: Principal, view: ReservationView, there: Visitor, offer: str
) -> _Given:
    """Raises UnknownSwapOffer."""
    found = await services.desk.swaps.one(principal, offer)
    gives, wants = found.offer.gives, found.offer.wants
    return _Given(
        code=found.offer.id,
        gives=there.reader.span(gives.start, gives.end),
        wants=there.reader.span(wants.start, wants.end),
        open=found.state is OfferState.OPEN,
        fits=wants == Slot(view.slot_start, view.slot_end) and found.offer.code != view.code,
        state=found.state,
    )


def _line(found: Offered, there: Visitor) -> dict[str, Any]:
    one = found.offer
    return {
        "code": one.id,
        "state": found.state,
        "open": found.state is OfferState.OPEN,
        "gives": there.reader.span(one.gives.start, one.gives.end),
        "wants": there.reader.span(one.wants.start, one.wants.end),
        "until": one.expires_at,
    }


def _dearer(
    request: Request,
    face: Face,
    there: Visitor,
    refusal: PriceNotAccepted,
    to: str,
    back: str,
    said: dict[str, str],
) -> Response:
    """What was asked for once more, and what it costs: one press agrees to just that. `said`: fields of the form."""
    rise = refusal.why
    if not isinstance(rise, SlotPriceRises):
        raise refusal
    energy, minute = rise.energy_per_kwh, rise.time_per_minute
    prices = {"currency": energy.currency, "energy": str(energy.minor), "minute": str(minute.minor)}
    return face.pages.page(
        request,
        "swap_price.html",
        there,
        status=409,
        to=to,
        back=back,
        hidden=said | prices,
        energy=there.reader.money(energy),
        minute=there.reader.money(minute),
    )
