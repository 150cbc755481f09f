"""Forgotten cancellations are repeated, and nobody else's reservation is touched."""

from domain.charging.commands import CommandOutcome as Outcome
from simulator.charge_point import Misbehaviour
from tests.ocpp_gateway.conftest import BOB, MakeCharger
from tests.ocpp_gateway.duties.device_holds.conftest import (
    SETTLE_S,
    Push,
    Watch,
    all_versions,
    cancels,
    release,
    show,
)
from tests.ocpp_gateway.records import OTHER_CODE, Records


@all_versions
async def test_a_cancellation_that_was_lost_is_repeated(
    version: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(version=version)
    hold_id = await records.hold("alice")
    await push(hold_id)
    await records.until_shown("reserved")
    await release(records, hold_id)
    await watch.look()
    assert cancels(charger) == 0  # ours may still be on its way
    await watch.look(SETTLE_S)
    await records.until_shown("available")
    assert charger.connector(1).hold is None
    await watch.settle()
    assert cancels(charger) == 1


async def test_a_hold_that_expired_silently_is_asked_about_once(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(misbehaviour=Misbehaviour(report_expiry=False))
    hold_id = await records.hold("alice")
    await push(hold_id, lasts_s=0.5)
    await records.until_shown("reserved")
    await charger.wait_for(lambda c: c.connector(1).hold is None)
    await release(records, hold_id)
    for _ in range(4):
        await watch.look(SETTLE_S)
    assert cancels(charger) == 1  # Rejected: it has no such hold


async def test_a_charger_that_does_not_answer_is_asked_three_times(
    records: Records, make_charger: MakeCharger, watch: Watch
) -> None:
    charger = await make_charger(misbehaviour=Misbehaviour(unsupported=frozenset({"CancelReservation"})))
    await release(records, await records.hold("alice"))
    await show(charger, records, "Reserved")
    for _ in range(6):
        await watch.look(SETTLE_S)
    assert cancels(charger) == 3


async def test_somebody_elses_reservation_on_the_device_is_none_of_ours(
    records: Records, make_charger: MakeCharger, watch: Watch
) -> None:
    charger = await make_charger()
    await show(charger, records, "Reserved")
    await watch.settle()
    assert cancels(charger) == 0


async def test_an_old_hold_that_keeps_the_new_one_out_is_cancelled(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger()
    old = await records.hold("alice")
    await push(old)
    await records.until_shown("reserved")
    await release(records, old)
    new = await records.hold("bob", code=OTHER_CODE)
    assert await push(new, tag=BOB) is Outcome.OCCUPIED
    await watch.settle()
    await records.until_shown("available")
    assert cancels(charger) == 1
    assert "connector_status" in await records.kinds(OTHER_CODE)  # upon which the workflow pushes again
    assert await push(new, tag=BOB) is Outcome.ACCEPTED


async def test_our_own_hold_is_never_cancelled(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger()
    await release(records, await records.hold("alice", code=OTHER_CODE))
    await push(await records.hold("alice"))
    await records.until_shown("reserved")
    await watch.settle()
    watch.restart()
    await watch.settle()
    assert cancels(charger) == 0
