"""A fleet's drivers: what they usually drive, on which cost center their bookings go, and their cards."""

from enum import StrEnum
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.editions import Seen
from api.desk.fleet_drivers import Assignment, edition_of_assignment
from api.desk.principal import Principal
from api.services import Services, ServicesHere
from api.v1.schemas.fields import LINE, NO_CONTROLS
from api.web import addresses
from api.web.face import FaceHere, PageRoute, SignedIn, VisitorHere
from api.web.fields import Edition, Listed
from domain.charging.tokens import end_of_token

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ADDRESS = "/fleet/drivers"
_AT_ONCE, _MOST_VEHICLES = 50, 500


class Done(StrEnum):
    """What the press before did."""

    KEPT = "kept"
    ENTERED = "entered"


@router.get(_ADDRESS)
async def drivers(
    request: Request,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    after: Annotated[Listed, Query()] = "",
    done: Done | None = None,
) -> Response:
    """Some at a time, by id. `after`: the last one of the page before."""
    principal.require_fleet()
    found = await services.desk.fleet_drivers.page(principal, after, _AT_ONCE)
    shown = found[:_AT_ONCE]
    cards = await services.desk.cards.of_fleet(principal, [one.driver.id for one in shown])
    return face.pages.page(
        request,
        "fleet_drivers.html",
        visitor,
        drivers=[
            {
                "id": one.driver.id,
                "vehicle": one.vehicle.id if one.vehicle is not None else "",
                "center": one.said.cost_center if one.said is not None else "",
                "edition": edition_of_assignment(one.said),
                "cards": [
                    {"id": card.card_id, "end": end_of_token(card.value), "blocked": card.blocked}
                    for card in cards
                    if card.driver_id == one.driver.id
                ],
            }
            for one in shown
        ],
        after=shown[-1].driver.id if len(found) > _AT_ONCE else "",
        done=done,
        vehicles=await services.desk.vehicles.all(principal, archived=False, after="", limit=_MOST_VEHICLES),
        centers=[row for row in await services.desk.budgets.centers(principal) if row.ended_at is None],
    )


@router.post(_ADDRESS)
async def keep_driver(
    principal: SignedIn,
    services: ServicesHere,
    driver: Annotated[Listed, Form()],
    edition: Edition,
    vehicle: Annotated[str, Form(max_length=64, pattern=LINE)] = "",
    center: Annotated[str, Form(max_length=32, pattern=LINE)] = "",
) -> Response:
    said = Assignment(vehicle_id=vehicle or None, cost_center=center)
    await services.desk.fleet_drivers.assign(principal, driver, said, Seen.of(edition))
    return await _to(services, principal, driver, Done.KEPT)


@router.post(f"{_ADDRESS}/enter")
async def enter_driver(
    principal: SignedIn,
    services: ServicesHere,
    driver: Annotated[str, Form(max_length=255, pattern=NO_CONTROLS)],
) -> Response:
    await services.desk.fleet_drivers.enter(principal, driver.strip())
    return await _to(services, principal, driver.strip(), Done.ENTERED)


@router.post(f"{_ADDRESS}/remove")
async def remove_driver(
    principal: SignedIn,
    services: ServicesHere,
    driver: Annotated[Listed, Form()],
    edition: Edition,
) -> Response:
    """As they were seen."""
    await services.desk.fleet_drivers.remove(principal, driver, Seen.of(edition))
    return RedirectResponse(_ADDRESS, status_code=303)


@router.post(f"{_ADDRESS}/lost")
async def report_lost_card(
    principal: SignedIn, services: ServicesHere, card: Annotated[str, Form(max_length=64, pattern=LINE)]
) -> Response:
    """It is blocked at once; only an operator gives it back."""
    principal.require_fleet()
    await services.desk.cards.report_lost(principal, card)
    return RedirectResponse(_ADDRESS, status_code=303)


async def _to(services: Services, principal: Principal, driver: str, done: Done) -> Response:
    """The page of the list where that driver stands."""
    after = await services.desk.fleet_drivers.before_page_of(principal, driver, _AT_ONCE)
    query = urlencode({**({"after": after} if after else {}), addresses.DONE: done.value})
    return RedirectResponse(f"{_ADDRESS}?{query}", status_code=303)
