"""Swaps of slots: `…/{code}/swap-offers` of a reservation for who offers, `/v1/swap-offers` for who has the code."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.desk.swaps import Offered
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import MoneyIn
from api.v1.schemas.swaps import SlotOut, SwapOfferIn, SwapOfferOut, SwapOffersOut
from domain.money.amount import Money
from domain.place.slots import Slot
from domain.settlement.moved_prices import AcceptedPrices

_COMMON = documented(*AUTH, "database_unavailable")
_OWN = documented("reservation_unknown", "reservation_code_invalid")
router = APIRouter(
    prefix="/v1/reservations",
    tags=["reservations"],
    route_class=AuthenticatedRoute,
    responses=_COMMON | _OWN,
)
offers_router = APIRouter(
    prefix="/v1/swap-offers", tags=["reservations"], route_class=AuthenticatedRoute, responses=_COMMON
)
OfferId = Annotated[str, Path(max_length=40)]


@router.post(
    "/{code}/swap-offers",
    status_code=201,
    summary="Offer your slot for another one",
    responses=documented(
        "invalid_request", "malformed_request", "body_too_large", "reservation_pending", "not_possible_now",
        "swap_not_possible",
        "swap_offer_over", "slot_invalid", "slot_in_past", "beyond_tier_horizon", "site_closed",
        "driver_booked_already", "membership_required", "weekly_hours_used", "stay_too_long", "price_not_accepted",
    ),
)  # fmt: skip
async def create_swap_offer(
    code: str, body: SwapOfferIn, principal: Customer, services: ServicesHere
) -> SwapOfferOut:
    """Whoever has the slot that you want, in the same pool, and gets the offer's code from you, may take it: then you
    have each other's slots at once, without asking you again. For the same slot again it is the same offer.
    """
    accepted = AcceptedPrices(
        energy_per_kwh=_money(body.accepted_energy_per_kwh),
        time_per_minute=_money(body.accepted_time_per_minute),
    )
    return _out(await services.desk.swaps.offer(principal, code, Slot(body.start, body.end), accepted))


@router.get("/{code}/swap-offers", summary="List the offers of your slot")
async def list_swap_offers(code: str, principal: Customer, services: ServicesHere) -> SwapOffersOut:
    """The latest first, at most a hundred."""
    return SwapOffersOut(
        items=[_out(one) for one in await services.desk.swaps.of_reservation(principal, code)]
    )


@router.delete(
    "/{code}/swap-offers/{offer}",
    summary="Withdraw an offer of your slot",
    responses=documented("swap_offer_unknown", "swap_offer_over"),
)
async def withdraw_swap_offer(
    code: str, offer: OfferId, principal: Customer, services: ServicesHere
) -> SwapOfferOut:
    """Nobody can take it any more. Again, nothing changes."""
    return _out(await services.desk.swaps.withdraw(principal, code, offer))


@offers_router.get(
    "/{offer}", summary="Show an offer that you were given", responses=documented("swap_offer_unknown")
)
async def read_swap_offer(offer: OfferId, principal: Customer, services: ServicesHere) -> SwapOfferOut:
    """What you would get (`gives`), and what for (`wants`)."""
    return _out(await services.desk.swaps.one(principal, offer))


def _money(said: MoneyIn | None) -> Money | None:
    return None if said is None else Money(said.minor, said.currency)


def _out(found: Offered) -> SwapOfferOut:
    offer = found.offer
    return SwapOfferOut(
        offer=offer.id,
        state=found.state,
        pool_id=offer.pool_id,
        gives=SlotOut(start=offer.gives.start, end=offer.gives.end),
        wants=SlotOut(start=offer.wants.start, end=offer.wants.end),
        expires_at=offer.expires_at,
    )
