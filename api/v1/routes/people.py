"""/v1/operations/people: which drivers are one person."""

from collections.abc import Sequence

from fastapi import APIRouter, Response

from api.desk.people import edition_of_person
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.etags import (
    EDITED,
    NOT_MODIFIED,
    REVALIDATED,
    IfMatch,
    IfMatchOrNew,
    show_edition,
    tagged,
)
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier, Subject
from api.v1.schemas.people import PersonOut

router = APIRouter(
    prefix="/v1/operations/people",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)


@router.get(
    "/{person_id}",
    summary="Show whose drivers a person is",
    responses=tagged() | NOT_MODIFIED | documented("person_unknown"),
    dependencies=[REVALIDATED],
)
async def read_person(
    person_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> PersonOut:
    return _shown(response, person_id, await services.desk.people.drivers(operator, person_id))


@router.put(
    "/{person_id}/drivers/{driver_id}", summary="Join a driver to a person", responses=tagged() | EDITED
)
async def join_person(
    person_id: Identifier,
    driver_id: Subject,
    operator: Operator,
    seen: IfMatchOrNew,
    services: ServicesHere,
    response: Response,
) -> PersonOut:
    """What a site limits for one driver counts for all of the person's together from now on: bookings that are open,
    overlap or follow one another, hours, debts, disputes and missed bookings. Of another person they are none any more.
    """
    drivers = await services.desk.people.join(operator, person_id, driver_id, seen)
    return _shown(response, person_id, drivers)


@router.delete(
    "/{person_id}/drivers/{driver_id}",
    summary="Part a driver from a person",
    responses=tagged() | EDITED | documented("person_unknown"),
)
async def part_person(
    person_id: Identifier,
    driver_id: Subject,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> PersonOut:
    drivers = await services.desk.people.part(operator, person_id, driver_id, seen)
    return _shown(response, person_id, drivers)


def _shown(response: Response, person_id: str, drivers: Sequence[str]) -> PersonOut:
    show_edition(response, edition_of_person(drivers))
    return PersonOut(id=person_id, drivers=[*drivers])
