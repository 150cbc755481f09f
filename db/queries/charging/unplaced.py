"""Ends of transactions that found no session, or one of nobody, for operators: pages, and what becomes of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, and_, cast, func, insert, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.charging.cards_at import card_at
from db.queries.newest_first import RowPosition, newest_first
from db.tables import Charger, ChargingSession, Connector, Hold, ReservationRow, UnplacedTransaction
from domain.charging.clocks import InstantBasis
from domain.facts.attention import Problem

MOST_WAITING = 50
"""Reservations that wait for one decision; more stay for an operator to resolve one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnplacedFilter:
    """`open`: only what is undecided, or only what has been placed or dismissed. `since`: what ended then or later."""

    charger_id: str | None = None
    site_id: str | None = None
    open: bool | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnplacedAt:
    """`driver_id`: of the card that it named, if that is known."""

    row: UnplacedTransaction
    site_id: str
    driver_id: str | None


_CARD = card_at(UnplacedTransaction.id_tag, UnplacedTransaction.ended_at)
_AT = (
    select(UnplacedTransaction, Charger.site_id, _CARD.c.driver_id)
    .join(Charger, Charger.id == UnplacedTransaction.charger_id)
    .outerjoin(_CARD, true())
)
_OPEN = and_(UnplacedTransaction.placed_at.is_(None), UnplacedTransaction.dismissed_at.is_(None))


async def page(
    session: AsyncSession,
    wanted: UnplacedFilter,
    after: RowPosition | None,
    limit: int,
    *,
    reach: Sequence[str] | None = None,
) -> Sequence[UnplacedAt]:
    """What ended last first."""
    row = UnplacedTransaction
    statement = newest_first(_AT, row.ended_at, row.id, after, limit)
    if reach is not None:  # sites that are seen
        statement = statement.where(Charger.site_id.in_(reach))
    if wanted.charger_id is not None:
        statement = statement.where(row.charger_id == wanted.charger_id)
    if wanted.site_id is not None:
        statement = statement.where(Charger.site_id == wanted.site_id)
    if wanted.open is not None:
        statement = statement.where(_OPEN if wanted.open else ~_OPEN)
    if wanted.since is not None:
        statement = statement.where(row.ended_at >= wanted.since)
    return [UnplacedAt(*found) for found in await session.execute(statement)]


async def find(session: AsyncSession, number: int, *, locked: bool = False) -> UnplacedAt | None:
    statement = _AT.where(UnplacedTransaction.id == number)
    if locked:
        statement = statement.with_for_update(of=UnplacedTransaction)
    found = (await session.execute(statement)).one_or_none()
    return None if found is None else UnplacedAt(*found)


async def connectors_of(session: AsyncSession, charger_id: str) -> list[int]:
    of_it = select(Connector.id).where(Connector.charger_id == charger_id).order_by(Connector.number)
    return list(await session.scalars(of_it))


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A reservation that an end may be of. `connectors`: that it has held, the newest hold's first."""

    site_id: str
    driver_id: str
    connectors: tuple[int, ...]


