"""Ends of transactions that found no session, or one of nobody, for operators: to see, to place, and to dismiss.

Placed, it is a session like any other: its reservation prices it, at once or by a follow-up settlement, and takes no
no-show fee; a walk-in's is handed to whoever bills those.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.principal import Principal
from api.desk.steering import Steering
from db.engine import Sessions
from db.queries.charging import unplaced
from db.queries.charging.unplaced import Placing, Promised, UnplacedAt, UnplacedFilter
from db.queries.newest_first import RowPosition
from db.tables import UnplacedTransaction
from domain.errors import (
    DomainError,
    NotPlaceable,
    SessionThereAlready,
    UnknownReservation,
    UnknownUnplacedTransaction,
    UnplacedTransactionDecided,
)
from domain.facts.audit import TransactionDismissed, TransactionPlaced
from domain.facts.refusals import (
    BeganAfterEnd,
    ConnectorToBeNamed,
    NoSuchReservation,
    NoSuchUnplacedTransaction,
    ReservationElsewhere,
    SessionEndedThere,
    SessionRunsThere,
    TransactionDecided,
)
from domain.reservation.actions.messages import Operate
from domain.reservation.actions.table import ACTIONS
from domain.reservation.code import parse_reservation_code
from domain.terms.site_roles import SERVE
from workflows.client.failures import CallFailed

log = structlog.get_logger(__name__)

_RESOLVE = next(action for action in ACTIONS if action.name == "resolve")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What an operator says of it. `reservation` None: a walk-in's. `connector_id` None: where the reservation had its
    place, or the charger's only one. `started_at`, `meter_start_wh` None: as a start without a connector told them, or
    else not known, and no time and no energy is billed.
    """

    reservation: str | None = None
    connector_id: int | None = None
    started_at: datetime | None = None
    meter_start_wh: int | None = None


class UnplacedTransactions:
    def __init__(self, sessions: Sessions, steering: Steering, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._steering = steering
        self._clock = clock

    async def page(
        self, principal: Principal, wanted: UnplacedFilter, after: RowPosition | None, limit: int
    ) -> Sequence[UnplacedAt]:
        """Up to `limit` + 1, what ended last first. Raises ScopeMissing."""
        principal.require_operator()
        async with self._sessions() as session:
            return await unplaced.page(session, wanted, after, limit, reach=principal.reach)

    async def place(self, principal: Principal, number: int, said: Placement, reason: str) -> UnplacedAt:
        """It was this reservation's, or a walk-in's. Reservations that waited for it go on.

        Raises ScopeMissing, InvalidReservationCode, UnknownUnplacedTransaction, UnplacedTransactionDecided,
        UnknownReservation, NotPlaceable, SessionThereAlready.
        """
        principal.require_operator()
        now, code = (
            self._clock(),
            None if said.reservation is None else parse_reservation_code(said.reservation),
        )
        async with self._sessions.begin() as session:
            found = await _undecided(session, principal, number)
            of = None if code is None else await unplaced.promised(session, code)
            if code is not None and of is None:
                raise UnknownReservation(NoSuchReservation(reservation=code))
            if of is not None and of.site_id != found.site_id:
                raise NotPlaceable(ReservationElsewhere(reservation=code or ""))
            connectors = await unplaced.connectors_of(session, found.row.charger_id)
            if said.connector_id is None:
                said = replace(said, connector_id=await unplaced.connector_of_session(session, found.row))
            where = _placing(found, said, code, of, connectors)
            await _refuse_twice(session, where, found.row)
            by = principal.subject
            session_id = await unplaced.place(session, found.row, where, by=by, why=reason, at=now)
            fact = TransactionPlaced(session_id=session_id, reservation=code or "", reason=reason)
            await record(session, principal, fact, found.row.charger_id, at=now)
        return await self._decided(principal, number, found, reason)

    async def dismiss(self, principal: Principal, number: int, reason: str) -> UnplacedAt:
        """It is nobody's. Raises ScopeMissing, UnknownUnplacedTransaction, UnplacedTransactionDecided."""
        principal.require_operator()
        now = self._clock()
        async with self._sessions.begin() as session:
            found = await _undecided(session, principal, number)
            await unplaced.dismiss(session, found.row, by=principal.subject, why=reason, at=now)
            fact = TransactionDismissed(number=number, reason=reason)
            await record(session, principal, fact, found.row.charger_id, at=now)
        return await self._decided(principal, number, found, reason)

    async def _decided(self, principal: Principal, number: int, found: UnplacedAt, reason: str) -> UnplacedAt:
        async with self._sessions() as session:
            codes = await unplaced.waiting(session, found.site_id)
        for code in codes:
            try:
                await self._steering.act(principal, code, _RESOLVE, Operate(reason=reason))
            except (DomainError, CallFailed) as error:  # it stays with the operator, who may resolve it
                log.warning("waiting_reservation_not_resolved", reservation=code, error=type(error).__name__)
        async with self._sessions() as session:
            return await unplaced.find(session, number) or found


async def _undecided(session: AsyncSession, principal: Principal, number: int) -> UnplacedAt:
    found = await unplaced.find(session, number, locked=True)
    if found is None or not principal.sees_site(found.site_id):
        raise UnknownUnplacedTransaction(NoSuchUnplacedTransaction(number=number))
    principal.require_site(found.site_id, *SERVE)
    if found.row.placed_at is not None or found.row.dismissed_at is not None:
        raise UnplacedTransactionDecided(TransactionDecided())
    return found


async def _refuse_twice(session: AsyncSession, where: Placing, end: UnplacedTransaction) -> None:
    there = await unplaced.there_then(session, where, end)
    if there is None:
        return
    if there.ended_at is None:
        raise SessionThereAlready(SessionRunsThere(session=there.id, since=there.started_at))
    raise SessionThereAlready(SessionEndedThere(session=there.id, ended=there.ended_at))


def _placing(
    found: UnplacedAt, said: Placement, code: str | None, of: Promised | None, connectors: Sequence[int]
) -> Placing:
    end = found.row
    started_at = said.started_at or end.begun_at or end.ended_at
    start_wh = end.meter_start_wh if said.meter_start_wh is None else said.meter_start_wh
    beyond = (start_wh or 0) > (end.meter_wh or 0)
    if started_at > end.ended_at or beyond:
        raise NotPlaceable(BeganAfterEnd(ended=end.ended_at))
    return Placing(
        connector_id=_connector(end, said, of, connectors),
        started_at=started_at,
        driver_id=found.driver_id or (None if of is None else of.driver_id),
        reservation_code=code,
        meter_start_wh=start_wh,
    )


def _connector(
    end: UnplacedTransaction, said: Placement, of: Promised | None, connectors: Sequence[int]
) -> int:
    if said.connector_id is None:
        held = () if of is None else of.connectors
        likely = [one for one in held if one in connectors] or (connectors if len(connectors) == 1 else [])
    else:
        likely = [one for one in connectors if one == said.connector_id]
    if not likely:
        raise NotPlaceable(ConnectorToBeNamed(charger_id=end.charger_id))
    return likely[0]
