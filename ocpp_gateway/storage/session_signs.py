"""Signs of life of sessions, what contradicts them, and the ends that follow when nobody tells one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, exists, func, or_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.cards_at import Holder, card_at
from db.rows import as_rows
from db.tables import ChargingSession, Connector
from domain.charging.clocks import InstantBasis
from domain.charging.presence import OpenSession
from ocpp_gateway.storage.sessions import Session, session_of_row

FIRST_PROTOCOL = "ocpp1.6"
MOST_ENDED = 16
"""Sessions of one card, driver or group at one charger whose start may come yet; the first that fits is taken."""


async def unfinished(connection: AsyncConnection, charger_id: str, since: datetime) -> list[Session]:
    """What a stop without a number can mean: what runs on the charger, or whose end was inferred since then."""
    installed = select(Connector.id).where(Connector.charger_id == charger_id)
    rows = await connection.execute(
        select(ChargingSession.__table__)
        .where(ChargingSession.connector_id.in_(installed), ChargingSession.ended_at.is_(None))
        .with_for_update()
    )
    found = [session_of_row(row) for row in rows]
    inferred = await connection.execute(
        select(ChargingSession.__table__)
        .where(
            ChargingSession.charger_id == charger_id,
            ChargingSession.end_inferred,
            ChargingSession.ended_at >= since,
        )
        .with_for_update()
    )
    return found + [session_of_row(row) for row in inferred]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedFirst:
    """`group_id`: of the card that it names."""

    session: Session
    group_id: str | None


async def ended_first(
    connection: AsyncConnection,
    charger_id: str,
    id_tag: str,
    holder: Holder,
    *,
    since: datetime,
    stamp: datetime,
) -> list[EndedFirst]:
    """Sessions since then whose end came before their start, or whose start was told as `stamp`: of the card, of
    another of its driver or group.
    """
    card = card_at(ChargingSession.id_tag, ChargingSession.started_at)
    rows = await connection.execute(
        select(ChargingSession.__table__, card.c.group_id)
        .outerjoin(card, true())
        .where(
            ChargingSession.connector_id.in_(select(Connector.id).where(Connector.charger_id == charger_id)),
            ChargingSession.started_at >= since,
            or_(
                ChargingSession.id_tag == id_tag,
                ChargingSession.driver_id == holder.driver_id,
                card.c.group_id == holder.group_id,
            ),
            ChargingSession.ended_at.is_not(None),
            ChargingSession.start_inferred | (ChargingSession.start_told_at == stamp),
        )
        .order_by(ChargingSession.ended_at)
        .limit(MOST_ENDED)
        .with_for_update(of=ChargingSession)
    )
    return [EndedFirst(session=session_of_row(row), group_id=row.group_id) for row in rows]


async def live_on(
    connection: AsyncConnection, session: Session, at: datetime, *, live: bool, plugged_in: bool = False
) -> None:
    """Something was heard of it: whatever contradicted it before does not count any more. `live`: of now."""
    last = ChargingSession.last_sign_at
    vehicle = {"plugged_in_at": func.coalesce(ChargingSession.plugged_in_at, at)} if plugged_in else {}
    await _write(
        connection,
        session,
        **vehicle,
        last_sign_at=func.greatest(func.coalesce(last, at), at),
        last_sign_live=case((func.coalesce(last, at) <= at, live), else_=ChargingSession.last_sign_live),
        contradicted_at=None,
    )


async def reopen(connection: AsyncConnection, session: Session, at: datetime, *, live: bool) -> None:
    """Its end was inferred, and it goes on; `live`: now."""
    await _write(
        connection,
        session,
        ended_at=None,
        end_inferred=False,
        stop_reason="",
        last_sign_at=at,
        last_sign_live=live,
        contradicted_at=None,
    )


async def lasted_until(connection: AsyncConnection, session: Session, at: datetime) -> None:
    """Its end stays inferred, and was no earlier than this."""
    later = func.greatest(ChargingSession.ended_at, at)
    await _write(connection, session, ended_at=later, last_sign_at=later)


async def take_start(
    connection: AsyncConnection,
    session: Session,
    *,
    at: datetime,
    told_at: datetime,
    basis: InstantBasis,
    connector_id: int,
    known_better: bool = False,
) -> None:
    """The start of a session of which only later parts were known: no later than those, unless it is `known_better`."""
    await _write(
        connection,
        session,
        connector_id=connector_id,
        started_at=at if known_better else func.least(at, ChargingSession.started_at),
        started_basis=basis.value,
        start_told_at=told_at,
        start_inferred=False,
    )


async def is_told_where(connection: AsyncConnection, session: Session, connector_id: int) -> None:
    """What was supposed is known: it runs, or ran, there."""
    await _write(connection, session, connector_id=connector_id, place_inferred=False)


async def begun_after(connection: AsyncConnection, session: Session) -> datetime | None:
    """When the next session on its connector began; None: it is the last one there."""
    found: datetime | None = await connection.scalar(
        select(func.min(ChargingSession.started_at)).where(
            ChargingSession.connector_id == session.connector_id,
            ChargingSession.started_at > session.started_at,
            ChargingSession.id != session.id,
        )
    )
    return found


async def began_later(connection: AsyncConnection, connector_id: int, at: datetime) -> bool:
    """Does a session run on the connector that began after `at`?"""
    running = exists().where(
        ChargingSession.connector_id == connector_id,
        ChargingSession.ended_at.is_(None),
        ChargingSession.started_at > at,
    )
    return bool(await connection.scalar(select(running)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """An open session on a connector that has just shown that nobody, or no transaction, is there.

    `former_ended_at`: the end of the session before it there.
    """

    id: int
    connector_id: int
    session: OpenSession
    started_at: datetime
    former_ended_at: datetime | None
    booted_at: datetime | None


# A session whose row is locked is being told of at this moment: no need to doubt it.
_SUSPECTS = text("""
SELECT s.id, s.connector_id, coalesce(s.last_sign_at, greatest(s.meter_at, s.started_at)) AS last_sign_at,
       s.energy_started_at IS NOT NULL OR s.plugged_in_at IS NOT NULL AS was_plugged_in, h.protocol, h.booted_at,
       s.started_at, (SELECT f.ended_at FROM sessions f WHERE f.connector_id = s.connector_id
                          AND f.started_at < s.started_at ORDER BY f.started_at DESC LIMIT 1) AS former_ended_at
