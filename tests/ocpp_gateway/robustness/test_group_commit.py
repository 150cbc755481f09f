"""Many chargers' messages are committed together: all are answered, none spoils another's, each counts once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from db.tables import Connector
from ocpp_gateway.server import Gateway
from tests.ocpp_gateway.conftest import ALICE, CHARGER
from tests.ocpp_gateway.records import Records
from tests.ocpp_gateway.robustness.conftest import MakeRaw
from tests.ocpp_gateway.robustness.raw_charger import RawCharger, call, status_of

CROWD = 60
BEGAN = datetime.now(UTC) - timedelta(hours=12)


def start(message_id: str, n: int = 0, *, tag: str = ALICE) -> str:
    told = {"connectorId": 1, "idTag": tag, "meterStart": n, "timestamp": _at(n)}
    return call(message_id, "StartTransaction", told)


def stop(message_id: str, number: int, n: int = 0) -> str:
    told = {"transactionId": number, "meterStop": n + 1, "timestamp": _at(n, seconds=30)}
    return call(message_id, "StopTransaction", told)


def event(message_id: str, kind: str, seq_no: int, *, transaction: str = "tx-1", **over: Any) -> str:
    told = {
        "eventType": kind,
        "timestamp": _at(seq_no),
        "triggerReason": "Trigger",
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": transaction},
        "evse": {"id": 1, "connectorId": 1},
        "meterValue": [{"timestamp": _at(seq_no), "sampledValue": [{"value": 1000 + seq_no}]}],
    }
    return call(message_id, "TransactionEvent", told | over)


def _at(n: int, *, seconds: int = 0) -> str:
    return (BEGAN + timedelta(minutes=n, seconds=seconds)).isoformat()


TOKEN = {"idToken": ALICE, "type": "ISO14443"}


async def crowd(connect: MakeRaw, records: Records, count: int = CROWD) -> list[RawCharger]:
    await records.install_chargers(count, like=CHARGER)
    return list(await asyncio.gather(*(connect(f"CROWD-{n}") for n in range(count))))


async def statuses(records: Records) -> set[str]:
    async with records.engine.connect() as connection:
        rows = await connection.scalars(select(Connector.status).where(Connector.charger_id.like("CROWD-%")))
        return set(rows)


async def test_what_many_say_at_once_is_answered_and_kept(connect: MakeRaw, records: Records) -> None:
    chargers = await crowd(connect, records)
    for charger in chargers:  # all of it before anybody is answered
        charger.say(status_of("s", "Preparing"))
        charger.say(call("a", "Authorize", {"idTag": ALICE}))
        charger.say(start("t"))
        charger.say(status_of("c", "Charging"))
    for charger in chargers:
        await charger.reply("c")
        assert charger.order == ["s", "a", "t", "c"]
        assert (await charger.reply("a"))[2]["idTagInfo"]["status"] == "Accepted"
    numbers = {(await charger.reply("t"))[2]["transactionId"] for charger in chargers}
    assert numbers == {session.id for session in await records.sessions()}
    assert len(numbers) == CROWD
    assert await statuses(records) == {"charging"}


async def test_an_item_that_breaks_its_batch_spoils_nobody_elses_answer(
    connect: MakeRaw, records: Records
) -> None:
    async with records.engine.begin() as database:
        await database.execute(
            text(
                "ALTER TABLE sessions ADD CONSTRAINT odd CHECK (meter_start_wh <> 13);"
                "ALTER TABLE connectors ADD CONSTRAINT odd CHECK (error_code <> 'OtherError')"
            )
        )
    chargers = await crowd(connect, records)
    for n, charger in enumerate(chargers):
        charger.say(status_of("s", "Preparing", error="OtherError" if n % 20 == 7 else "NoError"))
        charger.say(start("t", 13 if n % 20 == 5 else 100))
    for n, charger in enumerate(chargers):
        kinds = (await charger.reply("s"))[0], (await charger.reply("t"))[0]
        assert kinds == (4 if n % 20 == 7 else 3, 4 if n % 20 == 5 else 3)
    assert len(await records.sessions()) == CROWD - 3


async def waiting_for_a_lock(records: Records) -> None:
    """Return once a statement waits for somebody else's lock."""
    statement = text("SELECT count(*) FROM pg_locks WHERE NOT granted")

    async def waits() -> bool:
        async with records.engine.connect() as connection:
            return bool(await connection.scalar(statement))

    await records.eventually(waits)


