"""/v1/operations/reconciliation: whether our books and the payment provider's say the same."""

from fastapi import APIRouter

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.responses import AUTH, documented
from api.v1.schemas.reconciliation import ReconciliationOut
from api.v1.views.reconciliation import reconciliation_out

router = APIRouter(
    prefix="/v1/operations/reconciliation",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "database_unavailable"),
)


@router.get("", summary="Read the last comparison with the payment provider")
async def read_last_reconciliation(operator: Operator, services: ServicesHere) -> ReconciliationOut:
    """Both ways, by its lists and its events: figures, what was repaired, and what somebody has to look at."""
    return reconciliation_out(await services.desk.reconciliations.last(operator))
