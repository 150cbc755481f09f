"""/v1/reservations/{code}/payments: where the hold is."""

from fastapi import APIRouter

from api.services import ServicesHere
from api.v1.callers import Anyone, AuthenticatedRoute
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, documented
from api.v1.schemas.payments import PaymentsOut
from api.v1.views.payments import payments_out

router = APIRouter(prefix="/v1/reservations", tags=["reservations"], route_class=AuthenticatedRoute)


@router.get(
    "/{code}/payments",
    summary="Show where a reservation's money is",
    responses=documented(*AUTH, "reservation_unknown", "reservation_code_invalid", "database_unavailable"),
)
async def list_payments(
    code: str, principal: Anyone, services: ServicesHere, reader: ReaderHere
) -> PaymentsOut:
    """For each hold and charge: how much, since when, taken or released when, and by what the bank can be asked."""
    return payments_out(await services.desk.payments.of(principal, code), reader, services.clock())
