"""/v1/operations/chargers: what operators see of chargers and ask of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query

from api import charger_commands
from api.auth import AuthenticatedRoute, Principal
from api.pagination import LARGEST_PAGE
from api.problems import documented
from api.schemas.fields import Identifier
from api.schemas.operations import (
    ChangeAvailabilityIn,
    ChargerDetailOut,
    ChargersOut,
    CommandOut,
    GetConfigurationIn,
    ResetIn,
    SetConfigurationIn,
    TriggerIn,
    UnlockIn,
    audit_entry_out,
    charger_connector_out,
    charger_event_out,
    charger_out,
    command_out,
    is_secret,
)
from api.services import Operator, Services, ServicesHere
from db.queries import chargers, reservations
from domain.commands import (
    ChangeAvailability,
    Command,
    GetConfiguration,
    Reset,
    SetConfiguration,
    TriggerMessage,
    UnlockConnector,
)
from domain.errors import UnknownCharger

_READ = documented(
    "token_missing", "token_invalid", "token_expired", "scope_missing", "invalid_request",
    "database_unavailable",
)  # fmt: skip
_COMMAND = documented(
    "charger_unknown", "charger_offline", "malformed_request", "body_too_large", "temporal_unavailable"
)

router = APIRouter(
    prefix="/v1/operations/chargers", tags=["operations"], route_class=AuthenticatedRoute, responses=_READ
)


@router.get("", summary="List chargers and their connection")
async def list_chargers(
    _operator: Operator,
    services: ServicesHere,
    site_id: Identifier | None = None,
    connected: bool | None = None,
    cursor: Annotated[Identifier | None, Query(description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> ChargersOut:
    """Chargers by id, with their connection as the gateway last recorded it."""
    async with services.sessions() as session:
        rows = await chargers.page(session, site_id=site_id, connected=connected, after=cursor, limit=limit)
    return ChargersOut(
        items=[charger_out(row) for row in rows[:limit]],
        next_cursor=rows[limit - 1].id if len(rows) > limit else None,
    )


@router.get(
    "/{charger_id}",
    summary="Show one charger with its connectors and last events",
    responses=documented("charger_unknown"),
)
async def read_charger(
    charger_id: Identifier, _operator: Operator, services: ServicesHere
) -> ChargerDetailOut:
    """Connection, capabilities, connectors, the last events and what operators did."""
    async with services.sessions() as session:
        charger = await chargers.find(session, charger_id)
        if charger is None:
            raise UnknownCharger(f"there is no charger {charger_id!r}; see /v1/operations/chargers")
        connectors = await chargers.connectors_of(session, charger_id)
        events = await chargers.recent_events(session, charger_id)
        audit = await reservations.audit_of(session, charger_id, limit=50)
    return ChargerDetailOut(
        **charger_out(charger).model_dump(),
        gateway_instance=charger.gateway_instance,
        epoch=charger.epoch,
        capabilities=charger.capabilities,
        connectors=[charger_connector_out(connector) for connector in connectors],
        recent_events=[charger_event_out(event) for event in events],
        audit=[audit_entry_out(entry) for entry in audit],
    )


@router.post("/{charger_id}/reset", summary="Restart a charger, softly or hard", responses=_COMMAND)
async def reset(
    charger_id: Identifier,
    operator: Operator,
    services: ServicesHere,
    body: Annotated[ResetIn | None, Body()] = None,
) -> CommandOut:
    hard = body.hard if body is not None else False
    return await _send(services, operator, charger_id, "reset", Reset(hard=hard), {"hard": hard})


@router.post("/{charger_id}/unlock", summary="Unlock the cable at a connector", responses=_COMMAND)
async def unlock(
    charger_id: Identifier, body: UnlockIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    command = UnlockConnector(connector_number=body.connector_number)
    return await _send(services, operator, charger_id, "unlock_connector", command, body.model_dump())


@router.post(
    "/{charger_id}/change-availability",
    summary="Take a charger or connector out of service or back",
    responses=_COMMAND,
)
async def change_availability(
    charger_id: Identifier, body: ChangeAvailabilityIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    command = ChangeAvailability(connector_number=body.connector_number, operative=body.operative)
    return await _send(services, operator, charger_id, "change_availability", command, body.model_dump())


@router.post("/{charger_id}/trigger", summary="Ask a charger to send a message now", responses=_COMMAND)
async def trigger(
    charger_id: Identifier, body: TriggerIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    command = TriggerMessage(message=body.message, connector_number=body.connector_number)
    return await _send(services, operator, charger_id, "trigger_message", command, body.model_dump())


@router.post("/{charger_id}/get-configuration", summary="Read a charger's configuration", responses=_COMMAND)
async def get_configuration(
    charger_id: Identifier,
    operator: Operator,
    services: ServicesHere,
    body: Annotated[GetConfigurationIn | None, Body()] = None,
) -> CommandOut:
    keys = tuple(body.keys) if body is not None else ()
    command = GetConfiguration(keys=keys)
    return await _send(services, operator, charger_id, "get_configuration", command, {"keys": list(keys)})


@router.post(
    "/{charger_id}/set-configuration",
    summary="Change one key of a charger's configuration",
    responses=_COMMAND,
)
async def set_configuration(
    charger_id: Identifier, body: SetConfigurationIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    command = SetConfiguration(key=body.key, value=body.value)
    shown = {"key": body.key, "value": "[redacted]" if is_secret(body.key) else body.value}
    return await _send(services, operator, charger_id, "set_configuration", command, shown)


async def _send(
    services: Services,
    operator: Principal,
    charger_id: str,
    name: str,
    command: Command,
    detail: dict[str, Any],
) -> CommandOut:
    reply = await charger_commands.send(
        services, operator=operator.subject, charger_id=charger_id, name=name, command=command, detail=detail
    )
    return command_out(charger_id, name, reply)
