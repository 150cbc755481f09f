"""/v1/operations/reports: what was promised at a site, and what became of it."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier, Instant
from api.v1.schemas.reports import DayOfUseOut, ReliabilityBinOut, ReliabilityOut, SiteUseOut

router = APIRouter(
    prefix="/v1/operations/reports",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)


@router.get(
    "/reliability",
    summary="Compare what bookings were promised with what became of them",
    responses=documented("site_unknown", "slot_invalid"),
)
async def read_reliability(
    operator: Operator,
    services: ServicesHere,
    site_id: Identifier | None = None,
    from_: Annotated[
        Instant | None, Query(alias="from", description="Slots that start from here; default: 90 days back")
    ] = None,
    to: Annotated[Instant | None, Query(description="Slots that start before; default: now")] = None,
) -> ReliabilityOut:
    """Each booking is told how likely it is kept (`terms.certainty`). Who gave theirs up while nothing was wrong says
    nothing about it, and is left out.
    """
    found = await services.desk.reports.reliability(operator, site_id=site_id, since=from_, until=to)
    return ReliabilityOut(
        site_id=site_id,
        from_=found.since,
        to=found.until,
        count=found.promises,
        brier=found.brier,
        items=[
            ReliabilityBinOut(
                count=one.promises, least=one.least, most=one.most, promised=one.promised, kept=one.kept
            )
            for one in found.bins
        ],
    )


@router.get("/site-use", summary="Show how a site was used lately", responses=documented("site_unknown"))
async def read_site_use(operator: Operator, services: ServicesHere, site_id: Identifier) -> SiteUseOut:
    """Day by day on its clock: what was booked there, and what was charged."""
    return SiteUseOut(
        items=[
            DayOfUseOut(
                day=one.day,
                booked_minutes=one.booked_s // 60,
                charged_minutes=one.charged_s // 60,
                energy_wh=one.energy_wh,
                visits=one.visits,
            )
            for one in await services.desk.reports.site_use(operator, site_id)
        ]
    )
