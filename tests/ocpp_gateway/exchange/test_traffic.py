"""What operators see of a charger's traffic: the newest, bounded, without anybody's token or password."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine
from db.tables import ChargerTraffic
from ocpp_gateway.exchange.traffic import LONGEST_FRAME, PendingCommand, TrafficFlusher, TrafficLog
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import running_gateway
from ocpp_gateway.storage.traffic import KEPT_MESSAGES
from simulator.charge_point import VirtualChargePoint
from tests.factories import PASSWORD
from tests.ocpp_gateway.conftest import ALICE, CHARGER
from tests.ocpp_gateway.records import Records

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TOKEN = "04AABBCCDDEE77"


@dataclass
class Line:
    """A connection as the flusher sees it."""

    charger_id: str = "NORTH-1"
    traffic: TrafficLog = field(default_factory=TrafficLog)
    waiting: list[PendingCommand] = field(default_factory=list)

    def pending(self) -> Sequence[PendingCommand]:
        return tuple(self.waiting)

    def hear(self, *transactions: int) -> None:
        for number in transactions:
            frame = json.dumps([2, f"m{number}", "StopTransaction", {"transactionId": number}])
            self.traffic.heard(NOW + timedelta(seconds=number), "StopTransaction", frame.encode())


async def kept(engine: AsyncEngine, charger_id: str = "NORTH-1") -> Any:
    async with engine.connect() as connection:
        rows = await connection.execute(
            select(ChargerTraffic.__table__).where(ChargerTraffic.charger_id == charger_id)
        )
        return rows.one_or_none()


async def transactions(engine: AsyncEngine) -> list[int]:
    return [message["frame"][3]["transactionId"] for message in (await kept(engine)).messages]


def flusher(engine: AsyncEngine, *lines: Line) -> TrafficFlusher:
    return TrafficFlusher(engine, lambda: lines, clock=lambda: NOW)


async def test_messages_are_kept_with_direction_time_and_content(
    engine: AsyncEngine, records: Records
) -> None:
    line = Line()
    line.traffic.heard(NOW, "Authorize", json.dumps([2, "a", "Authorize", {"idTag": TOKEN}]).encode())
    line.traffic.said(NOW, "Authorize", '[3,"a",{"idTagInfo":{"status":"Accepted"}}]')
    await flusher(engine, line).flush()
    heard, said = (await kept(engine)).messages
    assert (heard["direction"], heard["action"]) == ("received", "Authorize")
    assert datetime.fromisoformat(heard["at"]) == NOW
    assert heard["frame"] == [2, "a", "Authorize", {"idTag": "…EE77"}]
    assert (said["direction"], said["frame"][2]) == ("sent", {"idTagInfo": {"status": "Accepted"}})


async def test_commands_and_their_replies_are_named_by_the_command(
    engine: AsyncEngine, records: Records
) -> None:
    line = Line()
    line.traffic.said(NOW, "", b'[2,"c1","Reset",{"type":"Soft"}]')
    line.traffic.heard(NOW, "", b'[3,"c1",{"status":"Accepted"}]')
    line.traffic.heard(NOW, "", b'[3,"never asked",{}]')
    await flusher(engine, line).flush()
    assert [message["action"] for message in (await kept(engine)).messages] == ["Reset", "Reset", ""]


async def test_the_newest_stay_across_flushes_and_connections(engine: AsyncEngine, records: Records) -> None:
    line = Line()
    flush = flusher(engine, line).flush
    line.hear(*range(15))
    await flush()
    line.hear(*range(15, 25))
    await flush()
    assert await transactions(engine) == list(range(25 - KEPT_MESSAGES, 25))
    again = Line()
    again.hear(*range(100, 200))
    await flusher(engine, again).flush()
    assert await transactions(engine) == list(range(200 - KEPT_MESSAGES, 200))


async def test_heartbeats_push_nothing_out(engine: AsyncEngine, records: Records) -> None:
    line = Line()
    line.hear(1)
    for _ in range(100):
        line.traffic.heard(NOW, "Heartbeat", b'[2,"h","Heartbeat",{}]')
        line.traffic.said(NOW, "Heartbeat", b'[3,"h",{}]')
    await flusher(engine, line).flush()
    assert await transactions(engine) == [1]


async def test_only_chargers_with_news_are_written(engine: AsyncEngine, records: Records) -> None:
    await flusher(engine, Line()).flush()
    assert await kept(engine) is None


async def test_pending_commands_are_shown_and_taken_back(engine: AsyncEngine, records: Records) -> None:
    line = Line(waiting=[("Reset", NOW, True), ("UnlockConnector", NOW, False)])
    flush = flusher(engine, line).flush
    await flush()
    shown = (await kept(engine)).pending_commands
    assert [(command["action"], command["sent"]) for command in shown] == [
        ("Reset", True),
        ("UnlockConnector", False),
    ]
    line.waiting.clear()
    await flush()
    assert (await kept(engine)).pending_commands == []


async def test_the_last_words_of_a_closed_connection_are_kept(engine: AsyncEngine, records: Records) -> None:
    line = Line(waiting=[("Reset", NOW, True)])
    flusher_of_it = TrafficFlusher(engine, lambda: lines, clock=lambda: NOW)
    lines = [line]
    await flusher_of_it.flush()
    line.hear(7)
    flusher_of_it.closed(line)
    lines.clear()
    await flusher_of_it.flush()
    assert await transactions(engine) == [7]
    assert (await kept(engine)).pending_commands == []


async def test_a_charger_that_was_uninstalled_fails_no_other(engine: AsyncEngine, records: Records) -> None:
    gone, here = Line(charger_id="GONE"), Line()
    gone.hear(1)
    here.hear(2)
    await flusher(engine, gone, here).flush()
    assert await transactions(engine) == [2]
    assert await kept(engine, "GONE") is None


async def test_hundreds_of_chargers_are_written_in_batches(engine: AsyncEngine, records: Records) -> None:
    await records.install_chargers(450, like="NORTH-1")
    lines = [Line(charger_id=f"CROWD-{number}") for number in range(450)]
    for line in lines:
        line.hear(1)
    await flusher(engine, *lines).flush()
    async with engine.connect() as connection:
        assert len((await connection.execute(select(ChargerTraffic.charger_id))).all()) == 450


async def test_without_postgres_the_newest_wait_and_are_written_later(
    engine: AsyncEngine, records: Records
) -> None:
    line = Line()
    nowhere = create_engine("postgresql://nobody@127.0.0.1:1/none", pool_size=1)
    line.hear(*range(15))
    await flusher(nowhere, line).flush()
    line.hear(*range(15, 30))
    await flusher(nowhere, line).flush()
    await nowhere.dispose()
    await flusher(engine, line).flush()
    assert await transactions(engine) == list(range(30 - KEPT_MESSAGES, 30))


@pytest.mark.parametrize(
    ("frame", "note"),
    [
        ("x" * (LONGEST_FRAME + 1), "not shown: too long"),
        (f'[2,"1","Authorize",{{"idTag":"{TOKEN}"', "not shown: not JSON"),
        (f'"{TOKEN}"', "not shown: not an OCPP-J message"),
        (b'[2,"1","Authorize",{"idTag":"\xff\xfe"}]', "not shown: not JSON"),
        ("[" * 1500, "not shown: not JSON"),
    ],
)
async def test_what_cannot_be_read_is_told_by_length_and_reason_only(
    engine: AsyncEngine, records: Records, frame: str | bytes, note: str
) -> None:
    line = Line()
    line.traffic.heard(NOW, "", frame)
    await flusher(engine, line).flush()
    (message,) = (await kept(engine)).messages
    assert (message["frame"], message["size"], message["note"]) == (None, len(frame), note)


async def test_what_postgres_cannot_store_is_left_out(engine: AsyncEngine, records: Records) -> None:
    line = Line()
    line.traffic.heard(NOW, "A\0ct\ud800ion", rb'[2,"1","DataTransfer",{"vendorId":"a\u0000b","n":1.5}]')
    await flusher(engine, line).flush()
    (message,) = (await kept(engine)).messages
    assert message["frame"][3] == {"vendorId": "ab", "n": 1.5}


async def test_a_real_chargers_messages_are_kept_when_the_gateway_drains(
    engine: AsyncEngine, records: Records, database_url: str
) -> None:
    options = GatewayOptions(instance="traffic")
    async with running_gateway(database_url, options=options) as gateway:
        charger = VirtualChargePoint(
            identity=CHARGER, version="1.6", url=gateway.url, password=PASSWORD, connectors=2, reconnect=False
        )
        await charger.start()
        await charger.plug_in(1)
        assert await charger.swipe(1, ALICE)
        await charger.stop()
    messages = (await kept(engine)).messages
    seen = [(message["direction"], message["action"]) for message in messages]
    for action in ("BootNotification", "StatusNotification", "Authorize", "StartTransaction"):
        assert ("received", action) in seen
        assert ("sent", action) in seen
    assert all(message["frame"] is not None for message in messages)
    assert ALICE not in json.dumps(messages)
    assert PASSWORD not in json.dumps(messages)
