"""Everything the access decision needs to know, in one indexed query."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import ChargingSession, Connector, Driver, Hold, Token
from domain.access import HoldOnConnector, PresentedToken

_HORIZON = timedelta(hours=24)
"""Later slots cannot matter to a car that wants to charge now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    id_tag: str
    driver_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFacts:
    """`connectors`: OCPP number → id. `sessions`: connector id → the authorised session open there."""

    token: PresentedToken
    connectors: dict[int, int]
    holds: tuple[HoldOnConnector, ...]
    sessions: dict[int, OpenSession]


async def access_facts(
    connection: AsyncConnection, charger_id: str, id_tag: str, now: datetime
) -> AccessFacts:
    """Facts about `id_tag` and every connector of the charger, as of `now`. One query."""
    touching = or_(
        and_(
            Hold.released_at.is_(None),
            func.upper(Hold.during) > now,
            func.lower(Hold.during) < now + _HORIZON,
        ),
        and_(Hold.release_reason == "no_show", Hold.slot_end > now, Hold.opens_at <= now),
    )
    statement = (
        select(
            Connector.id.label("connector_id"),
            Connector.number,
            Token.value.label("token"),
            or_(Token.blocked, Driver.blocked).label("blocked"),
            Token.driver_id,
            Token.group_id,
            Token.reservation_code,
            Hold.reservation_code.label("hold_code"),
            Hold.driver_id.label("hold_driver"),
            Hold.group_id.label("hold_group"),
            Hold.opens_at,
            Hold.slot_start,
            Hold.slot_end,
            Hold.released_at,
            Hold.walk_in_warning_seconds,
            ChargingSession.id_tag.label("session_tag"),
            ChargingSession.driver_id.label("session_driver"),
        )
        .select_from(Connector)
        .outerjoin(Token, Token.value == id_tag)
        .outerjoin(Driver, Driver.id == Token.driver_id)
        .outerjoin(Hold, and_(Hold.connector_id == Connector.id, touching))
        .outerjoin(
            ChargingSession,
            and_(
                ChargingSession.connector_id == Connector.id,
                ChargingSession.ended_at.is_(None),
                ChargingSession.authorised,
            ),
        )
        .where(Connector.charger_id == charger_id)
        .order_by(Connector.number)
    )
    token = PresentedToken(known=False)
    connectors: dict[int, int] = {}
    holds: dict[tuple[str, int], HoldOnConnector] = {}
    sessions: dict[int, OpenSession] = {}
    for row in await connection.execute(statement):
        connectors[row.number] = row.connector_id
        if row.token is not None:
            token = PresentedToken(
                known=True,
                blocked=row.blocked,
                driver_id=row.driver_id,
                group_id=row.group_id,
                reservation_code=row.reservation_code,
            )
        if row.session_tag is not None:
            sessions[row.connector_id] = OpenSession(id_tag=row.session_tag, driver_id=row.session_driver)
        if row.hold_code is not None:
            holds[row.hold_code, row.connector_id] = HoldOnConnector(
                reservation_code=row.hold_code,
                connector_id=row.connector_id,
                driver_id=row.hold_driver,
                group_id=row.hold_group,
                opens_at=row.opens_at,
                start=row.slot_start,
                end=row.slot_end,
                released_as_no_show=row.released_at is not None,
                walk_in_warning=timedelta(seconds=row.walk_in_warning_seconds),
            )
    return AccessFacts(token=token, connectors=connectors, holds=tuple(holds.values()), sessions=sessions)
