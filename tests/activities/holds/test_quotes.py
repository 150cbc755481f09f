"""Booking by a quote on a real database: its terms are honoured, once, for whom and what it was made."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from activities.holds.activities import HoldActivities
from api.desk.principal import Principal
from api.desk.quotes import QuoteOrder, Quotes
from contracts.holds import GiveUpBooking
from db.documents import policy_to_document, tariff_to_document
from db.engine import Sessions
from db.queries.money.quotes import keep_offered
from db.tables import PolicyVersion, Quote, TariffVersion
from domain.money.amount import Money
from tests.activities.holds.hold_desk import NOW, place_at, refusal_of
from tests.factories import make_booking, make_policy, make_seed, make_slot, make_tariff, plant

ME = Principal(subject="driver-one", scopes=frozenset({"driver"}))
SOMEBODY = Principal(subject="driver-two", scopes=frozenset({"driver"}))
DEARER = make_policy(reservation_fee=Money(900, "EUR"), deposit=Money(5000, "EUR"))


async def quoted(sessions: Sessions, who: Principal = ME, now: datetime = NOW, start: float = 0) -> str:
    slot = make_slot(start)
    order = QuoteOrder(site_id="north", pool_id="north-dc", start=slot.start, end=slot.end)
    return (await Quotes(sessions, lambda: now).make(who, order)).quote.id


async def becomes_dearer(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        document = policy_to_document(DEARER)
        session.add(PolicyVersion(site_id="north", version=9, valid_from=NOW, document=document))
        document = tariff_to_document(make_tariff(energy_per_kwh=Money(99, "EUR")))
        session.add(TariffVersion(site_id="north", version=9, valid_from=NOW, document=document))


async def used_by(sessions: Sessions, quote: str) -> str | None:
    async with sessions() as session:
        return await session.scalar(select(Quote.reservation_code).where(Quote.id == quote))


async def test_who_books_by_a_quote_gets_its_versions_whatever_is_in_force(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed())
    quote = await quoted(sessions)
    await becomes_dearer(sessions)
    mine = await holds.place_hold(make_booking(quote=quote))
    theirs = await holds.place_hold(make_booking("two"))
    assert mine.terms is not None
    assert theirs.terms is not None
    assert (mine.terms.policy, mine.terms.policy_version) == (make_policy(), 1)
    assert (mine.terms.tariff, mine.terms.tariff_version) == (make_tariff(), 1)
    assert (theirs.terms.policy, theirs.terms.policy_version) == (DEARER, 9)
    assert await used_by(sessions, quote) == make_booking().code


async def test_a_quote_costs_the_booking_no_statement_more(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed())
    quote = await quoted(sessions)
    seen: list[str] = []
    async with sessions() as session:
        engine = (await session.connection()).engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *what: seen.append(what[2]))
    counts = []
    for booking in (make_booking("two"), make_booking(quote=quote)):
        seen.clear()
        assert (await holds.place_hold(booking)).held is not None
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 10


async def test_a_quote_is_for_one_booking_however_often_that_is_asked_for(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed())
    quote = await quoted(sessions)
    first = make_booking(quote=quote)
    again = make_booking(quote=quote, now=NOW + timedelta(hours=2))
    assert (await holds.place_hold(first)).held == (await holds.place_hold(again)).held
    another = make_booking("another", account="driver-one", driver_id="driver-one", quote=quote)
    assert refusal_of(await holds.place_hold(another)) == "quote_used"


async def test_of_two_bookings_at_once_one_has_the_quote(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(policy=make_policy(overlapping_per_driver=True)))
    quote = await quoted(sessions)
    both = [
        make_booking(name, account="driver-one", driver_id="driver-one", quote=quote) for name in ("a", "b")
    ]
    answers = await asyncio.gather(*(place_at(sessions, one) for one in both))
    assert sorted("" if one.refusal is None else one.refusal.code for one in answers) == ["", "quote_used"]


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"quote": "0" * 24}, "quote_unknown"),
        ({"driver_id": "driver-two", "account": "driver-two"}, "quote_unknown"),
        ({"driver_id": "driver-two"}, "quote_unknown"),
        ({"now": NOW + timedelta(minutes=15, seconds=1)}, "quote_expired"),
        ({"slot": make_slot(60)}, "quote_mismatch"),
        ({"site_id": "south", "pool_id": "south-dc"}, "quote_mismatch"),
        ({"pool_id": None}, "quote_mismatch"),
        ({"connector_type": "CHADEMO"}, "quote_mismatch"),
        ({"now": NOW + timedelta(minutes=15)}, ""),
    ],
)
async def test_a_quote_is_refused_by_what_is_wrong_with_it_and_stays_unused(
    holds: HoldActivities, sessions: Sessions, over: dict[str, Any], code: str
) -> None:
    await plant(sessions, make_seed())
    quote = await quoted(sessions)
    decision = await holds.place_hold(make_booking(**{"quote": quote, **over}))
    assert (decision.refusal.code if decision.refusal else "") == code
    assert (await used_by(sessions, quote) is None) is bool(code)


async def test_a_booking_that_comes_to_nothing_leaves_its_quote_to_the_next(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed())
    quote = await quoted(sessions)
    declined = make_booking(quote=quote)
    assert (await holds.place_hold(declined)).held is not None
    await holds.give_up_booking(GiveUpBooking(code=declined.code, now=NOW, version=declined.version + 1))
    another_card = make_booking("again", account="driver-one", driver_id="driver-one", quote=quote)
    assert (await holds.place_hold(another_card)).held is not None
    assert await used_by(sessions, quote) == another_card.code


async def test_quotes_that_nobody_used_are_forgotten_when_their_account_asks_again(
    sessions: Sessions,
) -> None:
    await plant(sessions, make_seed())
    old = await quoted(sessions, now=NOW - timedelta(days=8))
    theirs = await quoted(sessions, SOMEBODY, now=NOW - timedelta(days=8))
    kept = await quoted(sessions, now=NOW - timedelta(days=1))
    new = await quoted(sessions)
    async with sessions() as session:
        assert set(await session.scalars(select(Quote.id))) == {theirs, kept, new}
    assert old not in {kept, new}


@pytest.mark.parametrize("instead", [False, True])
async def test_a_driver_keeps_so_many_unused_quotes_on_an_account_and_no_more(
    sessions: Sessions, instead: bool
) -> None:
    """`instead`: the newest is told with a refusal. What other drivers of the account were told stays."""
    await plant(sessions, make_seed())
    oldest, used = await quoted(sessions), await quoted(sessions)
    later = NOW + timedelta(minutes=1)
    async with sessions.begin() as session:
        (await session.get_one(Quote, used)).reservation_code = "BOOKED"
        values = {
            c.key: getattr(await session.get_one(Quote, oldest), c.key) for c in Quote.__table__.columns
        }
        more = values | {"valid_until": NOW + timedelta(hours=1)}
        session.add_all(Quote(**(more | {"id": f"more-{n}"})) for n in range(999))
        session.add(Quote(**(values | {"id": "others", "driver_id": "driver-two"})))
    if instead:
        new = "offered"
        told = Quote(
            **(values | {"id": new, "asked_at": later, "valid_until": later + timedelta(minutes=15)})
        )
        for _ in range(2):  # asked again, nothing more is lost
            async with sessions.begin() as session:
                await keep_offered(session, [told])
    else:
        new = await quoted(sessions, now=later)
    async with sessions() as session:
        left = set(await session.scalars(select(Quote.id)))
    assert (len(left), {used, new, "others"} <= left, oldest in left) == (1002, True, False)
