"""Whatever a driver has that is not over is said before they are erased, and nothing is erased then."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from api.desk.erasing import Erasing
from api.desk.principal import Principal
from db.engine import Sessions, create_engine, create_sessions
from db.personal.export import codes_of
from db.personal.still_open import still_open
from domain.errors import ErasureNotNow
from tests.db.everything import CODE, NOON, WHO, plant_everything

OPEN = {
    "still_offered": "UPDATE waiting_list_entries SET state = 'offered', offer_code = 'c', offer_until = now(), "
    "offer_start = now(), offer_end = now()",
    "still_reserved": "UPDATE reservations SET closed_at = NULL",
    "still_reserved: its hold": "UPDATE holds SET released_at = NULL",
    "still_planned": "UPDATE reservation_series_dates SET state = 'planned'",
    "still_charging": "UPDATE sessions SET ended_at = NULL",
    "still_paying": "UPDATE payments SET status = 'requires_capture'",
    "still_paying: not posted": "UPDATE settlements SET posted_at = NULL, captured_minor = NULL, "
    "released_minor = NULL, refunded_minor = NULL",
    "still_paying: billed anew": f"INSERT INTO follow_ups VALUES ('{CODE}', now())",
    "still_owed": "UPDATE debts SET state = 'open', outstanding_minor = 1, closed_at = NULL",
    "still_disputed": "UPDATE disputes SET state = 'open', closed_at = NULL",
    "still_to_decide": "UPDATE money_requests SET state = 'waiting', decided_by = NULL, decided_at = NULL",
    "still_to_issue": f"INSERT INTO documents_due (transaction_id, reservation_code) VALUES (7, '{CODE}')",
    "still_subscribed": "UPDATE subscriptions SET status = 'active'",
}
OVER = (
    "DELETE FROM follow_ups",
    "DELETE FROM documents_due",
    "UPDATE settlements SET posted_at = now(), captured_minor = 0, released_minor = 0, refunded_minor = 0",
)


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=2)
    sessions = create_sessions(engine)
    await plant_everything(sessions)
    for statement in OVER:
        await done(sessions, statement)
    yield sessions
    await engine.dispose()


async def done(sessions: Sessions, statement: str) -> None:
    async with sessions.begin() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text(statement))


async def said(sessions: Sessions) -> str | None:
    async with sessions() as session:
        fact = await still_open(session, WHO, list(await codes_of(session, WHO)))
    return None if fact is None else fact.code


@pytest.mark.parametrize("what", OPEN)
async def test_what_is_open_is_said_and_nothing_erased(sessions: Sessions, what: str) -> None:
    assert await said(sessions) is None
    await done(sessions, OPEN[what])
    assert await said(sessions) == what.partition(":")[0]
    driver = Principal(subject=WHO, scopes=frozenset({"driver"}))
    with pytest.raises(ErasureNotNow):
        await Erasing(sessions, lambda: NOON).erase_own(driver)
    async with sessions() as session:
        assert await session.scalar(text("SELECT count(*) FROM erasures")) == 0


async def test_what_others_have_open_is_no_matter(sessions: Sessions) -> None:
    for statement in OPEN.values():
        if statement.startswith("UPDATE") and "series" not in statement and "settlements" not in statement:
            whose = "subject" if "money_requests" in statement else "driver_id"
            if "payments" not in statement:
                await done(sessions, f"{statement}, {whose} = 'driver-2'")
    assert await said(sessions) is None
