"""A stranger is refused, stopped when that is not heeded, and the holder hears of it."""

import pytest

from ocpp_gateway.server import Gateway
from simulator.charge_point import Misbehaviour
from tests.ocpp_gateway.conftest import BOB, CHARGER, FLEET_A, MakeCharger
from tests.ocpp_gateway.duties.cards import all_versions, begin, start_offline
from tests.ocpp_gateway.duties.messages import moment
from tests.ocpp_gateway.records import Records


@all_versions
async def test_a_stranger_at_a_held_connector_is_refused_and_the_holder_hears(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    await records.hold("bob", number=2, code="OTHER")
    assert not await charger.swipe(1, FLEET_A)
    refused = [t for t in await records.told() if t.kind == "stranger_refused"]
    assert [(t.matches, t.connector_id) for t in refused] == [(False, records.connectors[CHARGER, 1])]
    assert await records.sessions() == []


@all_versions
async def test_a_transaction_that_starts_although_refused_is_stopped_and_reported(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    knobs = Misbehaviour(ignore_token=True, stop_when_refused=False)
    charger = await make_charger(version=version, misbehaviour=knobs)
    await records.hold("alice", number=1)
    await charger.plug_in(1)
    await charger.swipe(1, BOB)
    await charger.wait_for(lambda c: c.connector(1).transaction is None)

    async def ended() -> bool:
        (session,) = await records.sessions()
        return session.ended_at is not None

    await records.eventually(ended)
    (session,) = await records.sessions()
    assert (session.authorised, session.reservation_code) == (False, None)
    (told,) = [t for t in await records.told() if t.kind == "stranger_started"]
    assert told.matches is False
    assert "transaction_started" not in await records.kinds()


@all_versions
async def test_a_stranger_who_started_offline_is_recorded_stopped_and_reported(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version, misbehaviour=Misbehaviour(stop_when_refused=False))
    await start_offline(charger, BOB)
    await records.hold("alice", number=1)
    await charger.come_back()
    await charger.wait_for(lambda c: c.connector(1).transaction is None)
    (session,) = await records.sessions()
    assert (session.authorised, session.id_tag) == (False, BOB)
    (session,) = await records.sessions()
    assert (session.authorised, session.driver_id, session.reservation_code) == (False, "bob", None)
    (told,) = [t for t in await records.told() if t.kind == "stranger_started"]
    assert told.matches is False


async def test_a_refused_transaction_left_open_is_stopped_after_a_reconnect(
    records: Records, make_charger: MakeCharger, gateway: Gateway
) -> None:
    knobs = Misbehaviour(
        ignore_token=True, stop_when_refused=False, unsupported=frozenset({"RemoteStopTransaction"})
    )
    charger = await make_charger(misbehaviour=knobs)
    await records.hold("alice", number=1)
    await charger.plug_in(1)
    await charger.swipe(1, BOB)
    await charger.wait_for_message("RemoteStopTransaction", direction="in", kind="call")
    await charger.vanish()
    charger.misbehaviour.unsupported = frozenset()
    await charger.come_back()
    await charger.wait_for(lambda c: c.connector(1).transaction is None)

    async def told() -> bool:
        (session,) = await records.sessions()
        return session.ended_at is not None

    await records.eventually(told)
    (session,) = await records.sessions()
    assert (session.authorised, session.stop_reason) == (False, "Remote")


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_stranger_named_in_each_message_is_told_to_the_holder_once(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    assert await begin(charger, BOB) == "NotAtThisTime"
    for number in range(2, 8):
        assert await begin(charger, BOB, "Updated", number) == "NotAtThisTime"
    assert await begin(charger, BOB, "Ended", 8) == "NotAtThisTime"
    assert [t.kind for t in await records.told() if t.kind.startswith("stranger")] == ["stranger_started"]


@all_versions
@pytest.mark.parametrize("locked", [True, False])
async def test_a_stranger_who_goes_without_a_change_of_status_leaves_a_bay_that_is_told_free(
    version: str, records: Records, make_charger: MakeCharger, *, locked: bool
) -> None:
    """To whom it is fixed for; it has shown Available all the time."""
    charger = await make_charger(version=version)
    await records.hold("alice", number=1, locked=locked)
    await begin(charger, BOB)
    if version == "1.6":
        (session,) = await records.sessions()
        stop = {"transactionId": session.id, "meterStop": 2, "timestamp": moment(), "reason": "DeAuthorized"}
        await charger.call("StopTransaction", stop)
    else:
        await begin(charger, BOB, "Ended", 2)
    last = (await records.told())[-1]
    vacated = ("connector_status", "available", records.connectors[CHARGER, 1])
    assert ((last.kind, last.status, last.connector_id) == vacated) is locked
