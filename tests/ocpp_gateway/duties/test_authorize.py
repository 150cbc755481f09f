"""Tokens shown at many readers at once: each answered by its own facts, and only edges are written."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from db.queries.charging.access import Question, facts_of_all
from db.tables import ChargingSession
from ocpp_gateway.duties.access_gate import judge_start
from ocpp_gateway.duties.authorize import judge_all, record_edges
from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.wire.answers import TokenAnswer, Told, Verdict
from ocpp_gateway.wire.reports import TokenPresented
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, FLEET_A, FLEET_B
from tests.ocpp_gateway.records import CODE, Records
from texts.reader import Reader

OTHER_CHARGER = "NORTH-2"


def shown(*cards: tuple[str, str]) -> list[tuple[ReceivedCall, TokenPresented]]:
    now = datetime.now(UTC)
    return [
        (
            ReceivedCall(charger_id=charger, epoch=1, message_id=f"m-{n}", at=now),
            TokenPresented(id_tag=tag),
        )
        for n, (charger, tag) in enumerate(cards)
    ]


async def present(records: Records, *cards: tuple[str, str]) -> list[Outcome]:
    async with records.engine.begin() as connection:
        judged = await judge_all(connection, shown(*cards))
        await record_edges(connection, judged)
        return [one.outcome for one in judged]


async def charge(records: Records, driver: str, tag: str, number: int) -> None:
    """A walk-in's session runs on the connector."""
    now = datetime.now(UTC)
    async with records.engine.begin() as connection:
        await connection.execute(
            insert(ChargingSession).values(
                charger_id=CHARGER,
                connector_id=records.connectors[CHARGER, number],
                transaction_id=f"tx-{number}",
                id_tag=tag,
                driver_id=driver,
                authorised=True,
                started_at=now,
                meter_start_wh=0,
                meter_last_wh=0,
                meter_at=now,
            )
        )


def verdicts(outcomes: Sequence[Outcome]) -> list[Verdict]:
    answers = [outcome.answer for outcome in outcomes]
    return [answer.verdict for answer in answers if isinstance(answer, TokenAnswer)]


async def test_a_batch_answers_each_charger_for_itself_and_tells_whom_it_concerns(records: Records) -> None:
    await records.hold("alice", number=1)
    await records.hold("alice", number=2, code="SECOND")
    outcomes = await present(
        records,
        (CHARGER, ALICE),
        (CHARGER, BOB),
        (OTHER_CHARGER, BOB),
        (OTHER_CHARGER, "NOBODY"),
        ("NOT-INSTALLED", ALICE),
    )
    assert verdicts(outcomes) == [
        Verdict.ACCEPTED,
        Verdict.NOT_NOW,
        Verdict.ACCEPTED,
        Verdict.UNKNOWN,
        Verdict.UNKNOWN,
    ]
    assert [outcome.events for outcome in outcomes] == [True, True, False, False, False]
    first, second = await records.told(), await records.told("SECOND")
    assert [(told.kind, told.matches) for told in first + second] == [
        ("token_presented", True),
        ("stranger_refused", False),
        ("stranger_refused", False),
    ]
    assert [told.connector_id for told in first] == [records.connectors[CHARGER, 1]] * 2
    assert [told.connector_id for told in second] == [records.connectors[CHARGER, 2]]


async def test_judging_alone_writes_nothing_and_says_what_there_is_to_write(records: Records) -> None:
    await records.hold("alice", number=1)
    async with records.engine.connect() as connection:
        judged = await judge_all(connection, shown((CHARGER, ALICE), (OTHER_CHARGER, BOB)))
    assert [len(one.edges) for one in judged] == [1, 0]
    assert await records.events("token_presented") == []
    assert await present(records) == []


async def test_a_walk_in_is_told_until_when_the_connector_is_free(records: Records) -> None:
    await records.hold("alice", number=1, starts_in=timedelta(minutes=40))
    await records.hold("alice", number=2, code="SECOND", starts_in=timedelta(minutes=90))
    now = datetime.now(UTC)
    (outcome,) = await present(records, (CHARGER, BOB))
    assert isinstance(outcome.answer, TokenAnswer)
    assert outcome.answer.until is not None
    # At the reader, what the better connector offers; the start is told for its own.
    assert timedelta(minutes=89) < outcome.answer.until - now <= timedelta(minutes=90)
    async with records.engine.connect() as connection:
        (facts,) = await facts_of_all(connection, [Question(charger_id=CHARGER, id_tag=BOB, at=now)])
    answer = judge_start(facts, records.connectors[CHARGER, 1], now).answer
    assert answer.until is not None
    assert timedelta(minutes=39) < answer.until - now <= timedelta(minutes=40)
    assert facts.zone == "Europe/Berlin"
    from_then = Reader(zone="Europe/Berlin").clock(answer.until, now)
    assert answer.told == Told(text=f"Reserved from {from_then}. Please leave by then.", language="en")
    (outcome,) = await present(records, (OTHER_CHARGER, BOB))
    parent = await records.parent_tag("bob")
    assert outcome.answer == TokenAnswer(verdict=Verdict.ACCEPTED, group_id=parent)


async def test_a_mates_card_is_an_arrival_only_where_it_can_mean_nothing_else(records: Records) -> None:
    await records.hold("fleet-1", number=1, group="FLEET")
    assert [one.events for one in await present(records, (CHARGER, FLEET_B))] == [False]
    assert [one.events for one in await present(records, (CHARGER, FLEET_A))] == [True]
    await charge(records, "bob", BOB, 2)
    assert [one.events for one in await present(records, (CHARGER, FLEET_B))] == [True]
    assert await records.kinds() == ["token_presented"] * 2


async def test_whoever_charges_and_their_group_are_let_in_to_stop(records: Records) -> None:
    for number, code in ((1, CODE), (2, "SECOND")):
        await charge(records, "fleet-1", FLEET_A, number)
        await records.hold("alice", number=number, code=code)
    outcomes = await present(records, (CHARGER, FLEET_A), (CHARGER, FLEET_B), (CHARGER, BOB))
    assert verdicts(outcomes) == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.NOT_NOW]
    assert [outcome.events for outcome in outcomes] == [False, False, True]
