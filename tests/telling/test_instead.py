"""What came to nothing is told with what can be booked instead, as it is when the letter is written."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.telling.instead import MOST, InsteadFinder
from db.engine import Sessions
from db.tables import Driver, Quote
from domain.causes import Cause
from domain.facts.notices import SlotEndingSoon, Unfulfilled
from domain.reservation.code import reservation_code
from domain.telling.channels import Channel
from domain.telling.contact import Wanted
from telling.mail import MailTarget
from tests.activities.telling.people import People
from tests.api.stage import publish, view_of
from tests.factories.sites import make_seed, make_site, plant
from tests.telling.postbox import Postbox
from tests.telling.told import Told

ADA = "ada@drivers.example"
OURS = Unfulfilled(cause=Cause.CHARGER_FAULT)
CODE = reservation_code("ada", "came to nothing")
_LINK = re.compile(r"https://charging\.example/book\?\S+")


@pytest.fixture
def told(engine: AsyncEngine, sessions: Sessions, people: People) -> Told:
    return Told(engine, sessions, people)


@pytest.fixture
async def start(sessions: Sessions) -> datetime:
    """Of a slot of Ada's that came to nothing; at two sites all is free."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    sites = (make_site(), make_site(site_id="museum", latitude=52.53, power_w=50_000))
    await plant(sessions, make_seed(*sites), at=now - timedelta(days=1))
    begins = now + timedelta(hours=5)
    view = view_of(
        CODE, driver_id="ada", account="ada", slot_start=begins, slot_end=begins + timedelta(hours=1)
    )
    await publish(sessions, replace(view, state="CANCELLED"), closed=True)
    return begins


async def written(told: Told, target: MailTarget, postbox: Postbox, language: str = "en") -> tuple[str, str]:
    """The two bodies."""
    await told.reached(Wanted(channel=Channel.MAIL, address=ADA))
    await told.reads(language)
    await told.write(SlotEndingSoon(ends=datetime.now(UTC)), OURS, code=CODE, target=target)
    assert await told.deliver(target) == ["sent"]
    (mail,) = postbox.taken
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "What can be booked instead, as of now:"),
        ("de", "Was sich stattdessen buchen lässt, Stand jetzt:"),
    ],
)
async def test_a_slot_that_came_to_nothing_is_told_with_others_that_one_press_leads_to(
    language: str,
    said: str,
    told: Told,
    target: MailTarget,
    postbox: Postbox,
    start: datetime,
    sessions: Sessions,
) -> None:
    plain, html = await written(told, target, postbox, language)
    assert said in plain
    assert said in html
    offers = [parse_qs(urlsplit(one).query) for one in _LINK.findall(plain)]
    assert 0 < len(offers) <= MOST
    first = offers[0]
    assert (first["site"], first["pool"], first["minutes"]) == (["north"], ["north-dc"], ["60"])
    assert datetime.fromisoformat(first["start"][0]) == start
    assert "Site north, 150 kW" in plain
    assert f"/r/{CODE}/instead" in plain
    assert html.count("/book?") == len(offers)
    async with sessions() as session:  # nothing is kept of the look
        assert (await session.scalars(select(Quote.id))).all() == []
        assert await session.get(Driver, "ada") is None


async def test_where_nothing_is_found_or_nobody_can_look_the_letter_goes_without(
    told: Told, target: MailTarget, postbox: Postbox, start: datetime, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        await session.execute(text("ALTER TABLE pools RENAME TO pools_away"))
    plain, _ = await written(told, target, postbox)
    assert "/book?" not in plain
    assert f"/r/{CODE}/instead" in plain


async def test_a_look_that_takes_long_is_given_up(start: datetime, sessions: Sessions) -> None:
    finder, now = InsteadFinder(sessions, patience_s=0.2), datetime.now(UTC)
    async with sessions.begin() as session:
        await session.execute(text("LOCK TABLE pools IN ACCESS EXCLUSIVE MODE"))
        assert await finder.of(CODE, "ada", now) is None
    assert await InsteadFinder(sessions).of(CODE, "ada", now) is not None


async def test_nobody_is_offered_anything_instead_of_anothers_slot(
    start: datetime, sessions: Sessions
) -> None:
    finder, now = InsteadFinder(sessions), datetime.now(UTC)
    assert await finder.of(CODE, "ben", now) is None
    assert await finder.of(reservation_code("ada", "of nothing"), "ada", now) is None
