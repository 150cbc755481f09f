"""What a connector shows teaches what its charger does about holds."""

import pytest

from domain.charging.commands import CommandOutcome as Outcome
from simulator.charge_point import Misbehaviour
from tests.ocpp_gateway.conftest import BOB, MakeCharger
from tests.ocpp_gateway.duties.device_holds.conftest import (
    SETTLE_S,
    Push,
    Watch,
    all_versions,
    cancels,
    known,
    missing,
    show,
)
from tests.ocpp_gateway.records import Records


@all_versions
@pytest.mark.parametrize("order", ["before_reply", "after_reply"])
async def test_a_charger_that_shows_reserved_is_known_to(
    order: str, version: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    await make_charger(version=version, misbehaviour=Misbehaviour(reserved_status=order))  # type: ignore[arg-type]  # the two of its words
    assert await push(await records.hold("alice")) is Outcome.ACCEPTED
    await records.until_shown("reserved")
    await watch.settle()
    record = await known(records)
    assert record.reports_reserved is True
    assert {"reserve_now", "reports_reserved"} <= record.learned
    assert await missing(records) == 0


@all_versions
async def test_a_charger_that_never_shows_reserved_is_known_to_and_not_pestered(
    version: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(version=version, misbehaviour=Misbehaviour(reserved_status="never"))
    await push(await records.hold("alice"))
    await watch.look()
    assert (await known(records)).reports_reserved is None
    for _ in range(4):
        await watch.look(SETTLE_S)
    assert (await known(records)).reports_reserved is False
    assert (await missing(records), cancels(charger)) == (0, 0)


async def test_one_that_shows_it_after_all_is_known_better(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(misbehaviour=Misbehaviour(reserved_status="never"))
    await push(await records.hold("alice"))
    await watch.settle()
    await show(charger, records, "Reserved")
    await watch.look()
    assert (await known(records)).reports_reserved is True


async def test_a_charger_without_reservations_is_left_alone(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(misbehaviour=Misbehaviour(unsupported=frozenset({"ReserveNow"})))
    assert await push(await records.hold("alice")) is Outcome.NOT_SUPPORTED
    for _ in range(3):
        await watch.look(SETTLE_S)
    assert (await known(records)).reports_reserved is None
    assert (await missing(records), cancels(charger)) == (0, 0)


async def test_a_charger_that_starts_for_a_stranger_is_known_to_ignore_holds(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(misbehaviour=Misbehaviour(ignore_token=True, stop_when_refused=False))
    await push(await records.hold("alice"))
    await charger.plug_in(1)
    await charger.swipe(1, BOB)
    await watch.look()
    record = await known(records)
    assert (record.honours_holds, "honours_holds" in record.learned) == (False, True)
