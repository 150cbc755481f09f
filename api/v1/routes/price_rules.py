"""/v1/operations/sites/{site_id}/price-rules: how a site's prices vary, version by version."""

from fastapi import APIRouter, Response

from api.desk.price_rules import PriceRulesOrder
from api.desk.rule_versions import edition_of_version
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatch, show_edition, tagged
from api.v1.idempotency_key import RequiredKey
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, KEYED, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.price_rules import (
    PreviewPriceRulesIn,
    PricePreviewOut,
    PriceRulesVersionOut,
    PriceRulesVersionsOut,
    PriceSimulationOut,
    SimulatePriceRulesIn,
    WritePriceRulesIn,
)
from api.v1.views.effects import price_preview_out
from api.v1.views.price_simulation import price_simulation_out
from db.tables import PriceRulesVersion

router = APIRouter(
    prefix="/v1/operations/sites/{site_id}/price-rules",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable", "site_unknown"),
)


@router.get(
    "",
    summary="List how a site's prices vary, by version",
    responses=tagged() | NOT_MODIFIED,
    dependencies=[REVALIDATED],
)
async def list_price_rules(
    site_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> PriceRulesVersionsOut:
    """The newest first; of those that are valid already the newest counts."""
    found = await services.desk.price_rules.versions(operator, site_id)
    show_edition(response, edition_of_version(found[0].version if found else 0))
    return PriceRulesVersionsOut(items=[_out(row) for row in found])


@router.post(
    "",
    summary="Let a site's prices vary from an instant on",
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
async def write_price_rules(
    site_id: Identifier,
    body: WritePriceRulesIn,
    operator: Operator,
    key: RequiredKey,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> PriceRulesVersionOut:
    """Refused, with the lines named, where two bands would set one price at one time. What was quoted or booked keeps
    its prices.
    """
    order = PriceRulesOrder(
        site_id=site_id,
        rules=None if body.rules is None else body.rules.rules(),
        reason=body.reason,
        valid_from=body.valid_from,
    )
    written = await services.desk.price_rules.write(operator, order, key, seen)
    show_edition(response, edition_of_version(written.version))
    return _out(written)


@router.post(
    "/preview",
    summary="See what the coming fortnight would cost under price rules",
    responses=documented("rules_unusable", "malformed_request", "body_too_large"),
)
async def preview_price_rules(
    site_id: Identifier,
    body: PreviewPriceRulesIn,
    operator: Operator,
    services: ServicesHere,
    reader: ReaderHere,
) -> PricePreviewOut:
    """Nothing is written: of each free window, with the demand there is now, what it costs and would cost, for
    everybody, members of each tier, and who is in a group that has prices. What is quoted or booked keeps its own.
    """
    rules = None if body.rules is None else body.rules.rules()
    return price_preview_out(await services.desk.price_rules.preview(operator, site_id, rules), reader)


@router.post(
    "/simulation",
    summary="See what last month would have come to under price rules",
    responses=documented("rules_unusable", "malformed_request", "body_too_large"),
)
async def simulate_price_rules(
    site_id: Identifier, body: SimulatePriceRulesIn, operator: Operator, services: ServicesHere
) -> PriceSimulationOut:
    """Nothing is written: of at most 5,000 settled reservations whose slot began within the time, what each line and
    all would have come to, by band, and how many would have been dearer or cheaper.
    """
    found = await services.desk.price_rules.simulate(
        operator, site_id, body.rules.rules(), body.since, body.until
    )
    return price_simulation_out(found)


def _out(row: PriceRulesVersion) -> PriceRulesVersionOut:
    return PriceRulesVersionOut(version=row.version, valid_from=row.valid_from, rules=row.document)
