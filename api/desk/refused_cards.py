"""Cards that a site's access rules refused at its readers, for operators to see."""

from collections.abc import Sequence

from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.charging import refused_cards
from db.queries.charging.refused_cards import ListedRefusal
from db.queries.newest_first import RowPosition


class RefusedCards:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def page(
        self,
        principal: Principal,
        *,
        site_id: str | None,
        charger_id: str | None,
        after: RowPosition | None,
        limit: int,
    ) -> Sequence[ListedRefusal]:
        """Up to `limit` + 1, one a charger and card, the one that was shown last first. Raises ScopeMissing."""
        principal.require_operator()
        async with self._sessions() as session:
            return await refused_cards.page(
                session,
                site_id=site_id,
                charger_id=charger_id,
                reach=principal.reach,
                after=after,
                limit=limit,
            )
