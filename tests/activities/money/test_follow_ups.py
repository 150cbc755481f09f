"""What chargers tell after the settlement is settled too: less at once, more as far as it was accepted, no new fee."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs
from temporalio.exceptions import ApplicationError

from activities.money.follow_ups import FollowUpActivities
from db.tables import AuditEntry, ChargingSession, Debt, FollowUp, Notification, ReservationRow, Settlement
from domain.money.amount import Money
from domain.money.lines import Limit, LineKind
from domain.reservation.lifecycle import State
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import CODE, NOW, SLOT, VISA, MoneyDesk, money_desk
from tests.factories import make_policy, make_terms

GONE: dict[str, Any] = {"no_show_at": SLOT.end, "arrived_at": None}
NO_DEPOSIT = make_terms(policy=make_policy(deposit=Money(0, "EUR")))


class Desk(MoneyDesk):
    """With follow-ups, and a reservation that is closed."""

    async def close(self) -> None:
        async with self.sessions.begin() as session:
            session.add(
                ReservationRow(
                    code=CODE, revision=1, driver_id="driver-1", account="driver-1", fleet_id=None, site_id="north",
                    state="completed", slot_start=SLOT.start, slot_end=SLOT.end, connector_id=self.connector,
                    snapshot={}, updated_at=NOW, closed_at=datetime.now(UTC),
                )
            )  # fmt: skip

    async def corrected(self, wh: int) -> None:
        """The charger tells of the one session that it took `wh`."""
        async with self.sessions.begin() as session:
            await session.execute(update(ChargingSession).values(meter_last_wh=1_000 + wh))

    async def follow_up(self, closed_within: int = 0) -> list[str]:
        report = await FollowUpActivities(self.sessions, self.stripe).settle_follow_ups(closed_within)
        assert report.failed == []
        return report.settled

    async def all(self, table: Any, order: Any) -> list[Any]:
        async with self.sessions() as session:
            return list(await session.scalars(select(table).order_by(order)))

    async def paid(self) -> int:
        totals = await self.totals()
        return totals["captured"] - totals["refunded"]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with money_desk(database_url) as desk:
        yield Desk(desk.sessions, desk.api, desk.stripe, desk.connector)


async def test_less_is_given_back_at_once_and_told(desk: Desk) -> None:
    await desk.authorise()
    await desk.charged(10_000)
    await desk.settle()
    await desk.close()
    await desk.corrected(6_000)
    assert await desk.follow_up() == [CODE]
    assert await desk.paid() == 357  # 6 kWh at 0.50, 19 % tax
    (notice,) = await desk.all(Notification, Notification.at)
    assert notice.template == "bill_lowered"
    assert notice.parameters == {
        "charged": {"minor": 357, "currency": "EUR"},
        "given_back": {"minor": 238, "currency": "EUR"},
    }
    (entry,) = await desk.all(AuditEntry, AuditEntry.at)
    assert (entry.code, entry.actor, entry.subject) == ("follow_up_settled", "system", CODE)
    assert (await desk.check()).agrees
    assert await desk.all(FollowUp, FollowUp.noticed_at) == []


async def test_more_is_taken_within_the_deposit(desk: Desk) -> None:
    await desk.authorise()
    await desk.charged(4_000)
    await desk.settle()
    await desk.close()
    await desk.corrected(10_000)
    assert await desk.follow_up() == [CODE]
    assert await desk.paid() == 595
    (notice,) = await desk.all(Notification, Notification.at)
    assert (notice.template, notice.parameters["more"]["minor"]) == ("bill_raised", 238)
    assert (await desk.check()).agrees


async def test_more_by_less_than_a_card_takes_waits_until_it_is_enough(desk: Desk) -> None:
    await desk.authorise()
    await desk.charged(6_000)
    await desk.settle(payment_method=VISA)
    await desk.close()
    await desk.corrected(6_500)
    await desk.follow_up()
    assert await desk.paid() == 357
    assert await desk.all(Notification, Notification.at) == []
    assert await desk.all(Debt, Debt.id) == []
    await desk.corrected(7_000)
    await desk.follow_up()
    assert await desk.paid() == 417
    assert (await desk.check()).agrees


async def test_more_than_was_accepted_is_not_taken_and_operators_are_told(desk: Desk) -> None:
    await desk.authorise()
    await desk.charged(4_000)
    await desk.settle()
    await desk.close()
    await desk.corrected(40_000)
    await desk.follow_up()
    assert 990 <= await desk.paid() <= 1_000
    (_, last) = await desk.all(Settlement, Settlement.id)
    assert (last.step, last.energy_wh) == ("follow-up-1", 40_000)
    receipt = await desk.settle(step="follow-up-1")
    (energy,) = (line for line in receipt.bill.lines if line.kind is LineKind.ENERGY)
    assert energy.limited_by is Limit.ACCEPTED
    (entry,) = await desk.all(AuditEntry, AuditEntry.at)
    assert entry.detail["energy_wh"] == 40_000
    assert await desk.follow_up() == []


async def test_a_no_show_who_charged_pays_the_energy_and_no_fee(desk: Desk) -> None:
    await desk.authorise()
    await desk.settle(State.NO_SHOW, **GONE)
    assert await desk.paid() == 500
    await desk.close()
    await desk.charged(6_000)
    assert await desk.follow_up() == [CODE]
    assert await desk.paid() == 357
    receipt = await desk.settle(State.NO_SHOW, step="follow-up-1")
    assert {line.kind for line in receipt.bill.lines} == {LineKind.ENERGY, LineKind.TAX}
    assert (await desk.check()).agrees


async def test_a_no_show_whose_session_is_only_known_by_its_end_gets_the_fee_back(desk: Desk) -> None:
    """K1.11: a stop without a start, placed after the settlement."""
    await desk.authorise()
    await desk.settle(State.NO_SHOW, **GONE)
    await desk.close()
    await desk.charged(0)
    assert await desk.follow_up() == [CODE]
    assert await desk.paid() == 0
    assert (await desk.check()).agrees


async def test_a_session_that_is_given_to_the_reservation_later_is_noticed(desk: Desk) -> None:
    await desk.authorise()
    await desk.charged(6_000, code=None)
    await desk.settle()
    await desk.close()
    async with desk.sessions.begin() as session:
        await session.execute(update(ChargingSession).values(reservation_code=CODE))
    assert await desk.follow_up() == [CODE]
    async with desk.sessions.begin() as session:
        await session.execute(update(ChargingSession).values(reservation_code=None))
    assert await desk.follow_up() == [CODE]
    assert (await desk.all(Settlement, Settlement.id))[-1].energy_wh == 0


async def test_without_a_deposit_nothing_more_is_taken(desk: Desk) -> None:
    await desk.charged(10_000)
    await desk.settle(terms=NO_DEPOSIT, payment_method="pm_card_visa")
    await desk.close()
    await desk.corrected(20_000)
    assert await desk.follow_up() == [CODE]
    assert await desk.paid() == 595


async def test_what_does_not_change_the_bill_begins_nothing(desk: Desk) -> None:
    await desk.authorise()
    await desk.charged(10_000)
    await desk.settle()
    await desk.close()
    async with desk.sessions.begin() as session:
        await session.execute(update(ChargingSession).values(stop_reason="Remote"))
        await session.execute(update(ChargingSession).values(meter_last_wh=5))
        await session.execute(update(ChargingSession).values(meter_last_wh=11_000))
    assert await desk.follow_up() == []
    assert len(await desk.all(Settlement, Settlement.id)) == 1
    assert await desk.all(FollowUp, FollowUp.noticed_at) == []


async def test_an_open_reservation_waits_for_its_own_workflow(desk: Desk) -> None:
    await desk.authorise()
    await desk.charged(10_000)
    await desk.settle()
    await desk.corrected(6_000)
    assert await desk.follow_up() == []
    await desk.close()
    assert await desk.follow_up() == [CODE]


async def test_the_last_net_finds_what_nobody_noticed(desk: Desk) -> None:
    """A session that was committed while the settlement was being decided."""
    await desk.authorise()
    await desk.settle(State.CANCELLED, cancelled_at=SLOT.start - timedelta(days=3))
    await desk.close()
    await desk.charged(6_000)
    async with desk.sessions.begin() as session:
        for row in await session.scalars(select(FollowUp)):
            await session.delete(row)
    assert await desk.follow_up() == []
    assert await desk.follow_up(closed_within=600) == [CODE]
    assert await desk.paid() == 357


async def test_what_the_last_net_could_not_finish_is_tried_again_when_it_closed_long_ago(desk: Desk) -> None:
    await desk.authorise()
    await desk.settle(State.CANCELLED, cancelled_at=SLOT.start - timedelta(days=3))
    await desk.close()
    await desk.charged(6_000)
    async with desk.sessions.begin() as session:
        for row in await session.scalars(select(FollowUp)):
            await session.delete(row)
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/*", method="*", times=99)
    activities = FollowUpActivities(desk.sessions, desk.stripe)
    assert (await activities.settle_follow_ups(600)).failed == [CODE]
    await desk.api.clear_faults()
    assert await desk.follow_up() == [CODE]
    assert await desk.paid() == 357


async def test_what_is_noticed_while_a_bill_is_collected_is_settled_after_it(desk: Desk) -> None:
    await desk.authorise()
    await desk.charged(10_000)
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/*", method="*", times=99)
    with pytest.raises(ApplicationError):
        await desk.settle()
    await desk.api.clear_faults()
    await desk.close()
    await desk.corrected(6_000)
    assert await desk.follow_up() == []
    await desk.settle()
    assert await desk.follow_up() == [CODE]
    assert await desk.paid() == 357


@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.STATUS, FaultKind.STATUS_AFTER])
async def test_interrupted_it_is_settled_and_told_once_by_the_next_run(desk: Desk, kind: FaultKind) -> None:
    await desk.authorise()
    await desk.charged(10_000)
    await desk.settle()
    await desk.close()
    await desk.corrected(6_000)
    await desk.api.fail_next(kind, path="/v1/refunds")
    activities = FollowUpActivities(desk.sessions, desk.stripe)
    with capture_logs() as logs:
        assert (await activities.settle_follow_ups(0)).failed == [CODE]
    assert [one["event"] for one in logs] == ["follow_up_put_off"]  # no bug: the provider was away
    assert await desk.follow_up() == [CODE]
    assert await desk.follow_up(closed_within=600) == []
    assert await desk.paid() == 357
    assert len(await desk.all(Notification, Notification.at)) == 1
    assert (await desk.check()).agrees


async def test_two_runs_at_once_settle_once(desk: Desk) -> None:
    await desk.authorise()
    await desk.charged(10_000)
    await desk.settle()
    await desk.close()
    await desk.corrected(6_000)
    settled = await asyncio.gather(desk.follow_up(), desk.follow_up())
    assert sorted(settled) == [[], [CODE]]
    assert [row.step for row in await desk.all(Settlement, Settlement.id)] == ["settle", "follow-up-1"]
    assert await desk.paid() == 357


async def test_each_further_correction_is_a_follow_up_of_its_own(desk: Desk) -> None:
    await desk.authorise()
    await desk.charged(10_000)
    await desk.settle()
    await desk.close()
    for wh, paid in ((6_000, 357), (8_000, 476), (2_000, 357)):
        await desk.corrected(wh)
        await desk.follow_up()
        assert await desk.paid() == paid
    assert (await desk.all(Settlement, Settlement.id))[-1].step == "follow-up-3"
    assert (await desk.check()).agrees
