"""What was charged and never settled, as the workflow was terminated: settled now, or shown with why it cannot be."""

from datetime import datetime

from activities.beating import beat
from activities.reconciliation.freeing import Freed, Freeing
from activities.reconciliation.home import Home, Namespace
from activities.reconciliation.money_tally import FINDINGS_TOLD, MoneyTally
from contracts.provider_reconciliation import MoneyDifference, MoneyFinding
from contracts.reconciliation import Unsettled
from db.engine import Sessions
from db.queries import orphans
from db.queries.money.unsettled import never_settled, settled_in_place


class NeverSettled:
    def __init__(self, sessions: Sessions, namespace: Namespace, freeing: Freeing) -> None:
        self._sessions = sessions
        self._namespace = namespace
        self._freeing = freeing
        self._home = Home(sessions)

    async def settle(self, since: datetime, until: datetime, last: datetime, tally: MoneyTally) -> None:
        """Those that were closed from `since` `until`, and all that the reconciler has not come to the end with
        `until` then; and tell of those settled after `last`, by whomever.

        Raises what the namespace raises.
        """
        async with self._sessions() as session:
            left = await orphans.left(session, at_most=FINDINGS_TOLD, before=until)
            codes = [*left, *await never_settled(session, since, until, FINDINGS_TOLD)]
        if codes:
            doubt = await self._home.doubt(self._namespace)
            for code in dict.fromkeys(codes):
                beat()
                why: Unsettled | None = Unsettled.NO_ANSWER
                if doubt is None:
                    why = await self._attempt(code, tally.began_at, is_left=code in left)
                if why not in (None, Unsettled.STILL_CHARGING):
                    kind = MoneyDifference.NOT_SETTLED
                    tally.add(MoneyFinding(kind=kind, provider_object="", reservation=code, why=why))
        async with self._sessions() as session:
            for code in await settled_in_place(session, since, last, FINDINGS_TOLD):
                tally.found(MoneyDifference.NOT_SETTLED, "", reservation=code, repaired=True)

    async def _attempt(self, code: str, now: datetime, *, is_left: bool) -> Unsettled | None:
        """None: it is settled, or released. A workflow that runs says itself when."""
        ended_as = await self._namespace.ended_as(code)
        if ended_as is None:
            return None if is_left else Unsettled.RUNS
        deal = self._freeing.money if is_left else self._freeing.session
        freed, why = await deal(code, ended_as, now)
        return Unsettled.NOT_COLLECTED if freed is Freed.FAILED and why is None else why
