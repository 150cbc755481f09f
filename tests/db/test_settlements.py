"""The database keeps a settlement whole: priced once a step, posted with all its totals or not at all."""

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError

from db.engine import Sessions, create_engine, create_sessions
from db.tables import Settlement, SettlementLine
from tests.factories import NOON


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=2)
    yield create_sessions(engine)
    await engine.dispose()


def settlement(**over: Any) -> Settlement:
    values: dict[str, Any] = {
        "reservation_code": "c",
        "step": "settle",
        "outcome": "NO_SHOW",
        "currency": "EUR",
        "charge_minor": 500,
        "credit_minor": 0,
        "energy_wh": 0,
        "somebody_waits": False,
        "occupancy_percent": 0,
        "priced_at": NOON,
    }
    return Settlement(**(values | over))


def line(**over: Any) -> SettlementLine:
    values = {"position": 1, "kind": "no_show", "cause": "driver", "amount_minor": 500}
    return SettlementLine(**(values | over))


async def refused(sessions: Sessions, *rows: Settlement | SettlementLine) -> str | None:
    """The constraint that does not let them in."""
    with pytest.raises(IntegrityError) as raised:
        async with sessions.begin() as session:
            session.add_all(rows)
    assert isinstance(raised.value.orig, psycopg.Error)
    return raised.value.orig.diag.constraint_name


async def test_a_step_is_priced_once(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add_all([settlement(), settlement(step="settle-2")])
    assert await refused(sessions, settlement()) == "uq_settlements_reservation_code_step"


@pytest.mark.parametrize(
    ("over", "constraint"),
    [
        ({"charge_minor": -1}, "ck_settlements_not_negative"),
        ({"credit_minor": -1}, "ck_settlements_not_negative"),
        ({"captured_minor": 500}, "ck_settlements_posted_as_a_whole"),
        ({"posted_at": NOON}, "ck_settlements_posted_as_a_whole"),
    ],
)
async def test_half_a_settlement_is_refused(
    sessions: Sessions, over: dict[str, Any], constraint: str
) -> None:
    assert await refused(sessions, settlement(**over)) == constraint


@pytest.mark.parametrize(
    ("over", "constraint"),
    [
        ({"quantity": 5}, "ck_settlement_lines_priced_as_a_whole"),
        ({"quantity": 5, "unit": "step"}, "ck_settlement_lines_priced_as_a_whole"),
        ({"charger_id": "CP-1"}, "ck_settlement_lines_whole_connector"),
        ({"settlement_id": 4711}, "fk_settlement_lines_settlement_id_settlements"),
    ],
)
async def test_half_a_line_is_refused(sessions: Sessions, over: dict[str, Any], constraint: str) -> None:
    async with sessions.begin() as session:
        kept = settlement()
        session.add(kept)
    assert await refused(sessions, line(**({"settlement_id": kept.id} | over))) == constraint
