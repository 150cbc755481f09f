"""The gateway works with charge points that this project did not write, and sends nothing their schemas refuse."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.charging.commands import (
    CancelReservation,
    Command,
    CommandOutcome,
    RemoteStart,
    RemoteStop,
    ReserveNow,
    Reset,
)
from ocpp_gateway.server import Gateway
from tests.foreign.charge_point import CallRefused
from tests.foreign.conftest import EACH, NPM, PYTHON, Connect
from tests.foreign.wording import WORDINGS, charge
from tests.ocpp_gateway.conftest import ALICE, CHARGER
from tests.ocpp_gateway.records import CODE, Records

HOLD = 7
either = pytest.mark.parametrize("implementation", [PYTHON, NPM])
each = pytest.mark.parametrize(("implementation", "subprotocol"), EACH)


async def _send(gateway: Gateway, command: Command) -> CommandOutcome:
    connection = gateway.connections.get(CHARGER)
    assert connection is not None
    return (await gateway.connections.send(CHARGER, connection.epoch, command)).outcome


@each
async def test_a_reserved_charging_session_from_boot_to_the_last_meter_value(
    implementation: str,
    subprotocol: str,
    gateway: Gateway,
    records: Records,
    connect_foreign: Connect,
) -> None:
    words = WORDINGS[subprotocol]
    await records.hold("alice", number=1)
    charger = await connect_foreign(implementation, subprotocol)

    booted = await words.boot(charger)
    assert booted["status"] == "Accepted"
    assert booted["interval"] > 0
    await words.status(charger, "Available")
    assert await records.status() == "available"

    reserve = ReserveNow(
        connector_number=1,
        hold_id=HOLD,
        id_tag=ALICE,
        parent_id_tag=None,
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )
    assert await _send(gateway, reserve) is CommandOutcome.ACCEPTED
    assert words.reserved_for(charger.heard.last("ReserveNow")) == ALICE
    await words.status(charger, "Reserved")
    assert await records.status() == "reserved"

    assert await words.authorize(charger, "UNKNOWN1") in ("Invalid", "Unknown")
    assert await words.authorize(charger, ALICE) == "Accepted"
    assert await charge(words, charger, ALICE, wh=5000) == "Accepted"

    (session,) = await records.sessions()
    assert session.reservation_code == CODE
    assert session.meter_last_wh - session.meter_start_wh == 5000
    assert session.ended_at is not None
    assert charger.heard.invalid == []


@each
async def test_our_commands_are_understood(
    implementation: str, subprotocol: str, gateway: Gateway, connect_foreign: Connect
) -> None:
    words = WORDINGS[subprotocol]
    charger = await connect_foreign(implementation, subprotocol)
    await words.boot(charger)
    await words.status(charger, "Available")
    commands: dict[str, Command] = {
        "CancelReservation": CancelReservation(hold_id=HOLD),
        words.remote_start: RemoteStart(connector_number=1, id_tag=ALICE, remote_start_id=5),
        words.remote_stop: RemoteStop(transaction_id="17"),
        "Reset": Reset(),
    }
    for action, command in commands.items():
        assert await _send(gateway, command) is CommandOutcome.ACCEPTED
        assert charger.heard.last(action)
    assert charger.heard.invalid == []


@either
async def test_an_action_nobody_knows_is_refused_and_the_connection_goes_on(
    implementation: str, connect_foreign: Connect
) -> None:
    words = WORDINGS["ocpp1.6"]
    charger = await connect_foreign(implementation, "ocpp1.6")
    await words.boot(charger)
    with pytest.raises(CallRefused, match=r"(?i)not.?(implemented|supported)"):
        await charger.call("GetDiagnostics", {"location": "ftp://example.org/logs"})
    assert await charger.call("Heartbeat", {})
    assert charger.heard.invalid == []
