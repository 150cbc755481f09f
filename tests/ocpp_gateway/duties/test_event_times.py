"""What happened offline, or by a slow clock, is judged by when it happened."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from db.tables import Charger
from domain.charging.clocks import Presence
from ocpp_gateway.duties.received_call import Liveness, ReceivedCall
from ocpp_gateway.duties.transactions import take_transaction
from ocpp_gateway.storage.leases import MOST_ABSENCES, take_leases
from ocpp_gateway.wire.answers import TransactionAnswer, Verdict
from ocpp_gateway.wire.reports import TransactionReported
from ocpp_gateway.wire.v16.version import ocpp16
from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.duties.cards import (
    NOT_NOW,
    all_versions,
    ask,
    begin,
    give_up,
    start_offline,
)
from tests.ocpp_gateway.duties.messages import TOKEN, event, moment, start
from tests.ocpp_gateway.records import CODE, Records

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


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
        liveness = Liveness(Presence(connected_since=since))
        received = ReceivedCall(charger_id=CHARGER, epoch=0, message_id="m", at=now, liveness=liveness)
        async with records.engine.connect() as connection:
            answer = (await take_transaction(connection, received, report)).answer
        assert isinstance(answer, TransactionAnswer)
        assert answer.token is not None
        assert answer.token.verdict is verdict


async def was_away_once(records: Records, ago: timedelta) -> None:
    """For an hour, and has been there since."""
    back = datetime.now(UTC) - ago
    async with records.engine.begin() as connection:
        absences = [[(back - timedelta(hours=1)).isoformat(), back.isoformat()]]
        await connection.execute(update(Charger).where(Charger.id == CHARGER).values(absences=absences))


async def last_seen(records: Records, ago: timedelta) -> None:
    """Its connection is noted as over, and then dated back."""

    async def gone() -> bool:
        return (await records.charger()).gateway_instance is None

    await records.eventually(gone)
    async with records.engine.begin() as connection:
        seen = datetime.now(UTC) - ago
        await connection.execute(update(Charger).where(Charger.id == CHARGER).values(last_seen_at=seen))


local_starts = pytest.mark.parametrize(
    ("version", "over"),
    [("1.6", {}), *((version, over) for version in ("2.0.1", "2.1") for over in ({}, {"offline": True}))],
)
"""Told by a charger that knows the card. 2.x: with and without saying that there was no connection."""


def basis(over: dict[str, Any]) -> str:
    """Who has just come back and says that it was queued means the absence that has just ended."""
    return "estimated" if over else "now"


async def start_by_its_clock(
    charger: VirtualChargePoint, slow: timedelta, over: dict[str, Any] | None = None
) -> str:
    """What Alice's start is answered with; nobody has asked for her card."""
    if charger.version == "1.6":
        answer = await charger.call("StartTransaction", start(timestamp=moment(slow)))
        return str(answer["idTagInfo"]["status"])
    told = event("Started", 0, timestamp=moment(slow), idToken=TOKEN) | (over or {})
    return str((await charger.call("TransactionEvent", told))["idTokenInfo"]["status"])


@local_starts
@pytest.mark.parametrize("slow", [timedelta(hours=5), timedelta(hours=26), timedelta(minutes=20)])
async def test_a_charger_in_local_time_that_has_just_come_back_speaks_of_now(
    version: str, over: dict[str, Any], slow: timedelta, records: Records, make_charger: MakeCharger
) -> None:
    """K5.1: its clock is local time marked Z, the card is known to it, and five hours ago it was connected."""
    await records.hold("alice", number=1)
    left = datetime.now(UTC)  # what was heard of it last may be the beginning of its absence
    charger = await make_charger(version=version)
    await was_away_once(records, timedelta(days=2))
    await charger.vanish()
    await charger.come_back()
    began = datetime.now(UTC)
    assert await start_by_its_clock(charger, slow, over) == "Accepted"
    (session,) = await records.sessions()
    assert (session.authorised, session.reservation_code) == (True, CODE)
    assert (session.started_basis, "transaction_started" in await records.kinds()) == (basis(over), True)
    assert session.started_at >= (left if over else began)


