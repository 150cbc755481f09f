"""Compares our books with the payment provider's, both ways, by lists and by events. Run on a schedule.

What is provably safe is mended: an event that never came is fed into the inbox, a row that is behind is written down,
a disputed payment is looked at, an authorisation that nobody has is released. Whatever would change a sum is only
shown: people decide about it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from pydantic import TypeAdapter

from activities.beating import beat
from activities.failures import StripeRefused, failures_translated
from activities.findings import found_bug
from activities.money.collection import CLOSED
from activities.money.disputes import GONE, Disputes
from activities.money.payment_intents import IntentState
from activities.money.payment_records import CANCELED, PaymentRecords, payment_key
from activities.money.stripe_gateway import StripeGateway
from activities.reconciliation.balance_comparison import BalanceComparison
from activities.reconciliation.event_feed import EventFeed, Reader
from activities.reconciliation.freeing import Freeing
from activities.reconciliation.home import Namespace
from activities.reconciliation.money_tally import MoneyTally
from activities.reconciliation.never_settled import NeverSettled
from activities.reconciliation.payment_states import Standing, standing_of
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

PAGE = 100
_OVERLAP = timedelta(hours=1)
_REPORT = TypeAdapter(MoneyReport)

log = structlog.get_logger()


class ProviderReconciliation:
    def __init__(self, sessions: Sessions, stripe: StripeGateway, namespace: Namespace, ended: Ended) -> None:
        self._sessions = sessions
        self._stripe = stripe
        self._records = PaymentRecords(sessions, stripe)
        self._disputes = Disputes(sessions, stripe)
        self._balance = BalanceComparison(sessions, stripe)
        self._feed = EventFeed(sessions, stripe, Reader.RECONCILIATION, overlap=_OVERLAP)
        self._unsettled = NeverSettled(sessions, namespace, Freeing(sessions, stripe, ended))

    def all(self) -> list[Callable[..., Any]]:
        return [self.reconcile_money]

    @implements(RECONCILE_MONEY)
    @failures_translated
    async def reconcile_money(self, ask: MoneyReconciliation) -> MoneyReport:
        """The report, which is kept, too. Reads the clock itself: it compares rows of the real world."""
        now = datetime.now(UTC)
        since, until = now - timedelta(days=ask.days), now - timedelta(seconds=ask.quiet_seconds)
        tally = MoneyTally(began_at=now, until_quiet=until)
        await self._feed_events(until, tally)
        await self._compare_disputes(since, until, now, tally)
        seen = await self._compare_payments(since, until, now, tally)

        async def payment(intent_id: str) -> None:
            if intent_id not in seen:
                seen.add(intent_id)
                await self._look_up(intent_id, now, tally)

        await self._balance.compare(since, until, payment, tally)
        await self._unsettled.settle(since, until, await self._last_began() or since, tally)
        async with self._sessions.begin() as session:
            report = tally.report(await query.clearing(session))
            session.add(MoneyComparison(began_at=now, report=_REPORT.dump_python(report, mode="json")))
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
        return None if last is None else _REPORT.validate_python(last).began_at

    # --- events --------------------------------------------------------------------------------------

    async def _feed_events(self, until: datetime, tally: MoneyTally) -> None:
        """All that the last run could not have seen; what is told already is left as it is."""
        async for fed in self._feed.read(until):
            tally.saw("events", fed.examined)
            for fact in fed.lost:
                code = fact.recipients[0].key
                tally.found(MoneyDifference.LOST_EVENT, fact.event_id, reservation=code, repaired=True)

    # --- disputes ------------------------------------------------------------------------------------

    async def _compare_disputes(
        self, since: datetime, until: datetime, now: datetime, tally: MoneyTally
    ) -> None:
        async for dispute in self._stripe.listing.disputes(since, until):
            beat()
            tally.saw("disputes")
            if await self._disputes.look(dispute, now):
                tally.found(MoneyDifference.MISSED_DISPUTE, dispute, repaired=True)

    # --- payments ------------------------------------------------------------------------------------

    async def _compare_payments(
        self, since: datetime, until: datetime, now: datetime, tally: MoneyTally
    ) -> set[str]:
        """Theirs of that time, and those whose refunds are; then ours that these lists did not have. All their ids."""
        seen: set[str] = set()
        async for intent in self._stripe.listing.intents(since, until):
            seen.add(intent.id)
            await self._compare(intent, now, tally)
        async for intent_id in self._stripe.listing.refunded(since, until):
            beat()
            tally.saw("refunds")
            if intent_id not in seen:
                seen.add(intent_id)
                await self._compare(await self._stripe.retrieve(intent_id), now, tally)
        after = ""
        while ids := await self._ours(since, after):
            after = ids[-1]
            for intent_id in ids:
                if intent_id not in seen:
                    seen.add(intent_id)
                    await self._look_up(intent_id, now, tally)
        return seen

    async def _ours(self, since: datetime, after: str) -> list[str]:
        async with self._sessions() as session:
            return await query.to_look_at(session, since, after, PAGE)

    async def _look_up(self, intent_id: str, now: datetime, tally: MoneyTally) -> None:
        beat()
        try:
            intent = await self._stripe.retrieve(intent_id)
        except StripeRefused as refusal:
            if refusal.stripe_code != GONE:
                raise
            async with self._sessions() as session:
                row = await query.payment_of(session, intent_id, "", "")
            code = row.reservation_code if row is not None else ""
            tally.found(MoneyDifference.MISSING_PAYMENT, intent_id, reservation=code)
            return
        await self._compare(intent, now, tally)

    async def _compare(self, intent: IntentState, now: datetime, tally: MoneyTally) -> None:
        beat()
        standing = await self._standing(intent)
        finding = standing.difference(intent, tally.until_quiet) if standing is not None else None
        if finding is not None:  # since it was listed, both may have moved
            intent = await self._stripe.retrieve(intent.id)
            standing = await self._standing(intent)
            finding = standing.difference(intent, tally.until_quiet) if standing is not None else None
        if standing is None:
            tally.saw("payments_of_others")
            return
        tally.saw("payments")
        tally.paid(intent.net, standing.cleared)
        if finding is not None:
            finding = await self._mended(intent, standing, finding, now)
            if finding.repaired or not await self._moved_since(intent, tally.until_quiet):
                tally.add(finding)

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
        self, intent: IntentState, standing: Standing, finding: MoneyFinding, now: datetime
    ) -> MoneyFinding:
        """Repaired: nothing is left of it for anybody to look at. Money that would stay is shown as unknown."""
        match finding.kind:
            case MoneyDifference.LOST_PAYMENT | MoneyDifference.OLDER_STATE:
                is_mended = await self._written_down(intent, standing, now)
            case MoneyDifference.LEFT_OPEN:
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
