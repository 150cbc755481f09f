"""Passkeys on pages: who has added one signs in with it; how many, until removed, and where there are none."""

import asyncio
from dataclasses import replace

import pytest

from api.web.visitor import SESSION
from domain.signing_in.passkeys import MOST_PASSKEYS
from tests.api.stage import Stage
from tests.api.web.passkey_pages import ADD, WAYS, Pages, asked, fresh, pages
from tests.api.web.visits import ANA, BEN, OLGA, opened, signed_in

__all__ = ["pages"]


async def test_who_has_added_one_signs_in_with_it_from_then_on_and_as_a_driver_only(pages: Pages) -> None:
    key, who = pages.authenticator(), {"sub": "driver-1", "scope": "driver operator"}
    ana, other = await signed_in(pages.stage, who), opened(pages.stage, **{"User-Agent": "Firefox/1 Android"})
    async with ana.http, other.http:
        assert (await pages.add(ana, key)).status_code == 303
        assert "Phone" in (await ana.get(WAYS)).text
        assert await pages.told("driver-1") == ["passkey_added"]
        await other.get("/sites")
        answer = await pages.sign_in(other, key, "/sites?page=2")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sites?page=2")
        shown = await other.get(WAYS)
        assert "driver-1" in shown.text
        assert "Firefox, Android" in shown.text
    web = pages.stage.app.state.services.desk.web_sessions
    claims = await web.claims(other.http.cookies[SESSION])
    assert (claims["sub"], claims["scope"]) == ("driver-1", "driver")


async def test_authenticators_do_not_learn_who_the_driver_is_and_know_them_by_one_name(pages: Pages) -> None:
    ana, ben = await signed_in(pages.stage, ANA), await signed_in(pages.stage, BEN)
    async with ana.http, ben.http:
        first, second, other = [asked(await who.get(WAYS))["user"]["id"] for who in (ana, ana, ben)]
    assert first == second != other
    assert "driver" not in first
    assert len(first) >= 43


async def test_a_removed_one_opens_nothing_and_is_nobodys_again(pages: Pages) -> None:
    key = pages.authenticator()
    ana, stranger = await signed_in(pages.stage, fresh(3)), opened(pages.stage)
    async with ana.http, stranger.http:
        await pages.add(ana, key)
        (row,) = await pages.rows("passkey-driver-3")
        page = await ana.get(WAYS)
        assert (await ana.send(page, f"{ADD}/{row.id}/remove")).status_code == 303
        assert (await ana.send(page, f"{ADD}/{row.id}/remove")).status_code == 404
        assert (await pages.sign_in(stranger, key)).status_code == 403
        assert (await pages.add(ana, key)).status_code == 403


async def test_one_driver_has_so_many_however_fast_they_are_added(pages: Pages) -> None:
    ana = await signed_in(pages.stage, fresh(5))
    async with ana.http:
        page = await ana.get(WAYS)
        made = []
        for _ in range(MOST_PASSKEYS + 3):
            made.append(pages.authenticator().made(asked(await ana.get(WAYS))))
        answers = await asyncio.gather(*(ana.send(page, ADD, credential=one, name="x") for one in made))
    codes = sorted(one.status_code for one in answers)
    assert codes == [303] * MOST_PASSKEYS + [409] * 3
    assert len(await pages.rows("passkey-driver-5")) == MOST_PASSKEYS


async def test_signed_out_everywhere_is_signed_out_in_each_browser_and_nobody_else_is(pages: Pages) -> None:
    here, there, ben = [await signed_in(pages.stage, who) for who in (fresh(9), fresh(9), BEN)]
    async with here.http, there.http, ben.http:
        page = await here.get(WAYS)
        assert page.text.count("A browser") == 2
        assert (await here.send(page, f"{WAYS}/end")).status_code == 303
        assert (await here.get("/me")).status_code == 303
        assert (await there.get("/me")).status_code == 303
        assert (await ben.get("/me")).status_code == 200


async def test_who_is_no_driver_sees_where_they_are_signed_in_and_has_no_passkeys(pages: Pages) -> None:
    olga = await signed_in(pages.stage, OLGA)
    async with olga.http:
        page = await olga.get(WAYS)
        assert page.status_code == 200
        assert "data-options" not in page.text
        said = pages.authenticator().made({"user": {"id": "AAAA"}, "challenge": "AAAA"})
        assert (await olga.send(page, ADD, credential=said)).status_code == 403


async def test_where_browsers_make_none_it_is_said_and_nothing_is_asked(stage: Stage) -> None:
    ana, stranger = await signed_in(stage, ANA), opened(stage)
    async with ana.http, stranger.http:
        page = await ana.get(WAYS)
        assert "Passkeys work only at a secure address" in page.text
        assert (await ana.send(page, ADD, credential="{}")).status_code == 404
        sites = await stranger.get("/sites")
        assert (await stranger.send(sites, "/sign-in/passkey", credential="{}")).status_code == 404
        assert (await stranger.get("/sign-in")).status_code == 404


@pytest.mark.parametrize("mails", [True, False])
async def test_where_none_can_be_made_it_is_said_what_can_be_done_instead(stage: Stage, mails: bool) -> None:
    before = stage.app.state.face
    stage.app.state.face = replace(before, mails=mails)
    ana = await signed_in(stage, ANA)
    async with ana.http:
        page = (await ana.get(WAYS)).text
    stage.app.state.face = before
    assert "by unlocking this device" not in page
    assert ("by a link in a mail" in page) == mails
    assert "with your account" in page
