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
from temporalio import activity

from activities.failures import StripeRefused, failures_translated
from activities.findings import found_bug
from activities.money.disputes import GONE, Disputes
from activities.money.payment_intents import IntentState
from activities.money.payment_records import PaymentRecords, payment_key
from activities.money.stripe_events import HEARD, event_of
from activities.money.stripe_gateway import StripeGateway, VerifiedEvent
from activities.reconciliation.money_tally import FINDINGS_TOLD, MoneyTally
from activities.reconciliation.payment_states import Standing, standing_of
from contracts.declaration import implements
from contracts.provider_reconciliation import (
    RECONCILE_MONEY,
    MoneyDifference,
    MoneyFinding,
    MoneyReconciliation,
    MoneyReport,
)
from db.delivery.inbox import record
from db.engine import Sessions
from db.queries.money import reconciliation as query
from db.tables import MoneyComparison, Source

PAGE = 100
EVENTS_KEPT = timedelta(days=29)
"""Stripe keeps them for 30 days."""
_OVERLAP = timedelta(hours=1)
_REPORT = TypeAdapter(MoneyReport)

log = structlog.get_logger()


class ProviderReconciliation:
    def __init__(self, sessions: Sessions, stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe
        self._records = PaymentRecords(sessions, stripe)
        self._disputes = Disputes(sessions, stripe)

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
        await self._compare_payments(since, until, now, tally)
        async with self._sessions.begin() as session:
            for code in await query.never_settled(session, since, until, FINDINGS_TOLD):
                tally.found(MoneyDifference.NOT_SETTLED, "", reservation=code)
            report = tally.report(await query.clearing(session))
            session.add(MoneyComparison(began_at=now, report=_REPORT.dump_python(report, mode="json")))
        for finding in report.findings:
            if not finding.repaired:
                told = (finding.reservation, finding.provider_object)
                found_bug("money_differs", finding.kind, reservation=told[0], provider_object=told[1])
        return report

    # --- events --------------------------------------------------------------------------------------

    async def _feed_events(self, until: datetime, tally: MoneyTally) -> None:
        """All that the last run could not have seen; what is told already is left as it is."""
        async with self._sessions() as session:
            last = await query.last_report(session)
        since = until - EVENTS_KEPT
        if last is not None:
            since = max(since, _REPORT.validate_python(last).began_at - _OVERLAP)
        found: list[dict[str, Any]] = []
        async for event in self._stripe.listing.events(since, until, HEARD):
            tally.saw("events")
            found.append(event)
        for start in range(0, len(found), PAGE):
            _beat()
            await self._feed(found[start : start + PAGE], tally)

    async def _feed(self, events: list[dict[str, Any]], tally: MoneyTally) -> None:
        async with self._sessions() as session:
            unknown = await query.unknown_events(session, [event["id"] for event in events])
        lost = [_verified(event) for event in reversed(events) if event["id"] in unknown]
        facts = [fact for fact in (event_of(one, tally.began_at) for one in lost) if fact.recipients]
        async with self._sessions.begin() as session:
            recorded = await record(await session.connection(), Source.STRIPE, facts)
        for fact in facts:
            if fact.event_id in recorded:
                code = fact.recipients[0].key
                tally.found(MoneyDifference.LOST_EVENT, fact.event_id, reservation=code, repaired=True)

    # --- disputes ------------------------------------------------------------------------------------

    async def _compare_disputes(
        self, since: datetime, until: datetime, now: datetime, tally: MoneyTally
    ) -> None:
        async for dispute in self._stripe.listing.disputes(since, until):
            tally.saw("disputes")
            _beat()
            if await self._disputes.look(dispute, now):
                tally.found(MoneyDifference.MISSED_DISPUTE, dispute, repaired=True)

    # --- payments ------------------------------------------------------------------------------------

    async def _compare_payments(
        self, since: datetime, until: datetime, now: datetime, tally: MoneyTally
    ) -> None:
        """Theirs of that time, and those whose refunds are; then ours that these lists did not have."""
        seen: set[str] = set()
        async for intent in self._stripe.listing.intents(since, until):
            seen.add(intent.id)
            await self._compare(intent, now, tally)
        async for intent_id in self._stripe.listing.refunded(since, until):
            tally.saw("refunds")
            if intent_id not in seen:
                seen.add(intent_id)
                await self._compare(await self._stripe.retrieve(intent_id), now, tally)
        after = ""
        while ids := await self._ours(since, after):
            after = ids[-1]
            for intent_id in ids:
                if intent_id not in seen:
                    await self._look_up(intent_id, now, tally)

    async def _ours(self, since: datetime, after: str) -> list[str]:
        async with self._sessions() as session:
            return await query.to_look_at(session, since, after, PAGE)

    async def _look_up(self, intent_id: str, now: datetime, tally: MoneyTally) -> None:
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
        _beat()
        async with self._sessions() as session:
            standing = await standing_of(session, intent)
        if standing is None:
            tally.saw("payments_of_others")
            return
        tally.saw("payments")
        tally.paid(intent.net, standing.cleared)
        finding = standing.difference(intent, tally.until_quiet)
        if finding is not None:
            tally.add(await self._mended(intent, standing, finding, now))

    async def _mended(
        self, intent: IntentState, standing: Standing, finding: MoneyFinding, now: datetime
    ) -> MoneyFinding:
        match finding.kind:
            case MoneyDifference.LOST_PAYMENT | MoneyDifference.OLDER_STATE:
                if not await self._records.keep(standing.code, standing.step, intent, now):
                    await self._release(intent, standing)
            case MoneyDifference.LEFT_OPEN:
                await self._release(intent, standing)
            case _:
                return finding
        log.info("money_mended", kind=finding.kind, reservation=standing.code, provider_object=intent.id)
        return replace(finding, repaired=True)

    async def _release(self, intent: IntentState, standing: Standing) -> None:
        await self._stripe.cancel(intent.id, key=payment_key(standing.code, intent.id, "release"))


def _verified(event: dict[str, Any]) -> VerifiedEvent:
    created = datetime.fromtimestamp(event["created"], UTC)
    return VerifiedEvent(id=event["id"], type=event["type"], created=created, payload=event)


def _beat() -> None:
    if activity.in_activity():
        activity.heartbeat()
