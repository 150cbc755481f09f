"""The fake site and the fake projection judge what lost attempts say late as the real ones on Postgres do."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
import structlog
from sqlalchemy import select
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.holds.activities import HoldActivities
from activities.people.projection import ProjectionActivities
from contracts.holds import GiveUpBooking, HoldDecision, PlaceHold, ReleaseHolds
from contracts.publication import Publication, ReservationView
from db.engine import Sessions, create_engine, create_sessions
from db.tables import ReservationRow
from domain.place.slots import Slot
from domain.reservation.release import ReleaseReason
from tests.factories import NOON, make_booking, make_seed, make_terms, plant
from tests.workflows.people import People
from tests.workflows.site import Site
from tests.workflows.troubles import Troubles

Attempt = tuple[str, int, int]
ONE_RUN: tuple[Attempt, ...] = (("first", 3, 0), ("first", 3, 1), ("first", 7, 0))
"""Run, version, and when it was asked (seconds): of asks that arrive in any order."""
RESET: tuple[Attempt, ...] = (*ONE_RUN, ("second", 4, 2))
"""A reset run knows less of its history, and is asked later."""
Ask = PlaceHold | ReleaseHolds | GiveUpBooking


def booking(nth: int) -> PlaceHold:
    """Each its own reservation, driver and time."""
    start = NOON + timedelta(hours=3 * nth)
    return make_booking(f"booking-{nth}", slot=Slot(start, start + timedelta(hours=1)))


def given_up(of: PlaceHold) -> list[Ask]:
    return [of, GiveUpBooking(code=of.code, now=NOON), of]


def released(of: PlaceHold) -> list[Ask]:
    return [of, ReleaseHolds(code=of.code, reason=ReleaseReason.NO_SHOW, now=NOON), of]


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=2)
    await plant(create_sessions(engine), make_seed())
    yield create_sessions(engine)
    await engine.dispose()


async def said(activity: Any, ask: Any, attempt: Attempt) -> str:
    """The verdict on `ask` of that attempt."""
    run, version, second = attempt
    environment = ActivityEnvironment()
    environment.info = replace(
        environment.info, workflow_run_id=run, scheduled_time=NOON + timedelta(seconds=second)
    )
    try:
        answer = await environment.run(activity, replace(ask, version=version))
    except ApplicationError as error:
        return f"{error.type}, non-retryable: {error.non_retryable}"
    if not isinstance(answer, HoldDecision):
        return "done"
    return "held" if answer.held else f"refused: {answer.refusal.code if answer.refusal else ''}"


async def verdicts(of: HoldActivities | Site, story: Callable[[PlaceHold], list[Ask]]) -> list[str]:
    """Of all orders in which the attempts may arrive."""
    does = {PlaceHold: of.place_hold, ReleaseHolds: of.release_holds, GiveUpBooking: of.give_up_booking}
    return [
        await said(does[type(ask)], ask, attempt)
        for nth, attempts in enumerate(permutations(RESET, 3))
        for ask, attempt in zip(story(booking(nth)), attempts, strict=True)
    ]


@pytest.mark.parametrize("story", [given_up, released])
async def test_of_holds(sessions: Sessions, story: Callable[[PlaceHold], list[Ask]]) -> None:
    site = Site(Troubles(), make_terms())
    site.build(1)
    of_fake = await verdicts(site, story)
    assert of_fake == await verdicts(HoldActivities(sessions), story)
    assert {"held", "done", "superseded, non-retryable: True"} <= {*of_fake}


@pytest.mark.parametrize("arriving", [ONE_RUN, RESET], ids=["one run", "reset"])
async def test_of_the_published_view(sessions: Sessions, arriving: tuple[Attempt, ...]) -> None:
    people, projection = People(Troubles()), ProjectionActivities(sessions, structlog.get_logger())
    for nth, attempts in enumerate(permutations(arriving)):
        for attempt in attempts:
            told = publication(booking(nth), f"of attempt {attempt}")
            for publish in (people.publish, projection.publish):
                await said(publish, told, attempt)
    async with sessions() as session:
        shown = {row.code: row.state for row in await session.scalars(select(ReservationRow))}
    assert shown == {code: latest.view.state for code, latest in people.latest.items()}
    assert set(shown.values()) == {f"of attempt {arriving[-1]}"}


def publication(of: PlaceHold, state: str) -> Publication:
    view = ReservationView(
        code=of.code,
        state=state,
        driver_id=of.driver_id,
        account=of.account,
        fleet_id=None,
        site_id=of.site_id,
        site_name="North",
        slot_start=of.slot.start,
        slot_end=of.slot.end,
    )
    return Publication(view=view, closed=False, now=NOON)
