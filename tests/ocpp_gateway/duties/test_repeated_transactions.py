"""Transactions reported twice, by whatever way: one row, one effect, the same answer."""

import asyncio
from itertools import pairwise

import pytest

from ocpp_gateway.wire.v2x.version import ocpp201
from ocpp_gateway.wire.v16.version import ocpp16
from simulator.charge_point import Misbehaviour
from tests.ocpp_gateway.conftest import ALICE, BOB, MakeCharger
from tests.ocpp_gateway.duties.messages import TOKEN, event, register, start, take
from tests.ocpp_gateway.records import Records


async def test_a_start_sent_again_under_a_new_id_is_the_same_start(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.hold("alice")
    message = start()
    first = await charger.call("StartTransaction", message)
    again = await charger.call("StartTransaction", message)
    assert first == again
    assert len(await records.sessions()) == 1
    assert await records.kinds() == ["transaction_started"]


async def test_a_clock_that_stands_still_does_not_make_a_new_start_the_old_one(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.hold("alice")
    message = start(meterStart=0, timestamp="1970-01-01T00:00:00Z")
    numbers = []
    for _ in range(3):
        answer = await charger.call("StartTransaction", message)
        assert await charger.call("StartTransaction", message) == answer
        numbers.append(answer["transactionId"])
        stop = {"transactionId": numbers[-1], "meterStop": 10, "timestamp": "1970-01-01T00:00:00Z"}
        await charger.call("StopTransaction", stop)
    assert len(set(numbers)) == len(await records.sessions()) == 3
    assert (await records.kinds()).count("transaction_started") == 3


async def test_a_start_sent_again_after_a_reconnect_is_the_same_start(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.hold("alice")
    message = start()
    first = await charger.call("StartTransaction", message)
    await charger.vanish()
    await charger.come_back()
    assert await charger.call("StartTransaction", message) == first
    assert (await records.kinds()).count("transaction_started") == 1


async def test_the_same_start_over_several_connections_at_once_has_one_effect(records: Records) -> None:
    await records.hold("alice")
    message = start()
    answers = await asyncio.gather(
        *(take(records, ocpp16(), "StartTransaction", message, epoch) for epoch in range(8))
    )
    assert len(set(answers)) == 1
    assert len(await records.sessions()) == 1
    assert await records.kinds() == ["transaction_started"]


async def test_the_same_start_of_a_station_over_several_connections_at_once_has_one_effect(
    records: Records,
) -> None:
    await records.hold("alice")
    message = event("Started", 0, idToken=TOKEN, meterValue=register(1000))
    answers = await asyncio.gather(
        *(take(records, ocpp201(), "TransactionEvent", message, epoch) for epoch in range(8))
    )
    assert len(set(answers)) == 1
    assert len(await records.sessions()) == 1
    assert await records.kinds() == ["transaction_started"]


async def test_a_refused_start_sent_again_is_refused_again(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.hold("alice")
    message = start(BOB)
    first = await charger.call("StartTransaction", message)
    assert first["idTagInfo"]["status"] == "Blocked"
    assert await charger.call("StartTransaction", message) == first
    assert await records.kinds() == ["stranger_started"]


async def test_frames_sent_twice_with_one_id_get_one_effect(
    records: Records, make_charger: MakeCharger
) -> None:
    knobs = Misbehaviour(
        duplicate_calls=frozenset({"StartTransaction", "StatusNotification", "StopTransaction"})
    )
    charger = await make_charger(misbehaviour=knobs)
    await records.hold("alice")
    await charger.plug_in(1)
    assert await charger.swipe(1, ALICE)
    await charger.stop_by_card(1, ALICE)
    await charger.unplug(1)
    kinds = await records.kinds()
    assert kinds.count("transaction_started") == kinds.count("transaction_ended") == 1
    statuses = [t.status for t in await records.told() if t.kind == "connector_status"]
    assert all(before != after for before, after in pairwise(statuses))


async def test_events_of_a_transaction_count_once_in_any_order(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.0.1")
    await records.hold("alice")
    started = event("Started", 0, idToken=TOKEN, meterValue=register(1000))
    ended = event("Ended", 3, meterValue=register(4000))
    first = await charger.call("TransactionEvent", started)
    assert first["idTokenInfo"]["status"] == "Accepted"
    await charger.call("TransactionEvent", event("Updated", 2, meterValue=register(3000)))
    await charger.call("TransactionEvent", event("Updated", 1, meterValue=register(2000)))
    assert await charger.call("TransactionEvent", started) == first
    for _ in range(2):
        assert await charger.call("TransactionEvent", ended) == {}
    await charger.call("TransactionEvent", event("Updated", 2, meterValue=register(3000)))
    (session,) = await records.sessions()
    assert (session.meter_start_wh, session.meter_last_wh) == (1000, 4000)
    assert session.ended_at is not None
    assert await records.kinds() == ["transaction_started", "transaction_ended"]


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_each_card_is_judged_where_the_numbers_stand_still(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice")
    bank, bens = TOKEN | {"idToken": "DEADBEEF"}, TOKEN | {"idToken": BOB}
    told = [event("Started", 0, meterValue=register(0))]
    told += [event("Updated", 0, idToken=card, triggerReason="Authorized") for card in (bank, TOKEN)]
    told += [event("Updated", 0, idToken=bens, triggerReason="StopAuthorized")]
    answers = [await charger.call("TransactionEvent", one) for one in told]
    verdicts = [answer["idTokenInfo"]["status"] == "Accepted" for answer in answers[1:]]
    assert verdicts == [False, True, False]
    assert await charger.call("TransactionEvent", told[-2]) == answers[-2]
    (session,) = await records.sessions()
    assert (session.id_tag, session.authorised) == (ALICE, True)