@local_starts
async def test_a_charger_that_was_never_away_since_it_first_came_speaks_of_now(
    version: str, over: dict[str, Any], records: Records, make_charger: MakeCharger
) -> None:
    """K5.1, too: it is known that it was there five hours ago, although it has not come back since before."""
    await records.hold("alice", number=1)
    charger = await make_charger(version=version)
    await charger.vanish()
    ((first, same),) = (await records.charger()).absences
    assert first == same
    longer_ago = (datetime.fromisoformat(first) - timedelta(hours=6)).isoformat()
    async with records.engine.begin() as connection:
        known = update(Charger).where(Charger.id == CHARGER)
        await connection.execute(known.values(absences=[[longer_ago, longer_ago]]))
    await charger.come_back()
    assert await start_by_its_clock(charger, timedelta(hours=5), over) == "Accepted"
    (session,) = await records.sessions()
    assert (session.reservation_code, session.started_basis) == (CODE, basis(over))


@all_versions
async def test_a_charger_in_local_time_that_comes_for_the_first_time_speaks_of_now(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """K5.1, where nothing is known of before: there is nobody that it can have queued this for."""
    await records.hold("alice", number=1)
    charger = await make_charger(version=version)
    began = datetime.now(UTC)
    assert await start_by_its_clock(charger, timedelta(hours=5)) == "Accepted"
    (session,) = await records.sessions()
    assert (session.reservation_code, session.started_basis) == (CODE, "now")
    assert session.started_at >= began


@all_versions
async def test_what_was_queued_while_it_was_away_keeps_its_own_time(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    await records.hold("alice", number=1, starts_in=timedelta(minutes=-30))
    charger = await make_charger(version=version)
    await was_away_once(records, timedelta(days=2))
    await charger.vanish()
    await last_seen(records, timedelta(hours=1))
    await charger.come_back()
    ago = timedelta(minutes=20)
    earliest = datetime.now(UTC) - ago - timedelta(milliseconds=1)
    assert await start_by_its_clock(charger, ago, {"offline": True}) == "Accepted"
    (session,) = await records.sessions()
    assert session.started_basis == "charger"
    assert earliest <= session.started_at <= datetime.now(UTC) - ago


async def test_absences_are_kept_over_connections_and_bounded(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    for _ in range(2):
        await charger.vanish()
        await charger.come_back()
    first, *absences = (await records.charger()).absences
    assert first[0] == first[1]  # the first connection
    assert len(absences) == 2
    async with records.engine.begin() as connection:
        for _ in range(MOST_ABSENCES + 5):
            lease = (
                await take_leases(connection, {CHARGER: "ocpp1.6"}, instance="gw-1", now=datetime.now(UTC))
            )[CHARGER]
    assert len(lease.presence.absences) == MOST_ABSENCES


@pytest.mark.parametrize(
    ("stamp", "after", "overtaken"),
    [
        (-0.4, 0.1, True),
        (0.0, 0.1, False),
        (0.4, 0.1, False),
        (-0.4, 5, False),
        (-30, 0.1, False),
    ],
    ids=["in disorder", "the same", "in order", "said again later", "the clock was set back"],
)
def test_a_word_that_a_later_one_has_overtaken_is_told_by_stamps_that_lie_close_together(
    stamp: float, after: float, overtaken: bool
) -> None:
    liveness = Liveness(Presence(connected_since=NOON))
    first = NOON + timedelta(seconds=60, milliseconds=500)
    assert liveness.hears((1, None), first, NOON)
    second = first + timedelta(seconds=stamp)
    heard = NOON + timedelta(seconds=after)
    assert liveness.hears((1, None), second, heard) is not overtaken
    assert liveness.hears((2, None), second, heard)


def test_stamps_in_whole_seconds_have_no_order_within_one() -> None:
    liveness = Liveness(Presence(connected_since=NOON))
    assert liveness.hears((1, None), NOON + timedelta(milliseconds=700), NOON)
    assert liveness.hears((1, None), NOON, NOON)
