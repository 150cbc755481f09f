"""/v1/operations/chargers/{charger_id}/settings: how a charger is set up, and what our rules need."""

from fastapi import APIRouter

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, documented
from api.v1.schemas.charger_settings import AppliedOut, SettingsOut
from api.v1.schemas.fields import Identifier
from api.v1.views.charger_settings import applied_out, settings_out

router = APIRouter(
    prefix="/v1/operations/chargers/{charger_id}",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable", "charger_unknown"),
)


@router.get("/settings", summary="Compare a charger's settings with what our rules need")
async def read_charger_settings(
    charger_id: Identifier, operator: Operator, services: ServicesHere, reader: ReaderHere
) -> SettingsOut:
    """As it told after it came or booted."""
    return settings_out(await services.desk.settings.compare(operator, charger_id), reader)


@router.post(
    "/apply-recommended",
    summary="Set a charger up as our rules need it",
    responses=documented("charger_offline", "temporal_unavailable"),
)
async def apply_recommended_settings(
    charger_id: Identifier, operator: Operator, services: ServicesHere, reader: ReaderHere
) -> AppliedOut:
    """Changes what differs, where the right value is plain; one command a setting in 1.6, one for all in 2.x."""
    return applied_out(await services.desk.settings.apply(operator, charger_id), reader)
