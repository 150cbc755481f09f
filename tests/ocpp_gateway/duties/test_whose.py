"""Whose is a session that begins: at the bay held, the neighbour's, after a move, unpaid, cancelled in this moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from db.tables import Hold
from ocpp_gateway.server import Gateway
from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, FLEET_A, FLEET_B, MakeCharger
from tests.ocpp_gateway.duties.cards import APP_TAG, NOT_NOW, all_versions, ask, begin, give_up, start_offline
from tests.ocpp_gateway.records import CODE, OTHER_CODE, Records

SECOND_CARD = "A11CE002"


async def info(charger: VirtualChargePoint, tag: str) -> dict[str, Any]:
    """What Authorize answers of a token: idTagInfo, or idTokenInfo."""
    if charger.version == "1.6":
        return dict((await charger.call("Authorize", {"idTag": tag}))["idTagInfo"])
    token = {"idToken": tag, "type": "Central"}
    return dict((await charger.call("Authorize", {"idToken": token}))["idTokenInfo"])


def parent(told: dict[str, Any]) -> str:
    return str(told.get("parentIdTag") or told["groupIdToken"]["idToken"])


@all_versions
async def test_all_tokens_of_a_driver_have_one_parent_and_a_fleets_is_its_group(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """K1.12: an enforcing charger lets both cards in, by what ReserveNow carried."""
    await records.card(SECOND_CARD, "alice")
    await records.hold("alice", number=1)
    await records.app_token(APP_TAG, "alice")
    charger = await make_charger(version=version)
    told = [await info(charger, tag) for tag in (ALICE, SECOND_CARD, APP_TAG)]
    assert {parent(one) for one in told} == {await records.parent_tag("alice")}
    assert len(parent(told[0])) == 20
    assert {parent(await info(charger, tag)) for tag in (FLEET_A, FLEET_B)} == {"FLEET"}
    assert parent(await info(charger, BOB)) != parent(told[0])


@all_versions
async def test_an_expired_card_opens_nothing(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    now = datetime.now(UTC)
    await records.card(ALICE, "alice", expires_at=now + timedelta(hours=1))
    told = await info(charger, ALICE)
    until = told.get("expiryDate") or told["cacheExpiryDateTime"]
    assert datetime.fromisoformat(until) <= now + timedelta(hours=1)
    await records.card(ALICE, "alice", expires_at=now)
    assert await ask(charger, ALICE) == "Expired"
    assert await begin(charger, ALICE) == "Expired"
    (session,) = await records.sessions()
    assert not session.authorised


@all_versions
async def test_where_the_policy_has_it_a_driver_starts_no_second_session(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    here, there = await make_charger(version=version), await make_charger("NORTH-2", version)
    assert await begin(here, ALICE) == "Accepted"
    assert await ask(there, ALICE) == "Accepted"
    await records.allow_one_session_a_driver()
    assert await ask(there, ALICE) == "ConcurrentTx"
    assert await begin(there, ALICE) == "ConcurrentTx"
    assert await ask(there, BOB) == "Accepted"
    assert await ask(here, ALICE) == "Accepted"  # to stop it


@all_versions
async def test_a_driver_who_was_moved_starts_where_they_were_sent(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """Nobody has told that the session at the bay that was left is over."""
    await records.allow_one_session_a_driver()
    left, sent_to = await make_charger(version=version), await make_charger("NORTH-2", version)
    hold = await records.hold("alice")
    assert await begin(left, ALICE) == "Accepted"
    async with records.engine.begin() as connection:
        bay = {"connector_id": records.connectors["NORTH-2", 1]}
        await connection.execute(update(Hold).where(Hold.id == hold).values(bay))
    assert await ask(sent_to, ALICE) == "Accepted"
    assert await begin(sent_to, ALICE) == "Accepted"


@pytest.mark.parametrize("shown", ["Faulted", "Unavailable"])
async def test_what_a_power_cut_left_open_at_a_broken_charger_is_no_second_session(
    shown: str, records: Records, make_charger: MakeCharger
) -> None:
    await records.allow_one_session_a_driver()
    dead, other = await make_charger(), await make_charger("NORTH-2")
    assert await begin(dead, ALICE) == "Accepted"
    assert await ask(other, ALICE) == "ConcurrentTx"
    await dead.call("BootNotification", {"chargePointVendor": "a", "chargePointModel": "b"})
    await dead.call("StatusNotification", {"connectorId": 1, "status": shown, "errorCode": "InternalError"})
    assert await ask(other, ALICE) == "Accepted"


async def alice_has_not_paid(records: Records) -> None:
    """For connector 1; the other one is another driver's."""
    await records.hold("alice", number=1, locked=False)
    await records.hold("bob", number=2, code="OTHER")
    await records.shown("AWAITING_PAYMENT")


