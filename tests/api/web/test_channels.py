"""By which channel one is told what, by pages: what is offered here, and nothing else."""

from collections.abc import AsyncIterator
from secrets import token_hex

import pytest

from api.web.visitor import SESSION, TOLD
from domain.telling.channels import Channel
from domain.telling.contact import Wanted
from tests.api.stage import Stage
from tests.api.telling import PUSH_KEY, everything_offered
from tests.api.web.test_preferences import principal
from tests.api.web.visits import ANA, BEN, form_token_in, opened, signed_in
from tests.telling.browsers import Browser


@pytest.fixture
async def offering(stage: Stage) -> AsyncIterator[Stage]:
    async with everything_offered(stage) as with_all:
        yield with_all


async def test_only_what_is_offered_here_is_on_the_page(stage: Stage, offering: Stage) -> None:
    ana = await signed_in(stage, ANA)
    async with ana.http:
        page = (await ana.get("/preferences")).text
        assert "push.js" not in page
        assert "/preferences/numbers" not in page
        assert "Not offered here" in page
        answer = await ana.send(
            await ana.get("/preferences"), "/preferences/numbers", number="+49301", channel="sms"
        )
        assert answer.status_code == 422
    ana = await signed_in(offering, ANA)
    async with ana.http:
        page = (await ana.get("/preferences")).text
        assert f'data-key="{PUSH_KEY}"' in page
        assert 'value="now:voice"' in page
        assert 'value="soon:voice"' not in page
        assert "Not offered here" not in page


async def test_where_no_mail_is_sent_none_is_offered_and_no_address_adopted(stage: Stage) -> None:
    who = {"sub": "driver-unmailed", "scope": "driver", "email": "un@example.org", "email_verified": True}
    async with everything_offered(stage, frozenset({Channel.SMS})) as unmailed:
        points = unmailed.app.state.services.desk.contact_points
        await points.adopt(principal(who))
        assert await points.all(principal(who)) == []
        driver = await signed_in(unmailed, who)
        async with driver.http:
            page = await driver.get("/preferences")
            assert 'type="email"' not in page.text
            answer = await driver.send(page, "/preferences/addresses", address="un@example.org")
    assert answer.status_code == 422