async def promised(session: AsyncSession, code: str) -> Promised | None:
    row = await session.get(ReservationRow, code)
    if row is None:
        return None
    held = select(Hold.connector_id).where(Hold.reservation_code == code).order_by(Hold.id.desc())
    connectors = tuple(await session.scalars(held))
    return Promised(site_id=row.site_id, driver_id=row.driver_id, connectors=connectors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Where it ran, since when (aware UTC), and for whom. `meter_start_wh` None: not known, so no energy is billed."""

    connector_id: int
    started_at: datetime
    driver_id: str | None
    reservation_code: str | None
    meter_start_wh: int | None


@dataclass(frozen=True, slots=True)
class There:
    """A session. `ended_at` None: it runs."""

    id: int
    started_at: datetime
    ended_at: datetime | None


async def connector_of_session(session: AsyncSession, end: UnplacedTransaction) -> int | None:
    """Where its session of nobody ran; None: it has none."""
    found: int | None = await session.scalar(
        select(ChargingSession.connector_id).where(ChargingSession.id == end.session_id)
    )
    return found


async def there_then(session: AsyncSession, where: Placing, end: UnplacedTransaction) -> There | None:
    """A session on the connector, or of the reservation, in that time: it may be the same one. The first.

    Its own counts while it runs: it goes on, though its end was inferred.

    Until the caller commits, nobody else is placed on the connector.
    """
    await session.execute(select(Connector.id).where(Connector.id == where.connector_id).with_for_update())
    row = ChargingSession
    theirs = row.connector_id == where.connector_id
    if where.reservation_code is not None:
        theirs |= row.reservation_code == where.reservation_code
    found = await session.execute(
        select(row.id, row.started_at, row.ended_at)
        .where(
            theirs,
            row.id.is_distinct_from(end.session_id) | row.ended_at.is_(None),
            row.started_at < end.ended_at,
            row.ended_at.is_(None) | (row.ended_at > where.started_at),
        )
        .order_by(row.started_at)
        .limit(1)
    )
    one = found.one_or_none()
    return None if one is None else There(*one)


async def place(
    session: AsyncSession, end: UnplacedTransaction, where: Placing, *, by: str, why: str, at: datetime
) -> int:
    """Make it a session that has ended, or name whose its own is, and say so; the session's number."""
    if end.session_id is not None:
        await _give(session, end, end.session_id, where)
        await _decide(session, end, by=by, why=why, placed_at=at)
        return end.session_id
    next_number = select(func.nextval(func.pg_get_serial_sequence("sessions", "id")))
    number = int((await session.execute(next_number)).scalar_one())
    last_wh = end.meter_wh or 0
    await session.execute(
        insert(ChargingSession).values(
            id=number,
            charger_id=end.charger_id,
            connector_id=where.connector_id,
            transaction_id=cast(number, Text),
            id_tag=end.id_tag,
            driver_id=where.driver_id,
            reservation_code=where.reservation_code,
            authorised=True,
            started_at=where.started_at,
            started_basis=InstantBasis.ESTIMATED.value,
            meter_start_wh=last_wh if where.meter_start_wh is None else where.meter_start_wh,
            meter_last_wh=last_wh,
            meter_at=end.ended_at,
            ended_at=end.ended_at,
            ended_basis=InstantBasis.CHARGER.value,
            stop_reason=end.stop_reason,
            last_sign_at=end.ended_at,
        )
    )
    await _decide(session, end, by=by, why=why, placed_at=at, session_id=number)
    return number


async def _give(session: AsyncSession, end: UnplacedTransaction, session_id: int, where: Placing) -> None:
    """What is not said otherwise stays as the charger told it, and later."""
    told = {"started_at": end.begun_at, "meter_start_wh": end.meter_start_wh}
    said = {"started_at": where.started_at, "meter_start_wh": where.meter_start_wh}
    its = update(ChargingSession).where(ChargingSession.id == session_id)
    await session.execute(
        its.values(
            connector_id=where.connector_id,
            driver_id=where.driver_id,
            reservation_code=where.reservation_code,
            authorised=True,
            **{name: value for name, value in said.items() if value != told[name]},
        )
    )


async def dismiss(
    session: AsyncSession, end: UnplacedTransaction, *, by: str, why: str, at: datetime
) -> None:
    await _decide(session, end, by=by, why=why, dismissed_at=at)


async def _decide(
    session: AsyncSession, end: UnplacedTransaction, *, by: str, why: str, **what: object
) -> None:
    decided = update(UnplacedTransaction).where(UnplacedTransaction.id == end.id)
    await session.execute(decided.values(decided_by=by, reason=why, **what))


async def waiting(session: AsyncSession, site_id: str) -> list[str]:
    """Reservations at the site that wait for an operator because of such an end, and for nothing else."""
    row = ReservationRow
    found = (
        select(row.code)
        .where(
            row.site_id == site_id,
            row.closed_at.is_(None),
            row.needs_attention == Problem.UNPLACED_TRANSACTION.value,
        )
        .order_by(row.slot_start, row.code)
        .limit(MOST_WAITING)
    )
    return list(await session.scalars(found))


_THEIRS = text("""
SELECT u.id FROM unplaced_transactions u JOIN chargers here ON here.id = u.charger_id AND here.site_id = :site
LEFT JOIN card_at(u.id_tag, u.ended_at) t ON true
WHERE u.placed_at IS NULL AND u.dismissed_at IS NULL AND u.ended_at > :since AND u.ended_at <= :until
    AND (t.driver_id = :driver
         OR u.charger_id = (SELECT c.charger_id FROM connectors c WHERE c.id = :connector)
            AND (u.id_tag = '' OR t.group_id = :group)
            AND (u.session_id IS NULL OR EXISTS (
                SELECT FROM sessions s JOIN connectors c ON c.id = s.connector_id
                JOIN connectors held ON held.berth_id = c.berth_id
                WHERE s.id = u.session_id AND held.id = :connector)))
ORDER BY u.id LIMIT 1
""")


async def may_be_theirs(
    session: AsyncSession,
    *,
    site_id: str,
    driver_id: str,
    group_id: str | None,
    connector_id: int,
    since: datetime,
    until: datetime,
) -> int | None:
    """An undecided end of a card of theirs at the site; without a card, or of their group's, at their charger.

    Of a session of nobody: at their bay.
    """
    asked = {
        "site": site_id,
        "driver": driver_id,
        "group": group_id,
        "connector": connector_id,
        "since": since,
        "until": until,
    }
    number: int | None = await session.scalar(_THEIRS, asked)
    return number
