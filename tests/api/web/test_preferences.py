"""Where and when somebody is told, by pages: the address that the issuer vouches for is there from the beginning."""

from datetime import time
from typing import Any

import pytest
from sqlalchemy import update

from api.desk.principal import Principal
from db.tables import ContactPoint
from domain.telling.preferences import Preferences, QuietHours
from tests.api.stage import Stage
from tests.api.web.visits import ANA, BEN, signed_in

_NEW = {"sub": "driver-new", "scope": "driver", "email": "new@example.org", "email_verified": True}


def principal(claims: dict[str, Any]) -> Principal:
    return Principal(subject=claims["sub"], scopes=frozenset({"driver"}), email=claims.get("email"))


async def test_a_vouched_address_is_adopted_once_and_never_again_when_it_was_taken_away(stage: Stage) -> None:
    points = stage.app.state.services.desk.contact_points
    who = principal(_NEW)
    await points.adopt(who)
    await points.adopt(who)
    (mine,) = await points.all(who)
    assert (mine.address, mine.confirmed_at is not None) == ("new@example.org", True)
    await points.remove(who, mine.id)
    await points.adopt(who)
    assert await points.all(who) == []
    await points.adopt(principal(BEN))
    assert await points.all(principal(BEN)) == []


async def test_what_is_kept_is_shown_again(stage: Stage) -> None:
    ana = await signed_in(stage, ANA)
    async with ana.http:
        page = await ana.get("/preferences")
        said = {"language": "de", "start": "22:00", "end": "07:00", "zone": "Europe/Berlin"}
        assert (await ana.send(page, "/preferences", **said)).status_code == 303
        known = await stage.app.state.services.desk.telling_preferences.read(principal(ANA))
        assert known.language == "de"
        assert known.quiet is not None
        assert (known.quiet.start, known.quiet.end) == (time(22), time(7))
        assert not known.woken
        shown = await ana.get("/preferences")
        assert 'value="22:00"' in shown.text
        none = await ana.send(shown, "/preferences", language="en", start="", end="", woken="true")
        assert none.status_code == 303
        known = await stage.app.state.services.desk.telling_preferences.read(principal(ANA))
        assert known.quiet is None
        assert known.woken


async def test_a_zone_of_no_site_stays_when_something_else_is_kept(stage: Stage) -> None:
    wishes = stage.app.state.services.desk.telling_preferences
    abroad = QuietHours(start=time(22), end=time(7), zone="America/New_York")
    await wishes.put(principal(BEN), Preferences(quiet=abroad))
    ben = await signed_in(stage, BEN)
    async with ben.http:
        shown = (await ben.get("/preferences")).text
        assert '<option value="America/New_York" selected>America/New_York</option>' in shown


@pytest.mark.parametrize(
    "said",
    [
        {"start": "22:00", "end": ""},
        {"start": "22:00", "end": "22:00"},
        {"start": "25:00", "end": "07:00"},
        {"start": "22:00", "end": "07:00", "zone": "Moon/Sea"},
        {"language": "fr"},
    ],
)
async def test_what_makes_no_sense_changes_nothing(stage: Stage, said: dict[str, str]) -> None:
    ben = await signed_in(stage, BEN)
    async with ben.http:
        page = await ben.get("/preferences")
        before = await stage.row_counts()
        answer = await ben.send(page, "/preferences", **({"language": "en"} | said))
        assert answer.status_code in (404, 422)
        assert await stage.row_counts() == before


async def test_an_address_of_ones_own_is_confirmed_by_its_code_and_no_other_is_touched(stage: Stage) -> None:
    ana, ben = await signed_in(stage, ANA), await signed_in(stage, BEN)
    async with ana.http, ben.http:
        page = await ben.get("/preferences")
        assert (await ben.send(page, "/preferences/addresses", address="ben@example.org")).status_code == 303
        points = stage.app.state.services.desk.contact_points
        (mine,) = await points.all(principal(BEN))
        assert mine.confirmed_at is None
        shown = await ben.get("/preferences")
        assert f"/preferences/addresses/{mine.id}/confirm" in shown.text
        wrong = await ben.send(shown, f"/preferences/addresses/{mine.id}/confirm", code="000000")
        assert wrong.status_code in (403, 409, 422)
        theirs = await ana.get("/preferences")
        for what in ("confirm", "remove"):
            answer = await ana.send(theirs, f"/preferences/addresses/{mine.id}/{what}", code="000000")
            assert answer.status_code == 404
        async with stage.sessions.begin() as session:
            await session.execute(
                update(ContactPoint).where(ContactPoint.id == mine.id).values(bounced_at=mine.added_at)
            )
        assert "came back" in (await ben.get("/preferences")).text
        assert (await ben.send(shown, f"/preferences/addresses/{mine.id}/remove")).status_code == 303
        assert await points.all(principal(BEN)) == []
