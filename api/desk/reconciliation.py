"""What the last comparison of our books with the provider's has found, for operators."""

from pydantic import TypeAdapter

from api.desk.principal import Principal
from contracts.provider_reconciliation import MoneyReport
from db.engine import Sessions
from db.queries.money.reconciliation import last_report

_REPORT = TypeAdapter(MoneyReport)


class Reconciliations:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def last(self, principal: Principal) -> MoneyReport | None:
        """None: none has come to its end yet. Raises ScopeMissing."""
        principal.require("operator")
        async with self._sessions() as session:
            found = await last_report(session)
        return None if found is None else _REPORT.validate_python(found)
