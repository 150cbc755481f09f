"""Disputes, for operators: what payers' banks took back or asked about, and until when it can be answered."""

from collections.abc import Sequence

from api.desk.principal import Principal
from db.engine import Sessions
from db.queries import disputes
from db.queries.disputes import DisputeFilter
from db.queries.newest_first import RowPosition
from db.tables import Dispute
from domain.errors import UnknownDispute
from domain.facts.refusals import NoSuchDispute


class Disputes:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

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
