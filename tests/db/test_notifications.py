"""Whatever tells of a reservation, however it ended, tells its times on the clock of the reservation's site."""

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest
from sqlalchemy import select

from api.v1.views.records import notification_out
from db.engine import Sessions, create_engine, create_sessions
from db.notifications import record_notice
from db.tables import Notification
from domain.facts.notices import NoticeFact
from domain.facts.reading import all_facts
from domain.money.amount import Money
from domain.whereabouts import Whereabouts
from tests.api.stage import publish, view_of
from tests.factories import make_seed, make_site, plant
from texts.languages import Language
from texts.reader import Reader

AT = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
CODE = "7F3K-2QVM-X9TA"
SITE = Whereabouts(site_id="north", name="North", address="", distance_m=None)
VALUES: dict[Any, Any] = {
    str: "no_fit",
    bool: False,
    int: 80,
    datetime: AT,
    timedelta: timedelta(minutes=5),
    Money: Money(5, "EUR"),
    Whereabouts: SITE,
}


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=2)
    yield create_sessions(engine)
    await engine.dispose()


def with_times() -> list[NoticeFact]:
    """One of each notice that tells a time."""
    notices = [_made(kind) for kind in all_facts()["notice"].values() if AT in _values(kind).values()]
    assert len(notices) >= 20
    return notices


def _made(kind: Any) -> NoticeFact:
    made: NoticeFact = kind(**_values(kind))
    return made


def _values(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: _value(hints[field.name]) for field in fields(kind)}


def _value(hint: Any) -> Any:
    (hint,) = set(get_args(hint) or (hint,)) - {NoneType}
    return next(iter(hint)) if issubclass(hint, StrEnum) else VALUES[hint]


async def told(sessions: Sessions, code: str) -> list[str]:
    """Of each notice, as an operator reads it in the list of all."""
    async with sessions.begin() as session:
        for notice in with_times():
            await record_notice(
                session, notice, key=f"{code}:{notice.code}", reservation_code=code, driver_id="anna", at=AT
            )
    async with sessions() as session:
        rows = await session.scalars(select(Notification).order_by(Notification.id))
        return [notification_out(one, Reader(Language.ENGLISH)).text for one in rows]


async def test_every_notice_of_a_reservation_tells_its_times_on_the_clock_of_its_site(
    sessions: Sessions,
) -> None:
    await plant(sessions, make_seed(make_site(zone="Europe/Berlin")))
    await publish(sessions, view_of(CODE))
    for text in await told(sessions, CODE):
        assert "14:00" in text
        assert "12:00" not in text
        assert "UTC" not in text


async def test_a_notice_of_no_place_names_the_zone_of_its_times(sessions: Sessions) -> None:
    """As that a credit expires which an operator has given for no reservation."""
    for text in await told(sessions, ""):
        assert "12:00 UTC" in text
