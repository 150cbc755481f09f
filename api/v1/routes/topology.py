"""/v1/operations/chargers/{charger_id}/topology: which connectors serve one car at a time."""

from fastapi import APIRouter, Response

from api.desk.topology import Declaration, Topology, edition_of_topology
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.etags import EDITED, IfMatch, show_edition, tagged
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.topology import DeclareTopologyIn, TopologyOut, WithdrawTopologyIn
from api.v1.views.topology import topology_out

router = APIRouter(
    prefix="/v1/operations/chargers/{charger_id}/topology",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable", "charger_unknown"),
)
_BODY = tagged() | EDITED | documented("malformed_request", "body_too_large")


@router.get("", summary="Show which connectors of a charger serve one car at a time", responses=tagged())
async def read_topology(
    charger_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> TopologyOut:
    """What shares a bay, an EVSE or a power cable is promised to one driver at a time."""
    return _shown(response, await services.desk.topologies.read(operator, charger_id))


@router.put(
    "",
    summary="Declare which connectors of a charger serve one car at a time",
    responses=_BODY | documented("connector_unknown", "berth_promised_twice"),
)
async def declare_topology(
    charger_id: Identifier,
    body: DeclareTopologyIn,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> TopologyOut:
    """Counts at once for bookings, availability and the charger's door, and outlives seed files.

    Refused, naming them, while reservations stand that could not both be served; move or cancel one, then repeat.
    """
    said = Declaration(
        bays={one.number: one.bay for one in body.connectors},
        one_at_a_time=body.one_at_a_time,
        reason=body.reason,
        plugs={
            one.number: {plug.connector: plug.type for plug in one.plugs}
            for one in body.connectors
            if one.plugs is not None
        },
    )
    return _shown(response, await services.desk.topologies.declare(operator, charger_id, said, seen))


@router.post("/withdraw", summary="Let seed files say again which connectors serve one car", responses=_BODY)
async def withdraw_topology(
    charger_id: Identifier,
    body: WithdrawTopologyIn,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> TopologyOut:
    """What was declared stays until a seed file is applied that says otherwise."""
    found = await services.desk.topologies.withdraw(operator, charger_id, body.reason, seen)
    return _shown(response, found)


def _shown(response: Response, found: Topology) -> TopologyOut:
    show_edition(response, edition_of_topology(found))
    return topology_out(found)
