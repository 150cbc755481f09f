"""The bill is decided by the rule of the meter, and keeps what it rests on."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from activities.money.settlement_records import ask_of, evidence_kept
from db.tables import Settlement
from domain.charging.readings import Basis, Context, Reading, Told, Why
from tests.activities.money.money_desk import SLOT, MoneyDesk, money_desk

WILD = 4_294_967_295


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


def told(wh: int, minute: int, context: Context = Context.SAMPLE, **over: Any) -> Reading:
    return Reading(at=SLOT.start + timedelta(minutes=minute), wh=wh, context=context, **over)


START, STOP = told(1_000, 0, Context.BEGIN, told=Told.START), told(3_000, 30, Context.END, told=Told.STOP)


async def test_k3_the_bill_is_what_the_stop_says_and_shows_why(desk: MoneyDesk) -> None:
    lifetime = told(7_930_179, 10, told=Told.CONNECTOR)
    await desk.authorise()
    await desk.charged(WILD, readings=[START, told(WILD, 5), lifetime, STOP])
    receipt = await desk.settle()
    assert receipt.bill.energy_wh == 2_000
    async with desk.sessions() as session:
        (row,) = await session.scalars(select(Settlement))
    (leg,) = evidence_kept(row)
    assert (leg.basis, leg.energy_wh, leg.billed_wh, leg.transaction_id) == (Basis.STOP, 2_000, 2_000, "1")
    assert [(part.begin, part.end) for part in leg.parts] == [(START, STOP)]
    assert {one.reading.wh: one.why for one in leg.discarded} == {
        WILD: Why.IMPLAUSIBLE,
        7_930_179: Why.OTHER_REGISTER,
    }
    assert ask_of(row) == desk.ask()


async def test_a_session_whose_readings_are_gone_is_billed_by_what_it_shows(desk: MoneyDesk) -> None:
    await desk.authorise()
    await desk.charged(10_000)
    assert (await desk.settle()).bill.energy_wh == 10_000
