"""A whole power cut, with the simulator's charger and the duty in its place."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from activities.holds.activities import HoldActivities
from contracts.holds import LockHold
from db.engine import create_sessions
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import Gateway, running_gateway
from simulator.charge_point import Misbehaviour, VirtualChargePoint
from tests.factories import PASSWORD
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER
from tests.ocpp_gateway.duties.doubts.conftest import all_versions, believed
from tests.ocpp_gateway.records import CODE, Records


@pytest.fixture
async def quick(records: Records, database_url: str) -> AsyncIterator[Gateway]:
    options = GatewayOptions(
        instance="gw-1",
        call_timeout_s=2.0,
        flush_s=0.2,
        hold_watch_s=0.1,
        hold_settle_s=0.3,
        probe_after_s=0.1,
    )
    async with running_gateway(database_url, options=options) as running:
        yield running


@all_versions
@pytest.mark.parametrize("unplugged", [True, False])
async def test_a_power_cut_ends_what_it_ended_and_the_next_driver_is_served(
    unplugged: bool, version: str, quick: Gateway, records: Records
) -> None:
    charger = VirtualChargePoint(
        identity=CHARGER,
        version=version,  # type: ignore[arg-type]  # one of them
        url=quick.url,
        password=PASSWORD,
        connectors=2,
        misbehaviour=Misbehaviour(forget_transactions_on_reboot=True),
    )
    await charger.start()
    try:
        await charger.plug_in(1)
        assert await charger.swipe(1, BOB)
        await charger.charge(1, 500)
        await charger.reboot()
        if unplugged:
            await charger.unplug(1)

        async def over() -> bool:
            return [s.end_inferred for s in await records.sessions()] == [True]

        await records.eventually(over)
        assert await believed(records) == ()
        if not unplugged:
            await charger.unplug(1)
        hold_id = await records.hold("alice", locked=False)
        holds = HoldActivities(create_sessions(records.engine))
        locked = await holds.lock_hold(LockHold(code=CODE, hold_id=hold_id, now=datetime.now(UTC)))
        here = records.connectors[CHARGER, 1]
        assert (locked.contested, locked.held.assignment.connector_id) == (False, here)
        await charger.plug_in(1)
        assert await charger.swipe(1, ALICE)
        _, hers = await records.sessions()
        assert (hers.id_tag, hers.authorised, hers.reservation_code) == (ALICE, True, CODE)
    finally:
        await charger.stop()
