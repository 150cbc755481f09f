"""What is odd about chargers' messages, for operators."""

from collections.abc import Sequence

from api.desk.principal import Principal
from api.desk.reach import require_charger
from db.engine import Sessions
from db.queries.charging import chargers, quirks
from db.queries.charging.quirks import ModelPlace, ModelQuirk
from db.tables import ChargerQuirk
from domain.errors import UnknownCharger
from domain.facts.refusals import NoSuchCharger
from domain.terms.site_roles import READ


class Quirks:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def of_charger(self, principal: Principal, charger_id: str) -> Sequence[ChargerQuirk]:
        """The newest first. Raises ScopeMissing, UnknownCharger."""
        await require_charger(self._sessions, principal, charger_id, READ)
        async with self._sessions() as session:
            if await chargers.find(session, charger_id) is None:
                raise UnknownCharger(NoSuchCharger(charger_id=charger_id))
            return await quirks.of_charger(session, charger_id)

    async def of_models(
        self,
        principal: Principal,
        *,
        vendor: str | None,
        model: str | None,
        after: ModelPlace | None,
        limit: int,
    ) -> Sequence[ModelQuirk]:
        """Up to `limit` + 1; the extra one tells of a next page. Raises ScopeMissing."""
        principal.require("operator")
        async with self._sessions() as session:
            return await quirks.of_models(session, vendor=vendor, model=model, after=after, limit=limit)
