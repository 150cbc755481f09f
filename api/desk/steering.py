"""Actions on a running reservation: one workflow update, at most once per Idempotency-Key."""

from api.desk.access import Found, unknown
from api.desk.idempotency import body_hash, remember, step_key, update_id
from api.services import Services
from api.tokens.bearer import Principal
from api.v1.schemas.fields import Body
from contracts.publication import ReservationView
from domain.errors import NotPossibleNow
from workflows.client.reservations import update_reservation


async def steer(
    services: Services,
    principal: Principal,
    found: Found,
    update: str,
    *,
    key: str | None,
    body: Body | None = None,
    message: object | None = None,
) -> ReservationView:
    """Run the update `update` with `message`; the reservation's new view.

    Raises like `update_reservation`, and ApiProblem(idempotency_key_reused).
    """
    asked = None
    if key is not None:
        asked = update_id(principal.subject, update, key)
        async with services.sessions() as session:
            await remember(
                session,
                account=principal.subject,
                key=step_key(update, found.code, key),
                digest="" if body is None else body_hash(body),
                code=found.code,
                now=services.clock(),
            )
            await session.commit()
    try:
        return await update_reservation(
            services.temporal,
            found.code,
            update,
            *(() if message is None else (message,)),
            update_id=asked,
            timeout=services.limits.update_timeout,
        )
    except NotPossibleNow as gone:
        # No workflow, and nothing was ever published: this reservation has never been.
        raise gone if found.view is not None else unknown(found.code) from gone
