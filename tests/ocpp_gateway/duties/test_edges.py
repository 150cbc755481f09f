"""Only a change is an edge, and only those hear of it whom it concerns."""

from tests.ocpp_gateway.conftest import MakeCharger
from tests.ocpp_gateway.records import Records


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
