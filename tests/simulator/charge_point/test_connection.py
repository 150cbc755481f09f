"""Booting, losing the connection, rebooting, and what is told afterwards."""

from __future__ import annotations

import asyncio

import pytest
from websockets.exceptions import InvalidStatus

from simulator.charge_point import (
    CallTimeoutError,
    Misbehaviour,
    NotConnectedError,
    VirtualChargePoint,
)
from simulator.vendors import vendor
from tests.simulator.charge_point.conftest import Start, build
from tests.simulator.charge_point.csms import HonestCSMS


def transaction_messages(csms: HonestCSMS) -> list[str]:
    names = {"StartTransaction", "MeterValues", "StopTransaction"}
    if csms.version == "1.6":
        return [action for action, _, _ in csms.received if action in names]
    return [event["eventType"] for event in csms.of("TransactionEvent")]


async def test_it_boots_then_reports_every_connector(csms: HonestCSMS, start: Start) -> None:
    charger = await start(connectors=2)
    await charger.wait_for_message(
        "StatusNotification", kind="result", count=2 if csms.version != "1.6" else 3
    )
    actions = [action for action, _, _ in csms.received]
    assert actions[0] == "BootNotification"
    assert set(actions[1:]) == {"StatusNotification"}
    reported = [p.get("evseId", p["connectorId"]) for p in csms.of("StatusNotification")]
    assert reported == ([0, 1, 2] if csms.version == "1.6" else [1, 2])


async def test_it_boots_again_while_pending_or_rejected(csms: HonestCSMS, start: Start) -> None:
    csms.boot_statuses = ["Pending", "Rejected"]
    await start(boot_retry_s=0.01)
    assert len(csms.of("BootNotification")) == 3


async def test_it_identifies_itself_by_path_and_password(csms: HonestCSMS, start: Start) -> None:
    csms.password = "secret"
    charger = await start(password="secret")
    assert charger.online
    assert csms.handshakes[-1].path == "/ocpp/CP-1"
    assert "Sec-WebSocket-Extensions" not in csms.handshakes[-1].headers


async def test_a_wrong_password_is_told_when_not_to_reconnect(csms: HonestCSMS) -> None:
    csms.password = "secret"
    charger = build(csms, password="wrong", reconnect=False)
    with pytest.raises(InvalidStatus):
        await charger.start()
    await charger.stop()


async def test_it_heartbeats_at_the_interval(csms: HonestCSMS, start: Start) -> None:
    charger = await start(heartbeat_s=0.01)
    await charger.wait_for_message("Heartbeat", count=2, kind="result")
    assert [action for action, _, _ in csms.received].count("Heartbeat") >= 2


