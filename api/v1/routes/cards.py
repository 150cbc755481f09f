"""/v1/cards: a driver's own; /v1/operations/cards and …/drivers/{driver_id}/cards: everybody's."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.desk.cards import edition_of_card
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer, Operator
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatch, IfMatchOrNew, show_edition, tagged
from api.v1.pagination import LARGEST_PAGE, named_position
from api.v1.responses import AUTH, documented
from api.v1.schemas.cards import BlockIn, CardChangeIn, CardIn, CardOut, CardsOut
from api.v1.schemas.fields import Identifier, Subject
from api.v1.views.cards import card_out, cards_out
from db.tables import Token

_COMMON = documented(*AUTH, "invalid_request", "database_unavailable")
own_router = APIRouter(prefix="/v1/cards", tags=["cards"], route_class=AuthenticatedRoute, responses=_COMMON)
operations_router = APIRouter(
    prefix="/v1/operations", tags=["operations"], route_class=AuthenticatedRoute, responses=_COMMON
)
_WRITE = tagged() | EDITED | documented("malformed_request", "body_too_large")
_EDIT = _WRITE | documented("card_unknown")
_Cursor = Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")]
_Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


@own_router.get("", summary="List the caller's cards", responses=documented("cursor_invalid"))
async def list_own_cards(
    customer: Customer, services: ServicesHere, cursor: _Cursor = None, limit: _Limit = 50
) -> CardsOut:
    """A driver's, by id, blocked ones too."""
    return cards_out(
        await services.desk.cards.own(customer, after=named_position(cursor), limit=limit), limit
    )


@own_router.post(
    "/{card_id}/report-lost", summary="Report a card as lost", responses=documented("card_unknown")
)
async def report_lost_card(card_id: Identifier, customer: Customer, services: ServicesHere) -> CardOut:
    """By its driver, or their fleet: it opens nothing from now on. Reservations stay, and open with another card or the
    app. A card that was found again is given back by the operator.
    """
    return card_out(await services.desk.cards.report_lost(customer, card_id))


@operations_router.get("/cards", summary="List drivers' cards", responses=documented("cursor_invalid"))
async def list_cards(
    operator: Operator,
    services: ServicesHere,
    driver_id: Annotated[Subject | None, Query(description="Only this driver's")] = None,
    blocked: Annotated[bool | None, Query(description="Only those that are, or are not")] = None,
    cursor: _Cursor = None,
    limit: _Limit = 50,
) -> CardsOut:
    """By id."""
    found = await services.desk.cards.page(
        operator, driver_id=driver_id, blocked=blocked, after=named_position(cursor), limit=limit
    )
    return cards_out(found, limit)


@operations_router.put(
    "/drivers/{driver_id}/cards",
    summary="Register a driver's card",
    responses=_WRITE | documented("card_taken"),
)
async def register_card(
    driver_id: Subject,
    body: CardIn,
    operator: Operator,
    seen: IfMatchOrNew,
    services: ServicesHere,
    response: Response,
) -> CardOut:
    """Again, it changes what is said of it. One that is blocked stays so, and one of another driver is taken over only
    where `former_driver_id` names them. Its ETag is that of the card, as `GET /v1/operations/cards/{card_id}` shows it.
    """
    registered = await services.desk.cards.register(
        operator, driver_id, body.id_tag, body.order(), body.former_driver_id, seen
    )
    return _shown(response, registered)


@operations_router.get(
    "/cards/{card_id}",
    summary="Show a card",
    responses=tagged() | NOT_MODIFIED | documented("card_unknown"),
    dependencies=[REVALIDATED],
)
async def read_card(
    card_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> CardOut:
    return _shown(response, await services.desk.cards.one(operator, card_id))


@operations_router.put("/cards/{card_id}", summary="Change a card", responses=_EDIT)
async def change_card(
    card_id: Identifier,
    body: CardChangeIn,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> CardOut:
    return _shown(response, await services.desk.cards.change(operator, card_id, body.order(), seen))


@operations_router.post("/cards/{card_id}/block", summary="Block a card", responses=_EDIT)
async def block_card(
    card_id: Identifier,
    body: BlockIn,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> CardOut:
    """It opens nothing from now on; chargers' local lists follow within half a minute. What runs goes on."""
    return _shown(response, await services.desk.cards.block(operator, card_id, body.reason, seen))


@operations_router.post("/cards/{card_id}/unblock", summary="Unblock a card", responses=_EDIT)
async def unblock_card(
    card_id: Identifier,
    body: BlockIn,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> CardOut:
    return _shown(response, await services.desk.cards.unblock(operator, card_id, body.reason, seen))


def _shown(response: Response, row: Token) -> CardOut:
    show_edition(response, edition_of_card(row))
    return card_out(row)
