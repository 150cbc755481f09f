"""/v1/operations/ledger: where money stands, month by month, for operators and whoever keeps their books."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.desk.ledger import ENCODINGS, LedgerFormat
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.pagination import LARGEST_PAGE, cursor_of_entry, entry_position
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier, Subject
from api.v1.schemas.ledger import AccountsOut, LedgerEntriesOut, TrialBalanceOut
from api.v1.spooled_file import spooled
from api.v1.views.ledger import account_out, balance_out, entry_out
from db.queries.money.ledger import LedgerFilter
from domain.money.bookkeeping import MONTH
from domain.money.bookkeeping import Month as Months
from domain.reservation.code import parse_reservation_code

router = APIRouter(
    prefix="/v1/operations/ledger",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
Month = Annotated[str, Query(pattern=MONTH, examples=["2026-11"], description="On the operator's clock")]
Currency = Annotated[str, Query(pattern="^[A-Z]{3}$", examples=["EUR"])]


@router.get("/accounts", summary="List the ledger's accounts")
async def list_ledger_accounts(operator: Operator, services: ServicesHere) -> AccountsOut:
    """What each is, and its number in exports."""
    return AccountsOut(items=[account_out(one) for one in services.desk.ledger.accounts(operator)])


@router.get("/trial-balance", summary="Read the trial balance of a month")
async def read_trial_balance(
    operator: Operator,
    services: ServicesHere,
    month: Month,
    driver_id: Subject | None = None,
    fleet_id: Subject | None = None,
) -> TrialBalanceOut:
    """Each account that anything stands on or moved on, of everybody, or of one driver or fleet."""
    found = await services.desk.ledger.trial_balance(
        operator, Months.read(month), driver_id=driver_id, fleet_id=fleet_id
    )
    return TrialBalanceOut(month=month, items=[balance_out(one) for one in found])


@router.get(
    "/entries",
    summary="List the ledger's entries",
    responses=documented("cursor_invalid", "reservation_code_invalid"),
)
async def list_entries(
    operator: Operator,
    services: ServicesHere,
    month: Month | None = None,
    account: Identifier | None = None,
    currency: Currency | None = None,
    cause: Identifier | None = None,
    line: Identifier | None = None,
    provider_object: Subject | None = None,
    reservation_code: Identifier | None = None,
    driver_id: Subject | None = None,
    fleet_id: Subject | None = None,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> LedgerEntriesOut:
    """What was posted last first. `provider_object`: all that one payment intent moved."""
    wanted = LedgerFilter(
        account=account,
        currency=currency,
        cause=cause,
        line=line,
        provider_object=provider_object,
        reservation_code=None if reservation_code is None else parse_reservation_code(reservation_code),
        driver_id=driver_id,
        fleet_id=fleet_id,
    )
    of = None if month is None else Months.read(month)
    found = await services.desk.ledger.page(operator, of, wanted, entry_position(cursor), limit)
    return LedgerEntriesOut(
        items=[entry_out(one) for one in found[:limit]],
        next_cursor=cursor_of_entry(found[limit - 1]) if len(found) > limit else None,
    )


@router.get(
    "/export",
    summary="Export a month of the ledger",
    response_class=StreamingResponse,
    responses=_FILE | documented("currency_not_exported"),
)
async def export_ledger(
    operator: Operator,
    services: ServicesHere,
    month: Month,
    format: LedgerFormat = LedgerFormat.CSV,
    currency: Currency | None = None,
) -> StreamingResponse:
    """A file, oldest first. `csv`: one row an entry. `datev`: one row a booking, of one currency (EUR unless named).

    The same month gives the same file, unless something was posted in it meanwhile.
    """
    if format is LedgerFormat.DATEV and currency is None:
        currency = "EUR"
    file = await spooled(services.desk.ledger.export(operator, Months.read(month), format, currency))
    name = f"EXTF_Buchungsstapel_{month}.csv" if format is LedgerFormat.DATEV else f"ledger_{month}.csv"
    return StreamingResponse(
        file.parts(),
        media_type=f"text/csv; charset={ENCODINGS[format]}",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Length": str(file.size),
        },
    )
