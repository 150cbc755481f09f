"""Every shape of booking by the Python client alone, as it is installed elsewhere: no line here speaks HTTP."""

from contextlib import aclosing
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from slotkeeper_client import Slotkeeper, codes, each
from slotkeeper_client.models import (
    BookingIn,
    BookingOut,
    CancelGroupIn,
    CancelIn,
    Every,
    GroupIn,
    GroupOut,
    MemberIn,
    PayerKind,
    PendingBookingOut,
    QuoteIn,
    RefusedBooking,
    RefusedGroup,
    SeriesDateState,
    SeriesIn,
    SeriesOut,
    ShortenIn,
    State,
)
from tests.whole_stack.answers import fresh_key
from tests.whole_stack.place import VISA, Place


def client(place: Place, name: str = "anna") -> Slotkeeper:
    return Slotkeeper(place.stack.http, lambda: place.stack.issuer.driver(f"{place.site_id}-{name}"))


def at(place: Place, seconds: float) -> datetime:
    return place.began + timedelta(seconds=seconds)


async def booked(anna: Slotkeeper, body: BookingIn) -> BookingOut:
    """On a busy machine it is not decided in time: the same key asks again."""
    key = fresh_key()
    for _ in range(10):
        answer = await anna.create_reservation(body, idempotency_key=key)
        if not isinstance(answer, PendingBookingOut):
            return answer
    raise AssertionError(key)


async def grouped(anna: Slotkeeper, body: GroupIn) -> GroupOut:
    key = fresh_key()
    for _ in range(10):
        group = await anna.create_group(body, idempotency_key=key)
        if all(one.outcome for one in group.members):
            return group
    raise AssertionError(key)


async def recurring(anna: Slotkeeper, body: SeriesIn) -> SeriesOut:
    key = fresh_key()
    for _ in range(10):
        series = await anna.create_series(body, idempotency_key=key)
        if series.dates[0].state is SeriesDateState.BOOKED:
            return series
    raise AssertionError(key)


async def test_a_slot_is_quoted_booked_followed_shortened_and_cancelled(place: Place) -> None:
    anna, start, end = client(place), at(place, 3600), at(place, 4800)
    quote = await anna.create_quote(QuoteIn(site_id=place.site_id, start=start, end=end))
    assert quote.terms.payer.kind is PayerKind.CARD
    seen = anna.follow_availability(place.site_id, from_=start, to=end, duration_seconds=1200)
    async with aclosing(seen) as told:
        before = await anext(told)
        # One or two quarters of an hour begin in it.
        assert {window.free for pool in before.data.pools for window in pool.windows} == {1}
        body = BookingIn(site_id=place.site_id, start=start, end=end, payment_method=VISA, quote=quote.id)
        reservation = (await booked(anna, body)).reservation
        after = await anext(told)
        assert [pool.windows for pool in after.data.pools] == [[]]
    assert reservation.state is State.CONFIRMED
    assert "shorten" in reservation.possible
    code = reservation.code
    with pytest.raises(codes.ReservationUnknown) as stranger:
        await client(place, "ben").read_reservation(code)
    assert stranger.value.problem.status == 404
    shorter = await anna.shorten_reservation(code, ShortenIn(end=at(place, 4200)))
    assert shorter.end == at(place, 4200)
    gone = await anna.cancel_reservation(code, CancelIn(reason="plans changed"))
    assert gone.state is State.CANCELLED
    listed = [one.code async for one in each(anna.list_own_reservations, limit=1)]
    assert listed == [code]


async def test_a_refusal_says_what_could_be_booked_instead(place: Place) -> None:
    anna, ben, body = client(place), client(place, "ben"), BookingIn(
        site_id=place.site_id, start=at(place, 3600), end=at(place, 4200), payment_method=VISA
    )  # fmt: skip
    await booked(anna, body)
    with pytest.raises(codes.SlotUnavailable) as taken:
        await booked(ben, body)
    problem = taken.value.problem
    assert isinstance(problem, RefusedBooking)
    offered = problem.alternatives[0]
    instead = body.model_copy(update={"start": offered.start, "end": offered.end, "pool_id": offered.pool_id})
    assert (await booked(ben, instead)).reservation.start == offered.start


async def test_a_group_and_a_series(roomy: Place) -> None:
    anna, start, end = client(roomy), at(roomy, 7200), at(roomy, 7800)
    wanted = GroupIn(
        site_id=roomy.site_id, start=start, end=end, members=[MemberIn()] * 3, payment_method=VISA
    )
    group = await grouped(anna, wanted)
    assert {one.reservation.state for one in group.members if one.reservation} == {State.CONFIRMED}
    with pytest.raises(codes.SlotUnavailable) as full:
        await grouped(client(roomy, "ben"), wanted)
    assert isinstance(full.value.problem, RefusedGroup)
    assert {one.site_id for one in full.value.problem.alternatives} == {roomy.site_id}
    gone = await anna.cancel_group(group.id, CancelGroupIn(reason="rain"))
    assert {one.reservation.state for one in gone.members if one.reservation} == {State.CANCELLED}
    on_the_wall = start.astimezone(ZoneInfo((await anna.read_site(roomy.site_id)).zone))
    daily = SeriesIn(
        site_id=roomy.site_id,
        first=on_the_wall.date(),
        at=on_the_wall.time().isoformat(),
        lasts_minutes=10,
        every=Every.DAY,
        times=2,
        payment_method=VISA,
    )
    series = await recurring(anna, daily)
    assert [one.state for one in series.dates] == [SeriesDateState.BOOKED, SeriesDateState.PLANNED]
    ended = await anna.end_series(series.id)
    assert {one.state for one in ended.dates} == {SeriesDateState.CANCELLED}
