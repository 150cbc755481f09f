"""What people were told: each caller's own, a fleet's, and everybody's for operators."""

from collections.abc import Sequence

from api.desk.access import of_ones_own
from api.desk.principal import SCOPES, Principal
from db.engine import Sessions
from db.queries import notices
from db.queries.newest_first import RowPosition
from db.queries.notices import NoticeFilter
from db.tables import Notification


class Notices:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def page(
        self, principal: Principal, wanted: NoticeFilter, after: RowPosition | None, limit: int
    ) -> Sequence[Notification]:
        """Up to `limit` + 1 of those that the caller was told, the latest first. Raises ScopeMissing.

        A fleet's are those to the fleet, and not those to its drivers.
        """
        principal.require(*SCOPES)
        seen = wanted if principal.is_operator else of_ones_own(principal, wanted)
        if seen is None:
            return ()
        async with self._sessions() as session:
            return await notices.page(session, seen, after, limit)
