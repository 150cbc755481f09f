"""The reservation fee that is taken at booking: confirmed only when paid, given back when it is not due."""

from datetime import timedelta
from typing import Any

import pytest

from domain.facts.timeline_payment import DepositAuthorised, FeeTaken, PaymentExpired, PaymentWanted
from domain.money.amount import Money
from domain.reservation.actions.messages import Cancel, Operate
from domain.reservation.deadlines import DeadlineKind
from domain.terms.payments import PaymentModel, PaymentRules
from tests.workflows.bank import BAD_CARD, CARD_WITH_3DS, intent_id
from tests.workflows.visit import Visit, happened
from tests.workflows.world import World

FEE = Money(357, "EUR")
"""3.00, and 19 % on top."""
TTL = timedelta(minutes=10)
TWO_DAYS = timedelta(days=2)


def with_fee(model: PaymentModel = PaymentModel.FEE_AT_BOOKING, **rules: Any) -> dict[str, Any]:
    return {
        "deposit": Money(0, "EUR"),
        "payments": PaymentRules(model=model, **rules),
        "fee_credited_to_session": model is PaymentModel.CREDIT_TO_SESSION,
    }


async def booked(world: World, **over: Any) -> Visit:
    return await world.book(**({"policy": with_fee()} | over))


@pytest.mark.parametrize("starts_in", [timedelta(hours=2), timedelta(days=10)])
async def test_a_booking_is_confirmed_with_its_fee_taken_far_ahead_as_near(
    world: World, starts_in: timedelta
) -> None:
    visit = await booked(world, starts_in=starts_in)
    view = visit.decision.view
    assert (visit.decision.outcome, view.payment_status, view.fee) == ("confirmed", "taken", FEE)
    assert (view.deposit, view.authorised_from) == (Money(0, "EUR"), None)
    assert view.next_deadline == DeadlineKind.LOCK_DUE
    assert (happened(view, FeeTaken), happened(view, DepositAuthorised)) == (1, 0)


@pytest.mark.parametrize(
    ("model", "credited"), [(PaymentModel.FEE_AT_BOOKING, None), (PaymentModel.CREDIT_TO_SESSION, -300)]
)
async def test_the_settlement_counts_it_as_paid(
    world: World, model: PaymentModel, credited: int | None
) -> None:
    visit = await booked(world, policy=with_fee(model), starts_in=timedelta(minutes=5))
    await visit.until("LOCKED")
    await visit.charging()
    view = await visit.leaves()
    assert (view.state, view.payment_status) == ("COMPLETED", "captured")
    lines = visit.lines(view)
    assert lines["reservation_fee"] == 300
    assert lines.get("fee_credit") == (None if credited is None else max(credited, -lines["energy"]))
    await visit.replay()


async def test_a_free_cancellation_gives_it_back(world: World) -> None:
    visit = await booked(world, starts_in=timedelta(hours=30))
    await visit.ask("cancel", Cancel(reason="ill"))
    view = await visit.ended()
    totals = visit.receipt(view).payments
    assert (visit.charge(view), totals.refunded, totals.released.minor) == (0, FEE, 0)
    assert view.payment_status == "released"


async def test_a_declined_card_declines_the_booking(world: World) -> None:
    visit = await booked(world, payment_method=BAD_CARD)
    assert (visit.decision.outcome, visit.decision.decline_code) == ("declined", "payment_declined")
    assert (visit.holds, visit.decision.view.fee) == ([], FEE)


async def test_the_bank_wants_the_driver_and_the_webhook_confirms_it(world: World) -> None:
    visit = await booked(world, payment_method=CARD_WITH_3DS)
    assert (visit.decision.outcome, bool(visit.decision.client_secret)) == ("payment_required", True)
    world.bank.pay(visit.code)
    await visit.payment("taken")
    view = await visit.until("CONFIRMED")
    assert (view.payment_status, happened(view, FeeTaken)) == ("taken", 1)


async def test_who_never_pays_it_loses_the_hold_and_nothing_else(world: World) -> None:
    visit = await booked(world, payment_method=CARD_WITH_3DS)
    await visit.advance(TTL + timedelta(seconds=1))
    view = await visit.ended()
    assert (view.state, visit.charge(view), visit.holds) == ("EXPIRED", 0, [])
    assert happened(view, PaymentExpired)


async def test_while_the_provider_is_away_the_policy_decides(world: World) -> None:
    world.troubles.away("take_fee")
    refused = await booked(world)
    assert refused.decision.decline_code == "payment_provider_away"
    visit = await booked(world, policy=with_fee(accept_while_away=FEE))
    assert (visit.decision.outcome, visit.decision.view.payment_status) == ("confirmed", "deferred")
    world.troubles.mend("take_fee")
    await visit.advance(timedelta(minutes=2))
    assert (await visit.until_told(FeeTaken)).payment_status == "taken"


async def test_a_card_that_is_declined_when_the_provider_is_back_asks_the_driver_for_another(
    world: World,
) -> None:
    world.troubles.away("take_fee")
    visit = await booked(
        world, policy=with_fee(accept_while_away=FEE), payment_method=BAD_CARD, starts_in=TWO_DAYS
    )
    world.troubles.mend("take_fee")
    await visit.advance(timedelta(minutes=2))
    view = await visit.until_told(PaymentWanted)
    assert (view.payment_status, view.state, visit.told) == (
        "action_required",
        "CONFIRMED",
        ["confirmed", "payment_wanted"],
    )
    world.bank.pay(visit.code)
    await visit.payment("taken", payment_intent_id=intent_id(visit.code, "fee-2"))
    assert (await visit.until_told(FeeTaken)).payment_due_at is None
    await visit.ask("cancel", Cancel())
    assert (await visit.ended()).state == "CANCELLED"


async def test_a_booking_that_fails_after_the_fee_was_taken_gives_it_back(world: World) -> None:
    world.troubles.fail_for_good("answer_authorisation")
    visit = await booked(world)
    assert visit.decision.outcome == "declined"
    await visit.ended()
    assert world.bank.status(visit.code) == "voided"


async def test_an_operators_cancellation_gives_all_of_it_back(world: World) -> None:
    visit = await booked(world)
    await visit.ask("operator_cancel", Operate(operator="olga", reason="works"))
    view = await visit.ended()
    assert (visit.charge(view), visit.receipt(view).payments.refunded) == (0, FEE)
