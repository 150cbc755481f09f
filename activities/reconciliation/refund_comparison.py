"""Compares the refunds that people made in the provider's dashboard with ours, each on its own, both ways.

Sums of a payment may agree where its refunds do not: more captured and given back again looks like less captured.
"""

from collections import Counter
from collections.abc import Sequence

from activities.beating import beat
from activities.money.adjustment_records import rows_of
from activities.money.payment_intents import IntentState
from activities.money.stripe_gateway import StripeGateway
from activities.reconciliation.money_run import MoneyRun
from contracts.provider_reconciliation import MoneyDifference, MoneyFinding
from db.engine import Sessions
from db.queries.money.reconciliation import dashboard_refunds
from domain.money.amount import Money
from domain.money.refunds import RefundSource


class RefundComparison:
    def __init__(self, sessions: Sessions, stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe

    async def of_payment(self, intent: IntentState, code: str) -> Sequence[MoneyFinding]:
        """Those that differ, or are not in our books: one call and one statement, where anything was given back."""
        if intent.refunded.is_zero:
            return ()
        refunds = await self._stripe.refunds.of(intent.id)
        async with self._sessions() as session:
            noted = Counter[str]()
            for row in await rows_of(session, code):
                if row.source == RefundSource.DASHBOARD:
                    noted[row.provider_object] += row.amount_minor + row.owed_minor
        stands = {one.id: one.amount.minor for one in refunds if not (one.is_ours or one.has_failed)}
        return [
            _finding(
                MoneyDifference.UNKNOWN_REFUND, one.id, code, one.amount, noted[one.id], stands.get(one.id, 0)
            )
            for one in refunds
            if stands.get(one.id, 0) != noted[one.id]
        ]

    async def missing(self, run: MoneyRun) -> None:
        """Of ours, those that the provider does not know: one call each."""
        async with self._sessions() as session:
            ours = await dashboard_refunds(session, run.since, run.until)
        for refund, code, minor, currency in ours:
            beat()
            if run.is_done(refund):
                continue
            if not await self._stripe.refunds.is_there(refund):
                amount = Money(minor, currency)
                run.tally.add(_finding(MoneyDifference.MISSING_REFUND, refund, code, amount, minor, 0))
            await run.did(refund)


def _finding(
    kind: MoneyDifference, refund: str, code: str, amount: Money, ours: int, theirs: int
) -> MoneyFinding:
    return MoneyFinding(
        kind=kind,
        provider_object=refund,
        reservation=code,
        currency=amount.currency,
        ours=ours,
        theirs=theirs,
    )
