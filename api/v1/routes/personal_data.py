"""/v1/personal-data, /v1/operations/drivers/{id}/export and /erasure: what is held about a driver, and that no more."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from api.desk.erasing import Erased
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer, Operator
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Subject
from api.v1.schemas.personal_data import ErasedOut, PersonalDataOut
from api.v1.spooled_file import spooled

_COMMON = documented(*AUTH, "invalid_request", "database_unavailable")
_FILE: dict[int | str, dict[str, Any]] = {200: {"model": PersonalDataOut}}
own_router = APIRouter(
    prefix="/v1/personal-data", tags=["drivers"], route_class=AuthenticatedRoute, responses=_COMMON
)
operations_router = APIRouter(
    prefix="/v1/operations/drivers", tags=["operations"], route_class=AuthenticatedRoute, responses=_COMMON
)


@own_router.get(
    "", summary="Export what is held about oneself", response_class=StreamingResponse, responses=_FILE
)
async def export_personal_data(customer: Customer, services: ServicesHere) -> StreamingResponse:
    """A driver's own: all that is held about them, in one JSON document."""
    return await sent(services.desk.personal_data.export_own(customer))


@operations_router.get(
    "/{driver_id}/export",
    summary="Export what is held about a driver",
    response_class=StreamingResponse,
    responses=_FILE,
)
async def export_driver(driver_id: Subject, operator: Operator, services: ServicesHere) -> StreamingResponse:
    """The same document that the driver gets, to be sent to who has asked for it and shown who they are."""
    return await sent(services.desk.personal_data.export(operator, driver_id))


@own_router.post(
    "/erasure", summary="Erase what is held about oneself", responses=documented("erasure_not_now")
)
async def erase_personal_data(customer: Customer, services: ServicesHere) -> ErasedOut:
    """A driver's own, for good. Refused while something of theirs is not over: a reservation, a payment, a debt, a
    dispute. What was issued and booked stays as long as the law demands, under an alias. With the same token one is a
    new driver afterwards.
    """
    return _erased_out(await services.desk.erasing.erase_own(customer))


@operations_router.post(
    "/{driver_id}/erasure",
    summary="Erase what is held about a driver",
    responses=documented("erasure_not_now"),
)
async def erase_driver(driver_id: Subject, operator: Operator, services: ServicesHere) -> ErasedOut:
    """For who has asked for it and shown who they are: as they do it themselves."""
    return _erased_out(await services.desk.erasing.erase(operator, driver_id))


@own_router.delete("/fleet", status_code=204, summary="Leave one's fleet")
async def leave_fleet(customer: Customer, services: ServicesHere) -> None:
    """Of a driver whom a fleet has entered, or an operator has put to one: it sees and books nothing new of theirs, no
    date of a series either; what is booked stays. Again, nothing changes.
    """
    await services.desk.fleet_drivers.leave(customer)


async def sent(parts: AsyncIterator[bytes]) -> StreamingResponse:
    file = await spooled(parts)
    return StreamingResponse(
        file.parts(),
        media_type="application/json",
        headers={
            "Content-Disposition": 'attachment; filename="personal-data.json"',
            "Content-Length": str(file.size),
            "Cache-Control": "no-store",
        },
    )


def _erased_out(erased: Erased) -> ErasedOut:
    return ErasedOut(at=erased.at, alias=erased.alias)