async def test_a_call_sent_again_while_the_first_is_in_flight_is_answered_once(
    connect: MakeRaw, records: Records
) -> None:
    await records.hold("alice")
    charger = await connect()
    await charger.ask(call("up", "Heartbeat"))
    async with records.engine.begin() as database:  # nothing is committed before we let go
        await database.execute(text("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE"))
        for _ in range(3):
            charger.say(start("t"))
        charger.say(call("h", "Heartbeat"))
        charger.say(start("t"))
        await charger.heard()
        await waiting_for_a_lock(records)
    await charger.ask(call("end", "Heartbeat"))
    assert charger.replies("t") == 1
    assert charger.order == ["up", "t", "h", "end"]
    assert len(await records.sessions()) == 1


async def test_of_what_a_lost_connection_left_waiting_only_transactions_still_count(
    gateway: Gateway, connect: MakeRaw, records: Records
) -> None:
    """An old status, taken after a newer connection's, would stay."""
    charger = await connect()
    await charger.ask(call("up", "Heartbeat"))
    async with records.engine.begin() as database:
        await database.execute(text("LOCK TABLE connectors IN ACCESS EXCLUSIVE MODE"))
        charger.say(status_of("underway", "Preparing"))
        charger.say(status_of("waiting", "Charging"))
        charger.say(start("t"))
        await charger.heard()
        await charger.leave()

        async def gone() -> bool:
            return gateway.connections.get(CHARGER) is None

        await records.eventually(gone)

    async def begun() -> bool:
        return bool(await records.sessions())

    await records.eventually(begun)
    assert await records.status() == "preparing"


async def test_what_is_sent_again_after_a_reconnect_counts_once_under_any_id(
    gateway: Gateway, connect: MakeRaw, records: Records
) -> None:
    answers = []
    for name in ("first", "first", "second"):
        charger = await connect()
        begun = await charger.ask(start(name, 7))
        ended = await charger.ask(stop(name + "-stop", begun[2]["transactionId"], 7))
        answers.append((begun[2], ended[2]))
        await charger.leave()
    assert answers[0] == answers[1] == answers[2]
    assert len(await records.sessions()) == 1
    for kind in ("transaction_started", "transaction_ended"):
        assert len(await records.events(kind)) == 1


async def test_events_of_2_x_sent_again_after_a_reconnect_count_once(
    connect: MakeRaw, records: Records
) -> None:
    told: tuple[tuple[str, dict[str, Any]], ...] = (
        ("Started", {"idToken": TOKEN}),
        ("Updated", {}),
        ("Ended", {}),
    )
    answers = []
    for attempt in ("a", "a", "b"):
        charger = await connect(version="2.0.1")
        answers.append(
            [
                (await charger.ask(event(f"{attempt}{n}", kind, n, **more)))[2]
                for n, (kind, more) in enumerate(told)
            ]
        )
        await charger.leave()
    assert answers[0] == answers[1] == answers[2]
    (session,) = await records.sessions()
    assert (session.meter_last_wh, session.ended_at is not None) == (1002, True)
    for kind in ("transaction_started", "transaction_ended"):
        assert len(await records.events(kind)) == 1


async def test_gaps_duplicates_and_disorder_of_sequence_numbers_change_nothing(
    connect: MakeRaw, records: Records
) -> None:
    kinds = {0: "Started", 9: "Ended"}
    charger = await connect(version="2.1")
    orders = ((0, 2, 4, 9), (0, 4, 2, 9), (0, 2, 2, 4, 4, 9, 9), (9, 4, 0))
    for name, order in enumerate(orders):
        for n, seq_no in enumerate(order):
            more: dict[str, Any] = {"idToken": TOKEN} if seq_no == 0 else {}
            told = event(
                f"{name}/{n}", kinds.get(seq_no, "Updated"), seq_no, transaction=f"tx-{name}", **more
            )
            assert (await charger.ask(told))[0] == 3
        session = (await records.sessions())[-1]
        assert session.transaction_id == f"tx-{name}"
        assert (session.meter_last_wh, session.ended_at is not None) == (1009, True), order
    assert len(await records.sessions()) == len(orders)


async def test_a_long_queue_of_an_offline_time_is_taken_in_order(connect: MakeRaw, records: Records) -> None:
    """150 transactions at once, the stops with the number that a charger has for a start without an answer."""
    charger = await connect()
    for n in range(150):
        charger.say(start(f"start-{n}", 2 * n))
        charger.say(stop(f"stop-{n}", -1, 2 * n))
    await charger.reply("stop-149")
    assert charger.order == [f"{what}-{n}" for n in range(150) for what in ("start", "stop")]
    sessions = await records.sessions()
    assert [session.meter_start_wh for session in sessions] == [2 * n for n in range(150)]
    assert all(session.stop_reason == "Local" for session in sessions)
    assert [s.started_at for s in sessions] == sorted(s.started_at for s in sessions)
