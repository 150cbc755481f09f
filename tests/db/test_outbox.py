"""The outbox: one claim at a time, in order for each key, whose cost does not grow with what waits."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.delivery.inbox import NewEvent, Recipient, earlier_answer, record
from db.delivery.outbox import MOST_AT_ONCE, Delivery, Settled, claim, settle
from db.delivery.waiting import backlog, under_way
from db.engine import create_engine
from db.tables import OutboxDelivery, Source, Target

CHARGER, PAYMENT = Target.RESERVATION_CHARGER, Target.RESERVATION_PAYMENT
PATIENCE = timedelta(seconds=15)
FIRST, SECOND = "AAAA-AAAA-AAAA", "BBBB-BBBB-BBBB"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(params=[False, True], ids=["custom plans", "one plan"])
async def engine(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[AsyncEngine]:
    """As the worker has it, and as the gateway has it."""
    engine = create_engine(database_url, pool_size=4, one_plan=request.param)
    yield engine
    await engine.dispose()


def fact(event_id: str, *recipients: Recipient, at: datetime = NOW, received_at: datetime = NOW) -> NewEvent:
    return NewEvent(
        event_id=event_id,
        kind="kind",
        subject="subject",
        at=at,
        received_at=received_at,
        payload=b'{"said": 1}',
        recipients=recipients,
    )


def to(key: str, target: Target = CHARGER, **extra: Any) -> Recipient:
    return Recipient(target=target, key=key, extra=extra or None)


async def commit(engine: AsyncEngine, *facts: NewEvent) -> frozenset[str]:
    async with engine.begin() as connection:
        return await record(connection, Source.CHARGER, facts)


async def commit_to(engine: AsyncEngine, *keys: str, name: str = "e") -> None:
    """One event for each key, in this order."""
    await commit(engine, *(fact(f"{name}:{number}", to(key)) for number, key in enumerate(keys)))


async def claimed(engine: AsyncEngine, *, now: datetime = NOW, limit: int = 64) -> list[Delivery]:
    async with engine.begin() as connection:
        return list((await claim(connection, CHARGER, now, patience=PATIENCE, limit=limit)).taken)


async def settled(engine: AsyncEngine, *items: Settled) -> None:
    async with engine.begin() as connection:
        await settle(connection, items, NOW)


# -- recording ----------------------------------------------------------------------------------------------
async def test_an_event_id_is_unique_within_its_source(engine: AsyncEngine) -> None:
    assert await commit(engine, fact("same", to(FIRST)), fact("other")) == {"same", "other"}
    assert await commit(engine, fact("same", to(SECOND)), fact("new")) == {"new"}
    async with engine.begin() as connection:
        assert await record(connection, Source.STRIPE, [fact("same")]) == {"same"}
    assert [delivery.key for delivery in await claimed(engine)] == [FIRST]


async def test_each_recipient_learns_the_payload_and_what_only_it_is_told(engine: AsyncEngine) -> None:
    await commit(engine, fact("e", to(FIRST, matches=True), to(SECOND)))
    first, second = await claimed(engine)
    assert (first.event_id, first.kind, first.at, first.received_at) == ("e", "kind", NOW, NOW)
    assert first.payload == second.payload == {"said": 1}
    assert (first.extra, second.extra) == ({"matches": True}, {})


async def test_an_answer_is_kept_for_who_asks_again(engine: AsyncEngine) -> None:
    answered = NewEvent(
        event_id="a",
        kind="k",
        subject="s",
        at=NOW,
        received_at=NOW,
        payload=b"{}",
        answer={"status": "Accepted"},
    )
    await commit(engine, answered, fact("unanswered"))
    async with engine.connect() as connection:
        assert await earlier_answer(connection, Source.CHARGER, "a") == {"status": "Accepted"}
        assert await earlier_answer(connection, Source.CHARGER, "unanswered") is None
        assert await earlier_answer(connection, Source.STRIPE, "a") is None


# -- claiming -----------------------------------------------------------------------------------------------
async def test_the_next_of_a_key_waits_until_the_one_before_is_delivered(engine: AsyncEngine) -> None:
    await commit_to(engine, FIRST, FIRST, SECOND)
    batch = await claimed(engine)
    assert [(item.key, item.attempts) for item in batch] == [(FIRST, 1), (SECOND, 1)]
    assert await claimed(engine) == []
    await settled(engine, Settled(id=batch[0].id, outcome="signalled"))
    (following,) = await claimed(engine)
    assert following.key == FIRST
    assert following.id > batch[0].id


async def test_a_claim_of_a_dead_process_runs_out(engine: AsyncEngine) -> None:
    await commit_to(engine, FIRST)
    (first,) = await claimed(engine)
    assert await claimed(engine, now=NOW + PATIENCE - timedelta(seconds=1)) == []
    (again,) = await claimed(engine, now=NOW + PATIENCE)
    assert (again.id, again.attempts) == (first.id, 2)


async def test_two_processes_never_claim_the_same(engine: AsyncEngine) -> None:
    await commit_to(engine, *(f"CODE-{number:04}-0000" for number in range(60)))
    batches = await asyncio.gather(*(claimed(engine, limit=20) for _ in range(4)))
    ids = [item.id for batch in batches for item in batch]
    assert len(ids) == len(set(ids)) > 0


async def test_each_claim_goes_on_where_the_one_before_ended(engine: AsyncEngine) -> None:
    keys = [f"CODE-{number:04}-0000" for number in range(5)]
    await commit_to(engine, *keys, *keys)
    after, turns = "", []
    for _ in range(3):
        async with engine.begin() as connection:
            found = await claim(connection, CHARGER, NOW, patience=PATIENCE, limit=2, after=after)
        turns.append([item.key for item in found.taken])
        after = found.after
    assert turns == [keys[:2], keys[2:4], keys[4:]]
    assert after == ""


async def test_one_receiver_of_several_keys_takes_few_at_once(engine: AsyncEngine) -> None:
    await commit_to(engine, *(f"1:{number:02}" for number in range(20)), "2:00", "30")
    first = await claimed(engine)
    assert [item.key for item in first] == [
        *(f"1:{number:02}" for number in range(MOST_AT_ONCE)),
        "2:00",
        "30",
    ]


async def test_who_is_to_take_fewer_does(engine: AsyncEngine) -> None:
    await commit_to(engine, *(f"{who}:{number}" for who in (1, 2, 3) for number in range(4)))
    async with engine.begin() as connection:
        left = {"1": 0, "2": 1, "4": -3}
        found = await claim(connection, CHARGER, NOW, patience=PATIENCE, limit=64, left=left)
    assert [item.key for item in found.taken] == ["2:0", "3:0", "3:1", "3:2", "3:3"]


async def test_one_that_is_locked_is_left_to_who_has_it(engine: AsyncEngine) -> None:
    await commit_to(engine, FIRST, SECOND)
    async with engine.connect() as other, other.begin():
        statement = select(OutboxDelivery.id).where(OutboxDelivery.key == FIRST)
        await other.execute(statement.with_for_update())
        assert [item.key for item in await claimed(engine)] == [SECOND]


async def test_what_failed_waits_and_what_was_delivered_elsewhere_stays_delivered(
    engine: AsyncEngine,
) -> None:
    await commit_to(engine, FIRST, SECOND)
    first, second = await claimed(engine)
    await settled(engine, Settled(id=second.id, outcome="signalled"))
    later = NOW + timedelta(seconds=5)
    await settled(
        engine, Settled(id=first.id, not_before=later), Settled(id=second.id, not_before=NOW - PATIENCE)
    )
    assert await claimed(engine, now=later - timedelta(seconds=1)) == []
    assert [item.key for item in await claimed(engine, now=later)] == [FIRST]


TAKES_NONE = {"1": 0}


@pytest.mark.parametrize("analysed", [True, False], ids=["with statistics", "without"])
@pytest.mark.parametrize(
    "key",
    [FIRST, "CODE-{:04}", "1:{:04}"],
    ids=["behind one key", "behind many keys", "behind who takes none"],
)
async def test_a_claim_reads_as_many_rows_whatever_waits(
    engine: AsyncEngine, key: str, analysed: bool
) -> None:
    read = []
    for count in (4_000, 20_000):
        await commit_to(engine, *(key.format(n) for n in range(count)), "2:0", name=f"{count}")
        if analysed:
            async with engine.begin() as connection:
                await connection.execute(text("ANALYZE outbox, inbox"))
        read.append(await rows_read(engine))
    few, many = read
    assert many <= few + 64
    assert many < 500


async def rows_read(engine: AsyncEngine) -> int:
    """By the server's own count, of a claim as it is executed; it is taken back."""
    counted = text(
        "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables "
        "WHERE relname IN ('inbox', 'outbox')"
    )
    async with engine.connect() as connection:
        for _ in range(8):  # psycopg prepares what it has executed a few times
            await claim(connection, CHARGER, NOW, patience=PATIENCE, limit=64, left=TAKES_NONE)
            await connection.rollback()
        before = (await connection.execute(counted)).scalar_one()
        found = await claim(connection, CHARGER, NOW, patience=PATIENCE, limit=64, left=TAKES_NONE)
        assert found.taken
        rows = (await connection.execute(counted)).scalar_one() - before
        await connection.rollback()
    return int(rows)


