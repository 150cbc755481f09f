"""What drivers have on account: theirs to see, everybody's for operators."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.desk.access import of_ones_own
from api.desk.principal import SCOPES_OF, Principal
from db.engine import Sessions
from db.queries.money import credits
from db.queries.money.credits import CreditFilter, Paid
from db.queries.newest_first import RowPosition
from db.tables import Credit
from domain.reservation.actions.action import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCredit:
    """A credit, and the bills that it pays."""

    row: Credit
    paid: Sequence[Paid]


class Credits:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def own(
        self, principal: Principal, wanted: CreditFilter, after: RowPosition | None, limit: int
    ) -> Sequence[ShownCredit]:
        """The caller's: a driver's own, a fleet's drivers'. Up to `limit` + 1. Raises ScopeMissing."""
        principal.require(*SCOPES_OF[Actor.DRIVER])
        own = of_ones_own(principal, wanted)
        return () if own is None else await self._page(own, after, limit)

    async def page(
        self, principal: Principal, wanted: CreditFilter, after: RowPosition | None, limit: int
    ) -> Sequence[ShownCredit]:
        """Everybody's, up to `limit` + 1, what was given last first. Raises ScopeMissing."""
        principal.require("operator")
        return await self._page(wanted, after, limit)

    async def _page(
        self, wanted: CreditFilter, after: RowPosition | None, limit: int
    ) -> Sequence[ShownCredit]:
        async with self._sessions() as session:
            rows = await credits.page(session, wanted, after, limit)
            paid = await credits.paid_by(session, [row.id for row in rows])
        return [ShownCredit(row=row, paid=[one for one in paid if one.credit_id == row.id]) for row in rows]
