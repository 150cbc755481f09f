"""A settlement that gives back what is held does so with the bill, once, and not for a lost attempt."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select
from temporalio.exceptions import ApplicationError

from activities.holds.activities import HoldActivities
from api.desk.principal import Principal
from api.desk.quotes import QuoteOrder, Quotes
from contracts.money import SettleReservation
from db.tables import Hold, Quote, Settlement
from domain.reservation.lifecycle import State
from domain.reservation.release import ReleaseReason
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import MoneyDesk, money_desk
from tests.factories import make_booking

BOOKING = make_booking()


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


async def test_what_is_held_is_free_with_the_bill(desk: MoneyDesk) -> None:
    await book(desk)
    receipt = await desk.settlement.settle_reservation(ending(desk))
    assert await release_reasons(desk) == ["cancelled"]
    assert await desk.settlement.settle_reservation(ending(desk)) == receipt


async def test_it_is_free_although_the_money_has_to_wait(desk: MoneyDesk) -> None:
    await book(desk)
    await desk.authorise(code=BOOKING.code)
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/payment_intents/*/cancel")
    with pytest.raises(ApplicationError):
        await desk.settlement.settle_reservation(ending(desk))
    assert await release_reasons(desk) == ["cancelled"]


async def test_a_lost_attempt_neither_gives_back_nor_prices(desk: MoneyDesk) -> None:
    await book(desk, version=30)
    with pytest.raises(ApplicationError) as refusal:
        await desk.settlement.settle_reservation(replace(ending(desk), version=12))
    assert (refusal.value.type, refusal.value.non_retryable) == ("superseded", True)
    assert await release_reasons(desk) == [None]
    async with desk.sessions() as session:
        assert (await session.scalars(select(Settlement))).all() == []


@pytest.mark.parametrize(
    ("state", "never_confirmed", "left"),
    [
        (State.EXPIRED, True, True),
        (State.EXPIRED, False, True),
        (State.CANCELLED, True, True),
        (State.CANCELLED, False, False),
        (State.NO_SHOW, False, False),
    ],
)
async def test_its_quote_is_left_to_the_next_booking_only_if_it_came_to_nothing(
    desk: MoneyDesk, state: State, never_confirmed: bool, left: bool
) -> None:
    order = QuoteOrder(site_id="north", pool_id="north-dc", start=BOOKING.slot.start, end=BOOKING.slot.end)
    who = Principal(subject=BOOKING.account, scopes=frozenset({"driver"}))
    quote = (await Quotes(desk.sessions, lambda: BOOKING.now).make(who, order)).quote.id
    await book(desk, quote=quote)
    ask = desk.ask(state, code=BOOKING.code, arrived_at=None, never_confirmed=never_confirmed)
    ask = replace(ask, giving_back=ReleaseReason.of_end(state, never_confirmed=never_confirmed))
    await desk.settlement.settle_reservation(ask)
    again = replace(BOOKING, code=make_booking("again").code, quote=quote)
    placed = await HoldActivities(desk.sessions).place_hold(again)
    assert ("" if placed.refusal is None else placed.refusal.code) == ("" if left else "quote_used")
    await desk.settlement.settle_reservation(ask)
    async with desk.sessions() as session:
        taker = await session.scalar(select(Quote.reservation_code).where(Quote.id == quote))
    assert taker == (again.code if left else BOOKING.code)


async def book(desk: MoneyDesk, version: int = 0, quote: str | None = None) -> None:
    placed = await HoldActivities(desk.sessions).place_hold(replace(BOOKING, version=version, quote=quote))
    assert placed.held is not None, placed.refusal


def ending(desk: MoneyDesk) -> SettleReservation:
    ask = desk.ask(State.CANCELLED, code=BOOKING.code, arrived_at=None)
    return replace(ask, giving_back=ReleaseReason.CANCELLED)


async def release_reasons(desk: MoneyDesk) -> list[str | None]:
    async with desk.sessions() as session:
        found = await session.scalars(
            select(Hold.release_reason).where(Hold.reservation_code == BOOKING.code)
        )
        return list(found)
