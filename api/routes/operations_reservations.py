"""/v1/operations/reservations: what operators see and do with anybody's reservation."""

from typing import Annotated

from fastapi import APIRouter, Body, Query

from api import access, pagination
from api.auth import AuthenticatedRoute, Principal
from api.idempotency import OptionalKey
from api.problems import documented
from api.routes.reservations import next_cursor, summary
from api.schemas.fields import Body as RequestBody
from api.schemas.fields import Identifier, Instant, Subject
from api.schemas.operations import (
    AuditOut,
    NotificationsOut,
    OperateIn,
    ReassignIn,
    WaiveIn,
    audit_entry_out,
    notification_out,
)
from api.schemas.reservations import (
    ReservationForOperatorOut,
    ReservationsForOperatorOut,
    ReservationSummaryForOperatorOut,
    TimelineEntryOut,
    reservation_for_operator_out,
)
from api.services import Operator, Services, ServicesHere
from api.steering import steer
from db.queries import reservations
from domain.reservation.actions.messages import Operate, Reassign, Waive
from domain.reservation.lifecycle import State

_READ = documented(
    "token_missing", "token_invalid", "token_expired", "scope_missing", "reservation_unknown",
    "invalid_request", "database_unavailable",
)  # fmt: skip
_ACTION = documented(
    "not_possible_now", "malformed_request", "idempotency_key_reused", "no_answer_yet", "temporal_unavailable"
)

router = APIRouter(
    prefix="/v1/operations/reservations", tags=["operations"], route_class=AuthenticatedRoute, responses=_READ
)


@router.get("", summary="List everybody's reservations", responses=documented("cursor_invalid"))
async def list_all(
    _operator: Operator,
    services: ServicesHere,
    needs_attention: bool | None = None,
    state: Annotated[list[State] | None, Query(description="Repeatable")] = None,
    site_id: Identifier | None = None,
    driver_id: Subject | None = None,
    open_only: bool = False,
    from_: Annotated[Instant | None, Query(alias="from", description="Slots starting at or after")] = None,
    to: Annotated[Instant | None, Query(description="Slots starting before")] = None,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    limit: Annotated[int, Query(ge=1, le=pagination.LARGEST_PAGE)] = 50,
) -> ReservationsForOperatorOut:
    """Everybody's reservations, newest slot first."""
    wanted = reservations.ReservationFilter(
        driver_id=driver_id,
        states=tuple(state or ()),
        site_id=site_id,
        from_=from_,
        to=to,
        needs_attention=needs_attention,
        open_only=open_only,
    )
    async with services.sessions() as session:
        rows = await reservations.page(session, wanted, pagination.decode(cursor), limit)
    return ReservationsForOperatorOut(
        items=[
            ReservationSummaryForOperatorOut(
                **summary(row).model_dump(), account=row.account, needs_attention=row.needs_attention
            )
            for row in rows[:limit]
        ],
        next_cursor=next_cursor(rows, limit),
    )


@router.get("/{code}", summary="Show anybody's reservation")
async def read(code: str, operator: Operator, services: ServicesHere) -> ReservationForOperatorOut:
    """What needs attention and what operators can do about it, without the driver's credential."""
    return reservation_for_operator_out(await access.current_view(services, operator, code))


@router.get("/{code}/timeline", summary="Tell what happened to a reservation")
async def timeline(code: str, operator: Operator, services: ServicesHere) -> list[TimelineEntryOut]:
    """What happened, in sentences."""
    view = await access.current_view(services, operator, code)
    return [TimelineEntryOut(at=entry.at, text=entry.text) for entry in view.timeline]


@router.get("/{code}/audit", summary="List who did what to a reservation")
async def audit(code: str, _operator: Operator, services: ServicesHere) -> AuditOut:
    """Who did what to it, oldest first."""
    found = await access.find_any(services, code)
    if found.view is None:
        raise access.unknown(found.code)
    async with services.sessions() as session:
        entries = await reservations.audit_of(session, found.code)
    return AuditOut(items=[audit_entry_out(entry) for entry in entries])


@router.get("/{code}/notifications", summary="List what the driver was told")
async def notifications(code: str, _operator: Operator, services: ServicesHere) -> NotificationsOut:
    """What the driver was told, oldest first."""
    found = await access.find_any(services, code)
    if found.view is None:
        raise access.unknown(found.code)
    async with services.sessions() as session:
        sent = await reservations.notifications_of(session, found.view.driver_id, found.code)
    return NotificationsOut(items=[notification_out(item) for item in sent])


@router.post("/{code}/cancel", summary="Cancel a reservation without a fee", responses=_ACTION)
async def cancel(
    code: str,
    operator: Operator,
    services: ServicesHere,
    key: OptionalKey,
    body: Annotated[OperateIn | None, Body()] = None,
) -> ReservationForOperatorOut:
    """Cancel for the operator's reasons: never a fee."""
    return await _operate(services, operator, code, "operator_cancel", key, body or OperateIn())


@router.post("/{code}/force-release", summary="Give the connector back now", responses=_ACTION)
async def force_release(
    code: str,
    operator: Operator,
    services: ServicesHere,
    key: OptionalKey,
    body: Annotated[OperateIn | None, Body()] = None,
) -> ReservationForOperatorOut:
    """Give the connector back now, whatever the state."""
    return await _operate(services, operator, code, "force_release", key, body or OperateIn())


@router.post("/{code}/resolve", summary="Mark as settled what needed attention", responses=_ACTION)
async def resolve(
    code: str,
    operator: Operator,
    services: ServicesHere,
    key: OptionalKey,
    body: Annotated[OperateIn | None, Body()] = None,
) -> ReservationForOperatorOut:
    """What needed attention is settled by hand; the reservation goes on."""
    return await _operate(services, operator, code, "resolve", key, body or OperateIn())


@router.post(
    "/{code}/reassign",
    summary="Move a reservation to another connector",
    responses=_ACTION | documented("connector_unknown", "slot_unavailable"),
)
async def reassign(
    code: str,
    operator: Operator,
    services: ServicesHere,
    key: OptionalKey,
    body: Annotated[ReassignIn | None, Body()] = None,
) -> ReservationForOperatorOut:
    """Move it to a named connector, or to the best free one."""
    asked = body or ReassignIn()
    message = Reassign(operator=operator.subject, reason=asked.reason, connector_id=asked.connector_id)
    return await _steer(services, operator, code, "reassign", key, asked, message)


@router.post("/{code}/waive", summary="Take a fee off a reservation", responses=_ACTION)
async def waive(
    code: str, body: WaiveIn, operator: Operator, services: ServicesHere, key: OptionalKey
) -> ReservationForOperatorOut:
    """Take a fee off, now or when it would be charged."""
    message = Waive(kind=body.kind, operator=operator.subject, reason=body.reason)
    return await _steer(services, operator, code, "waive", key, body, message)


async def _operate(
    services: Services, operator: Principal, code: str, update: str, key: str | None, body: OperateIn
) -> ReservationForOperatorOut:
    message = Operate(operator=operator.subject, reason=body.reason)
    return await _steer(services, operator, code, update, key, body, message)


async def _steer(
    services: Services,
    operator: Principal,
    text: str,
    update: str,
    key: str | None,
    body: RequestBody,
    message: object,
) -> ReservationForOperatorOut:
    found = await access.find_any(services, text)
    view = await steer(services, operator, found, update, key=key, body=body, message=message)
    return reservation_for_operator_out(view)
