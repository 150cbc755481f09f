"""/v1/quotes: what a slot would cost, before it is booked."""

from fastapi import APIRouter, Request

from api import problems
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, BAY_PRICED, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.problems import RefusedChange
from api.v1.schemas.quotes import QuoteIn, QuoteOut
from api.v1.views.offers import instead_out
from api.v1.views.quotes import quote_out

router = APIRouter(
    prefix="/v1/quotes",
    tags=["quotes"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)


@router.post(
    "",
    status_code=201,
    summary="Ask what a slot would cost",
    responses=documented(
        "malformed_request",
        "body_too_large",
        "site_unknown",
        "pool_unknown",
        "driver_unknown",
        "vehicle_unknown",
        "no_fit",
        *BAY_PRICED,
        "membership_required",
        "invoice_account_unusable",
        "beyond_tier_horizon",
        "slot_invalid",
        "energy_beyond_slot",
        "slot_in_past",
        "site_closed",
        told_as=RefusedChange,
    ),
)
async def create_quote(
    principal: Customer, body: QuoteIn, services: ServicesHere, reader: ReaderHere, request: Request
) -> QuoteOut:
    """Everything that it can cost, by the rules that will charge it, in figures and in the caller's language.

    Whoever books the same by its id before `valid_until` is charged by it, whatever changes meanwhile. It is a price
    and no place: the slot may be taken by then. Where the site is closed then, or no bay fits, `alternatives` can be
    booked.
    """
    quoted = await services.desk.instead.quote(
        principal,
        body.order(),
        heard=lambda found: problems.offering(request, instead_out(found, reader)),
    )
    return quote_out(quoted, reader)


@router.get("/{quote_id}", summary="Show a quote again", responses=documented("quote_unknown"))
async def read_quote(
    quote_id: Identifier,
    principal: Customer,
    services: ServicesHere,
    reader: ReaderHere,
) -> QuoteOut:
    """As it was told to the caller; `reservation` names the booking that was made by it."""
    return quote_out(await services.desk.quotes.one(principal, quote_id), reader)
