"""What is held for a booking by the site's payment model, and what becomes of it."""

from datetime import timedelta

import pytest

from domain.money.amount import Money
from domain.money.lines import LineKind
from domain.terms.payer import Payer, PayerKind
from domain.terms.payments import PaymentModel, PaymentRules
from tests.workflows.world import World

EXPECTED = {
    "deposit": Money(0, "EUR"),
    "reservation_fee": Money(0, "EUR"),
    "payments": PaymentRules(model=PaymentModel.PREAUTHORISATION, expected_power_w=22_000),
}


async def test_an_expected_session_is_held_and_what_is_not_charged_is_let_go(world: World) -> None:
    """An hour at 22 kW: 11.00, and 19 % on top."""
    visit = await world.book(starts_in=timedelta(minutes=5), policy=EXPECTED)
    view = visit.decision.view
    assert (view.state, view.deposit, view.payment_status) == ("CONFIRMED", Money(1309, "EUR"), "authorised")
    await visit.until("LOCKED")
    await visit.charging()
    view = await visit.leaves()
    assert 0 < visit.charge(view) < 1309
    assert visit.receipt(view).payments.released.minor == 1309 - visit.charge(view)
    await visit.replay()


async def test_no_more_is_held_than_the_policy_allows(world: World) -> None:
    capped = EXPECTED | {
        "payments": PaymentRules(model=PaymentModel.PREAUTHORISATION, most_authorised=Money(500, "EUR"))
    }
    visit = await world.book(policy=capped)
    assert visit.decision.view.deposit == Money(500, "EUR")


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=10)])
async def test_who_is_trusted_has_nothing_held_nor_saved_and_pays_by_card_at_the_end(
    world: World, ahead: timedelta
) -> None:
    visit = await world.book(starts_in=ahead, payer=Payer(kind=PayerKind.TRUSTED))
    view = visit.decision.view
    assert (view.state, view.deposit, view.payment_status) == ("CONFIRMED", Money(0, "EUR"), "")
    assert view.terms is not None
    assert view.terms.payer.kind is PayerKind.TRUSTED
    await visit.advance(ahead - timedelta(minutes=5))
    await visit.until("LOCKED")
    await visit.charging()
    await visit.leaves()
    assert world.bank.held(visit.code) == []
    (asked,) = [ask for ask in world.bank.settled if ask.code == visit.code]
    assert (asked.terms.payer.kind, asked.customer) == (PayerKind.TRUSTED, "cus_1")
    await visit.replay()


async def test_a_member_has_nothing_held_and_pays_no_fee_for_the_reservation(world: World) -> None:
    visit = await world.book(starts_in=timedelta(minutes=5), payer=Payer(kind=PayerKind.MEMBER))
    assert (visit.decision.view.state, visit.decision.view.deposit) == ("CONFIRMED", Money(0, "EUR"))
    await visit.until("LOCKED")
    await visit.charging()
    view = await visit.leaves()
    assert {line.kind for line in visit.receipt(view).bill.lines} == {LineKind.ENERGY, LineKind.TAX}
    await visit.replay()


async def test_a_driver_of_an_account_books_without_a_card_and_the_account_owes_it(world: World) -> None:
    payer = Payer(kind=PayerKind.INVOICE, account="fleet-1")
    visit = await world.book(starts_in=timedelta(minutes=5), payer=payer, payment_method=None)
    view = visit.decision.view
    assert (view.state, view.deposit, view.payment_status) == ("CONFIRMED", Money(0, "EUR"), "")
    await visit.until("LOCKED")
    await visit.charging()
    receipt = visit.receipt(await visit.leaves())
    assert (receipt.account, receipt.invoiced, receipt.payments.captured.minor) == (
        "fleet-1",
        receipt.bill.charge,
        0,
    )
    assert "invoiced" in visit.told
    assert "receipt" not in visit.told
    assert world.bank.held(visit.code) == []
    await visit.replay()
