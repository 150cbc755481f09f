"""What happened offline, or by a slow clock, is judged by when it happened."""

from datetime import UTC, datetime, timedelta

import msgspec

from ocpp_gateway.duties.received_call import Liveness, ReceivedCall
from ocpp_gateway.duties.transactions import take_transaction
from ocpp_gateway.wire.answers import TransactionAnswer, Verdict
from ocpp_gateway.wire.reports import TransactionReported
from ocpp_gateway.wire.v16.version import ocpp16
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.duties.cards import (
    NOT_NOW,
    all_versions,
    ask,
    begin,
    give_up,
    start_offline,
)
from tests.ocpp_gateway.records import CODE, Records


@all_versions
async def test_the_driver_who_started_offline_in_time_has_the_reservation_though_it_was_given_up(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    hold = await records.hold("alice", number=1)
    await start_offline(charger, ALICE)
    await give_up(records, hold)
    await charger.come_back()

    async def told() -> bool:
        return "transaction_started" in await records.kinds()

    await records.eventually(told)
    (session,) = await records.sessions()
    assert (session.authorised, session.reservation_code, session.driver_id) == (True, CODE, "alice")
    assert charger.connector(1).transaction is not None


@all_versions
async def test_a_slow_clock_changes_no_decision_about_what_happens_now(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    began = datetime.now(UTC)
    slow = timedelta(minutes=40)
    assert await ask(charger, BOB) == "Accepted"  # connector 2 is free
    assert await begin(charger, BOB, slow=slow) == NOT_NOW[version]
    (session,) = await records.sessions()
    assert not session.authorised
    if version == "1.6":
        assert await ask(charger, ALICE) == "Accepted"
        assert await begin(charger, ALICE, number=2, slow=slow) == "Accepted"
    else:
        assert await begin(charger, ALICE, "Updated", 2, slow=slow) == "Accepted"
    session = (await records.sessions())[-1]
    assert (session.authorised, session.reservation_code) == (True, CODE)
    assert session.started_at >= began
    assert all(row.at >= began for row in await records.events("transaction_started"))


async def test_a_start_of_an_old_connection_with_a_slow_clock_is_judged_now(records: Records) -> None:
    """No card was presented: the charger knows the token by itself. Its connection is older than its delay."""
    await records.hold("alice", number=1)
    now = datetime.now(UTC)
    slow, message = now - timedelta(minutes=40), {"connectorId": 1, "idTag": BOB, "meterStart": 1}
    message["timestamp"] = slow.isoformat()
    report = ocpp16().read_call("StartTransaction", msgspec.json.encode(message), now)
    assert isinstance(report, TransactionReported)
    for since, verdict in (
        (now - timedelta(hours=2), Verdict.NOT_NOW),
        (now, Verdict.ACCEPTED),  # from the queue: there was no window yet
    ):
        received = ReceivedCall(charger_id=CHARGER, epoch=0, message_id="m", at=now, liveness=Liveness(since))
        async with records.engine.connect() as connection:
            answer = (await take_transaction(connection, received, report)).answer
        assert isinstance(answer, TransactionAnswer)
        assert answer.token is not None
        assert answer.token.verdict is verdict