async def test_the_worker_is_at_the_root_and_is_asked_for_anew(stage: Stage) -> None:
    anybody = opened(stage)
    async with anybody.http:
        worker = await anybody.get("/push-worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"
    assert "showNotification" in worker.text


async def test_a_press_turns_a_browser_on_for_who_sits_there(offering: Stage) -> None:
    ana, ben = await signed_in(offering, ANA), await signed_in(offering, BEN)
    said = Browser("https://push.example.com/page").wanted()
    fields = {"address": said.address, "key": said.push_key, "secret": said.push_secret}
    points = offering.app.state.services.desk.contact_points
    async with ana.http, ben.http:
        assert (await ana.post("/preferences/browsers", fields)).status_code == 403
        page = await ana.get("/preferences")
        assert (await ana.send(page, "/preferences/browsers", **fields)).status_code == 303
        (row,) = [one for one in await points.all(principal(ANA)) if one.channel == "push"]
        shown = (await ana.get("/preferences")).text
        assert f'data-endpoint="{said.address}"' in shown
        assert said.push_secret not in shown
        page = await ben.get("/preferences")
        wrong = await ben.send(page, "/preferences/browsers", **(fields | {"address": "https://[::1]/"}))
        assert wrong.status_code == 422
        removed = await ben.send(page, f"/preferences/addresses/{row.id}/remove")
        assert removed.status_code == 404
        assert (await ana.send(page, f"/preferences/addresses/{row.id}/remove")).status_code in (303, 403)


async def test_who_signs_out_everywhere_is_told_in_no_browser_any_more(offering: Stage) -> None:
    """Mail goes on, and so do browsers of others."""
    points = offering.app.state.services.desk.contact_points
    mine, others = ANA | {"sub": "driver-leaves"}, BEN | {"sub": "driver-stays"}
    address = Wanted(channel=Channel.MAIL, address=str(ANA["email"]))
    await points.add(principal(mine), address)
    for who in (mine, mine, others):
        await points.add(principal(who), Browser(f"https://push.example.com/{token_hex(8)}").wanted())
    ana = await signed_in(offering, mine)
    async with ana.http:
        page = await ana.get("/preferences/signing-in")
        assert "also ends notifications" in page.text
        assert (await ana.send(page, "/preferences/signing-in/end")).status_code == 303
    assert [one.channel for one in await points.all(principal(mine))] == ["mail"]
    assert [one.channel for one in await points.all(principal(others))] == ["push"]


async def test_who_signs_out_in_a_browser_is_told_nothing_there_and_in_others_still(offering: Stage) -> None:
    points = offering.app.state.services.desk.contact_points
    mine = ANA | {"sub": "driver-signs-out"}
    phone, library = await signed_in(offering, mine), await signed_in(offering, mine)
    async with phone.http, library.http:
        for number, one in enumerate((phone, library)):
            said = Browser(f"https://push.example.com/out-{number}").wanted()
            fields = {"address": said.address, "key": said.push_key, "secret": said.push_secret}
            page = await one.get("/preferences")
            assert (await one.send(page, "/preferences/browsers", **fields)).status_code == 303
        page = await library.get("/preferences")
        assert (await library.send(page, "/sign-out")).status_code == 303
        assert [one.address for one in await points.all(principal(mine))] == [
            "https://push.example.com/out-0"
        ]


@pytest.mark.parametrize("told", ["x", "-1", "9" * 30, "\u0663"])
async def test_a_browser_that_says_it_is_no_address_signs_out_all_the_same(
    offering: Stage, told: str
) -> None:
    """Nor is another one's address taken away, whatever the browser keeps."""
    points, others = offering.app.state.services.desk.contact_points, BEN | {"sub": "driver-is-told"}
    said = Browser("https://push.example.com/others").wanted()
    theirs = await points.add(principal(others), said)
    for number in (told, str(theirs.id)):
        ana = await signed_in(offering, ANA | {"sub": "driver-plays"})
        async with ana.http:
            page = await ana.get("/preferences")
            cookie = f"{SESSION}={ana.http.cookies[SESSION]}; {TOLD}={number}".encode()
            answer = await ana.http.post(
                "/sign-out", data={"form_token": form_token_in(page)}, headers=[(b"Cookie", cookie)]
            )
            assert answer.status_code == 303
    assert [one.id for one in await points.all(principal(others))] == [theirs.id]


async def test_a_number_is_added_and_waits_for_its_code(offering: Stage) -> None:
    ben = await signed_in(offering, BEN)
    async with ben.http:
        page = await ben.get("/preferences")
        assert (
            await ben.send(page, "/preferences/numbers", number="+49 30 77", channel="sms")
        ).status_code == 422
        assert (
            await ben.send(page, "/preferences/numbers", number="+49 30 7711", channel="mail")
        ).status_code == 422
        added = await ben.send(page, "/preferences/numbers", number="+49 30 771177", channel="sms")
        assert added.status_code == 303
        shown = (await ben.get("/preferences")).text
        assert "+4930771177" in shown
        assert "one-time-code" in shown


async def test_what_goes_where_is_chosen_and_what_is_not_offered_stays_as_it_was(
    stage: Stage, offering: Stage
) -> None:
    wishes = offering.app.state.services.desk.telling_preferences
    everywhere, mail_alone = await signed_in(offering, BEN), await signed_in(stage, BEN)
    async with everywhere.http, mail_alone.http:
        page = await everywhere.get("/preferences")
        chosen = ["now:sms", "now:voice", "soon:mail", "soon:voice", "now:pigeon"]
        kept = await everywhere.send(page, "/preferences", language="en", chosen=chosen)
        assert kept.status_code == 303
        known = await wishes.read(principal(BEN))
        assert {urgency.value: sorted(on) for urgency, on in known.channels.items()} == {
            "now": ["sms", "voice"],
            "soon": ["mail"],
            "record": [],
        }
        shown = (await everywhere.get("/preferences")).text
        assert 'value="now:sms" checked' in shown
        assert 'value="now:mail">' in shown
        # Where mail alone is offered there is nothing to choose from.
        await mail_alone.send(await mail_alone.get("/preferences"), "/preferences", language="de")
        again = await wishes.read(principal(BEN))
        assert (again.language, again.channels) == ("de", known.channels)
