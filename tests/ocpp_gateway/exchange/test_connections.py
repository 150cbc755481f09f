"""Who may connect, whose connection counts, and what is told about coming and going."""

import asyncio
import base64
from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from db.tables import Charger
from ocpp_gateway.admission.authentication import Authenticator
from ocpp_gateway.admission.caller import Refused
from ocpp_gateway.admission.passwords import PasswordChecks
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import Gateway, running_gateway
from simulator.charge_point import VirtualChargePoint
from tests.factories import PASSWORD
from tests.ocpp_gateway.conftest import CHARGER, MakeCharger
from tests.ocpp_gateway.records import Records

OLD = Subprotocol("ocpp1.6")


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


GOOD = basic(CHARGER, PASSWORD)


@pytest.mark.parametrize(
    ("identity", "headers", "subprotocols", "status"),
    [
        (CHARGER, {}, [OLD], 401),
        (CHARGER, basic(CHARGER, "wrong"), [OLD], 401),
        (CHARGER, basic("NORTH-2", PASSWORD), [OLD], 401),
        (CHARGER, {"Authorization": "Basic %%%"}, [OLD], 401),
        (CHARGER, {"Authorization": "Bearer x"}, [OLD], 401),
        ("NOBODY", basic("NOBODY", PASSWORD), [OLD], 404),
        ("a/b", GOOD, [OLD], 404),
        ("%00", GOOD, [OLD], 404),
        ("X" * 60, GOOD, [OLD], 404),
        (CHARGER, GOOD, [Subprotocol("ocpp1.5")], 400),
        (CHARGER, GOOD, None, 400),
    ],
)
async def test_whoever_may_not_connect_gets_a_plain_http_answer(
    identity: str,
    headers: dict[str, str],
    subprotocols: list[Subprotocol] | None,
    status: int,
    gateway: Gateway,
) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with connect(
            f"{gateway.url}/{identity}", additional_headers=headers, subprotocols=subprotocols, proxy=None
        ):
            pass
    assert refusal.value.response.status_code == status
    assert ("WWW-Authenticate" in refusal.value.response.headers) is (status == 401)


@pytest.mark.parametrize("spelled", ["OCPP1.6", "ocpp1.6j"])
async def test_a_version_spelled_in_another_way_is_spoken_and_answered_as_spelled(
    spelled: str, gateway: Gateway, records: Records
) -> None:
    url = f"{gateway.url}/{CHARGER}"
    async with connect(
        url, additional_headers=GOOD, subprotocols=[Subprotocol(spelled)], proxy=None
    ) as socket:
        assert socket.subprotocol == spelled
        await socket.send('[2,"1","Heartbeat",{}]')
        assert "currentTime" in str(await socket.recv())
    assert (await records.charger()).protocol == "ocpp1.6"


async def test_without_a_password_only_by_setting(
    records: Records, engine: AsyncEngine, database_url: str
) -> None:
    async with engine.begin() as database:
        await database.execute(update(Charger).where(Charger.id == CHARGER).values(password_hash=None))
    options = GatewayOptions(instance="lab", allow_unauthenticated=True)
    async with running_gateway(database_url, options=options) as lab:
        url = f"{lab.url}/{CHARGER}"
        async with connect(url, subprotocols=[OLD], proxy=None) as socket:
            await socket.send('[2,"1","Heartbeat",{}]')
            assert "currentTime" in str(await socket.recv())
        with pytest.raises(InvalidStatus):
            async with connect(
                url, subprotocols=[OLD], proxy=None, additional_headers=basic(CHARGER, "wrong")
            ):
                pass
        with pytest.raises(InvalidStatus) as refusal:  # NORTH-2 has a password: leaving it out is no way in
            async with connect(f"{lab.url}/NORTH-2", subprotocols=[OLD], proxy=None):
                pass
        assert refusal.value.response.status_code == 401


async def test_more_sockets_than_allowed_are_sent_away_for_a_while(
    records: Records, database_url: str
) -> None:
    options = GatewayOptions(instance="small", max_connections=1)
    async with running_gateway(database_url, options=options) as small:
        one = connect(f"{small.url}/{CHARGER}", subprotocols=[OLD], additional_headers=GOOD, proxy=None)
        async with one as socket:
            await socket.send('[2,"1","Heartbeat",{}]')
            await socket.recv()
            with pytest.raises(InvalidStatus) as refusal:
                async with connect(
                    f"{small.url}/NORTH-2",
                    subprotocols=[OLD],
                    additional_headers=basic("NORTH-2", PASSWORD),
                    proxy=None,
                ):
                    pass
        assert refusal.value.response.status_code == 503
        assert "Retry-After" in refusal.value.response.headers


async def test_passwords_beyond_the_queue_are_not_checked_but_told_to_come_again(
    records: Records, engine: AsyncEngine
) -> None:
    guard = Authenticator(engine, passwords=PasswordChecks(engine, waiting=0))
    with pytest.raises(Refused) as refusal:
        await guard.check(CHARGER, GOOD["Authorization"])
    guard.close()
    assert (refusal.value.status, refusal.value.code) == (503, "too_many_at_once")


