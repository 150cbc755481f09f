"""The reservation fee that is taken at booking: once, in the books at once, and settled like any other money."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from temporalio.exceptions import ApplicationError

from activities.holds.activities import HoldActivities
from activities.money.dashboard_refunds import BOOKED, DashboardRefunds
from activities.reconciliation.freeing import Freed, Freeing
from activities.reconciliation.provider import ProviderReconciliation
from contracts.holds import GiveUpBooking
from contracts.provider_reconciliation import MoneyDifference, MoneyReconciliation
from db.queries.money.payment_moments import payments_told
from db.tables import LedgerTransaction
from domain.causes import Cause
from domain.money.amount import Money
from domain.money.payment_story import PaymentState
from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from domain.reservation.remembered import LateChange
from domain.settlement.agreed import agreed_amount
from domain.terms.accepted import Terms
from domain.terms.payments import PaymentModel, PaymentRules
from domain.terms.policy import CancellationTier
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import CODE, NOW, SLOT, MoneyDesk, money_desk
from tests.activities.reconciliation.forgotten import Forgotten
from tests.factories import make_policy, make_tariff, make_terms

FEE = 357
"""3.00, and 19 % on top."""
ADVANCE = {"advances": -300, "stripe_clearing": FEE, "tax_payable": -57}
THREE_DS = "pm_card_authenticationRequired"
LOST = [FaultKind.CUT, FaultKind.STATUS, FaultKind.STATUS_AFTER, FaultKind.STORED, FaultKind.STORED_AFTER]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


def with_fee(model: PaymentModel = PaymentModel.FEE_AT_BOOKING) -> Terms:
    tiers = (
        CancellationTier(ahead=timedelta(hours=24), fee=euros(0)),
        CancellationTier(ahead=timedelta(0), fee=euros(200)),
    )
    policy = make_policy(
        deposit=euros(0),
        reservation_fee=euros(300),
        no_show_fee=euros(500),
        cancellation=tiers,
        payments=PaymentRules(model=model),
        fee_credited_to_session=model is PaymentModel.CREDIT_TO_SESSION,
    )
    tariff = make_tariff(energy_per_kwh=euros(50), time_per_minute=euros(0), session_fee=euros(0))
    return make_terms(policy=policy, tariff=tariff)


async def steps_posted(desk: MoneyDesk) -> list[str]:
    async with desk.sessions() as session:
        found = select(LedgerTransaction.step).where(LedgerTransaction.reservation_code == CODE)
        return list(await session.scalars(found.order_by(LedgerTransaction.id)))


async def test_a_fee_is_taken_once_and_stands_in_the_books_as_an_advance(desk: MoneyDesk) -> None:
    taken = await desk.take_fee()
    assert (taken.status, bool(taken.payment_method), bool(taken.customer)) == ("taken", True, True)
    assert await desk.take_fee() == taken
    assert await desk.totals() == {"captured": FEE, "refunded": 0, "authorized": 0}
    assert (await desk.ledger(), await steps_posted(desk)) == (ADVANCE, ["fee"])
    assert (await desk.check()).agrees


async def test_it_is_shown_as_taken_and_never_as_held(desk: MoneyDesk) -> None:
    await desk.take_fee()
    async with desk.sessions() as session:
        (told,) = await payments_told(session, CODE)
    story = told.story
    assert (told.payment.step, story.state, story.taken) == ("fee", PaymentState.TAKEN, euros(FEE))
    assert (story.placed_at, story.released.minor) == (None, 0)


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("path", ["/v1/customers", "/v1/payment_intents"])
async def test_a_lost_answer_is_asked_for_again_and_takes_it_once(
    desk: MoneyDesk, kind: FaultKind, path: str
) -> None:
    await desk.api.fail_next(kind, path=path)
    for _ in range(2):
        with suppress(ApplicationError):
            await desk.take_fee()
    assert (await desk.take_fee()).status == "taken"
    assert (await desk.totals())["captured"] == FEE
    assert await desk.ledger() == ADVANCE


async def test_a_declined_card_leaves_nothing_and_another_step_takes_another(desk: MoneyDesk) -> None:
    declined = await desk.take_fee(card="pm_card_chargeDeclinedInsufficientFunds")
    assert (declined.status, declined.decline_code) == ("declined", "insufficient_funds")
    assert (await desk.ledger(), await desk.totals()) == ({}, {"captured": 0, "refunded": 0, "authorized": 0})
    asked = await desk.take_fee(card=None, step="fee-2")
    assert asked.payment_intent_id
    await desk.api.pay(asked.payment_intent_id)
    assert (await desk.take_fee(card=None, step="fee-2")).status == "taken"
    assert await steps_posted(desk) == ["fee-2"]


@pytest.mark.parametrize("confirmed", [True, False])
async def test_what_the_bank_wants_to_see_is_taken_when_the_driver_has_confirmed_it(
    desk: MoneyDesk, confirmed: bool
) -> None:
    asked = await desk.take_fee(card=THREE_DS)
    assert (asked.status, bool(asked.client_secret), await desk.ledger()) == ("action_required", True, {})
    assert asked.payment_intent_id
    await desk.api.finish_action(asked.payment_intent_id, succeed=confirmed)
    assert (await desk.take_fee(card=THREE_DS)).status == ("taken" if confirmed else "declined")
    assert await desk.ledger() == (ADVANCE if confirmed else {})


async def test_a_lost_attempt_takes_nothing_after_the_booking_was_given_up(desk: MoneyDesk) -> None:
    await HoldActivities(desk.sessions).give_up_booking(GiveUpBooking(code=CODE, now=NOW, version=7))
    with pytest.raises(ApplicationError) as refusal:
        await desk.take_fee(version=3)
    assert refusal.value.type == "superseded"
    assert not (await desk.api.dump())["payment_intents"]


@pytest.mark.parametrize("answer_lost", [False, True])
async def test_a_booking_that_fails_gives_the_fee_back_and_its_books_are_empty(
    desk: MoneyDesk, answer_lost: bool
) -> None:
    if answer_lost:
        await desk.api.fail_next(FaultKind.CUT, path="/v1/payment_intents")
        with pytest.raises(ApplicationError):
            await desk.take_fee()
    else:
        await desk.take_fee()
    voided = await desk.void()
    assert voided == await desk.void()
    assert voided is not None
    assert (voided.captured.minor, voided.refunded.minor) == (0, FEE)
    assert (await desk.ledger(), (await desk.check()).agrees) == ({}, True)


async def test_who_pays_while_the_booking_is_given_up_gets_it_back(desk: MoneyDesk) -> None:
    asked = await desk.take_fee(card=None)
    assert asked.payment_intent_id
    await desk.api.pay(asked.payment_intent_id)
    receipt = await desk.settle(State.EXPIRED, terms=with_fee(), arrived_at=None)
    assert (receipt.payments.captured.minor, receipt.payments.refunded.minor) == (0, FEE)
    await desk.take_fee(card=None)
    assert (await desk.ledger(), (await desk.check()).agrees) == ({}, True)


IN_TIME, LATER = SLOT.start - timedelta(hours=25), SLOT.end + timedelta(hours=1)
NEXT = Slot(SLOT.start, SLOT.end - timedelta(minutes=15))
"""A cheaper place: what was taken stays taken."""
CHANGE = LateChange(at=SLOT.start - timedelta(hours=2), gave_up=SLOT, place=None, fee=euros(200))
MOVED = {"slot": NEXT, "late_changes": [CHANGE], "departed_at": NEXT.end}
OUTCOMES: list[tuple[str, State, dict[str, Any], int, int]] = [
    ("charged 20 kWh", State.SETTLING, {}, 20_000, 1547),
    ("charged 2 kWh", State.SETTLING, {}, 2_000, 476),
    ("came and did not charge", State.SETTLING, {}, 0, FEE),
    ("no-show", State.NO_SHOW, {"no_show_at": SLOT.end, "arrived_at": None}, 0, 500),
    ("cancelled late", State.CANCELLED, {"cancelled_at": SLOT.start - timedelta(hours=1)}, 0, 200),
    ("cancelled in time", State.CANCELLED, {"cancelled_at": IN_TIME}, 0, 0),
    ("extended, and dearer", State.SETTLING, {"slot": Slot(SLOT.start, LATER)}, 40_000, 2737),
    ("moved late to another slot", State.SETTLING, MOVED, 2_000, 676),
    ("operator", State.CANCELLED, {"cancelled_at": SLOT.start, "ended_by": Cause.OPERATOR}, 0, 0),
    ("moved for a fault", State.SETTLING, {"rerouted_for": [Cause.CHARGER_FAULT]}, 20_000, 1190),
    ("not served", State.UNFULFILLED, {"ended_by": Cause.CHARGER_FAULT}, 0, 0),
    ("never confirmed", State.CANCELLED, {"cancelled_at": SLOT.start, "never_confirmed": True}, 0, 0),
    ("never paid in time", State.EXPIRED, {}, 0, 0),
]


@pytest.mark.parametrize(("state", "facts", "wh", "charge"), [one[1:] for one in OUTCOMES], ids=lambda _: "")
async def test_whatever_comes_of_it_the_fee_counts_as_paid_and_the_rest_is_given_back(
    desk: MoneyDesk, state: State, facts: dict[str, Any], wh: int, charge: int
) -> None:
    assert agreed_amount(with_fee(), SLOT) == euros(FEE)
    await desk.take_fee()
    if wh:
        await desk.charged(wh)
    receipt = await desk.settle(state, terms=with_fee(), **facts)
    assert (receipt.bill.charge.minor, receipt.payments.captured.minor) == (charge, charge)
    assert receipt.payments.refunded.minor == max(0, FEE - charge)
    assert receipt.payments.released.minor == 0
    check = await desk.check()
    assert (check.agrees, check.stripe.minor) == (True, charge)


async def test_the_comparison_with_the_provider_knows_a_fee_before_and_after_it_is_settled(
    desk: MoneyDesk,
) -> None:
    nobody = Forgotten()
    compare = ProviderReconciliation(desk.sessions, desk.stripe, nobody, nobody).reconcile_money
    await desk.take_fee()
    before = await compare(MoneyReconciliation(days=3, quiet_seconds=0))
    await desk.settle(State.CANCELLED, terms=with_fee(), cancelled_at=SLOT.start - timedelta(hours=1))
    after = await compare(MoneyReconciliation(days=3, quiet_seconds=0))
    kinds = {one.kind for one in (*before.findings, *after.findings)}
    assert kinds <= {MoneyDifference.LOST_EVENT}  # there is no webhook here


async def test_of_a_workflow_that_was_terminated_the_fee_is_given_back(desk: MoneyDesk) -> None:
    await desk.take_fee()
    freeing = Freeing(desk.sessions, desk.stripe, Forgotten())
    assert await freeing.money(CODE, "TERMINATED", NOW) == (Freed.RELEASED, None)
    assert (await desk.ledger(), (await desk.check()).stripe.minor) == ({}, 0)


async def test_what_was_given_back_of_it_in_the_dashboard_is_not_taken_again(desk: MoneyDesk) -> None:
    asked = await desk.take_fee()
    assert asked.payment_intent_id
    await desk.api.refund_by_hand(asked.payment_intent_id, FEE)
    assert await DashboardRefunds(desk.sessions, desk.stripe).look(CODE, NOW) == BOOKED
    receipt = await desk.settle(terms=with_fee())
    assert (receipt.bill.charge.minor, receipt.payments.captured.minor) == (0, 0)
    assert (await desk.check()).agrees


@pytest.mark.parametrize("fault", [FaultKind.CUT, FaultKind.STATUS_AFTER, FaultKind.STORED_AFTER])
async def test_it_is_given_back_once_whatever_is_lost(desk: MoneyDesk, fault: FaultKind) -> None:
    await desk.take_fee()
    await desk.api.fail_next(fault, path="/v1/refunds")
    for _ in range(2):
        with suppress(ApplicationError):
            await desk.settle(State.CANCELLED, terms=with_fee(), cancelled_at=IN_TIME)
    receipt = await desk.settle(State.CANCELLED, terms=with_fee(), cancelled_at=IN_TIME)
    assert receipt.payments.refunded.minor == FEE
    assert await desk.totals() == {"captured": FEE, "refunded": FEE, "authorized": 0}
    assert (await desk.ledger(), (await desk.check()).agrees) == ({}, True)
