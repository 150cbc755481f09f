"""What was tried at the other plug of the own bay is undone: the hold is where it was before."""

from datetime import datetime, timedelta

import pytest

from activities.holds.activities import HoldActivities
from activities.holds.writing import times_held
from contracts.holds import HoldDecision, PutBackHold, ReleaseHolds
from contracts.matching import MatchSessions
from db.engine import Sessions
from domain.reservation.release import ReleaseReason
from tests.activities.holds.hold_desk import connector_of, hold_row, replacement
from tests.activities.holds.test_replacement import TWIN_PLUGS
from tests.factories import NOON, make_booking, make_seed, make_slot, make_terms, plant

BEGUN = make_slot().start + timedelta(minutes=20)


def back(booked: HoldDecision, *, moved_to: int | None = None) -> PutBackHold:
    assert booked.held is not None
    hold_id, connector_id = booked.held.assignment.hold_id, connector_of(booked)
    return PutBackHold(
        code=make_booking().code,
        hold_id=hold_id,
        connector_id=connector_id,
        slot=make_slot(),
        terms=make_terms(),
        now=NOON,
        moved_to=moved_to,
    )


async def moved_beside(
    holds: HoldActivities, sessions: Sessions, now: datetime = NOON
) -> tuple[HoldDecision, int, int]:
    """The booking, the other plug of its bay, where it is held now, and the next bay."""
    ids = await plant(sessions, make_seed(TWIN_PLUGS))
    booked = await holds.place_hold(make_booking())
    own = connector_of(booked)
    (other,) = {ids["N-1", 1], ids["N-1", 2]} - {own}
    ask = replacement(exclude_connectors=(own,), only_connector_id=other, now=now)
    assert connector_of(await holds.hold_replacement(ask)) == other
    return booked, other, ids["N-2", 1]


async def test_the_hold_goes_back_to_the_plug_and_times_it_had(
    holds: HoldActivities, sessions: Sessions
) -> None:
    booked, other, _ = await moved_beside(holds, sessions)
    assert booked.held is not None
    assert [await holds.put_back_hold(back(booked, moved_to=other)) for _ in range(2)] == [True, False]
    row = await hold_row(sessions, booked)
    assert (row.connector_id, row.plug, row.slot_start, row.slot_end, row.released_at) == (
        connector_of(booked),
        None,
        make_slot().start,
        make_slot().end,
        None,
    )
    look = MatchSessions(code=row.reservation_code, now=NOON, hold_id=row.id, connector_id=row.connector_id)
    assert (await holds.match_sessions(look)).held is None


async def test_of_a_slot_that_has_begun_what_has_passed_is_taken_from_nobody(
    holds: HoldActivities, sessions: Sessions
) -> None:
    booked, _, _ = await moved_beside(holds, sessions, now=BEGUN)
    rest = times_held(await hold_row(sessions, booked))
    assert rest.slot.start == BEGUN
    assert await holds.put_back_hold(back(booked))
    times = times_held(await hold_row(sessions, booked))
    assert (times.slot, times.window, times.opens_at) == (make_slot(), rest.window, rest.opens_at)


@pytest.mark.parametrize("meanwhile", ["elsewhere", "at a third plug", "given back"])
async def test_a_hold_that_is_not_where_the_step_put_it_stays(
    holds: HoldActivities, sessions: Sessions, meanwhile: str
) -> None:
    booked, other, next_bay = await moved_beside(holds, sessions)
    row = await hold_row(sessions, booked)
    undo = back(booked, moved_to=None if meanwhile == "elsewhere" else other)
    if meanwhile == "given back":
        await holds.release_holds(ReleaseHolds(code=undo.code, reason=ReleaseReason.NO_SHOW, now=NOON))
    elif meanwhile == "elsewhere":
        async with sessions.begin() as session:
            (await session.merge(row)).connector_id = next_bay
    else:
        undo = back(booked, moved_to=next_bay)
    before = (await hold_row(sessions, booked)).connector_id
    assert not await holds.put_back_hold(undo)
    assert (await hold_row(sessions, booked)).connector_id == before
