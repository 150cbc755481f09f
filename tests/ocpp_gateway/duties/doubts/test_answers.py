"""Sessions in doubt are settled by asking, over real sockets: by id in 2.x, by what is triggered in 1.6."""

from datetime import timedelta

import pytest

from ocpp_gateway.server import Gateway
from tests.ocpp_gateway.conftest import CHARGER
from tests.ocpp_gateway.duties.doubts.conftest import (
    Connect,
    Looks,
    all_versions,
    asked,
    begin,
    believed,
    does_not_know,
    is_broken,
    says,
    shows,
    stations,
)
from tests.ocpp_gateway.duties.messages import event, moment, register
from tests.ocpp_gateway.records import Records


@stations
@pytest.mark.parametrize("contradicted", [True, False])
async def test_a_station_that_says_not_ongoing_ends_it_at_its_last_sign(
    contradicted: bool, version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    answer = says(ongoingIndicator=False, messagesInQueue=False)
    charger = await connect(version, GetTransactionStatus=answer)
    await begin(charger, version)
    await charger.call("TransactionEvent", event("Updated", 1, meterValue=register(1200)))
    if contradicted:
        await charger.call("BootNotification", {"reason": "PowerUp", "chargingStation": STATION})
        await shows(charger, version, "Available")
    looks = Looks(records, gateway)
    await looks.arrive_and_look()
    assert charger.heard.last("GetTransactionStatus") == {"transactionId": "tx-1"}
    (session,) = await records.sessions()
    assert (session.end_inferred, session.ended_at) == (True, session.last_sign_at)
    assert session.contradicted_at is not None
    assert await believed(records) == ()
    await looks.look(later_s=60)
    assert asked(charger) == ["GetTransactionStatus"]


STATION = {"vendorName": "V", "model": "M"}


@stations
async def test_a_station_that_says_ongoing_keeps_it_although_it_shows_available(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    answer = says(ongoingIndicator=True, messagesInQueue=False)
    charger = await connect(version, GetTransactionStatus=answer)
    await begin(charger, version)
    await charger.call("BootNotification", {"reason": "PowerUp", "chargingStation": STATION})
    await shows(charger, version, "Available")
    assert await believed(records) == ()
    looks = Looks(records, gateway)
    await looks.look()
    await looks.look(later_s=300)
    (session,) = await records.sessions()
    assert (session.ended_at, session.contradicted_at) == (None, None)
    assert await believed(records) == ("",)


@stations
async def test_a_queued_end_is_waited_for_and_told_by_the_station_itself(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    answer = says(ongoingIndicator=False, messagesInQueue=True)
    charger = await connect(version, GetTransactionStatus=answer)
    await begin(charger, version)
    looks = Looks(records, gateway)
    await looks.arrive_and_look()
    assert await believed(records) == ()
    for _ in range(5):
        await looks.look(later_s=30)
    (session,) = await records.sessions()
    assert session.ended_at is None
    looks.later = timedelta(0)
    await charger.call("TransactionEvent", event("Ended", 1, meterValue=register(1800)))
    (session,) = await records.sessions()
    assert (session.end_inferred, session.ended_at is not None) == (False, True)


@stations
async def test_a_queue_that_never_comes_is_not_waited_for_for_ever(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    answer = says(ongoingIndicator=False, messagesInQueue=True)
    charger = await connect(version, GetTransactionStatus=answer)
    await begin(charger, version)
    looks = Looks(records, gateway, queued_s=100.0)
    await looks.arrive_and_look()
    for _ in range(4):
        await looks.look(later_s=30)
    (session,) = await records.sessions()
    assert session.end_inferred


@stations
async def test_a_station_that_does_not_know_the_question_is_not_asked_it_again(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect(
        version, GetTransactionStatus=does_not_know, TriggerMessage=says(status="Accepted")
    )
    await begin(charger, version)
    looks = Looks(records, gateway)
    await looks.arrive_and_look()
    assert asked(charger) == ["GetTransactionStatus", "StatusNotification"]
    assert charger.heard.last("TriggerMessage")["evse"] == {"id": 1, "connectorId": 1}
    known = (await records.charger()).capabilities["unknown_questions"]
    assert known == ["GetTransactionStatus"]
    await charger.call("BootNotification", {"reason": "PowerUp", "chargingStation": STATION})
    await shows(charger, version, "Available")
    await looks.look()
    assert asked(charger)[1:] == ["StatusNotification", "TransactionEvent"]
    (session,) = await records.sessions()
    assert session.ended_at is None
    await looks.look(later_s=61)
    (session,) = await records.sessions()
    assert session.end_inferred


@stations
async def test_an_error_is_no_answer_and_teaches_nothing(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect(version, GetTransactionStatus=is_broken, TriggerMessage=says(status="Accepted"))
    await begin(charger, version)
    looks = Looks(records, gateway)
    await looks.arrive_and_look()
    assert asked(charger) == ["GetTransactionStatus", "StatusNotification"]
    assert "unknown_questions" not in (await records.charger()).capabilities
    (session,) = await records.sessions()
    assert session.ended_at is None


async def test_a_first_version_is_asked_for_its_status_then_for_its_meter(
    gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect("1.6", TriggerMessage=says(status="Accepted"))
    await begin(charger, "1.6")
    looks = Looks(records, gateway)
    await looks.arrive_and_look()
    wanted = {"requestedMessage": "StatusNotification", "connectorId": 1}
    assert charger.heard.last("TriggerMessage") == wanted
    await shows(charger, "1.6", "Available")
    assert await believed(records) == ()
    await looks.look()
    await looks.look()
    assert asked(charger) == ["StatusNotification", "MeterValues"]
    await looks.look(later_s=61)
    (session,) = await records.sessions()
    assert (session.end_inferred, session.ended_at) == (True, session.last_sign_at)


async def test_a_reading_that_names_the_transaction_keeps_it_in_the_first_version(
    gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect("1.6", TriggerMessage=says(status="Accepted"))
    number = await begin(charger, "1.6")
    await shows(charger, "1.6", "Available")
    looks = Looks(records, gateway)
    await looks.look()
    sampled = [{"timestamp": moment(), "sampledValue": [{"value": "1300"}]}]
    values = {"connectorId": 1, "transactionId": number, "meterValue": sampled}
    await charger.call("MeterValues", values)
    await looks.look(later_s=61)
    (session,) = await records.sessions()
    assert (session.ended_at, session.contradicted_at) == (None, None)


async def test_a_first_version_that_can_trigger_nothing_learns_and_ends_by_its_status(
    gateway: Gateway, records: Records, connect: Connect
) -> None:
    answer = says(status="NotImplemented")
    charger = await connect("1.6", TriggerMessage=answer)
    await begin(charger, "1.6")
    looks = Looks(records, gateway)
    await looks.arrive_and_look()
    assert asked(charger) == ["StatusNotification", "MeterValues"]
    known = (await records.charger()).capabilities["unknown_questions"]
    assert known == ["MeterValues", "StatusNotification"]
    await looks.arrive_and_look()
    await shows(charger, "1.6", "Available")
    await looks.look(later_s=61)
    assert len(asked(charger)) == 2
    (session,) = await records.sessions()
    assert session.end_inferred


@all_versions
async def test_what_was_heard_of_since_the_arrival_is_not_asked_about(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    charger = await connect(version, TriggerMessage=says(status="Accepted"))
    await begin(charger, version, timedelta(0))
    looks = Looks(records, gateway, arrived_s=-3600.0)
    looks.later = timedelta(hours=-1)
    await looks.arrive_and_look()
    assert asked(charger) == []


@all_versions
async def test_a_boot_on_the_same_connection_is_asked_about_anew(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    accepts = says(status="Accepted")
    charger = await connect(version, TriggerMessage=accepts, GetTransactionStatus=is_broken)
    await begin(charger, version)
    looks = Looks(records, gateway)
    await looks.arrive_and_look()
    once = asked(charger)
    await looks.look(later_s=1)
    assert asked(charger) == once
    await looks.arrive_and_look()
    assert asked(charger) == once * 2


async def test_of_many_that_come_together_a_few_are_asked_at_each_look(
    gateway: Gateway, records: Records, connect: Connect
) -> None:
    accepts = says(status="Accepted")
    both = [await connect("1.6", identity, TriggerMessage=accepts) for identity in (CHARGER, "NORTH-2")]
    for charger in both:
        await begin(charger, "1.6")
    looks = Looks(records, gateway, chargers_a_look=1)
    await looks.arrive_and_look()
    assert sorted(len(asked(charger)) for charger in both) == [0, 1]
    await looks.look()
    assert [asked(charger) for charger in both] == [["StatusNotification"]] * 2


@stations
async def test_an_id_that_runs_at_two_evses_is_not_asked_about_by_id(
    version: str, gateway: Gateway, records: Records, connect: Connect
) -> None:
    """ "Ongoing" would be true of either; a triggered event names its EVSE."""
    charger = await connect(version, TriggerMessage=says(status="Accepted"))
    await begin(charger, version)
    await charger.call("TransactionEvent", event("Started", 0, evse={"id": 2, "connectorId": 1}))
    await Looks(records, gateway).arrive_and_look()
    assert set(asked(charger)) == {"StatusNotification"}
