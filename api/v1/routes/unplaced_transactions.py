"""/v1/operations/unplaced-transactions: ends that found no session, and what an operator makes of them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.desk.unplaced_transactions import Placement
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.pagination import LARGEST_PAGE, LARGEST_ROW, cursor_of_unplaced, unplaced_position
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier, Instant
from api.v1.schemas.unplaced_transactions import (
    DismissTransactionIn,
    PlaceTransactionIn,
    UnplacedTransactionOut,
    UnplacedTransactionsOut,
)
from api.v1.views.unplaced_transactions import unplaced_out
from db.queries.charging.unplaced import UnplacedFilter

router = APIRouter(
    prefix="/v1/operations/unplaced-transactions",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)
Number = Annotated[int, Path(ge=1, le=LARGEST_ROW)]
_DECIDED = documented(
    "unplaced_transaction_unknown", "unplaced_transaction_decided", "malformed_request", "body_too_large"
)


@router.get("", summary="List ends of transactions without a session", responses=documented("cursor_invalid"))
async def list_unplaced_transactions(
    operator: Operator,
    services: ServicesHere,
    charger_id: Identifier | None = None,
    site_id: Identifier | None = None,
    open: Annotated[bool | None, Query(description="Only what is undecided, or only what is not")] = None,
    since: Annotated[Instant | None, Query(description="What ended then or later")] = None,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> UnplacedTransactionsOut:
    """What ended last first. While one may be a driver's who has not come, no no-show fee is taken from them."""
    wanted = UnplacedFilter(charger_id=charger_id, site_id=site_id, open=open, since=since)
    found = await services.desk.unplaced.page(operator, wanted, unplaced_position(cursor), limit)
    return UnplacedTransactionsOut(
        items=[unplaced_out(one) for one in found[:limit]],
        next_cursor=cursor_of_unplaced(found[limit - 1].row) if len(found) > limit else None,
    )


@router.post(
    "/{number}/place",
    summary="Say whose transaction it was, and where",
    responses=_DECIDED
    | documented(
        "transaction_not_placeable",
        "session_there_already",
        "reservation_unknown",
        "reservation_code_invalid",
    ),
)
async def place_transaction(
    number: Number, body: PlaceTransactionIn, operator: Operator, services: ServicesHere
) -> UnplacedTransactionOut:
    """It becomes a session that has ended: the reservation's, which prices it and takes no no-show fee, or a walk-in's.

    A reservation that is settled already is settled anew within a minute.
    """
    said = Placement(
        reservation=body.reservation_code,
        connector_id=body.connector_id,
        started_at=body.started_at,
        meter_start_wh=body.meter_start_wh,
    )
    return unplaced_out(await services.desk.unplaced.place(operator, number, said, body.reason))


@router.post("/{number}/dismiss", summary="Say that it was nobody's", responses=_DECIDED)
async def dismiss_transaction(
    number: Number, body: DismissTransactionIn, operator: Operator, services: ServicesHere
) -> UnplacedTransactionOut:
    """Nothing is made of it; reservations that waited for it go on as if it had not been told."""
    return unplaced_out(await services.desk.unplaced.dismiss(operator, number, body.reason))
