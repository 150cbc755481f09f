"""/v1/operations/invoice-accounts: who pays by invoice, what is open and was paid; /v1/invoice-account: one's own."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.desk.invoice_accounts import edition_of_account
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer, Operator
from api.v1.etags import EDITED, IfMatchOrNew, show_edition, tagged
from api.v1.pagination import (
    LARGEST_PAGE,
    cursor_of_named,
    cursor_of_transfer,
    named_position,
    transfer_position,
)
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.invoice_accounts import (
    InvoiceAccountIn,
    InvoiceAccountOut,
    InvoiceAccountsOut,
    OwedOut,
    TransferIn,
    TransferOut,
    TransfersOut,
)
from api.v1.views.invoice_accounts import account_out, owed_out, transfer_out
from domain.money.amount import Money

_COMMON = documented(*AUTH, "invalid_request", "database_unavailable")
_BODY = documented("malformed_request", "body_too_large")
router = APIRouter(
    prefix="/v1/operations/invoice-accounts",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=_COMMON,
)
own_router = APIRouter(
    prefix="/v1/invoice-account", tags=["documents"], route_class=AuthenticatedRoute, responses=_COMMON
)
Fleet = Annotated[Identifier, Path(examples=["parcel-fleet"])]
PageSize = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]
_UNKNOWN = documented("invoice_account_unknown")


@own_router.get("", summary="Read what one's own account owes", responses=_UNKNOWN)
async def read_own_invoice_account(customer: Customer, services: ServicesHere) -> OwedOut:
    """A fleet's: item by item, and by how long each has been overdue."""
    return owed_out(await services.desk.invoice_accounts.owed(customer, None))


@router.get("", summary="List accounts that pay by invoice", responses=documented("cursor_invalid"))
async def list_invoice_accounts(
    operator: Operator,
    services: ServicesHere,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: PageSize = 50,
) -> InvoiceAccountsOut:
    """By their fleets' ids, each with what it owes."""
    found = await services.desk.invoice_accounts.page(operator, named_position(cursor), limit)
    return InvoiceAccountsOut(
        items=[account_out(one) for one in found[:limit]],
        next_cursor=cursor_of_named(found[limit - 1].row.fleet_id) if len(found) > limit else None,
    )


@router.get("/{fleet_id}", summary="Read what an account owes", responses=tagged() | _UNKNOWN)
async def read_invoice_account(
    fleet_id: Fleet, operator: Operator, services: ServicesHere, response: Response
) -> OwedOut:
    """Item by item, and by how long each has been overdue. What is paid pays the oldest first."""
    owed = await services.desk.invoice_accounts.owed(operator, fleet_id)
    show_edition(response, edition_of_account(owed.account))
    return owed_out(owed)


@router.put(
    "/{fleet_id}",
    summary="Open an account that pays by invoice, or change it",
    responses=tagged() | EDITED | _BODY,
)
async def set_invoice_account(
    fleet_id: Fleet,
    body: InvoiceAccountIn,
    operator: Operator,
    seen: IfMatchOrNew,
    services: ServicesHere,
    response: Response,
) -> InvoiceAccountOut:
    """For bookings from now on: those that were made keep the terms that were accepted."""
    account = await services.desk.invoice_accounts.put(operator, fleet_id, body.order(), seen)
    show_edition(response, edition_of_account(account))
    return account_out(account)


@router.get(
    "/{fleet_id}/transfers",
    summary="List the bank transfers of an account",
    responses=_UNKNOWN | documented("cursor_invalid"),
)
async def list_transfers(
    fleet_id: Fleet,
    operator: Operator,
    services: ServicesHere,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: PageSize = 50,
) -> TransfersOut:
    """What was booked last first."""
    accounts = services.desk.invoice_accounts
    found = await accounts.transfers(operator, fleet_id, transfer_position(cursor), limit)
    return TransfersOut(
        items=[transfer_out(one) for one in found[:limit]],
        next_cursor=cursor_of_transfer(found[limit - 1]) if len(found) > limit else None,
    )


@router.post(
    "/{fleet_id}/transfers",
    summary="Book a bank transfer in",
    status_code=201,
    responses=_UNKNOWN | _BODY | documented("transfer_booked_otherwise"),
)
async def book_transfer(
    fleet_id: Fleet, body: TransferIn, operator: Operator, services: ServicesHere
) -> TransferOut:
    """Once for each reference of the bank: the same again is answered as before. Too little leaves the newest items
    open, too much is kept for the next; what the bank took back is booked as a negative amount.
    """
    booked = await services.desk.invoice_accounts.book(
        operator,
        fleet_id,
        Money(body.amount_minor, body.currency),
        reference=body.reference,
        on=body.received_on,
        note=body.note,
    )
    return transfer_out(booked)
