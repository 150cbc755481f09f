"""A process that dies at any statement of what it does with an offer: the same again completes it, and at no moment is
something held that nobody is offered, or offered that is not held."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import event, select, text

from activities.queue.rounds import LEFT_ALONE, finish_broken, take_back_closed, take_back_due
from api.desk.waiting_answers import Acceptance, WaitingAnswers
from api.desk.waiting_list import Entry, Offer
from db.engine import Sessions, create_engine, create_sessions
from db.tables import Hold, WaitingEntry
from tests.activities.queue.full_site import frees, full
from tests.activities.queue.list_desk import Town, person
from tests.activities.queue.test_withdrawing import closed_at_noon


class Died(BaseException):
    """The process, there and then."""


_DYING = "dying"
Deed = Callable[[Town, Sessions, Entry, Offer], Awaitable[object]]


async def accepts(town: Town, sessions: Sessions, entry: Entry, offer: Offer) -> object:
    return await answers(town, sessions).accept(person("anna"), entry.row.id, Acceptance(offer=offer.code))


async def declines(town: Town, sessions: Sessions, entry: Entry, offer: Offer) -> object:
    return await answers(town, sessions).decline(person("anna"), entry.row.id, offer.code)


async def snoozes(town: Town, sessions: Sessions, entry: Entry, offer: Offer) -> object:
    return await answers(town, sessions).snooze(person("anna"), entry.row.id, offer.code)


async def leaves(town: Town, sessions: Sessions, entry: Entry, _offer: Offer) -> object:
    return await answers(town, sessions).leave(person("anna"), entry.row.id)


async def lapses(town: Town, sessions: Sessions, _entry: Entry, offer: Offer) -> object:
    return await take_back_due(sessions, lambda: offer.until)


async def closes(town: Town, sessions: Sessions, _entry: Entry, _offer: Offer) -> object:
    await closed_at_noon(town)
    return await take_back_closed(sessions, lambda: town.now)


async def is_finished(town: Town, sessions: Sessions, entry: Entry, offer: Offer) -> object:
    """Whoever accepted it had no answer."""
    if (await town.entry(entry)).state == "offered":
        town.booking.silent = True
        await accepts(town, town.sessions, entry, offer)
        town.booking.silent = False
    return await finish_broken(sessions, town.booking, lambda: town.now + LEFT_ALONE)


def answers(town: Town, sessions: Sessions) -> WaitingAnswers:
    booking: Any = town.booking
    return WaitingAnswers(sessions, booking, lambda: town.now)


async def its_connections_are_gone(town: Town) -> None:
    """As those of a dead process: else what it had locked stays so for a moment, and is passed over."""
    gone = text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = :name")
    async with town.sessions() as session:
        await session.execute(gone, {"name": _DYING})


async def each_offer_is_held(town: Town) -> None:
    """And all that anna holds is hers by her entry."""
    async with town.sessions() as session:
        row = WaitingEntry
        open_states = row.state.in_(("offered", "accepted", "booked"))
        offered = set(await session.scalars(select(row.offer_code).where(open_states)))
        mine = select(Hold.reservation_code).where(Hold.driver_id == "anna", Hold.released_at.is_(None))
        assert set(await session.scalars(mine)) == offered


@pytest.mark.parametrize(
    ("deed", "state", "told"),
    [
        (accepts, "booked", []),
        (declines, "declined", []),
        (snoozes, "waiting", []),
        (leaves, "left", []),
        (lapses, "waiting", ["offer_not_taken"]),
        (closes, "waiting", ["offer_taken_back"]),
        (is_finished, "booked", []),
    ],
)
async def test_whatever_is_done_with_an_offer_is_done_once_although_the_process_dies_anywhere(
    town: Town, database_url: str, deed: Deed, state: str, told: list[str]
) -> None:
    await full(town)
    anna = await town.waits("anna")
    await frees(town, "b0")
    await town.round()
    offer = (await town.entry(anna)).offer
    assert offer is not None
    engine, left, cuts = create_engine(f"{database_url}?application_name={_DYING}", pool_size=2), [0], 0

    def dies(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Died

    event.listen(engine.sync_engine, "before_cursor_execute", dies)
    died = True
    while died:
        cuts, died = cuts + 1, False
        left[0] = cuts
        try:
            await deed(town, create_sessions(engine), anna, offer)
        except Died:
            died = True
            await engine.dispose()
            await its_connections_are_gone(town)
        await each_offer_is_held(town)
    await engine.dispose()
    assert cuts > 3
    seen = await town.entry(anna)
    assert (seen.state, seen.row.snoozes) == (state, 1 if deed in (snoozes, lapses) else 0)
    assert await town.told("anna") == ["place_offered", *told]