FROM sessions s JOIN chargers h ON h.id = s.charger_id
WHERE s.connector_id = ANY(:connectors) AND s.ended_at IS NULL AND s.contradicted_at IS NULL
ORDER BY s.id FOR UPDATE OF s SKIP LOCKED
""")
_CONTRADICT = text("""
UPDATE sessions s SET contradicted_at = t.at
FROM json_to_recordset(CAST(:doubts AS json)) AS t (id bigint, at timestamptz)
WHERE s.id = t.id AND s.ended_at IS NULL
""")


async def suspects(connection: AsyncConnection, connector_ids: Sequence[int]) -> list[Suspect]:
    rows = await connection.execute(_SUSPECTS, {"connectors": list(connector_ids)})
    return [
        Suspect(
            id=row.id,
            connector_id=row.connector_id,
            session=OpenSession(
                last_sign_at=row.last_sign_at,
                begins_plugged_in=row.protocol in ("", FIRST_PROTOCOL),
                was_plugged_in=row.was_plugged_in,
            ),
            started_at=row.started_at,
            former_ended_at=row.former_ended_at,
            booted_at=row.booted_at,
        )
        for row in rows
    ]


async def contradict(connection: AsyncConnection, since: Mapping[int, datetime]) -> None:
    """By session id: since when its charger shows that it is over."""
    doubts = as_rows({"id": number, "at": at.isoformat()} for number, at in since.items())
    await connection.execute(_CONTRADICT, {"doubts": doubts})


async def _write(connection: AsyncConnection, session: Session, **values: Any) -> None:
    await connection.execute(update(ChargingSession).where(ChargingSession.id == session.id).values(**values))
