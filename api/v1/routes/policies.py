"""/v1/operations/sites/{site_id}/policies and …/tariffs: the rules and prices of a site, version by version."""

from collections.abc import Sequence

from fastapi import APIRouter, Response

from api.desk.policies import PolicyOrder
from api.desk.rule_versions import edition_of_version
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatch, show_edition, tagged
from api.v1.idempotency_key import RequiredKey
from api.v1.responses import AUTH, KEYED, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.policies import (
    DocumentPreviewOut,
    DocumentVersionOut,
    DocumentVersionsOut,
    PreviewPolicyIn,
    PreviewTariffIn,
    PreviewWalkInTariffIn,
    WalkInTariffOut,
    WalkInTariffsOut,
    WritePolicyIn,
    WriteTariffIn,
    WriteWalkInTariffIn,
)
from api.v1.views.effects import preview_out
from db.tables import PolicyVersion, TariffVersion, WalkInTariffVersion

router = APIRouter(
    prefix="/v1/operations/sites/{site_id}",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable", "site_unknown"),
)
_READ = documented("rules_unusable", "malformed_request", "body_too_large")
_LISTED = tagged() | NOT_MODIFIED
_WRITTEN = tagged(201) | EDITED | documented("rules_unusable", *KEYED, "malformed_request", "body_too_large")


@router.get(
    "/policies", summary="List a site's policies, by version", responses=_LISTED, dependencies=[REVALIDATED]
)
async def list_policies(
    site_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> DocumentVersionsOut:
    """The newest first; of those that are valid already the newest counts."""
    return _versions(response, await services.desk.policies.versions(operator, site_id))


@router.post(
    "/policies", summary="Change a site's policy from an instant on", status_code=201, responses=_WRITTEN
)
async def write_policy(
    site_id: Identifier,
    body: WritePolicyIn,
    operator: Operator,
    key: RequiredKey,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> DocumentVersionOut:
    """Members that are named change, the others stay as the newest version has them. What does not fit together is
    refused, each member named. What was quoted or booked keeps its policy.
    """
    written = await services.desk.policies.write(operator, _order(site_id, body), key, seen)
    show_edition(response, edition_of_version(written.version))
    return _out(written)


@router.post("/policies/preview", summary="See what a change of the policy comes to", responses=_READ)
async def preview_policy(
    site_id: Identifier, body: PreviewPolicyIn, operator: Operator, services: ServicesHere
) -> DocumentPreviewOut:
    """Nothing is written: what would become another, and for whom."""
    return preview_out(await services.desk.policies.preview(operator, site_id, body.rules))


@router.get(
    "/tariffs", summary="List a site's tariffs, by version", responses=_LISTED, dependencies=[REVALIDATED]
)
async def list_tariffs(
    site_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> DocumentVersionsOut:
    """The newest first; of those that are valid already the newest counts."""
    return _versions(response, await services.desk.tariffs.versions(operator, site_id))


@router.post(
    "/tariffs", summary="Change a site's tariff from an instant on", status_code=201, responses=_WRITTEN
)
async def write_tariff(
    site_id: Identifier,
    body: WriteTariffIn,
    operator: Operator,
    key: RequiredKey,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> DocumentVersionOut:
    """As of a policy. What was quoted or booked keeps its prices."""
    written = await services.desk.tariffs.write(operator, _order(site_id, body), key, seen)
    show_edition(response, edition_of_version(written.version))
    return _out(written)


@router.post("/tariffs/preview", summary="See what a change of the tariff comes to", responses=_READ)
async def preview_tariff(
    site_id: Identifier, body: PreviewTariffIn, operator: Operator, services: ServicesHere
) -> DocumentPreviewOut:
    """Nothing is written: what would become another, and for whom."""
    return preview_out(await services.desk.tariffs.preview(operator, site_id, body.rules))


@router.get(
    "/walk-in-tariffs",
    summary="List a site's tariffs for walk-ins, by version",
    responses=_LISTED,
    dependencies=[REVALIDATED],
)
async def list_walk_in_tariffs(
    site_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> WalkInTariffsOut:
    """The newest first; of those that are valid already the newest counts. There is no default."""
    found = await services.desk.walk_in_tariffs.versions(operator, site_id)
    show_edition(response, edition_of_version(found[0].version if found else 0))
    return WalkInTariffsOut(items=[_walk_in(row) for row in found])


@router.post(
    "/walk-in-tariffs",
    summary="Change what walk-ins are priced by, from an instant on",
    status_code=201,
    responses=_WRITTEN,
)
async def write_walk_in_tariff(
    site_id: Identifier,
    body: WriteWalkInTariffIn,
    operator: Operator,
    key: RequiredKey,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> WalkInTariffOut:
    """As of a tariff, for sessions that begin from then on: what they cost is told to whoever bills them."""
    written = await services.desk.walk_in_tariffs.write(operator, _order(site_id, body), key, seen)
    show_edition(response, edition_of_version(written.version))
    return _walk_in(written)


@router.post(
    "/walk-in-tariffs/preview",
    summary="See what a change of the tariff for walk-ins comes to",
    responses=_READ,
)
async def preview_walk_in_tariff(
    site_id: Identifier, body: PreviewWalkInTariffIn, operator: Operator, services: ServicesHere
) -> DocumentPreviewOut:
    """Nothing is written."""
    return preview_out(await services.desk.walk_in_tariffs.preview(operator, site_id, body.rules))


def _walk_in(row: WalkInTariffVersion) -> WalkInTariffOut:
    return WalkInTariffOut(version=row.version, valid_from=row.valid_from, rules=row.document)


def _order(site_id: str, body: WritePolicyIn | WriteTariffIn | WriteWalkInTariffIn) -> PolicyOrder:
    return PolicyOrder(site_id=site_id, rules=body.rules, reason=body.reason, valid_from=body.valid_from)


def _out(row: PolicyVersion | TariffVersion) -> DocumentVersionOut:
    return DocumentVersionOut(version=row.version, valid_from=row.valid_from, rules=row.document)


def _versions(
    response: Response, rows: Sequence[PolicyVersion] | Sequence[TariffVersion]
) -> DocumentVersionsOut:
    show_edition(response, edition_of_version(rows[0].version if rows else 0))
    return DocumentVersionsOut(items=[_out(row) for row in rows])
