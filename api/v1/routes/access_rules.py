"""/v1/operations/sites/{site_id}/access-rules: who may use what, version by version."""

from fastapi import APIRouter, Response

from api.desk.access_rules import AccessPreview, AccessRulesOrder
from api.desk.rule_versions import edition_of_version
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatch, show_edition, tagged
from api.v1.idempotency_key import RequiredKey
from api.v1.responses import AUTH, KEYED, documented
from api.v1.schemas.access_rules import (
    AccessPreviewOut,
    AccessRulesVersionOut,
    AccessRulesVersionsOut,
    HoursOut,
    PreviewAccessRulesIn,
    PublicHoursOut,
    RefusedBookingOut,
    WriteAccessRulesIn,
)
from api.v1.schemas.fields import Identifier
from db.tables import AccessRulesVersion

router = APIRouter(
    prefix="/v1/operations/sites/{site_id}/access-rules",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable", "site_unknown"),
)


@router.get(
    "",
    summary="List who may use what of a site, by version",
    responses=tagged() | NOT_MODIFIED,
    dependencies=[REVALIDATED],
)
async def list_access_rules(
    site_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> AccessRulesVersionsOut:
    """The newest first; of those that are valid already the newest counts."""
    found = await services.desk.access_rules.versions(operator, site_id)
    show_edition(response, edition_of_version(found[0].version if found else 0))
    return AccessRulesVersionsOut(items=[_out(row) for row in found])


@router.post(
    "",
    summary="Say who may use what of a site from an instant on",
    status_code=201,
    responses=tagged(201)
    | EDITED
    | documented(
        "rules_unusable",
        *KEYED,
        "malformed_request",
        "body_too_large",
    ),
)
async def write_access_rules(
    site_id: Identifier,
    body: WriteAccessRulesIn,
    operator: Operator,
    key: RequiredKey,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> AccessRulesVersionOut:
    """Refused, with the lines named, where a line would never decide, or names what is not there. Bookings that are
    made stay: ask for a preview to see which the rules would not have let be made.
    """
    order = AccessRulesOrder(
        site_id=site_id,
        rules=None if body.rules is None else body.rules.rules(),
        reason=body.reason,
        valid_from=body.valid_from,
    )
    written = await services.desk.access_rules.write(operator, order, key, seen)
    show_edition(response, edition_of_version(written.version))
    return _out(written)


@router.post(
    "/preview",
    summary="See what access rules would come to",
    responses=documented("rules_unusable", "malformed_request", "body_too_large"),
)
async def preview_access_rules(
    site_id: Identifier, body: PreviewAccessRulesIn, operator: Operator, services: ServicesHere
) -> AccessPreviewOut:
    """Nothing is written: which open bookings they would refuse, and when everybody may charge where."""
    return _preview_out(await services.desk.access_rules.preview(operator, site_id, body.rules.rules()))


def _out(row: AccessRulesVersion) -> AccessRulesVersionOut:
    return AccessRulesVersionOut(version=row.version, valid_from=row.valid_from, rules=row.document)


def _preview_out(found: AccessPreview) -> AccessPreviewOut:
    return AccessPreviewOut(
        bookings=found.bookings,
        refused=[
            RefusedBookingOut(
                reservation=one.reservation_code,
                driver_id=one.driver_id,
                bay=one.spot.bay,
                start=one.slot.start,
                end=one.slot.end,
            )
            for one in found.refused
        ],
        public=[
            PublicHoursOut(
                bay=one.spot.bay,
                pool_id=one.spot.pool_id,
                hours=[HoursOut(start=span.start, end=span.end) for span in one.spans],
            )
            for one in found.public
        ],
    )
