"""/v1/operations/refused-cards: who showed a card where a site's access rules keep the place for others."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.pagination import LARGEST_PAGE, cursor_of_refused_card, refused_card_position
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.refused_cards import RefusedCardOut, RefusedCardsOut
from db.queries.charging.refused_cards import ListedRefusal
from domain.charging.access_reasons import AccessReason
from domain.charging.tokens import end_of_token

router = APIRouter(
    prefix="/v1/operations/refused-cards",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)


@router.get(
    "", summary="List cards that access rules refused at chargers", responses=documented("cursor_invalid")
)
async def list_refused_cards(
    operator: Operator,
    services: ServicesHere,
    site_id: Identifier | None = None,
    charger_id: Identifier | None = None,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> RefusedCardsOut:
    """One item a charger and card, the one that was shown last first. What began all the same is a session, with
    `refused_for`.
    """
    found = await services.desk.refused_cards.page(
        operator,
        site_id=site_id,
        charger_id=charger_id,
        after=refused_card_position(cursor),
        limit=limit,
    )
    return RefusedCardsOut(
        items=[_out(one) for one in found[:limit]],
        next_cursor=cursor_of_refused_card(found[limit - 1].card) if len(found) > limit else None,
    )


def _out(listed: ListedRefusal) -> RefusedCardOut:
    row = listed.card
    return RefusedCardOut(
        site_id=listed.site_id,
        charger_id=row.charger_id,
        card=end_of_token(row.id_tag),
        driver_id=row.driver_id,
        reason=AccessReason(row.reason),
        line=row.line,
        first_at=row.first_at,
        last_at=row.last_at,
        times=row.times,
    )
