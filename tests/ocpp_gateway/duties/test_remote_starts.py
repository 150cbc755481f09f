"""What the gate would refuse when it starts is not asked of the charger in the first place."""

from datetime import UTC, datetime, timedelta

from db.engine import create_engine
from domain.charging.commands import CommandOutcome, CommandReply, RemoteStart
from ocpp_gateway.duties.remote_starts import ACCESS_UNKNOWN, RemoteStartGate
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, FLEET_B
from tests.ocpp_gateway.records import Records

APP_TAG = "7F3K2QVMX9TA"


async def refusal(records: Records, tag: str, number: int = 1) -> str | None:
    """The detail of the refusal; None when the start goes out."""
    command = RemoteStart(connector_number=number, id_tag=tag, remote_start_id=1)
    reply = await RemoteStartGate(records.engine).refusal(CHARGER, command, datetime.now(UTC))
    if reply is None:
        return None
    assert reply.outcome is CommandOutcome.REJECTED
    return reply.detail


async def test_the_reservations_driver_credential_and_group_are_started(records: Records) -> None:
    await records.hold("fleet-1", number=1, group="FLEET")
    await records.app_token(APP_TAG, "fleet-1")
    assert await refusal(records, APP_TAG) is None
    assert await refusal(records, APP_TAG.lower()) is None
    assert await refusal(records, FLEET_B) is None
    assert await refusal(records, BOB, number=2) is None


async def test_a_start_that_would_be_refused_is_not_sent_and_says_why(records: Records) -> None:
    await records.hold("alice", number=1)
    await records.hold("alice", number=2, code="SOON", starts_in=timedelta(hours=2))
    await records.app_token(APP_TAG, "alice", code="SOON")
    assert await refusal(records, BOB) == "reserved_for_another"
    assert await refusal(records, APP_TAG, number=2) == "outside_window"
    assert await refusal(records, "NOBODY") == "token_unknown"
    assert await refusal(records, ALICE, number=9) == "out_of_service"
    await records.block(ALICE)
    assert await refusal(records, ALICE) == "token_blocked"


async def test_when_the_charger_may_choose_any_connector_will_do(records: Records) -> None:
    await records.hold("alice", number=1)
    assert await refusal(records, BOB, number=0) is None
    await records.hold("alice", number=2, code="SECOND")
    assert await refusal(records, BOB, number=0) == "reserved_for_another"
    assert await refusal(records, ALICE, number=0) is None


async def test_without_the_database_nothing_is_sent_and_the_caller_may_try_again() -> None:
    engine = create_engine("postgresql://nobody@127.0.0.1:1/none", pool_size=1)
    command = RemoteStart(connector_number=1, id_tag=ALICE, remote_start_id=1)
    reply = await RemoteStartGate(engine).refusal(CHARGER, command, datetime.now(UTC))
    await engine.dispose()
    assert reply == CommandReply(outcome=CommandOutcome.NOT_CONNECTED, detail=ACCESS_UNKNOWN)
