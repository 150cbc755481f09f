"""The order of the line, whatever becomes of an attempt to offer something, and of an entry that cannot be served."""

import psycopg
import pytest
from sqlalchemy import Connection, event, update
from structlog.testing import capture_logs

from activities.queue.offering import offer_at
from db.engine import create_engine, create_sessions
from db.tables import Driver, WaitingEntry
from tests.activities.queue.full_site import frees, full
from tests.activities.queue.list_desk import Town

_LOST = "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"


@pytest.mark.parametrize(
    "damage",
    [
        {"length_seconds": None, "energy": {"wh": "much"}},  # as one of a newer version
        {"round": 2**63 - 1},  # the next one is refused by the database
    ],
)
async def test_an_entry_that_cannot_be_served_keeps_nothing_from_the_others(
    town: Town, damage: dict[str, object]
) -> None:
    await full(town, chargers=2)
    anna, ben, cleo = [await town.waits(name) for name in ("anna", "ben", "cleo")]
    async with town.sessions.begin() as session:
        damaged = update(WaitingEntry).where(WaitingEntry.driver_id == "anna")
        await session.execute(damaged.values(**damage))
    await frees(town, "b0")
    await frees(town, "b1")
    with capture_logs() as said:
        assert await town.round() == 2
    assert [one["entry"] for one in said if one["event"] == "waiting_entry_not_served"] == [anna.row.id]
    assert await town.held() == ["ben", "cleo"]
    assert await town.states(ben, cleo) == ["offered", "offered"]


async def test_an_attempt_that_lost_a_race_has_passed_nobody_over(town: Town, database_url: str) -> None:
    """Anna was let in between the two."""
    await full(town)
    anna, ben = [await town.waits(name) for name in ("anna", "ben")]
    async with town.sessions.begin() as session:
        await session.execute(update(Driver).where(Driver.id == "anna").values(blocked=True))
    await frees(town, "b0")
    engine, lost = create_engine(database_url, pool_size=2), list[str]()

    def loses_once(
        _connection: Connection, _cursor: object, statement: str, values: object, *_: object
    ) -> tuple[str, object]:
        if lost or "INSERT INTO holds" not in statement:
            return statement, values
        lost.append(statement)
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as beside:
            beside.execute("UPDATE drivers SET blocked = false WHERE id = 'anna'")
        return _LOST, ()

    event.listen(engine.sync_engine, "before_cursor_execute", loses_once, retval=True)
    assert await offer_at(create_sessions(engine), "north", lambda: town.now) == 1
    await engine.dispose()
    assert lost
    assert await town.states(anna, ben) == ["offered", "waiting"]