async def test_message_ids_are_never_reused(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    await charger.reboot()
    ids = [message_id for _, message_id, _ in csms.received]
    assert len(set(ids)) == len(ids)


async def test_a_command_is_answered_while_an_own_call_is_pending(csms: HonestCSMS, start: Start) -> None:
    answered: list[object] = []

    async def ask_first(_: object) -> None:
        answered.append(await csms.call("ClearCache", {}))

    csms.hooks["Authorize"] = ask_first
    charger = await start()
    assert await charger.swipe(1, "ALICE") is True
    assert answered == [{"status": "Accepted"}]


async def test_what_happened_offline_is_told_later_in_order_and_with_its_own_time(
    csms: HonestCSMS, start: Start
) -> None:
    charger = await start()
    await charger.swipe(1, "ALICE")  # cached, so that it may start offline
    await charger.vanish()
    await charger.plug_in(1)
    await charger.charge(1, 700)
    await charger.unplug(1)
    assert transaction_messages(csms) == []
    assert charger.connector(1).transaction is None
    before = len(charger.log)
    await charger.come_back()
    ending = "StopTransaction" if csms.version == "1.6" else "TransactionEvent"
    await charger.wait_for_message(ending, kind="result", count=1 if csms.version == "1.6" else 3)
    if csms.version == "1.6":
        assert transaction_messages(csms) == ["StartTransaction", "MeterValues", "StopTransaction"]
        stop, begun = csms.of("StopTransaction")[0], csms.of("StartTransaction")[0]
        assert stop["transactionId"] == 1
    else:
        assert transaction_messages(csms) == ["Started", "Updated", "Ended"]
        begun = csms.of("TransactionEvent")[0]
        assert begun["offline"] is True
    booted = csms.of("StatusNotification")[-1]["timestamp"]
    assert begun["timestamp"] < booted
    assert before < len(charger.log)


async def test_an_unanswered_transaction_message_is_sent_again_with_its_id(
    csms: HonestCSMS, start: Start
) -> None:
    action = "StartTransaction" if csms.version == "1.6" else "TransactionEvent"
    csms.silent = {action}
    charger = await start()
    await charger.plug_in(1)
    swiping = asyncio.create_task(charger.swipe(1, "ALICE"))
    await charger.wait_for_message(action, direction="out")
    await charger.vanish()
    await swiping
    csms.silent = set()
    await charger.come_back()
    await charger.wait_for_message(action, kind="result")
    ids = [message_id for name, message_id, _ in csms.received if name == action]
    assert len(ids) == 2
    assert len(set(ids)) == 1


@pytest.mark.parametrize("csms", ["2.0.1"], indirect=True)
async def test_a_queue_that_is_told_backwards_is_told_whole_although_the_connection_breaks_again(
    csms: HonestCSMS, start: Start
) -> None:
    charger = await start(profile=vendor("backward-queue"))
    await charger.swipe(1, "ALICE")
    await charger.vanish()
    await charger.plug_in(1)
    await charger.charge(1, 700)
    await charger.unplug(1)
    csms.silent = {"TransactionEvent"}
    await charger.come_back()
    await charger.wait_for_message("TransactionEvent", direction="out")
    await charger.vanish()
    csms.silent = set()
    await charger.come_back()
    await charger.wait_for_message("TransactionEvent", kind="result", count=3)
    assert transaction_messages(csms) == ["Ended", "Ended", "Updated", "Started"]
    ids = [message_id for name, message_id, _ in csms.received if name == "TransactionEvent"]
    assert (ids[0], len(set(ids))) == (ids[1], 3)


async def test_without_a_boot_on_reconnect_only_changes_are_told(csms: HonestCSMS, start: Start) -> None:
    charger = await start(boot_on_reconnect=False)
    await charger.call("Heartbeat", {})
    told = len(csms.of("StatusNotification"))
    await charger.vanish()
    await charger.plug_in(1)
    await charger.come_back()
    await charger.wait_for(lambda _: len(csms.of("StatusNotification")) > told)
    assert len(csms.of("BootNotification")) == 1


async def test_a_reboot_ends_the_transaction_and_tells_it_after_the_boot(
    csms: HonestCSMS, start: Start
) -> None:
    charger = await start()
    await charger.plug_in(1)
    await charger.swipe(1, "ALICE")
    since = len(charger.log)
    await charger.reboot()
    ending = "StopTransaction" if csms.version == "1.6" else "TransactionEvent"
    await charger.wait_for_message(ending, kind="result", since=since)
    later = [m.action for m in charger.log[since:] if m.direction == "out" and m.kind == "call"]
    assert later.index("BootNotification") < later.index(ending)
    if csms.version == "1.6":
        assert csms.of("StopTransaction")[-1]["reason"] == "Reboot"


async def test_after_a_power_cut_a_charger_that_forgets_what_ran_never_tells_its_end_and_begins_anew(
    csms: HonestCSMS, start: Start
) -> None:
    charger = await start(misbehaviour=Misbehaviour(forget_transactions_on_reboot=True))
    await charger.plug_in(1)
    await charger.swipe(1, "ALICE")
    first = charger.connector(1).transaction
    await charger.reboot()
    await charger.unplug(1)
    assert charger.connector(1).reported == "Available"

    await charger.plug_in(1)
    await charger.swipe(1, "ALICE")
    await charger.call("Heartbeat", {})
    assert charger.connector(1).transaction is not first
    if csms.version == "1.6":
        assert len(csms.of("StartTransaction")) == 2
        assert csms.of("StopTransaction") == []
    else:
        kinds = [event["eventType"] for event in csms.of("TransactionEvent")]
        assert kinds.count("Started") == 2
        assert "Ended" not in kinds


async def test_duplicate_calls_carry_one_message_id(csms: HonestCSMS, start: Start) -> None:
    charger = await start(misbehaviour=Misbehaviour(duplicate_calls=frozenset({"Heartbeat"})))
    await charger.call("Heartbeat", {})
    await charger.wait_for(lambda _: len(csms.of("Heartbeat")) == 2)
    ids = {message_id for action, message_id, _ in csms.received if action == "Heartbeat"}
    assert len(ids) == 1


async def test_a_dropped_reply_is_carried_out_all_the_same(csms: HonestCSMS, start: Start) -> None:
    charger = await start(misbehaviour=Misbehaviour(drop_replies=frozenset({"ClearCache"})))
    asking = asyncio.create_task(csms.call("ClearCache", {}))
    await charger.wait_for_message("ClearCache")
    await charger.call("Heartbeat", {})
    assert not asking.done()
    assert [m for m in charger.log if m.direction == "out" and m.action == "ClearCache"] == []
    asking.cancel()


async def test_replies_may_be_delayed_and_duplicated(csms: HonestCSMS, start: Start) -> None:
    knobs = Misbehaviour(
        delay_replies={"ClearCache": 0.3}, duplicate_replies=frozenset({"GetLocalListVersion"})
    )
    charger = await start(misbehaviour=knobs)
    slow = asyncio.create_task(csms.call("ClearCache", {}))
    await charger.wait_for_message("ClearCache")
    await csms.call("GetLocalListVersion", {})
    await slow
    answered = [m.action for m in charger.log if m.direction == "out" and m.kind == "result"]
    assert answered == ["GetLocalListVersion", "GetLocalListVersion", "ClearCache"]


async def test_unsupported_actions_are_not_implemented(csms: HonestCSMS, start: Start) -> None:
    charger = await start(misbehaviour=Misbehaviour(unsupported=frozenset({"CancelReservation"})))
    assert await csms.call("CancelReservation", {"reservationId": 1}) == {"error": "NotImplemented"}
    charger.misbehaviour.unsupported = frozenset()
    assert await csms.call("CancelReservation", {"reservationId": 1}) == {"status": "Rejected"}
    assert await csms.call("NoSuchAction", {}) == {"error": "NotImplemented"}
    wrong = await csms.call("CancelReservation", {"reservationId": "one"})
    assert wrong == {"error": "TypeConstraintViolation"}


async def test_bad_frames_can_be_sent_and_answers_awaited(csms: HonestCSMS, start: Start) -> None:
    charger = await start(call_timeout_s=0.05)
    await charger.send_raw('[2,"raw-1","Heartbeat",{}]')
    message = await charger.wait_for_message("Heartbeat", kind="result")
    assert message.message_id == "raw-1"
    csms.silent = {"Heartbeat"}
    with pytest.raises(CallTimeoutError):
        await charger.call("Heartbeat", {})
    await charger.vanish()
    with pytest.raises(NotConnectedError):
        await charger.call("Heartbeat", {})


async def test_waiting_in_vain_times_out(csms: HonestCSMS, start: Start) -> None:
    charger: VirtualChargePoint = await start()
    with pytest.raises(TimeoutError):
        await charger.wait_for(lambda _: False, timeout=0.01)


async def test_it_comes_again_when_turned_away_or_cut_off(csms: HonestCSMS, start: Start) -> None:
    csms.overloaded = 2
    charger = await start()
    assert len(csms.handshakes) == 3
    assert csms.socket is not None
    csms.socket.transport.abort()
    await charger.wait_for(lambda c: not c.online)
    await charger.wait_for(lambda c: c.online)
    assert len(csms.of("BootNotification")) == 2


async def test_many_chargers_at_once(csms: HonestCSMS) -> None:
    chargers = [build(csms, identity=f"CP-{n}", keep_log=False) for n in range(50)]
    await asyncio.gather(*(charger.start() for charger in chargers))
    assert len(csms.of("BootNotification")) == 50
    for charger in chargers:
        await charger.vanish()
    await asyncio.gather(*(charger.come_back() for charger in chargers))
    assert all(charger.online for charger in chargers)
    await asyncio.gather(*(charger.stop() for charger in chargers))
    assert not any(charger.online for charger in chargers)
