"""What was charged at a bay that was kept for another, and whose end nobody told: its driver's own reservation's."""

from datetime import UTC, datetime

from ocpp_gateway.duties.session_ends import infer_end
from ocpp_gateway.storage import sessions
from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.duties.messages import moment, start
from tests.ocpp_gateway.records import CODE, OTHER_CODE, Records


async def charged_at_bobs(records: Records, charger: VirtualChargePoint) -> str:
    """The transaction's number."""
    await records.hold("alice", number=2)
    await records.hold("bob", number=1, code=OTHER_CODE)
    number = (await charger.call("StartTransaction", start(ALICE)))["transactionId"]
    sampled = {"timestamp": moment(), "sampledValue": [{"value": "4000"}]}
    await charger.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [sampled]})
    return str(number)


async def test_an_inferred_end_prices_it(records: Records, make_charger: MakeCharger) -> None:
    number = await charged_at_bobs(records, await make_charger())
    async with records.engine.begin() as connection:
        session = await sessions.find(connection, CHARGER, number)
        assert session is not None
        await infer_end(connection, CHARGER, session, datetime.now(UTC))
    (ended,) = await records.sessions()
    assert (ended.ended_at is not None, ended.reservation_code) == (True, CODE)


async def test_so_does_the_next_start_there(records: Records, make_charger: MakeCharger) -> None:
    charger = await make_charger()
    await charged_at_bobs(records, charger)
    await charger.call("StartTransaction", start(BOB, meterStart=5000))
    first, second = await records.sessions()
    assert (first.reservation_code, second.reservation_code) == (CODE, OTHER_CODE)
