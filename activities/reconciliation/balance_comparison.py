"""Compares the movements of the provider's balance with the ledger, object by object, and the ledger with the provider.

A movement only says of which object it is: a payment is then compared as a whole, and a dispute or payout is looked at,
whose state at the provider decides. What is of nothing that we book, or of nothing that is there, is shown.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from activities.beating import beat
from activities.failures import StripeRefused
from activities.money.disputes import GONE, Disputes
from activities.money.payouts import Payouts
from activities.money.stripe_balance import BalanceMovement, MovementKind
from activities.money.stripe_gateway import StripeGateway
from activities.reconciliation.money_tally import FINDINGS_TOLD, MoneyTally
from contracts.provider_reconciliation import MoneyDifference, MoneyFinding
from db.engine import Sessions
from db.queries.money import cleared as query
from domain.facts.fact import code_of
from domain.facts.ledger import DisputeMoved, PayoutMoved

PAGE = 100
KIND_OF_FACT = {code_of(DisputeMoved): MovementKind.DISPUTE, code_of(PayoutMoved): MovementKind.PAYOUT}
"""What a transaction of the ledger was posted for → of what its clearing is; every other one of payments."""

Payment = Callable[[str], Awaitable[None]]
"""Compares one payment intent, unless that was done."""


class BalanceComparison:
    def __init__(self, sessions: Sessions, stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe
        self._disputes = Disputes(sessions, stripe)
        self._payouts = Payouts(sessions, stripe)

    async def compare(self, since: datetime, until: datetime, payment: Payment, tally: MoneyTally) -> None:
        """What moved within that time, by either book. Raises as the gateway's calls, and PaymentStillMoving."""
        looked: set[str] = set()
        async for moved in self._stripe.listing.movements(since, until):
            beat()
            tally.saw("movements")
            if moved.kind is MovementKind.OTHER:
                tally.add(_unknown(moved))
            elif moved.provider_object and moved.provider_object not in looked:
                looked.add(moved.provider_object)
                await self._look(moved.kind, moved.provider_object, payment, tally)
        after = ""
        while posted := await self._posted(since, until, after):
            after = posted[-1].provider_object
            for one in posted:
                beat()
                tally.saw("posted")
                if one.provider_object not in looked:
                    kind = KIND_OF_FACT.get(one.fact, MovementKind.PAYMENT)
                    await self._look(kind, one.provider_object, payment, tally)
        async with self._sessions() as session:
            for code in await query.cleared_by_nothing(session, since, until, FINDINGS_TOLD):
                tally.found(MoneyDifference.MISSING_MOVEMENT, "", reservation=code)

    async def _posted(self, since: datetime, until: datetime, after: str) -> list[query.Cleared]:
        async with self._sessions() as session:
            return await query.cleared_objects(session, since, until, after, PAGE)

    async def _look(self, kind: MovementKind, thing: str, payment: Payment, tally: MoneyTally) -> None:
        try:
            match kind:
                case MovementKind.PAYMENT:
                    await payment(thing)
                case MovementKind.DISPUTE:
                    if await self._disputes.look(thing, tally.began_at):
                        tally.found(MoneyDifference.MISSED_DISPUTE, thing, repaired=True)
                case MovementKind.PAYOUT:
                    if await self._payouts.look(thing, tally.began_at):
                        tally.found(MoneyDifference.MISSED_PAYOUT, thing, repaired=True)
        except StripeRefused as refusal:
            if refusal.stripe_code != GONE:
                raise
            tally.found(MoneyDifference.MISSING_MOVEMENT, thing)


def _unknown(moved: BalanceMovement) -> MoneyFinding:
    return MoneyFinding(
        kind=MoneyDifference.UNKNOWN_MOVEMENT,
        provider_object=moved.id,
        currency=moved.net.currency,
        theirs=moved.net.minor,
    )
