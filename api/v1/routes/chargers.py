"""/v1/operations/chargers: what operators see of chargers and ask of them."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query

from api.desk import charger_commands
from api.problems import documented
from api.services import Operator, Services, ServicesHere
from api.tokens.bearer import AuthenticatedRoute, Principal
from api.v1.pagination import LARGEST_PAGE
from api.v1.schemas.charger_commands import (
    ChangeAvailabilityIn,
    CommandOut,
    GetConfigurationIn,
    GetLogsIn,
    ResetIn,
    SetConfigurationIn,
    TriggerIn,
    UnlockIn,
    command_out,
    without_secret,
    without_user_info,
)
from api.v1.schemas.chargers import ChargerDetailOut, ChargersOut, charger_detail_out, charger_out
from api.v1.schemas.fields import Identifier
from db.queries import reservations
from db.queries.charging import chargers
from domain.charging.commands import (
    ChangeAvailability,
    ClearCache,
    Command,
    GetConfiguration,
    GetLocalListVersion,
    GetLogs,
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
    summary="Show one charger: connection, abilities, faults, last messages, pending commands",
    responses=documented("charger_unknown"),
)
async def read_charger(
    charger_id: Identifier, _operator: Operator, services: ServicesHere
) -> ChargerDetailOut:
    """Connection, capabilities and promise, connectors, faults, events, last messages, commands, audit trail."""
    async with services.sessions() as session:
        charger = await chargers.find(session, charger_id)
        if charger is None:
            raise UnknownCharger(f"there is no charger {charger_id!r}; see /v1/operations/chargers")
        return charger_detail_out(
            charger,
            connectors=await chargers.connectors_of(session, charger_id),
            faults=await chargers.recent_faults(session, charger_id),
            events=await chargers.recent_events(session, charger_id),
            traffic=await chargers.traffic_of(session, charger_id),
            audit=await reservations.audit_of(session, charger_id, limit=50),
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
    shown = {"key": body.key, "value": without_secret(body.key, body.value)}
    return await _send(services, operator, charger_id, "set_configuration", command, shown)


@router.post("/{charger_id}/get-logs", summary="Have a charger upload its logs", responses=_COMMAND)
async def get_logs(
    charger_id: Identifier, body: GetLogsIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    """`accepted`: the upload begins; how it goes is in the charger's last messages and events."""
    shown = {"kind": body.kind.value, "upload_url": without_user_info(body.upload_url)}
    return await _send(
        services,
        operator,
        charger_id,
        "get_logs",
        lambda number: GetLogs(kind=body.kind, upload_url=body.upload_url, request_id=number),
        shown,
    )


@router.post(
    "/{charger_id}/clear-cache", summary="Have a charger forget the tokens it knows", responses=_COMMAND
)
async def clear_cache(charger_id: Identifier, operator: Operator, services: ServicesHere) -> CommandOut:
    """The authorisation cache, not the local list."""
    return await _send(services, operator, charger_id, "clear_cache", ClearCache(), {})


@router.post(
    "/{charger_id}/get-local-list-version",
    summary="Ask which local list of tokens a charger has",
    responses=_COMMAND,
)
async def get_local_list_version(
    charger_id: Identifier, operator: Operator, services: ServicesHere
) -> CommandOut:
    """`values.version`: 0 is an empty list, -1 none at all."""
    return await _send(services, operator, charger_id, "get_local_list_version", GetLocalListVersion(), {})


async def _send(
    services: Services,
    operator: Principal,
    charger_id: str,
    name: str,
    command: Command | Callable[[int], Command],
    detail: dict[str, Any],
) -> CommandOut:
    reply = await charger_commands.send(
        services, operator=operator.subject, charger_id=charger_id, name=name, command=command, detail=detail
    )
    return command_out(charger_id, name, reply)
