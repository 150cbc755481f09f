"""Refunds of ours that fail later: owed to the driver at once, tried once more where it may help, else for people."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from activities.money.dashboard_refunds import DashboardRefunds
from activities.money.refund_decisions import RefundStillOwed
from db.tables import AuditEntry, LedgerTransaction, Settlement
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import CODE, money_desk
from tests.activities.money.provider_says import ProviderSays
from tests.activities.money.test_refunds import OLGA, Desk


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with money_desk(database_url) as desk:
        yield Desk(desk.sessions, desk.api, desk.stripe, desk.connector)


async def refunds(desk: Desk) -> list[str]:
    """Ids, oldest first."""
    return [one["id"] for one in (await desk.api.dump())["refunds"]]


async def heard(desk: Desk) -> list[str]:
    """What the provider tells arrives; the problems that people are told of."""
    with capture_logs() as said:
        await DashboardRefunds(desk.sessions, desk.stripe).look(CODE, datetime.now(UTC))
    return [str(entry["why"]) for entry in said if entry["event"] == "refund_failed"]


async def given_back(desk: Desk) -> str:
    """2.00 of 5.95; the id of the refund."""
    await desk.settled()
    await desk.give_back(200)
    await desk.follow_up()
    (refund,) = await refunds(desk)
    return refund


async def test_what_may_pass_is_tried_once_more_by_a_step_of_its_own(desk: Desk) -> None:
    refund = await given_back(desk)
    await desk.api.fail_refund(refund, "declined")
    assert await heard(desk) == ["declined"]
    assert await heard(desk) == []
    ledger = await desk.ledger()
    assert (ledger["stripe_clearing"], ledger["driver_receivable"]) == (595, -200)
    await desk.agree()
    assert await desk.follow_up() == [CODE]
    assert (await desk.paid(), await desk.steps()) == (395, ["settle", "refund-1", "refund-again-1"])
    assert "driver_receivable" not in await desk.ledger()
    assert len(await refunds(desk)) == 2
    await desk.agree()
    assert await desk.follow_up() == []
    codes = [row.code for row in await desk.all(AuditEntry, AuditEntry.id)]
    assert codes == ["refund_decided", "refund_settled", "refund_failed", "refund_tried_again"]


async def test_what_fails_again_is_left_to_people_and_stays_owed(desk: Desk) -> None:
    await desk.api.fail_refund(await given_back(desk), "insufficient_funds")
    await heard(desk)
    await desk.follow_up()
    await desk.api.fail_refund((await refunds(desk))[-1], "insufficient_funds")
    assert await heard(desk) == ["insufficient_funds"]
    assert await desk.follow_up() == []
    assert len(await refunds(desk)) == 2
    ledger = await desk.ledger()
    assert (ledger["stripe_clearing"], ledger["driver_receivable"]) == (595, -200)
    await desk.agree()


@pytest.mark.parametrize("reason", ["lost_or_stolen_card", "expired_or_canceled_card", "merchant_request"])
async def test_what_fails_for_good_is_owed_and_never_tried_again(desk: Desk, reason: str) -> None:
    await desk.api.fail_refund(await given_back(desk), reason)
    assert await heard(desk) == [reason]
    assert await desk.follow_up() == []
    assert (await desk.steps(), len(await refunds(desk))) == (["settle", "refund-1"], 1)
    assert (await desk.ledger())["driver_receivable"] == -200
    posted = [row.step for row in await desk.all(LedgerTransaction, LedgerTransaction.id)]
    assert posted[-1].startswith("refund-failed-")
    await desk.agree()


async def failed_for_good(desk: Desk) -> None:
    """2.00 of 5.95 are owed, and left to people."""
    await desk.api.fail_refund(await given_back(desk), "lost_or_stolen_card")
    await heard(desk)
    await desk.follow_up()


@pytest.mark.parametrize(("minor", "bill"), [(100, 395), (200, 395), (350, 245)])
async def test_a_refund_of_the_dashboard_pays_first_what_is_owed(desk: Desk, minor: int, bill: int) -> None:
    await failed_for_good(desk)
    await desk.in_dashboard(minor)
    await desk.told()
    await desk.follow_up()
    assert await desk.paid() == (await desk.all(Settlement, Settlement.id))[-1].charge_minor == bill
    assert "driver_receivable" not in await desk.ledger()
    await desk.agree()
    (*_, shown) = (one.refund for one in await desk.refunds.page(OLGA, CODE) if one.refund)
    assert (shown.amount_minor, shown.owed_minor) == (395 - bill, min(minor, 200))
    await desk.give_back(bill, key="the rest")
    await desk.follow_up()
    assert await desk.paid() == 0
    await desk.agree()


async def test_heard_of_together_it_pays_what_is_owed_and_is_owed_itself_when_it_fails(desk: Desk) -> None:
    await desk.api.fail_refund(await given_back(desk), "lost_or_stolen_card")
    await desk.in_dashboard(300)
    assert await heard(desk) == ["lost_or_stolen_card"]
    await desk.follow_up()
    assert await desk.paid() == 295
    (by_hand,) = [one["id"] for one in (await desk.api.dump())["refunds"] if one["amount"] == 300]
    await desk.api.fail_refund(by_hand, "lost_or_stolen_card")
    await desk.in_dashboard(200)
    await desk.told()
    await desk.follow_up()
    assert await desk.paid() == (await desk.all(Settlement, Settlement.id))[-1].charge_minor == 395
    await desk.agree()


async def test_nothing_more_is_given_back_by_us_until_what_is_owed_is_paid(desk: Desk) -> None:
    await failed_for_good(desk)
    with pytest.raises(RefundStillOwed):
        await desk.give_back(200, key="again")
    await desk.in_dashboard(200)
    await desk.told()
    await desk.follow_up()
    await desk.give_back(100, key="more")
    await desk.follow_up()
    assert await desk.paid() == 295
    await desk.agree()


async def test_what_somebody_gives_back_while_our_refund_is_under_way_is_given_back_once(desk: Desk) -> None:
    await desk.settled()
    await desk.give_back(200)
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/refunds")
    with pytest.raises(AssertionError):
        await desk.follow_up()
    await desk.in_dashboard(200)
    await desk.follow_up()
    assert await desk.paid() == (await desk.all(Settlement, Settlement.id))[-1].charge_minor == 395
    await desk.agree()
    assert await desk.follow_up() == []


async def test_what_the_provider_tells_of_it_is_heard_once_in_whatever_order(desk: Desk) -> None:
    """Events come twice, and the older one last; one of a payment that is nobody's changes nothing."""
    refund = await given_back(desk)
    await desk.api.fail_refund(refund, "unknown")
    says = ProviderSays(desk)
    told = [one for one in await says.events(of=refund) if one["type"].startswith("refund.")]
    stranger = json.loads(
        json.dumps(told[-1]).replace(told[-1]["data"]["object"]["payment_intent"], "pi_else")
    )
    stranger["id"] = "evt_else"
    await says.take([*reversed(told), *told, stranger])
    assert sorted(await says.deliver()) == ["booked", *["known"] * (len(told) - 1), "unknown"]
    assert (await desk.ledger())["driver_receivable"] == -200
    await desk.follow_up()
    assert await desk.paid() == 395
    await desk.agree()
