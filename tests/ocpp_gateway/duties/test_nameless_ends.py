"""What ended in nobody's name at a bay that was kept for somebody: a no-show waits, an operator is asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from activities.holds.activities import HoldActivities
from contracts.matching import MatchSessions
from db.engine import create_sessions
from db.tables import UnplacedTransaction
from tests.ocpp_gateway.conftest import ALICE, MakeCharger
from tests.ocpp_gateway.duties.messages import TOKEN, event, moment, of_now, register
from tests.ocpp_gateway.records import CODE, OTHER_CODE, Records

stations = pytest.mark.parametrize("version", ["2.0.1", "2.1"])
MINUTE = timedelta(minutes=1)
TOOK = [
    {"timestamp": moment(3 * MINUTE), "sampledValue": [{"value": 0, "context": "Transaction.Begin"}]},
    {"timestamp": moment(MINUTE), "sampledValue": [{"value": 5000, "context": "Transaction.End"}]},
]
LEFT = {"triggerReason": "EVDeparted", "stoppedReason": "EVDisconnected"}
DRAWS = {"transactionInfo": {"transactionId": "tx-1", "chargingState": "Charging"}}


async def waits(records: Records, hold_id: int, code: str = CODE) -> int | None:
    """For which end, before its driver pays for not having come."""
    ask = MatchSessions(code=code, now=datetime.now(UTC), hold_id=hold_id)
    return (await HoldActivities(create_sessions(records.engine)).match_sessions(ask)).unplaced


async def asked(records: Records) -> list[Any]:
    async with records.engine.connect() as connection:
        return list(await connection.execute(select(UnplacedTransaction.__table__)))


@stations
@pytest.mark.parametrize(
    "told",
    [
        [event("Ended", 5, offline=True, meterValue=TOOK, **LEFT)],
        [event("Ended", 5, offline=True, **LEFT)],
        [
            event("Updated", 3, meterValue=register(500), **DRAWS),
            event("Ended", 9, meterValue=register(5500)),
        ],
        [event("Started", 0, meterValue=register(0)), event("Ended", 9, meterValue=register(5000))],
    ],
)
async def test_it_may_be_hers_whose_bay_it_was(
    told: list[dict[str, Any]], version: str, records: Records, make_charger: MakeCharger
) -> None:
    hers, beside = await records.hold("alice"), await records.hold("bob", number=2, code=OTHER_CODE)
    charger = await make_charger(version=version)
    told = of_now(told)
    for message in (*told, told[-1]):
        await charger.call("TransactionEvent", message)
    (session,), (end,) = await records.sessions(), await asked(records)
    assert (session.id_tag, session.reservation_code, end.session_id) == ("", None, session.id)
    assert (end.ended_at, end.meter_wh) == (session.ended_at, session.meter_last_wh)
    assert (await waits(records, hers), await waits(records, beside, OTHER_CODE)) == (end.id, None)


@stations
async def test_a_start_that_is_told_late_answers_it(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    hers = await records.hold("alice")
    await records.shown("NO_SHOW", code=OTHER_CODE)
    charger = await make_charger(version=version)
    await charger.call("TransactionEvent", event("Ended", 5, meterValue=of_now(TOOK), **LEFT))
    await charger.call("TransactionEvent", event("Started", 0, timestamp=moment(3 * MINUTE), idToken=TOKEN))
    (session,), (end,) = await records.sessions(), await asked(records)
    assert (session.id_tag, session.reservation_code, end.placed_at is None) == (ALICE, CODE, False)
    assert await waits(records, hers) is None
    assert "end_placed" in await records.kinds(OTHER_CODE)


@stations
@pytest.mark.parametrize(
    ("held", "told"),
    [
        (False, [event("Ended", 5, meterValue=TOOK)]),
        (True, [event("Started", 0, meterValue=register(0)), event("Ended", 1, meterValue=register(0))]),
        (
            True,
            [event("Started", 0, idToken=TOKEN | {"idToken": "NOBODYS"}), event("Ended", 1, meterValue=TOOK)],
        ),
    ],
)
async def test_where_it_is_nobodys_or_nothing_nobody_is_asked(
    held: bool, told: list[dict[str, Any]], version: str, records: Records, make_charger: MakeCharger
) -> None:
    await records.hold("alice", number=1 if held else 2)
    charger = await make_charger(version=version)
    for message in of_now(told):
        await charger.call("TransactionEvent", message)
    assert await asked(records) == []


@stations
async def test_an_end_that_nobody_told_is_asked_about_until_its_card_is_named(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    hers = await records.hold("alice")
    charger = await make_charger(version=version)
    await charger.call("TransactionEvent", event("Updated", 3, meterValue=register(500), **DRAWS))
    other = {"transactionInfo": {"transactionId": "tx-2"}, "idToken": TOKEN | {"idToken": "NOBODYS"}}
    await charger.call("TransactionEvent", event("Started", 0, **other))
    (end,) = await asked(records)
    assert (end.stop_reason, await waits(records, hers)) == ("superseded", end.id)
    named = event("Updated", 2, idToken=TOKEN, timestamp=moment(MINUTE))
    await charger.call("TransactionEvent", named)
    (end,) = await asked(records)
    assert (end.placed_at is None, await waits(records, hers)) == (False, None)
