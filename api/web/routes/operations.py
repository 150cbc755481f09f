"""For operators, by their role and sites: how things are now, and what needs somebody. Nothing is changed here but that
what was reported of a bay is seen to.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import StringConstraints

from api.desk.bay_reports import edition_of_report
from api.desk.editions import Seen
from api.desk.principal import Principal
from api.desk.refusals import PageUnknown
from api.services import ServicesHere
from api.v1.schemas.fields import LINES
from api.web import addresses
from api.web.bay_state import bay_state
from api.web.face import FaceHere, OperatorHere, PageRoute, VisitorHere, on_site_clock
from api.web.fields import Edition, Listed, Named, RowNumber
from api.web.live import following
from api.web.operations import needs_of, report_told, site_now
from api.web.site_use import use_charts, use_rows
from api.web.undelivered import undelivered, waiting
from api.web.visitor import Visitor
from api.web.zones import zone_of_all
from db.changes import Kind, Subject
from domain.errors import UnknownSite
from domain.facts.refusals import NoSuchSite
from domain.facts.refused_signing_in import NoSuchPage
from domain.terms.site_roles import SERVE

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_SITES_AT_ONCE = 10
LONGEST_ANSWER = 500
"""Characters."""
_Answer = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_ANSWER, pattern=LINES),
    Form(),
]


@router.get(addresses.OPERATIONS)
async def operations(
    request: Request,
    principal: OperatorHere,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    after: Annotated[Listed, Query()] = "",
) -> Response:
    """What needs somebody at any of their sites, then the sites, some at a time, by id. `after`: the last one of the
    page before.
    """
    seen = {site.id: site for site in await services.desk.sites.all() if principal.sees_site(site.id)}
    ahead = [site_id for site_id in seen if site_id > after]
    places = []
    for site_id in ahead[:_SITES_AT_ONCE]:
        site, signs = await services.desk.bay_signs.at_site(site_id)
        there = on_site_clock(visitor, site.zone)
        places.append({"site": site, "bays": [bay_state(sign, there) for sign in signs]})
    return face.pages.page(
        request,
        "operations.html",
        visitor,
        places=places,
        after=ahead[_SITES_AT_ONCE - 1] if len(ahead) > _SITES_AT_ONCE else "",
        **await needs_of(services, principal, visitor, seen),
    )


@router.get("/operations/s/{site_id}")
async def site_operations(
    request: Request,
    site_id: Named,
    principal: OperatorHere,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
) -> Response:
    """A site now and today, and how it was used lately."""
    check_seen(principal, site_id)
    shown = await site_now(services, principal, site_id, visitor)
    use = await services.desk.reports.site_use(principal, site_id)
    charts, days = use_charts(use, visitor.reader), use_rows(use, visitor.reader)
    return face.pages.page(request, "operations_site.html", visitor, charts=charts, days=days, **shown)


@router.get("/operations/s/{site_id}/live")
async def site_operations_live(
    request: Request,
    site_id: Named,
    principal: OperatorHere,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
) -> Response:
    """Looked at once for all operators who see the site."""
    check_seen(principal, site_id)
    await services.desk.sites.site(site_id)

    async def look(visitor: Visitor) -> str:
        shown = await site_now(services, principal, site_id, visitor)
        return face.pages.text("operations_state.html", visitor, **shown)

    what = ("operations", site_id, visitor.reader.language)
    return await following(request, services, visitor, Subject(Kind.SITE, site_id), what, look)


@router.get("/operations/reports/{report_id}")
async def report(
    request: Request,
    report_id: RowNumber,
    principal: OperatorHere,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
) -> Response:
    """What somebody said of a bay; whose role is more than to look resolves it."""
    found = await services.desk.bay_reports.one(principal, report_id)
    site = await services.desk.sites.site(found.site_id)
    return face.pages.page(
        request,
        "operations_report.html",
        visitor,
        report=report_told(found, {site.id: site}),
        back=addresses.operations_page(site.id),
        edition=edition_of_report(found.row),
        may_resolve=found.row.resolved_at is None and principal.has_at_site(site.id, *SERVE),
        longest=LONGEST_ANSWER,
    )


@router.post("/operations/reports/{report_id}")
async def resolve_report(
    report_id: RowNumber,
    principal: OperatorHere,
    services: ServicesHere,
    edition: Edition,
    answer: _Answer,
) -> Response:
    """As it was seen. Who reported it is told the answer."""
    seen = Seen.of(edition)
    found = await services.desk.bay_reports.resolve(principal, report_id, answer, seen)
    return RedirectResponse(addresses.operations_page(found.site_id), status_code=303)


@router.get("/operations/messages")
async def messages(
    request: Request, principal: OperatorHere, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    """People are no site's: for who has the whole installation."""
    if not principal.is_operator:
        raise PageUnknown(NoSuchPage())
    return face.pages.page(
        request,
        "operations_messages.html",
        visitor,
        waiting=await waiting(services.desk.messages, principal),
        undelivered=await undelivered(services.desk.messages, principal),
        zone=await zone_of_all(services),
    )


def check_seen(principal: Principal, site_id: str) -> None:
    """Raises UnknownSite, as for a site that there is not."""
    if not principal.sees_site(site_id):
        raise UnknownSite(NoSuchSite(site_id=site_id))
