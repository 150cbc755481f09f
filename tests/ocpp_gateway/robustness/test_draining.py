"""SIGTERM: nobody new, what is under way is answered, 1012, leases back; a busy fleet does not hold it up."""

import asyncio
import os
import signal
from pathlib import Path

from sqlalchemy import text

from tests.ocpp_gateway.conftest import ALICE, CHARGER
from tests.ocpp_gateway.records import Records
from tests.ocpp_gateway.robustness.fleet import Fleet, audit
from tests.ocpp_gateway.robustness.gateway_process import GatewayProcess, gateway_process
from tests.ocpp_gateway.robustness.raw_charger import RawCharger, Refused, call, heartbeat


async def is_closed(gateway: GatewayProcess) -> bool:
    try:
        visitor = await RawCharger.connect(gateway.url, "NORTH-2")
    except Refused as refusal:
        return refusal.status == 503
    except OSError:
        return True
    await visitor.leave()
    return False


def terminate(gateway: GatewayProcess) -> None:
    os.kill(gateway.process.pid, signal.SIGTERM)


async def test_what_is_under_way_is_answered_before_the_farewell(
    records: Records, database_url: str, tmp_path: Path
) -> None:
    await records.hold("alice")
    async with gateway_process(database_url, tmp_path) as gateway:
        charger = await RawCharger.connect(gateway.url, CHARGER)
        await charger.ask(heartbeat("up"))
        async with records.engine.begin() as database:
            await database.execute(text("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE"))
            now = "2026-01-01T00:00:00Z"
            begun = {"connectorId": 1, "idTag": ALICE, "meterStart": 0, "timestamp": now}
            charger.say(call("start", "StartTransaction", begun))
            status = {"connectorId": 1, "status": "Charging", "errorCode": "NoError"}
            charger.say(call("status", "StatusNotification", status))
            await charger.heard()
            terminate(gateway)
            await records.eventually(lambda: is_closed(gateway))
            assert charger.order == ["up"]
        assert (await charger.reply("start"))[2]["idTagInfo"]["status"] == "Accepted"
        assert await charger.reply("status") == [3, "status", {}]
        assert await charger.close_code() == 1012
        async with asyncio.timeout(30):
            assert await gateway.process.exited() == 0
        await charger.leave()
    assert len(await records.sessions()) == 1
    assert await records.status() == "charging"
    assert (await records.charger()).gateway_instance is None
    assert (await records.kinds())[-1] == "charger_offline"


async def test_a_fleet_that_never_rests_does_not_keep_it_from_ending(
    records: Records, database_url: str, tmp_path: Path
) -> None:
    await records.install_chargers(10, like=CHARGER)
    async with gateway_process(database_url, tmp_path) as gateway:
        fleet = Fleet(10, lambda: gateway.url, seed=5)
        fleet.begin()
        try:
            await fleet.answers(60)
            terminate(gateway)
            await fleet.all_out()
            async with asyncio.timeout(30):
                assert await gateway.process.exited() == 0
            assert not any([(await records.charger(c.identity)).gateway_instance for c in fleet.chargers])
            await gateway.start()
            await fleet.finish()
        finally:
            await fleet.give_up()
    await audit(records, fleet.ledger, finished=True)
    assert "drained_without_database" not in gateway.process.log_tail()