@all_versions
async def test_an_unpaid_hold_opens_to_nobody_and_no_session_carries_its_code(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """K1.3. The stop waits a little: the driver may be paying at this moment (K1.4)."""
    charger = await make_charger(version=version)
    await alice_has_not_paid(records)
    assert await ask(charger, ALICE) == NOT_NOW[version]
    assert await begin(charger, ALICE) == NOT_NOW[version]
    (session,) = await records.sessions()
    assert (session.authorised, session.reservation_code) == (False, None)
    assert "transaction_started" not in await records.kinds()
    stops = ("RemoteStopTransaction", "RequestStopTransaction")
    assert [message for message in charger.log if message.action in stops] == []


@all_versions
async def test_at_the_bay_of_their_unpaid_reservation_a_driver_charges_under_the_one_they_have_paid(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await alice_has_not_paid(records)
    assert await ask(charger, ALICE) == NOT_NOW[version]
    await records.hold("alice", charger="NORTH-2", code="PAID")
    await records.shown("LOCKED", code="PAID")
    assert await ask(charger, ALICE) == "Accepted"
    assert await begin(charger, ALICE) == "Accepted"
    (session,) = await records.sessions()
    assert (session.authorised, session.reservation_code) == (True, "PAID")
    assert await records.kinds("PAID") == ["transaction_started"]
    assert await records.kinds() == []


@all_versions
@pytest.mark.parametrize("where", [("NORTH-1", 2), ("NORTH-2", 1)])
async def test_the_drivers_session_is_the_reservations_wherever_at_the_site_it_runs(
    version: str, where: tuple[str, int], records: Records, make_charger: MakeCharger
) -> None:
    """K1.8, and the neighbour's bay."""
    identity, number = where
    charger = await make_charger(identity, version)
    await records.hold("alice", number=1)
    await charger.plug_in(number)
    assert await charger.swipe(number, ALICE)
    (session,) = await records.sessions()
    assert (session.reservation_code, session.connector_id) == (CODE, records.connectors[identity, number])
    assert "transaction_started" in await records.kinds()
    await charger.stop_by_card(number, ALICE)
    assert "transaction_ended" in await records.kinds()


@all_versions
async def test_what_was_charged_offline_at_the_neighbours_held_bay_is_the_drivers_own(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """Their neighbour hears of them as of a stranger; they are no no-show, and what they took is not free."""
    charger = await make_charger(version=version)
    await records.hold("alice", number=2)
    await records.hold("bob", number=1, code="BOBS")
    await start_offline(charger, ALICE)
    await charger.charge(1, 4000)
    await charger.stop_by_card(1, ALICE)
    await charger.come_back()

    async def told() -> bool:
        return [session.ended_at is not None for session in await records.sessions()] == [True]

    await records.eventually(told)
    (session,) = await records.sessions()
    assert (session.reservation_code, session.authorised) == (CODE, True)
    assert "stranger_started" in await records.kinds("BOBS")


@all_versions
async def test_who_begins_at_a_group_mates_bay_is_their_own_reservations_before_the_groups(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """The mate's reservation hears that somebody is in its way; without one of their own they are its driver."""
    await records.hold("fleet-1", number=1, code="F1", group="FLEET")
    await records.hold("fleet-2", number=2, code="F2", group="FLEET")
    charger = await make_charger(version=version)
    await charger.plug_in(1)
    assert await charger.swipe(1, FLEET_B)
    (own,) = await records.sessions()
    assert own.reservation_code == "F2"
    begun = [(told.kind, told.matches) for told in await records.told("F2")]
    assert ("transaction_started", True) in begun
    heard = [told for told in await records.told("F1") if told.kind == "transaction_started"]
    assert [(told.matches, told.connector_id) for told in heard] == [
        (False, records.connectors["NORTH-1", 1])
    ]


@all_versions
async def test_a_walk_in_long_before_the_window_and_a_second_car_are_walk_ins(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    early, later = await make_charger("NORTH-1", version), await make_charger("NORTH-2", version)
    await records.hold("alice", charger="NORTH-2", number=1, starts_in=timedelta(minutes=40), locked=False)
    assert await begin(early, ALICE) == "Accepted"
    await records.hold("bob", charger="NORTH-2", number=2, code="BOBS")
    await later.plug_in(2)
    assert await later.swipe(2, BOB)
    await early.plug_in(2)
    assert await early.swipe(2, BOB)
    first, second, third = await records.sessions()
    assert (first.reservation_code, second.reservation_code, third.reservation_code) == (None, "BOBS", None)


@all_versions
async def test_what_began_offline_for_a_reservation_that_was_cancelled_is_stopped_and_carries_no_code(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """K1.5: nobody prices it any more as that reservation's."""
    charger = await make_charger(version=version)
    hold = await records.hold("alice", number=1)
    await start_offline(charger, ALICE)
    await give_up(records, hold, "cancelled")
    await charger.come_back()

    async def stopped() -> bool:
        return [session.ended_at is not None for session in await records.sessions()] == [True]

    await records.eventually(stopped)
    (session,) = await records.sessions()
    assert (session.reservation_code, session.driver_id) == (None, "alice")


@all_versions
@pytest.mark.parametrize("reason", ["unfulfilled", "orphaned"])
async def test_who_began_offline_while_silence_ended_their_reservation_charges_on(
    version: str, reason: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    hold = await records.hold("alice", number=1)
    await start_offline(charger, ALICE)
    await give_up(records, hold, reason)
    await records.shown("UNFULFILLED", closed=True)
    await charger.come_back()

    async def told() -> bool:
        return bool(await records.sessions())

    await records.eventually(told)
    await charger.call("Heartbeat", {})
    (session,) = await records.sessions()
    assert (session.reservation_code, session.authorised, session.ended_at) == (None, True, None)
    assert not [message for message in charger.log if "Stop" in (message.action or "")]


@all_versions
@pytest.mark.parametrize("slot_is_over", [True, False])
async def test_what_a_no_show_began_offline_at_the_neighbours_bay_is_theirs_though_told_after_the_end(
    version: str, slot_is_over: bool, records: Records, make_charger: MakeCharger
) -> None:
    """Nobody who charges is a no-show. Closed before its slot's end it was cancelled, and what begins then is none."""
    charger = await make_charger(version=version)
    hold = await records.hold("alice", number=2)
    await start_offline(charger, ALICE)
    await give_up(records, hold)
    if slot_is_over:
        async with records.engine.begin() as connection:
            await connection.execute(update(Hold).where(Hold.id == hold).values(slot_end=datetime.now(UTC)))
    await records.shown("NO_SHOW", closed=True)
    await charger.come_back()

    async def told() -> bool:
        return bool(await records.sessions())

    await records.eventually(told)
    (session,) = await records.sessions()
    assert session.reservation_code == (CODE if slot_is_over else None)


@all_versions
async def test_the_session_of_a_cancelled_reservation_is_stopped_when_the_charger_is_back(
    version: str, records: Records, make_charger: MakeCharger, gateway: Gateway
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    await charger.plug_in(1)
    assert await charger.swipe(1, ALICE)
    await records.shown("CANCELLED", closed=True)
    await charger.vanish()
    await charger.come_back()

    async def stopped() -> bool:
        return [session.ended_at is not None for session in await records.sessions()] == [True]

    await records.eventually(stopped)
    assert gateway.connections.get(CHARGER) is not None


@all_versions
async def test_what_begins_in_the_second_slot_of_a_driver_is_the_seconds(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """The first one's session runs on into it, without a code of the second; a new start ends it."""
    charger = await make_charger(version=version)
    first = await records.hold("alice", code=OTHER_CODE, starts_in=timedelta(minutes=-50))
    assert await begin(charger, ALICE) == "Accepted"
    await records.over(first)
    await records.hold("alice", starts_in=timedelta(minutes=-2))
    assert await ask(charger, ALICE) == "Accepted"
    assert [one.reservation_code for one in await records.sessions()] == [OTHER_CODE]
    assert await begin(charger, ALICE) == "Accepted"
    before, now = await records.sessions()
    assert (before.ended_at is not None, now.reservation_code) == (True, CODE)
