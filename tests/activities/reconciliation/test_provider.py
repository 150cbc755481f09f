"""Our books and the provider's are compared both ways; what is safe is mended, the rest is shown."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import func, select, text, update
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.money.dashboard_refunds import BOOKED, DashboardRefunds
from activities.money.payment_intents import IntentState, NewIntent
from activities.reconciliation.event_feed import EventFeed, Reader
from activities.reconciliation.payment_states import standing_of
from activities.reconciliation.provider import ProviderReconciliation
from contracts.provider_reconciliation import MoneyDifference, MoneyReconciliation, MoneyReport
from contracts.reconciliation import Unsettled
from db.queries.money.reconciliation import last_report
from db.tables import AdjustmentRow, InboxEvent, Payment
from delivery.relay import Relay
from delivery.reservations import ReservationTarget
from domain.money.amount import Money
from domain.reservation.code import reservation_code
from runtime.relays import payment_events
from tests.activities.money.money_desk import CODE, NOW, VISA, MoneyDesk, money_desk
from tests.activities.money.provider_says import ProviderSays
from tests.activities.money.test_stripe_events import Reservations
from tests.activities.reconciliation.forgotten import Forgotten
from tests.api.stage import publish, view_of

LOST = MoneyDifference.LOST_EVENT.value


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


async def compare(desk: MoneyDesk, *, days: int = 3, quiet: int = 0) -> MoneyReport:
    activities = ProviderReconciliation(desk.sessions, desk.stripe, Forgotten(), Forgotten())
    return await activities.reconcile_money(MoneyReconciliation(days=days, quiet_seconds=quiet))


async def settled(desk: MoneyDesk) -> str:
    """A reservation that is over; the id of its payment."""
    deposit = await desk.authorise()
    await desk.charged(10_000)
    await desk.settle()
    await publish(desk.sessions, view_of(CODE), closed=True)
    return deposit.payment_intent_id or ""


async def change(desk: MoneyDesk, **values: Any) -> None:
    async with desk.sessions.begin() as session:
        await session.execute(update(Payment).where(Payment.step == "deposit").values(**values))


def money(report: MoneyReport) -> list[tuple[str, str, bool]]:
    return [
        (one.kind.value, one.provider_object, one.repaired)
        for one in report.findings
        if one.kind.value != LOST
    ]


async def test_books_that_agree_show_the_same_sums_and_no_difference(desk: MoneyDesk) -> None:
    await settled(desk)
    report = await compare(desk)
    taken = (await desk.ledger())["stripe_clearing"]
    assert report.provider == report.ledger == report.clearing == {"EUR": taken}
    assert money(report) == []
    async with desk.sessions() as session:
        kept = await last_report(session)
    assert kept is not None
    assert kept["ledger"] == report.ledger


async def test_an_event_that_never_came_is_fed_once(desk: MoneyDesk) -> None:
    await desk.authorise()
    assert (await compare(desk)).differences == {LOST: 1}
    async with desk.sessions() as session:
        kinds = list(await session.scalars(select(InboxEvent.kind)))
        told = await session.scalar(select(func.count()).select_from(InboxEvent))
    assert (kinds, told) == (["payment_intent.amount_capturable_updated"], 1)
    assert (await compare(desk)).differences == {}


async def test_a_row_that_is_behind_is_written_down(desk: MoneyDesk) -> None:
    payment = await settled(desk)
    row = (await desk.rows())["deposit"]
    await change(desk, status="requires_capture", captured_minor=0)
    assert money(await compare(desk)) == [("older_state", payment, True)]
    again = (await desk.rows())["deposit"]
    assert (again.status, again.captured_minor) == (row.status, row.captured_minor)
    await change(desk, payment_intent_id=None)
    assert money(await compare(desk)) == [("lost_payment", payment, True)]
    assert (await desk.rows())["deposit"].payment_intent_id == payment
    assert money(await compare(desk)) == []


async def test_the_row_of_a_reservation_that_lives_is_left_so_that_its_workflow_hears_of_the_change(
    desk: MoneyDesk,
) -> None:
    engine, reservations = desk.sessions.kw["bind"], Reservations()
    target = ReservationTarget(
        engine, payment_events(engine, desk.stripe), lambda: cast(Client, reservations)
    )
    relay, says = Relay(engine, target), ProviderSays(desk)
    payment = (await desk.authorise()).payment_intent_id or ""
    await says.take(await says.events(of=payment))
    await relay.deliver_all()
    await desk.api.cancel_by_hand(payment)
    assert money(await compare(desk)) == []
    assert (await desk.rows())["deposit"].status == "requires_capture"
    await says.take(await says.events(of=payment))
    await relay.deliver_all()
    assert [(code, event.status) for code, event in reservations.heard] == [(CODE, "canceled")]


async def test_what_would_change_a_sum_is_shown_and_left_as_it_is(desk: MoneyDesk) -> None:
    payment = await settled(desk)
    await desk.api.refund_by_hand(payment, 100)
    (found,) = [one for one in (await compare(desk)).findings if one.kind != LOST]
    assert (found.kind, found.provider_object, found.repaired) == ("not_posted", payment, False)
    assert (found.reservation, found.ours - found.theirs) == (CODE, 100)
    assert (await desk.rows())["deposit"].refunded_minor == 0


async def test_refunds_of_the_dashboard_are_compared_one_by_one_though_their_sums_agree(
    desk: MoneyDesk,
) -> None:
    payment = await settled(desk)
    refund = await desk.api.refund_by_hand(payment, 100)
    assert await DashboardRefunds(desk.sessions, desk.stripe).look(CODE, NOW) == BOOKED
    await desk.settle(step="settle-2")
    assert money(await compare(desk, days=400)) == []
    before = await desk.api.calls()
    await note(desk, provider_object="re_of_nobody")
    assert set(money(await compare(desk, days=400))) == {
        ("unknown_refund", refund["id"], False),
        ("missing_refund", "re_of_nobody", False),
    }
    after = await desk.api.calls()
    assert after["GET /v1/refunds"] - before["GET /v1/refunds"] <= 3
    await note(desk, provider_object=refund["id"], amount_minor=90)
    await change(desk, captured_minor=0)  # behind, and not written down while its refunds differ
    (found,) = [one for one in (await compare(desk, days=400)).findings if one.kind != LOST]
    assert (found.kind, found.reservation, found.ours, found.theirs) == ("unknown_refund", CODE, 90, 100)
    assert (await desk.rows())["deposit"].captured_minor == 0


async def note(desk: MoneyDesk, **values: Any) -> None:
    async with desk.sessions.begin() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(update(AdjustmentRow).values(**values))


async def test_a_payment_that_the_provider_does_not_know_is_shown(desk: MoneyDesk) -> None:
    await desk.authorise()
    await change(desk, payment_intent_id="pi_gone")
    kinds = {(kind, thing) for kind, thing, repaired in money(await compare(desk)) if not repaired}
    assert kinds == {("missing_payment", "pi_gone")}


async def test_what_nobody_has_is_released_where_the_reservation_is_over_and_shown_where_it_was_taken(
    desk: MoneyDesk,
) -> None:
    await settled(desk)
    held, taken = await _strange(desk, capture=False), await _strange(desk, capture=True)
    assert set(money(await compare(desk))) == {
        ("left_open", held.id, True),
        ("unknown_payment", taken.id, False),
    }
    assert (await desk.stripe.retrieve(held.id)).status == "canceled"
    assert (await desk.stripe.retrieve(taken.id)).net == taken.net


async def test_money_of_a_payment_that_was_given_up_is_shown_until_somebody_has_dealt_with_it(
    desk: MoneyDesk,
) -> None:
    """A settlement closed it unmade, and the provider made it all the same, while the reservation lives."""
    await desk.authorise()
    await given_up(desk, "settle:remainder")
    taken = await _strange(desk, capture=True, step="settle:remainder")
    for _ in range(2):
        assert money(await compare(desk)) == [("unknown_payment", taken.id, False)]
    assert (await desk.stripe.retrieve(taken.id)).net == taken.net
    await desk.api.refund_by_hand(taken.id)
    assert money(await compare(desk)) == [("lost_payment", taken.id, True)]
    assert money(await compare(desk)) == []


async def test_a_hold_of_a_payment_that_was_given_up_is_released(desk: MoneyDesk) -> None:
    await desk.authorise()
    await given_up(desk, "deposit-2")
    held = await _strange(desk, capture=False, step="deposit-2")
    assert money(await compare(desk)) == [("lost_payment", held.id, True)]
    assert (await desk.stripe.retrieve(held.id)).status == "canceled"
    assert (await desk.rows())["deposit-2"].status == "canceled"
    assert money(await compare(desk)) == []


async def test_what_the_provider_moved_a_moment_ago_is_on_its_way(desk: MoneyDesk) -> None:
    payment = await settled(desk)
    await change(desk, updated_at=datetime.now(UTC) - timedelta(days=1))
    await desk.api.refund_by_hand(payment, 100)
    assert money(await compare(desk, quiet=600)) == []
    assert money(await compare(desk)) == [("not_posted", payment, False)]


async def test_a_sum_differs_only_once_nothing_of_the_reservation_was_written_for_a_while(
    desk: MoneyDesk,
) -> None:
    payment = await settled(desk)
    await desk.api.refund_by_hand(payment, 100)
    now = datetime.now(UTC)

    async def differs(quiet_before: datetime) -> bool:
        intent = await desk.stripe.retrieve(payment)
        async with desk.sessions() as session:
            standing = await standing_of(session, intent)
        assert standing is not None
        return standing.difference(intent, quiet_before) is not None

    long_after = now + timedelta(days=1)
    assert await differs(long_after)
    await change(desk, updated_at=long_after)
    assert not await differs(long_after)
    await change(desk, updated_at=NOW)
    assert await differs(long_after)
    await desk.settle(step="settle-2", now=long_after)
    await change(desk, updated_at=NOW, refunded_minor=0)
    await desk.api.refund_by_hand(payment, 100)
    assert not await differs(long_after)
    assert await differs(long_after + timedelta(seconds=1))


async def test_a_run_that_ends_early_is_gone_on_with_where_it_stopped(desk: MoneyDesk) -> None:
    first = (await desk.authorise()).payment_intent_id
    now = await desk.api.let_pass(timedelta(days=2).total_seconds())
    second = (await desk.authorise(code=reservation_code("test", "second"))).payment_intent_id
    until = datetime.fromtimestamp(now + 60, UTC)

    def feed() -> EventFeed:
        return EventFeed(desk.sessions, desk.stripe, Reader.RECONCILIATION, overlap=timedelta(hours=1))

    async with aclosing(feed().read(until)) as spans:
        async for fed in spans:
            if fed.lost:
                break
    assert [one.subject for one in fed.lost] == [first]
    before = await listings(desk)
    rest = [one.subject for fed in [fed async for fed in feed().read(until)] for one in fed.lost]
    assert rest == [second]
    assert await listings(desk) - before <= 10  # of two days, and not of all that the provider keeps
    # The provider's clock is ahead: what lies beyond the database's is read again, what does not is not.
    assert [one for fed in [fed async for fed in feed().read(until)] for one in fed.lost] == []
    assert [fed.lost async for fed in feed().read(datetime.now(UTC))] == [()]


async def test_the_first_run_gives_signs_of_life_while_it_lists(desk: MoneyDesk) -> None:
    attempt, beats = ActivityEnvironment(), list[tuple[Any, ...]]()
    attempt.on_heartbeat = lambda *told: beats.append(told)
    activities = ProviderReconciliation(desk.sessions, desk.stripe, Forgotten(), Forgotten())
    await attempt.run(activities.reconcile_money, MoneyReconciliation(days=3, quiet_seconds=0))
    assert len(beats) >= await listings(desk) > 0


async def test_what_is_of_others_is_only_counted(desk: MoneyDesk) -> None:
    await settled(desk)
    await _strange(desk, capture=True, code="of-somebody-else")
    report = await compare(desk)
    assert report.examined["payments_of_others"] == 1


async def test_a_session_that_nobody_settled_is_shown(desk: MoneyDesk) -> None:
    await desk.charged(10_000)
    await publish(desk.sessions, view_of(CODE), closed=True)
    shown = [(one.kind, one.reservation, one.why) for one in (await compare(desk, days=30)).findings]
    assert shown == [(MoneyDifference.NOT_SETTLED, CODE, Unsettled.FORGOTTEN)]
    await desk.settle()
    assert (await compare(desk, days=30)).findings == ()


async def given_up(desk: MoneyDesk, step: str) -> None:
    """A payment that was intended, and closed before the provider was known to have made it."""
    async with desk.sessions.begin() as session:
        session.add(
            Payment(
                reservation_code=CODE,
                step=step,
                currency="EUR",
                amount_minor=700,
                status="canceled",
                updated_at=NOW,
            )
        )


async def listings(desk: MoneyDesk) -> int:
    """How often the provider was asked for events."""
    return (await desk.api.calls()).get("GET /v1/events", 0)


async def _strange(desk: MoneyDesk, *, capture: bool, code: str = CODE, step: str = "") -> IntentState:
    step = step or f"strange-{capture}"
    new = NewIntent(code=code, step=step, amount=Money(700, "EUR"), capture=capture, payment_method=VISA)
    made = await desk.stripe.create_intent(new, key=f"{code}:{step}")
    assert isinstance(made, IntentState)
    return made
