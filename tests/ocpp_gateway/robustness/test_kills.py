"""kill -9 of the gateway under load, at points that a seed picks: what was answered is there, the rest comes again."""

import random
from pathlib import Path

from tests.ocpp_gateway.conftest import CHARGER
from tests.ocpp_gateway.records import Records
from tests.ocpp_gateway.robustness.fleet import Fleet, audit
from tests.ocpp_gateway.robustness.gateway_process import gateway_process

CHARGERS = 20
ROUNDS = 3
SEED = 3


async def test_a_killed_gateway_has_lost_nothing_it_answered(
    records: Records, database_url: str, tmp_path: Path
) -> None:
    await records.install_chargers(CHARGERS, like=CHARGER)
    chance = random.Random(SEED)
    async with gateway_process(database_url, tmp_path) as gateway:
        fleet = Fleet(CHARGERS, lambda: gateway.url, seed=SEED)
        fleet.begin()
        try:
            for _ in range(ROUNDS):
                await fleet.answers(chance.randrange(20, 200))
                await gateway.kill()
                await fleet.all_out()
                await audit(records, fleet.ledger, finished=False)
                await gateway.start()
            await fleet.answers(100)
            await fleet.finish()
        finally:
            await fleet.give_up()
    await audit(records, fleet.ledger, finished=True)
    assert fleet.ledger.errors == []
    assert all(count > ROUNDS for count in fleet.ledger.connections.values())
