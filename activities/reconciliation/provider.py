"""Compares our books with the payment provider's, both ways, by lists and by events. Run on a schedule.

What is provably safe is mended: an event that never came is fed into the inbox, a row that is behind is written down,
a disputed payment is looked at, an authorisation that nobody has is released. Whatever would change a sum is only
shown: people decide about it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from activities.beating import beat
from activities.failures import StripeRefused, failures_translated
from activities.findings import found_bug
from activities.money.collection import CLOSED
from activities.money.disputes import GONE
from activities.money.payment_intents import IntentState
from activities.money.payment_records import PaymentRecords
from activities.money.payment_steps import CANCELED, payment_key
from activities.money.stripe_gateway import StripeGateway
from activities.reconciliation.balance_comparison import BalanceComparison
from activities.reconciliation.event_feed import EventFeed, Fed, Reader
from activities.reconciliation.freeing import Freeing
from activities.reconciliation.home import Namespace
from activities.reconciliation.money_run import PAGE, REPORT, MoneyRun
from activities.reconciliation.never_settled import NeverSettled
from activities.reconciliation.payment_states import Standing, standing_of
from activities.reconciliation.refund_comparison import RefundComparison
from activities.reconciliation.settling import Ended
from contracts.declaration import implements
from contracts.provider_reconciliation import (
    RECONCILE_MONEY,
    MoneyDifference,
    MoneyFinding,
    MoneyReconciliation,
    MoneyReport,
)
from db.engine import Sessions
from db.queries.money import reconciliation as query
from db.tables import MoneyComparison

_OVERLAP = timedelta(hours=1)

log = structlog.get_logger()


class ProviderReconciliation:
    def __init__(
        self,
        sessions: Sessions,
        stripe: StripeGateway,
        namespace: Namespace,
        ended: Ended,
        *,
        page: int = PAGE,
    ) -> None:
        """`page`: so many payments are kept as compared at once, and compared again at most."""
        self._sessions = sessions
        self._stripe = stripe
        self._records = PaymentRecords(sessions, stripe)
        self._page = page
        self._balance = BalanceComparison(sessions, stripe)
        self._refunds = RefundComparison(sessions, stripe)
        self._feed = EventFeed(sessions, stripe, Reader.RECONCILIATION, overlap=_OVERLAP)
        self._unsettled = NeverSettled(sessions, namespace, Freeing(sessions, stripe, ended))

    def all(self) -> list[Callable[..., Any]]:
        return [self.reconcile_money]

    @implements(RECONCILE_MONEY)
    @failures_translated
    async def reconcile_money(self, ask: MoneyReconciliation) -> MoneyReport:
        """The report, which is kept, too. Reads the clock itself: it compares rows of the real world.

        An attempt goes on where the one before it broke off, as of the instant at which that began.
        """
        run = await MoneyRun.begin(self._sessions, ask, datetime.now(UTC), self._page)
        await self._feed_events(run)
        await self._compare_disputes(run)
        await self._compare_payments(run)
        await self._refunds.missing(run)
        await self._balance.compare(run, lambda intent_id: self._look_up(intent_id, run))
        await self._unsettled.settle(run.since, run.until, await self._last_began() or run.since, run.tally)
        async with self._sessions.begin() as session:
            report = run.tally.report(await query.clearing(session))
            as_json = REPORT.dump_python(report, mode="json")
            session.add(MoneyComparison(began_at=report.began_at, report=as_json))
            await run.end(session)
        for finding in report.findings:
            if not finding.repaired:
                told = (finding.reservation, finding.provider_object)
                found_bug(
                    "money_differs",
                    finding.kind,
                    reservation=told[0],
                    provider_object=told[1],
                    why=finding.why,
                )
        return report

    async def _last_began(self) -> datetime | None:
        """None: none has come to its end yet."""
        async with self._sessions() as session:
            last = await query.last_report(session)
        return None if last is None else REPORT.validate_python(last).began_at

    # --- events --------------------------------------------------------------------------------------

    async def _feed_events(self, run: MoneyRun) -> None:
        """All that the last run could not have seen; what is told already is left as it is."""

        async def told(session: AsyncSession, fed: Fed) -> None:
            run.tally.saw("events", fed.examined)
            for fact in fed.lost:
                code = fact.recipients[0].key
                run.tally.found(MoneyDifference.LOST_EVENT, fact.event_id, reservation=code, repaired=True)
            await run.keep_in(session)

        async for _ in self._feed.read(run.until, told):
            beat()

    # --- disputes ------------------------------------------------------------------------------------

    async def _compare_disputes(self, run: MoneyRun) -> None:
        run.tally.lists("disputes")
        async for dispute in self._stripe.listing.disputes(run.since, run.until):
            beat()
            run.tally.saw("disputes")
            await self._balance.look_at_dispute(dispute, run)

    # --- payments ------------------------------------------------------------------------------------

    async def _compare_payments(self, run: MoneyRun) -> None:
        """Theirs of that time, and those whose refunds are; then ours that these lists did not have."""
        async for intent in self._stripe.listing.intents(run.since, run.until):
            if not run.is_done(intent.id):
                await self._compare(intent, run)
        run.tally.lists("refunds")
        async for intent_id in self._stripe.listing.refunded(run.since, run.until):
            beat()
            run.tally.saw("refunds")
            if not run.is_done(intent_id):
                await self._compare(await self._stripe.retrieve(intent_id), run)
        after = ""
        while ids := await self._ours(run.since, after):
            after = ids[-1]
            for intent_id in ids:
                await self._look_up(intent_id, run)

    async def _ours(self, since: datetime, after: str) -> list[str]:
        async with self._sessions() as session:
            return await query.to_look_at(session, since, after, PAGE)

    async def _look_up(self, intent_id: str, run: MoneyRun) -> None:
        """Unless that was done."""
        beat()
        if run.is_done(intent_id):
            return
        try:
            intent = await self._stripe.retrieve(intent_id)
        except StripeRefused as refusal:
            if refusal.stripe_code != GONE:
                raise
            async with self._sessions() as session:
                row = await query.payment_of(session, intent_id, "", "")
            code = row.reservation_code if row is not None else ""
            run.tally.found(MoneyDifference.MISSING_PAYMENT, intent_id, reservation=code)
            await run.did(intent_id)
            return
        await self._compare(intent, run)

    async def _compare(self, intent: IntentState, run: MoneyRun) -> None:
        beat()
        standing = await self._standing(intent)
        finding = standing.difference(intent, run.until) if standing is not None else None
        if finding is not None:  # since it was listed, both may have moved
            intent = await self._stripe.retrieve(intent.id)
            standing = await self._standing(intent)
            finding = standing.difference(intent, run.until) if standing is not None else None
        if standing is None:
            run.tally.saw("payments_of_others")
        else:
            before = run.mended_before(intent.id)
            strange = await self._strange_refunds(intent, standing, finding, run)
            for one in strange:
                run.tally.add(one)
            if strange:
                finding = None  # what is behind is not written down before somebody has looked
            elif finding is None:
                finding = before
            else:
                finding = await self._mended(intent, standing, finding, run)
                if not finding.repaired and await self._moved_since(intent, run.until):
                    finding = None
            if finding is not None:
                run.tally.add(finding)
            run.tally.saw("payments")  # not before it is mended: what it has come to is kept there
            run.tally.paid(intent.net, standing.cleared)
        await run.did(intent.id)

    async def _strange_refunds(
        self, intent: IntentState, standing: Standing, finding: MoneyFinding | None, run: MoneyRun
    ) -> Sequence[MoneyFinding]:
        """Where the sums of a payment that is over agree, its refunds on their own."""
        agree = finding is None or finding.kind is MoneyDifference.OLDER_STATE
        if not agree or standing.row is None or not standing.is_over(run.until):
            return ()
        found = await self._refunds.of_payment(intent, standing.code)
        return () if found and await self._moved_since(intent, run.until) else found

    async def _standing(self, intent: IntentState) -> Standing | None:
        async with self._sessions() as session:
            return await standing_of(session, intent)

    async def _moved_since(self, intent: IntentState, quiet_before: datetime) -> bool:
        """Did money move at the provider so lately that its event may be on its way?"""
        if intent.charged_at is not None and intent.charged_at > quiet_before:
            return True
        return await self._stripe.listing.is_refunded_after(intent.id, quiet_before)

    # --- mending -------------------------------------------------------------------------------------

    async def _mended(
        self, intent: IntentState, standing: Standing, finding: MoneyFinding, run: MoneyRun
    ) -> MoneyFinding:
        """Repaired: nothing is left of it for anybody to look at. Money that would stay is shown as unknown."""
        match finding.kind:
            case MoneyDifference.LOST_PAYMENT | MoneyDifference.OLDER_STATE:
                await run.mends(finding)
                is_mended = await self._written_down(intent, standing, run.began_at)
            case MoneyDifference.LEFT_OPEN:
                await run.mends(finding)
                is_mended = (await self._released(intent, standing)).status == CANCELED
            case _:
                return finding
        if not is_mended:
            return replace(finding, kind=MoneyDifference.UNKNOWN_PAYMENT)
        log.info("money_mended", kind=finding.kind, reservation=standing.code, provider_object=intent.id)
        return replace(finding, repaired=True)

    async def _written_down(self, intent: IntentState, standing: Standing, now: datetime) -> bool:
        """False: of a payment that was given up the provider has money, or a hold that it does not release."""
        if standing.is_given_up and intent.net != standing.cleared:
            return False
        if await self._records.keep(standing.code, standing.step, intent, now):
            return True
        left = await self._released(intent, standing)
        await self._records.keep(standing.code, standing.step, left, now)
        return left.status in CLOSED and left.net == standing.cleared

    async def _released(self, intent: IntentState, standing: Standing) -> IntentState:
        """As it is then: who paid meanwhile has paid."""
        return await self._stripe.cancel(intent.id, key=payment_key(standing.code, intent.id, "release"))
