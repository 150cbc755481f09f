"""Only a change is an edge, and only those hear of it whom it concerns."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.charging.clocks import Presence
from domain.charging.trouble import LOCK_FAILED
from ocpp_gateway.duties.received_call import Liveness
from ocpp_gateway.wire.v2x.version import ocpp201
from tests.ocpp_gateway.conftest import MakeCharger
from tests.ocpp_gateway.duties.messages import moment, take
from tests.ocpp_gateway.records import Records

two_x = pytest.mark.parametrize("version", ["2.0.1", "2.1"])


async def test_only_a_changed_status_is_an_edge(records: Records, make_charger: MakeCharger) -> None:
    charger = await make_charger()
    await records.hold("alice", number=1)
    await records.hold("bob", number=2, code="OTHER")
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    await charger.call("StatusNotification", status)
    assert await records.kinds() == []
    await charger.call("StatusNotification", status | {"status": "Faulted", "errorCode": "GroundFailure"})
    await charger.call("StatusNotification", status | {"status": "Faulted", "errorCode": "GroundFailure"})
    (told,) = await records.told()
    assert (told.status, told.detail) == ("faulted", "GroundFailure")
    assert await records.kinds("OTHER") == []
    await charger.call("StatusNotification", status | {"connectorId": 0, "status": "Unavailable"})
    assert [t.connector_id for t in await records.told("OTHER")] == [None]


async def test_a_boot_asks_locked_reservations_to_push_their_holds_again(
    records: Records, make_charger: MakeCharger
) -> None:
    await records.hold("alice", number=1)
    await records.hold("bob", number=2, code="LATER", locked=False)
    await make_charger(model="Model 7")
    assert "charger_booted" in await records.kinds()
    assert "charger_booted" not in await records.kinds("LATER")
    charger = await records.charger()
    assert (charger.model, charger.firmware) == ("Model 7", "1.0.0")


def said(number: int, word: str, **place: Any) -> dict[str, Any]:
    """The `number`th of what a connector says in one message."""
    component = {"name": "Connector", "evse": {"id": 1, "connectorId": 1}} | place
    return {
        "eventId": number,
        "timestamp": moment(),
        "trigger": "Delta",
        "actualValue": word,
        "eventNotificationType": "HardWiredNotification",
        "component": component,
        "variable": {"name": "AvailabilityState"},
    }


def events_of(*words: str) -> dict[str, Any]:
    """All with the same time stamp."""
    at = moment()
    data = [said(number, word) | {"timestamp": at} for number, word in enumerate(words, start=1)]
    return {"generatedAt": at, "seqNo": 0, "tbc": False, "eventData": data}


@two_x
@pytest.mark.parametrize(
    ("words", "heard"),
    [
        (("Faulted", "Available", "Faulted"), ["faulted", "available", "faulted"]),
        (("Occupied", "Available", "Faulted", "Available"), ["available", "faulted", "available"]),
    ],
)
async def test_of_several_words_in_one_message_each_is_heard_and_once(
    words: tuple[str, ...], heard: list[str], version: str, records: Records, make_charger: MakeCharger
) -> None:
    """Sent again, perhaps after the connection was lost, it says nothing new."""
    charger = await make_charger(version=version)
    await records.hold("alice")
    message = events_of(*words)
    for _ in range(2):
        await charger.call("NotifyEvent", message)
        assert [one.status for one in await records.told()] == heard


@two_x
async def test_a_lock_that_fails_and_fails_again_in_one_message_has_failed(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice")
    lock = {"component": {"name": "ConnectorPlugRetentionLock", "evse": {"id": 1, "connectorId": 1}}}
    at = moment()
    data = [
        said(number, word) | lock | {"variable": {"name": "Problem"}, "timestamp": at}
        for number, word in enumerate(("true", "false", "true"), start=1)
    ]
    await charger.call("NotifyEvent", events_of() | {"eventData": data})
    told = [one.detail for one in await records.told() if one.kind == "connector_status"]
    assert told == [LOCK_FAILED, "", LOCK_FAILED]


@pytest.mark.parametrize("way", ["StatusNotification", "NotifyEvent"])
async def test_a_word_that_a_later_one_overtook_changes_nothing(way: str, records: Records) -> None:
    now = datetime.now(UTC).replace(microsecond=600_000)
    heard = now + timedelta(milliseconds=50)
    liveness = Liveness(Presence(connected_since=now - timedelta(hours=1)))
    for word, at in (("Available", now), ("Faulted", now - timedelta(milliseconds=300))):
        stamp = {"timestamp": at.isoformat(timespec="milliseconds")}
        told = {"evseId": 1, "connectorId": 1, "connectorStatus": word} | stamp
        if way == "NotifyEvent":
            told = events_of() | {"eventData": [said(1, word) | stamp]}
        await take(records, ocpp201(), way, told, epoch=1, now=heard, liveness=liveness)
    assert await records.status() == "available"
