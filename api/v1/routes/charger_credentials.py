"""/v1/operations: chargers' passwords and security profiles, and who was not let in."""

import asyncio
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.service import RPCError

from api.desk import charger_commands
from api.errors import ApiProblem
from api.problems import documented
from api.services import Operator, Services, ServicesHere
from api.tokens.bearer import AuthenticatedRoute, Principal
from api.v1.pagination import LARGEST_PAGE
from api.v1.schemas.charger_credentials import (
    Code,
    RefusedConnectionsOut,
    RotatePasswordIn,
    RotationOut,
    SecurityProfileIn,
    SecurityProfileOut,
    decode_position,
    encode_position,
    refused_connection_out,
)
from api.v1.schemas.fields import Identifier
from db import charger_passwords
from db.queries.charging import charger_credentials, chargers, refused_connections
from db.tables import AuditEntry, Charger
from domain.charging.commands import SetConfiguration
from domain.errors import ChargerOffline, DomainError, UnknownCharger

_READ = documented(
    "token_missing", "token_invalid", "token_expired", "scope_missing", "invalid_request",
    "database_unavailable",
)  # fmt: skip
_LONGEST_CURSOR = 1024
_PASSWORD_KEYS = {"ocpp1.6": "AuthorizationKey"}
_PASSWORD_VARIABLE = "SecurityCtrlr.BasicAuthPassword"  # noqa: S105 - 2.x; its name, not its value

router = APIRouter(
    prefix="/v1/operations", tags=["operations"], route_class=AuthenticatedRoute, responses=_READ
)


@router.post(
    "/chargers/{charger_id}/rotate-password",
    summary="Give a charger a new password; the former works until the new one is used",
    responses=documented("charger_unknown", "rotation_pending", "malformed_request", "body_too_large"),
)
async def rotate_password(
    charger_id: Identifier,
    operator: Operator,
    services: ServicesHere,
    body: Annotated[RotatePasswordIn | None, Body()] = None,
) -> RotationOut:
    """Both passwords let the charger in until it connects with the new one, which then is the only one."""
    body = body or RotatePasswordIn()
    made = charger_passwords.generated_password() if body.password is None else None
    password = made or _given(body)
    charger = await _stage(services, operator, charger_id, password, body)
    sent, detail = "not_asked", ""
    if body.send:
        sent, detail = await _send(services, operator, charger, password)
    return RotationOut(charger_id=charger_id, password=made, sent=sent, detail=detail)


@router.put(
    "/chargers/{charger_id}/security-profile",
    summary="Set the lowest security profile a charger may use",
    responses=documented("charger_unknown", "malformed_request", "body_too_large"),
)
async def set_security_profile(
    charger_id: Identifier, body: SecurityProfileIn, operator: Operator, services: ServicesHere
) -> SecurityProfileOut:
    """It counts from the charger's next connection on."""
    profile = body.security_profile
    async with services.sessions.begin() as session:
        if not await charger_credentials.set_profile(session, charger_id, profile):
            raise _unknown(charger_id)
        await _audit(
            services,
            session,
            operator,
            "charger.set_security_profile",
            charger_id,
            {"security_profile": profile},
        )
    return SecurityProfileOut(charger_id=charger_id, security_profile=profile)


@router.get(
    "/refused-connections",
    summary="List who was not let in by the gateway, and why",
    responses=documented("cursor_invalid"),
)
async def list_refused_connections(
    _operator: Operator,
    services: ServicesHere,
    code: Annotated[Code | None, Query(description="Only this reason, e.g. charger_unknown")] = None,
    cursor: Annotated[
        str | None, Query(max_length=_LONGEST_CURSOR, description="next_cursor of the page before")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> RefusedConnectionsOut:
    """One item an identity and reason, the newest attempt first; at most 1,000 are kept."""
    after = decode_position(cursor)
    async with services.sessions() as session:
        rows = await refused_connections.page(session, code=code, after=after, limit=limit)
    return RefusedConnectionsOut(
        items=[refused_connection_out(row) for row in rows[:limit]],
        next_cursor=encode_position(rows[limit - 1]) if len(rows) > limit else None,
    )


@router.delete(
    "/refused-connections/{identity:path}",
    status_code=204,
    summary="Forget an identity's refused connections",
)
async def clear_refused_connections(
    identity: Annotated[str, Path(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")],
    operator: Operator,
    services: ServicesHere,
) -> None:
    """When it is settled. Whoever is refused again is listed again."""
    async with services.sessions.begin() as session:
        rows = await refused_connections.clear(session, identity)
        await _audit(services, session, operator, "refused_connections.clear", identity, {"rows": rows})


def _given(body: RotatePasswordIn) -> str:
    password = "" if body.password is None else body.password.get_secret_value()
    if not all("\x21" <= c <= "\x7e" for c in password):
        raise ApiProblem(
            "invalid_request", "a password is 16 to 40 printable ASCII characters without spaces"
        )
    return password


async def _stage(
    services: Services, operator: Principal, charger_id: str, password: str, body: RotatePasswordIn
) -> Charger:
    generated = body.password is None
    hasher = charger_passwords.RANDOM if generated else charger_passwords.CHOSEN
    password_hash = await asyncio.to_thread(hasher.hash, password)
    async with services.sessions.begin() as session:
        charger = await chargers.find(session, charger_id)
        if charger is None:
            raise _unknown(charger_id)
        staged = await charger_credentials.stage_password(
            session, charger_id, password_hash, replace_pending=body.replace_pending
        )
        if not staged:
            raise ApiProblem(
                "rotation_pending",
                f"{charger_id} has not yet used the password of the last rotation; wait for it, or send "
                "replace_pending",
            )
        detail = {"generated": generated, "replace_pending": body.replace_pending, "send": body.send}
        await _audit(services, session, operator, "charger.rotate_password", charger_id, detail)
    return charger


async def _send(services: Services, operator: Principal, charger: Charger, password: str) -> tuple[str, str]:
    """What the charger answered, and its own words. Never raises for the charger's absence: it is stored."""
    key = _PASSWORD_KEYS.get(charger.protocol, _PASSWORD_VARIABLE)
    try:
        reply = await charger_commands.send(
            services,
            operator=operator.subject,
            charger_id=charger.id,
            name="set_configuration",
            command=SetConfiguration(key=key, value=password),
            detail={"key": key, "value": "[redacted]"},
        )
    except ChargerOffline as error:
        return error.code, "it has to be entered at the charger, or be rotated again when it is connected"
    except (DomainError, ApiProblem) as error:
        return error.code, str(error)
    except RPCError:  # the password is stored and must still be shown
        return "temporal_unavailable", "nobody knows whether the charger was told"
    return reply.outcome.value, reply.detail


async def _audit(
    services: Services,
    session: AsyncSession,
    operator: Principal,
    action: str,
    subject: str,
    detail: dict[str, Any],
) -> None:
    await session.execute(
        insert(AuditEntry).values(
            key=f"{action}:{uuid.uuid4().hex}",
            at=services.clock(),
            actor=f"operator:{operator.subject}",
            action=action,
            subject=subject,
            detail=detail,
        )
    )


def _unknown(charger_id: str) -> UnknownCharger:
    return UnknownCharger(f"there is no charger {charger_id!r}; see /v1/operations/chargers")
