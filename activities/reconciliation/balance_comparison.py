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
from activities.reconciliation.money_run import MoneyRun
from activities.reconciliation.money_tally import FINDINGS_TOLD
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

    async def compare(self, run: MoneyRun, payment: Payment) -> None:
        """What moved within its time, by either book. Raises as the gateway's calls, and PaymentStillMoving."""
        run.tally.lists("movements")
        async for moved in self._stripe.listing.movements(run.since, run.until):
            beat()
            run.tally.saw("movements")
            if moved.kind is MovementKind.OTHER:
                if not run.is_done(moved.id):
                    run.tally.add(_unknown(moved))
                    await run.did(moved.id)
            elif moved.provider_object and not run.is_done(moved.provider_object):
                await self._look(moved.kind, moved.provider_object, payment, run)
        run.tally.lists("posted")
        after = ""
        while posted := await self._posted(run.since, run.until, after):
            after = posted[-1].provider_object
            for one in posted:
                beat()
                run.tally.saw("posted")
                kind = KIND_OF_FACT.get(one.fact, MovementKind.PAYMENT)
                await self._look(kind, one.provider_object, payment, run)
        async with self._sessions() as session:
            for code in await query.cleared_by_nothing(session, run.since, run.until, FINDINGS_TOLD):
                run.tally.found(MoneyDifference.MISSING_MOVEMENT, "", reservation=code)

    async def look_at_dispute(self, dispute: str, run: MoneyRun) -> None:
        """Unless that was done: brings our books to what the provider says. Raises StripeRefused, as `compare`."""
        if not run.is_done(dispute):
            changed = await self._disputes.look(dispute, run.began_at)
            await self._looked(dispute, MoneyDifference.MISSED_DISPUTE, run, changed=changed)

    async def _posted(self, since: datetime, until: datetime, after: str) -> list[query.Cleared]:
        async with self._sessions() as session:
            return await query.cleared_objects(session, since, until, after, PAGE)

    async def _look(self, kind: MovementKind, thing: str, payment: Payment, run: MoneyRun) -> None:
        if run.is_done(thing):
            return
        try:
            match kind:
                case MovementKind.PAYMENT:
                    await payment(thing)
                case MovementKind.DISPUTE:
                    await self.look_at_dispute(thing, run)
                case MovementKind.PAYOUT:
                    changed = await self._payouts.look(thing, run.began_at)
                    await self._looked(thing, MoneyDifference.MISSED_PAYOUT, run, changed=changed)
        except StripeRefused as refusal:
            if refusal.stripe_code != GONE:
                raise
            run.tally.found(MoneyDifference.MISSING_MOVEMENT, thing)
            await run.did(thing)

    async def _looked(self, thing: str, kind: MoneyDifference, run: MoneyRun, *, changed: bool) -> None:
        """What an attempt before has changed and not told is told now."""
        changed = changed or await run.wrote_before(thing)
        if changed:
            run.tally.found(kind, thing, repaired=True)
        await run.did(thing, at_once=changed)


def _unknown(moved: BalanceMovement) -> MoneyFinding:
    return MoneyFinding(
        kind=MoneyDifference.UNKNOWN_MOVEMENT,
        provider_object=moved.id,
        currency=moved.net.currency,
        theirs=moved.net.minor,
    )
