"""Disputes, for operators: what payers' banks took back or asked about, and until when it can be answered."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.ledger import lock_ledger
from api.desk.audit import record
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries import disputes
from db.queries.disputes import DisputeFilter
from db.queries.newest_first import RowPosition
from db.tables import Dispute
from domain.errors import DisputeNotLifted, UnknownDispute
from domain.facts.audit import DisputeLifted
from domain.facts.refusals import DisputeBarsNobody, NoSuchDispute
from domain.money.movements import CaseState


class Disputes:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def page(
        self, principal: Principal, wanted: DisputeFilter, after: RowPosition | None, limit: int
    ) -> Sequence[Dispute]:
        """Up to `limit` + 1, the latest first. Raises ScopeMissing."""
        principal.require("operator")
        async with self._sessions() as session:
            return await disputes.page(session, wanted, after, limit)

    async def one(self, principal: Principal, dispute_id: str) -> Dispute:
        """Raises ScopeMissing and UnknownDispute."""
        principal.require("operator")
        async with self._sessions() as session:
            found = await disputes.dispute_of(session, dispute_id)
        if found is None:
            raise UnknownDispute(NoSuchDispute(dispute=dispute_id))
        return found

    async def lift(self, principal: Principal, dispute_id: str, reason: str) -> Dispute:
        """Its driver may book again. Raises ScopeMissing, UnknownDispute and DisputeNotLifted."""
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await _locked(session, dispute_id)
            if row.state != CaseState.LOST or row.lifted_at is not None:
                raise DisputeNotLifted(DisputeBarsNobody(dispute=dispute_id))
            row.lifted_at, row.lifted_by, row.changes = now, principal.subject, row.changes + 1
            fact = DisputeLifted(dispute=dispute_id, reason=reason)
            await record(session, principal, fact, row.reservation_code or dispute_id, at=now)
        return row


async def _locked(session: AsyncSession, dispute_id: str) -> Dispute:
    """Raises UnknownDispute."""
    await lock_ledger(session, dispute_id)
    found = await disputes.dispute_of(session, dispute_id)
    if found is None:
        raise UnknownDispute(NoSuchDispute(dispute=dispute_id))
    return found