async def test_the_newest_connection_wins_and_the_old_one_changes_nothing(
    gateway: Gateway, records: Records
) -> None:
    await records.hold("alice")
    url = f"{gateway.url}/{CHARGER}"
    async with connect(url, subprotocols=[OLD], additional_headers=GOOD, proxy=None) as old:
        await old.send('[2,"1","Heartbeat",{}]')
        await old.recv()
        async with connect(url, subprotocols=[OLD], additional_headers=GOOD, proxy=None) as new:
            with pytest.raises(ConnectionClosed):
                await old.recv()
            await new.send('[2,"1","Heartbeat",{}]')
            assert "currentTime" in str(await new.recv())
            charger = await records.charger()
            assert (charger.epoch, charger.gateway_instance) == (2, "gw-1")
            assert await records.kinds() == ["charger_online", "charger_online"]

    async def gone() -> bool:
        return (await records.charger()).gateway_instance is None

    await records.eventually(gone)
    assert (await records.kinds())[-1] == "charger_offline"


async def test_a_connection_taken_over_by_another_gateway_is_closed(
    gateway: Gateway, records: Records, make_charger: MakeCharger, database_url: str
) -> None:
    first = await make_charger(reconnect=False)
    async with running_gateway(database_url, options=GatewayOptions(instance="gw-2")) as second:
        moved = VirtualChargePoint(
            identity=CHARGER, version="1.6", url=second.url, password=PASSWORD, connectors=2
        )
        await moved.start()
        await first.wait_for(lambda c: not c.online)
        charger = await records.charger()
        assert (charger.gateway_instance, charger.epoch) == ("gw-2", 2)
        await moved.stop()


async def test_vanishing_is_told_once_and_coming_back_too(
    records: Records, make_charger: MakeCharger
) -> None:
    await records.hold("alice")
    charger = await make_charger(boot_on_reconnect=False)
    await charger.vanish()

    async def offline() -> bool:
        return (await records.kinds())[-1] == "charger_offline"

    await records.eventually(offline)
    await charger.come_back()
    await charger.call("Heartbeat", {})
    kinds = [kind for kind in await records.kinds() if kind.startswith("charger_")]
    assert kinds == ["charger_online", "charger_booted", "charger_offline", "charger_online"]


async def test_a_restarted_gateway_tells_of_chargers_that_its_former_life_lost(
    records: Records, database_url: str
) -> None:
    await records.hold("alice")
    await records.lease("gw-9", epoch=4)
    async with running_gateway(database_url, options=GatewayOptions(instance="gw-9")):
        assert await records.kinds() == ["charger_offline"]
        assert (await records.charger()).gateway_instance is None


async def test_heartbeats_reach_the_database_by_flush_alone(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    before = datetime.now(UTC)

    async def seen() -> bool:
        await charger.call("Heartbeat", {})  # one right after a flush waits for the next sign of life
        return bool((await records.charger()).last_seen_at >= before)

    await records.eventually(seen)
    assert await records.events("heartbeat") == []


async def test_draining_sends_chargers_elsewhere_and_returns_the_leases(
    records: Records, database_url: str
) -> None:
    async with running_gateway(database_url, options=GatewayOptions(instance="gw-3")) as draining:
        url = f"{draining.url}/{CHARGER}"
        async with connect(url, subprotocols=[OLD], additional_headers=GOOD, proxy=None) as socket:
            await socket.send('[2,"1","Heartbeat",{}]')
            await socket.recv()
            drain = asyncio.create_task(draining.drain())
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
            await drain
            assert (await records.charger()).gateway_instance is None


async def test_a_crowd_that_boots_at_once_is_served(
    gateway: Gateway, records: Records, make_charger: MakeCharger
) -> None:
    """Far more messages at once than the pool has connections: none waits for a second one."""
    await records.install_chargers(100, like=CHARGER)
    crowd = await asyncio.gather(*(make_charger(f"CROWD-{n}", connectors=1) for n in range(100)))
    assert len(gateway.connections) == 100
    answers = await asyncio.gather(*(charger.call("Heartbeat", {}) for charger in crowd))
    assert all("currentTime" in answer for answer in answers)


async def test_health_and_metrics_tell_what_goes_on(records: Records, database_url: str) -> None:
    options = GatewayOptions(instance="gw-4", metrics_port=0)
    async with running_gateway(database_url, options=options) as running:
        assert (await get(running.metrics_port, "/healthz")).startswith("HTTP/1.1 200")
        ready = await get(running.metrics_port, "/readyz")
        assert ready.startswith(
            "HTTP/1.1 200"
        )  # chargers are served, though this gateway was given no Temporal
        assert '"code": "temporal_unreachable"' in ready.partition('"degraded"')[2]
        assert 'slotkeeper_gateway_connections{version="2.1"} 0.0' in await get(
            running.metrics_port, "/metrics"
        )
        assert (await get(running.metrics_port, "/else")).startswith("HTTP/1.1 404")


async def get(port: int, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_second_gateway_of_the_same_name_that_finds_the_port_taken_harms_nobody(
    gateway: Gateway, make_charger: MakeCharger, records: Records, database_url: str
) -> None:
    await make_charger()
    await records.hold("alice")
    taken = GatewayOptions(instance="gw-1", port=gateway.port)
    with pytest.raises(OSError, match="in use"):
        async with running_gateway(database_url, options=taken):
            raise AssertionError("two gateways cannot have one port")
    assert (await records.charger()).gateway_instance == "gw-1"
    assert "charger_offline" not in await records.kinds()