# -- what waits ---------------------------------------------------------------------------------------------
async def test_the_backlog_is_counted_for_each_target_from_its_oldest(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert (await backlog(connection, CHARGER)).oldest_at is None
    long_ago = NOW - timedelta(hours=2)
    await commit(
        engine,
        fact("other", to(FIRST, PAYMENT), received_at=NOW - timedelta(days=1)),
        fact("old", to(FIRST), received_at=long_ago),
        fact("new", to(SECOND)),
    )
    async with engine.connect() as connection:
        found = await backlog(connection, CHARGER)
    assert (found.count, found.oldest_at) == (2, long_ago)


async def names_under_way(engine: AsyncEngine, code: str, until: datetime) -> Sequence[str]:
    async with engine.connect() as connection:
        return [waiting.event_id for waiting in await under_way(connection, code, until)]


async def test_under_way_is_what_happened_or_was_reported_until_then_and_was_not_heard(
    engine: AsyncEngine,
) -> None:
    soon, later = NOW + timedelta(seconds=1), NOW + timedelta(minutes=1)
    await commit(
        engine,
        fact("reported", to(FIRST)),
        fact("offline then", to(FIRST), at=NOW - timedelta(hours=1), received_at=later),
        fact("clock ahead", to(FIRST), at=later, received_at=NOW),
        fact("afterwards", to(FIRST), at=soon, received_at=later),
        fact("of somebody else", to(SECOND)),
        fact("paid", to(FIRST, PAYMENT)),
    )
    assert await names_under_way(engine, FIRST, NOW) == ["reported", "offline then", "clock ahead", "paid"]
    (heard, *_) = await claimed(engine)
    assert (await names_under_way(engine, FIRST, NOW))[0] == "reported"  # in somebody's hand is not heard
    await settled(engine, Settled(id=heard.id, outcome="signalled"))
    assert await names_under_way(engine, FIRST, NOW) == ["offline then", "clock ahead", "paid"]
    assert await names_under_way(engine, FIRST, later) == [
        "offline then", "clock ahead", "afterwards", "paid"
    ]  # fmt: skip
