"""/v1/operations/chargers/{charger_id}/…: what operators ask of chargers."""

from typing import Annotated

from fastapi import APIRouter, Body

from api.desk.principal import Principal
from api.services import Services, ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.responses import AUTH, documented
from api.v1.schemas.charger_commands import (
    ChangeAvailabilityIn,
    CommandOut,
    GetConfigurationIn,
    GetLogsIn,
    ResetIn,
    SetConfigurationIn,
    TriggerIn,
    UnlockIn,
)
from api.v1.schemas.fields import Identifier
from api.v1.views.chargers import command_out
from domain.charging.commands import (
    ChangeAvailability,
    ClearCache,
    Command,
    GetConfiguration,
    GetLogs,
    Reset,
    SetConfiguration,
    TriggerMessage,
    UnlockConnector,
)
from domain.charging.listing import GetLocalListVersion

ANSWERS = documented(
    *AUTH, "invalid_request", "database_unavailable", "charger_unknown", "charger_offline",
    "malformed_request", "body_too_large", "temporal_unavailable",
)  # fmt: skip
"""Which problems any command may be answered with."""
router = APIRouter(
    prefix="/v1/operations/chargers/{charger_id}",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=ANSWERS,
)


@router.post("/reset", summary="Restart a charger, softly or hard")
async def reset_charger(
    charger_id: Identifier,
    operator: Operator,
    services: ServicesHere,
    body: Annotated[ResetIn | None, Body()] = None,
) -> CommandOut:
    return await sent(services, operator, charger_id, _reset(body))


@router.post("/unlock", summary="Unlock the cable at a connector")
async def unlock_connector(
    charger_id: Identifier, body: UnlockIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    command = UnlockConnector(connector_number=body.connector_number)
    return await sent(services, operator, charger_id, command)


@router.post("/change-availability", summary="Take a charger or connector out of service or back")
async def change_availability(
    charger_id: Identifier, body: ChangeAvailabilityIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    command = ChangeAvailability(connector_number=body.connector_number, operative=body.operative)
    return await sent(services, operator, charger_id, command)


@router.post("/trigger", summary="Ask a charger to send a message now")
async def trigger_message(
    charger_id: Identifier, body: TriggerIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    command = TriggerMessage(message=body.message, connector_number=body.connector_number)
    return await sent(services, operator, charger_id, command)


@router.post("/get-configuration", summary="Read a charger's configuration")
async def get_configuration(
    charger_id: Identifier,
    operator: Operator,
    services: ServicesHere,
    body: Annotated[GetConfigurationIn | None, Body()] = None,
) -> CommandOut:
    command = GetConfiguration(keys=tuple(body.keys) if body is not None else ())
    return await sent(services, operator, charger_id, command)


@router.post(
    "/set-configuration",
    summary="Change one key of a charger's configuration",
    responses=documented("invalid_request", "password_by_rotation"),
)
async def set_configuration(
    charger_id: Identifier, body: SetConfigurationIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    """Not the charger's own password (`AuthorizationKey`, `BasicAuthPassword`): that takes `rotate-password`."""
    command = SetConfiguration(key=body.key, value=body.value)
    return await sent(services, operator, charger_id, command)


@router.post("/get-logs", summary="Have a charger upload its logs")
async def get_logs(
    charger_id: Identifier, body: GetLogsIn, operator: Operator, services: ServicesHere
) -> CommandOut:
    """`accepted`: the upload begins; how it goes is in the charger's last messages and events."""
    command = GetLogs(
        kind=body.kind,
        upload_url=body.upload_url,
        oldest=body.oldest,
        latest=body.latest,
        retries=body.retries,
        retry_interval_s=body.retry_interval_s,
    )
    return await sent(services, operator, charger_id, command)


@router.post("/clear-cache", summary="Have a charger forget the tokens it knows")
async def clear_cache(charger_id: Identifier, operator: Operator, services: ServicesHere) -> CommandOut:
    """The authorisation cache, not the local list."""
    return await sent(services, operator, charger_id, ClearCache())


@router.post("/get-local-list-version", summary="Ask which local list of tokens a charger has")
async def get_local_list_version(
    charger_id: Identifier, operator: Operator, services: ServicesHere
) -> CommandOut:
    """`values.version`: 0 is an empty list, -1 none at all."""
    return await sent(services, operator, charger_id, GetLocalListVersion())


def _reset(body: ResetIn | None) -> Reset:
    return Reset() if body is None else Reset(hard=body.hard, connector_number=body.connector_number)


async def sent(services: Services, operator: Principal, charger_id: str, command: Command) -> CommandOut:
    """Send it and show what came of it. Raises as `api.desk.charger_commands.ChargerCommands.send`."""
    return command_out(charger_id, command, await services.desk.commands.send(operator, charger_id, command))
