"""How likely a booking is kept: counted out of what became of others there, told, frozen with it, and shown before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from activities.asking import Asking
from activities.holds.activities import HoldActivities
from activities.holds.berth_records import count_due
from activities.holds.grouping import group_alternatives
from activities.people.projection import show
from api.desk.quotes import QuoteOrder, Quotes
from contracts.holds import HoldDecision, PlaceHold
from contracts.publication import Publication
from db.engine import Sessions
from db.queries.place.availability import availability
from db.queries.place.connectors import connectors_at
from db.tables import BerthRecordRow, Charger, ReservationRow
from domain.causes import Cause
from domain.charging.enforcement import EnforcementLevel
from domain.place.berth_rates import UNSEEN, Rates
from domain.place.certainty import certainty
from domain.terms.certainty import Certainty
from tests.activities.holds.group_desk import asks, group, placed
from tests.activities.holds.hold_desk import (
    NOW,
    connector_of,
    hold_row,
    move,
    refused_with,
    start_walk_in,
)
from tests.activities.holds.test_quotes import ME
from tests.api.stage import view_of
from tests.factories import NOON, make_booking, make_seed, make_site, make_slot, make_terms, plant

LATER = NOON + timedelta(days=1)


def told(decision: HoldDecision) -> Certainty:
    assert decision.terms is not None
    assert decision.terms.certainty is not None
    return decision.terms.certainty


async def ended(sessions: Sessions, booking: PlaceHold, failed_for: Cause | None = None) -> None:
    """As its workflow would publish it."""
    view = view_of(
        booking.code,
        state="COMPLETED" if failed_for is None else "UNFULFILLED",
        slot_start=booking.slot.start,
        slot_end=booking.slot.end,
        terms=make_terms(certainty=certainty(UNSEEN)),
        kept=failed_for is None,
        failed_for=failed_for,
    )
    async with sessions.begin() as session:
        publication = Publication(version=9, view=view, closed=True, now=NOON)
        await show(session, publication, by=Asking(run="", at=NOON))


async def record_of(sessions: Sessions, connector_id: int) -> BerthRecordRow:
    async with sessions() as session:
        return await session.get_one(BerthRecordRow, connector_id)


async def test_promises_that_failed_are_counted_at_the_bay_that_was_booked_by_why(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    at: dict[str, int] = {}
    failures = {
        "kept": None,
        "broken": Cause.CHARGER_FAULT,
        "stranger": Cause.CONNECTOR_OCCUPIED,
        "before": Cause.CONNECTOR_OCCUPIED,
        "closed": Cause.MAINTENANCE,
    }
    for n, (name, failed_for) in enumerate(failures.items()):
        booking = make_booking(name, slot=make_slot(120 * n))
        at[name] = connector_of(await holds.place_hold(booking))
        await ended(sessions, booking, failed_for)
    unknown = make_booking("unknown", slot=make_slot(1200))
    await holds.place_hold(unknown)
    await start_walk_in(sessions, at["before"], code=make_booking("kept").code)
    async with sessions.begin() as session:  # whose session ran on until then, and no further
        await session.execute(
            update(ReservationRow)
            .where(ReservationRow.code == make_booking("stranger").code)
            .values(slot_start=NOW - timedelta(minutes=1))
        )
    assert await count_due(sessions, LATER)
    (berth,) = set(at.values())
    row = await record_of(sessions, berth)
    assert (row.promises, row.fault, row.overrun, row.taken, row.withdrawn) == (5, 1, 1, 1, 1)
    assert not await count_due(sessions, LATER + timedelta(minutes=59))
    assert await count_due(sessions, LATER + timedelta(minutes=60))


async def test_a_booking_is_told_by_what_was_seen_and_that_stands_whatever_is_seen_later(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    async with sessions.begin() as session:
        await session.execute(update(Charger).values(capabilities={"reserve_now": True}))
    first = await holds.place_hold(make_booking())
    assert told(first) == certainty(UNSEEN)
    await ended(sessions, make_booking(), Cause.CHARGER_FAULT)
    await count_due(sessions, LATER)

    again = await holds.place_hold(make_booking())
    assert again == first  # an attempt that was lost
    second = make_booking("two", slot=make_slot(120))
    now_told = told(await holds.place_hold(second))
    assert now_told.level is EnforcementLevel.HARD
    assert now_told.fault > told(first).fault
    assert now_told.taken < told(first).taken

    asked = move(first, make_booking(), terms=first.terms)
    moved = await holds.move_hold(asked)
    assert told(moved) == now_told  # another slot is promised anew
    assert await holds.move_hold(asked) == moved
    assert (await hold_row(sessions, moved)).certainty is not None


async def test_what_is_shown_before_is_the_least_of_what_may_be_given(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """Of two bays one failed once, and the other is given while it is free; a quote keeps what it has told."""
    await plant(sessions, make_seed(make_site(chargers=2), make_site(site_id="south", chargers=1)))
    failed = make_booking()
    bad = connector_of(await holds.place_hold(failed))
    beside = make_booking("beside")
    assert connector_of(await holds.place_hold(beside)) != bad
    await ended(sessions, failed, Cause.CHARGER_FAULT)
    await ended(sessions, beside)
    slot = make_slot(600)
    quotes = Quotes(sessions, lambda: NOW)
    quote = await quotes.make(ME, QuoteOrder(site_id="north", start=slot.start, end=slot.end))
    await count_due(sessions, LATER)
    assert (await quotes.one(ME, quote.quote.id)).terms.certainty == quote.terms.certainty
    worst = certainty((await _rates(sessions))[bad])
    anew = await quotes.make(ME, QuoteOrder(site_id="north", start=slot.start, end=slot.end))
    assert anew.terms.certainty == worst
    async with sessions() as session:
        shown = await availability(session, site_id="north", start=slot.start, end=slot.end, now=NOW)
    assert {w.certainty for pool in shown.pools for w in pool.windows if w.free} == {worst}
    given = [told(await holds.place_hold(make_booking(name, slot=slot))) for name in ("two", "three")]
    assert worst in given
    assert min(one.kept for one in given) == worst.kept < max(one.kept for one in given)
    offers = await refused_with(holds, make_booking("four", slot=slot))
    assert offers
    assert all(offer.certainty is not None for offer in offers)
    assert next(o.certainty for o in offers if o.site_id == "north") == worst.kept


async def test_a_booking_by_a_quote_is_as_sure_as_its_driver_was_told(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """Of an offer and of one that was asked for, whatever was seen since."""
    await plant(sessions, make_seed(make_site(chargers=1)))
    failed = make_booking()
    await holds.place_hold(failed)
    offer = (await refused_with(holds, make_booking("two")))[0]
    slot = make_slot(600)
    asked = await Quotes(sessions, lambda: NOW).make(
        ME, QuoteOrder(site_id="north", start=slot.start, end=slot.end)
    )
    await ended(sessions, failed, Cause.CHARGER_FAULT)
    await count_due(sessions, LATER)
    two = make_booking(
        "by-offer", driver_id="driver-two", account="driver-two", slot=offer.slot, pool_id=offer.pool_id,
        connector_type=offer.connector_type, quote=offer.quote,
    )  # fmt: skip
    booked = await holds.place_hold(two)
    assert told(booked).kept == offer.certainty == certainty(UNSEEN).kept
    assert await holds.place_hold(two) == booked  # an attempt that was lost
    mine = make_booking(
        "by-quote", driver_id=ME.subject, account=ME.subject, slot=slot, pool_id=None, quote=asked.quote.id
    )
    assert told(await holds.place_hold(mine)) == asked.terms.certainty
    anew = await holds.place_hold(make_booking("anew", slot=make_slot(900)))
    assert told(anew).kept < certainty(UNSEEN).kept


async def test_a_group_is_told_how_likely_all_of_it_is_kept(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    ask = await group(sessions, "g", asks("a", "b"))
    before = make_booking("before")
    await holds.place_hold(before)
    async with sessions.begin() as session:
        offer = (await group_alternatives(session, ask))[0]
    each = certainty(UNSEEN).kept
    assert offer.certainty == pytest.approx(each**2, abs=1e-4)
    await ended(sessions, before, Cause.CHARGER_FAULT)
    await count_due(sessions, LATER)
    again = tuple(
        replace(one, slot=offer.slot, pool_id=None, connector_type=plug, quote=quote)
        for one, plug, quote in zip(ask.asks, offer.plugs, offer.quotes, strict=True)
    )
    assert await placed(sessions, await group(sessions, "g2", again)) == {}
    kept = [told(await holds.place_hold(one)).kept for one in again]
    assert kept == [each, each]


async def _rates(sessions: Sessions) -> dict[int, Rates]:
    async with sessions() as session:
        return {c.id: c.rates for c in await connectors_at(session, "north")}


async def test_the_list_keeps_what_was_promised_and_whether_it_was_kept(sessions: Sessions) -> None:
    await plant(sessions, make_seed())
    await ended(sessions, make_booking(), Cause.CHARGER_OFFLINE)
    async with sessions() as session:
        row = (await session.scalars(select(ReservationRow))).one()
    assert (row.certainty, row.kept, row.failed_for) == (certainty(UNSEEN).kept, False, "charger_offline")
