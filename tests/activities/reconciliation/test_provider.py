"""Our books and the provider's are compared both ways; what is safe is mended, the rest is shown."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select, update

from activities.money.payment_intents import IntentState, NewIntent
from activities.reconciliation.provider import ProviderReconciliation
from contracts.provider_reconciliation import MoneyDifference, MoneyReconciliation, MoneyReport
from db.queries.money.reconciliation import last_report
from db.tables import InboxEvent, Payment
from domain.money.amount import Money
from tests.activities.money.money_desk import CODE, VISA, MoneyDesk, money_desk
from tests.api.stage import publish, view_of

LOST = MoneyDifference.LOST_EVENT.value


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


async def compare(desk: MoneyDesk, *, days: int = 3) -> MoneyReport:
    activities = ProviderReconciliation(desk.sessions, desk.stripe)
    return await activities.reconcile_money(MoneyReconciliation(days=days, quiet_seconds=0))


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


async def test_what_would_change_a_sum_is_shown_and_left_as_it_is(desk: MoneyDesk) -> None:
    payment = await settled(desk)
    await desk.api.refund_by_hand(payment, 100)
    (found,) = [one for one in (await compare(desk)).findings if one.kind != LOST]
    assert (found.kind, found.provider_object, found.repaired) == ("not_posted", payment, False)
    assert (found.reservation, found.ours - found.theirs) == (CODE, 100)
    assert (await desk.rows())["deposit"].refunded_minor == 0


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


async def test_what_is_of_others_is_only_counted(desk: MoneyDesk) -> None:
    await settled(desk)
    await _strange(desk, capture=True, code="of-somebody-else")
    report = await compare(desk)
    assert report.examined["payments_of_others"] == 1


async def test_a_session_that_nobody_settled_is_shown(desk: MoneyDesk) -> None:
    await desk.charged(10_000)
    await publish(desk.sessions, view_of(CODE), closed=True)
    shown = [(one.kind, one.reservation, one.repaired) for one in (await compare(desk, days=30)).findings]
    assert shown == [(MoneyDifference.NOT_SETTLED, CODE, False)]
    await desk.settle()
    assert (await compare(desk, days=30)).findings == ()


async def _strange(desk: MoneyDesk, *, capture: bool, code: str = CODE) -> IntentState:
    step = f"strange-{capture}"
    new = NewIntent(code=code, step=step, amount=Money(700, "EUR"), capture=capture, payment_method=VISA)
    made = await desk.stripe.create_intent(new, key=f"{code}:{step}")
    assert isinstance(made, IntentState)
    return made
