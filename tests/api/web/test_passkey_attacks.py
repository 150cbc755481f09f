"""Nobody else signs in by a passkey, however they try: answers of others, of another page, given again, or made up."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from api.desk.challenges import LASTS
from api.web.visitor import SESSION
from db.tables import UsedChallenge
from tests.api.stage import NOW
from tests.api.web.passkey_pages import ADD, DOMAIN, ORIGIN, WAYS, Pages, asked, fresh, pages
from tests.api.web.visits import ANA, opened, signed_in

__all__ = ["pages"]


async def test_an_answer_counts_once_also_when_it_comes_twice_at_once(pages: Pages) -> None:
    """A replay: whoever has read an answer along has nothing."""
    key = pages.authenticator(counter=None)
    ana = await signed_in(pages.stage, ANA)
    browsers = [opened(pages.stage) for _ in range(5)]
    async with ana.http:
        await pages.add(ana, key)
    page = await browsers[0].get("/sign-in")
    said = key.answered(asked(page))
    for other in browsers[1:]:
        other.http.cookies.update(browsers[0].http.cookies)
    answers = await asyncio.gather(*(one.send(page, "/sign-in/passkey", credential=said) for one in browsers))
    assert sorted(one.status_code for one in answers) == [303, 403, 403, 403, 403]
    for one in browsers:
        await one.http.aclose()


async def test_only_the_browser_that_was_asked_may_answer_and_not_for_ever(pages: Pages) -> None:
    key = pages.authenticator()
    ana, mine, theirs = await signed_in(pages.stage, ANA), opened(pages.stage), opened(pages.stage)
    async with ana.http, mine.http, theirs.http:
        await pages.add(ana, key)
        page = await mine.get("/sign-in")
        said = key.answered(asked(page))
        stolen = await theirs.send(await theirs.get("/sign-in"), "/sign-in/passkey", credential=said)
        assert stolen.status_code == 403
        pages.now = NOW + LASTS
        assert (await mine.send(page, "/sign-in/passkey", credential=said)).status_code == 403
        pages.now = NOW + LASTS - timedelta(seconds=1)
        assert (await mine.send(page, "/sign-in/passkey", credential=said)).status_code == 303


async def test_a_question_that_is_not_ours_is_not_answered(pages: Pages) -> None:
    """Made up, or asked for something else."""
    key = pages.authenticator()
    ana, stranger = await signed_in(pages.stage, ANA), opened(pages.stage)
    async with ana.http, stranger.http:
        await pages.add(ana, key)
        page = await stranger.get("/sign-in")
        for challenge in ("", "AAAA", "A" * 75):
            said = key.answered({"challenge": challenge})
            assert (await stranger.send(page, "/sign-in/passkey", credential=said)).status_code == 403
        to_add = asked(await ana.get(WAYS))
        answer = await ana.send(page, "/sign-in/passkey", credential=key.answered(to_add))
        assert answer.status_code == 403
        shown = await ana.get(WAYS)
        to_sign_in = asked(await ana.get("/sign-in"))
        new = pages.authenticator().made(asked(shown) | {"challenge": to_sign_in["challenge"]})
        assert (await ana.send(shown, ADD, credential=new)).status_code == 403


@pytest.mark.parametrize(
    "over",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://book.example"},
        {"origin": "https://book.example:8443"},
        {"domain": "evil.example"},
        {"domain": "example"},
    ],
)
async def test_another_page_or_another_party_gets_nowhere(pages: Pages, over: dict[str, str]) -> None:
    good = pages.authenticator()
    ana, stranger = await signed_in(pages.stage, ANA), opened(pages.stage)
    async with ana.http, stranger.http:
        before = len(await pages.rows("driver-1"))
        assert (await pages.add(ana, pages.authenticator(**over))).status_code == 403
        assert len(await pages.rows("driver-1")) == before
        await pages.add(ana, good)
        evil = replace(good, origin=over.get("origin", ORIGIN), domain=over.get("domain", DOMAIN))
        assert (await pages.sign_in(stranger, evil)).status_code == 403
        page = await stranger.get("/sign-in")
        framed = good.answered(asked(page), crossOrigin=True)
        assert (await stranger.send(page, "/sign-in/passkey", credential=framed)).status_code == 403
        await ana.send(await ana.get(WAYS), f"{ADD}/{(await pages.rows('driver-1'))[-1].id}/remove")


async def test_nobody_signs_in_by_a_passkey_of_somebody_else(pages: Pages) -> None:
    anas, bens = pages.authenticator(), pages.authenticator()
    ana, ben, stranger = (
        await signed_in(pages.stage, fresh(1)),
        await signed_in(pages.stage, fresh(2)),
        opened(pages.stage),
    )
    async with ana.http, ben.http, stranger.http:
        await pages.add(ana, anas)
        await pages.add(ben, bens)
        for forged in (
            replace(bens, handle=anas.handle),  # one's own, said to be hers
            replace(bens, credential_id=anas.credential_id, handle=anas.handle),  # signed by one's own
            replace(bens, handle=None),
            pages.authenticator(handle=anas.handle),  # of nobody
        ):
            assert (await pages.sign_in(stranger, forged)).status_code == 403
        assert SESSION not in stranger.http.cookies
        again = replace(bens, credential_id=anas.credential_id)
        assert (await pages.add(ben, again)).status_code == 403  # what is hers is not made his
        (hers,) = await pages.rows("passkey-driver-1")
        assert (await ben.send(await ben.get(WAYS), f"{ADD}/{hers.id}/remove")).status_code == 404
        assert (await pages.sign_in(stranger, anas)).status_code == 303


async def test_a_counter_that_goes_back_is_refused_and_its_driver_told_once(pages: Pages) -> None:
    key = pages.authenticator(counter=7)
    ana, stranger = await signed_in(pages.stage, fresh(4)), opened(pages.stage)
    async with ana.http, stranger.http:
        await pages.add(ana, key)
        copy = replace(key)
        for _ in range(3):
            assert (await pages.sign_in(stranger, key)).status_code == 303
        for _ in range(2):
            refused = await pages.sign_in(stranger, copy)
            assert refused.status_code == 403
            assert "may have been copied" in refused.text
    assert await pages.told("passkey-driver-4") == ["passkey_added", "passkey_copy_seen"]
    (row,) = await pages.rows("passkey-driver-4")
    assert row.sign_count == 10


async def test_a_session_begins_anew_and_nobody_is_sent_on_to_another_host(pages: Pages) -> None:
    key = pages.authenticator()
    ana = await signed_in(pages.stage, fresh(6))
    async with ana.http:
        await pages.add(ana, key)
        planted = ana.http.cookies[SESSION]
        for evil in ("https://evil.example", "//evil.example", "/\\evil.example"):
            answer = await pages.sign_in(ana, key, evil)
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
        kept = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{SESSION}=")]
        assert len(kept) == 1
        assert planted not in kept[0]
        assert "HttpOnly" in kept[0]
        assert await pages.stage.app.state.services.desk.web_sessions.claims(planted) is None


async def test_no_form_of_another_page_adds_removes_or_signs_in(pages: Pages) -> None:
    key = pages.authenticator()
    ana, stranger = await signed_in(pages.stage, fresh(7)), opened(pages.stage)
    async with ana.http, stranger.http:
        await pages.add(ana, key)
        (row,) = await pages.rows("passkey-driver-7")
        new = pages.authenticator().made(asked(await ana.get(WAYS)))
        before = await pages.stage.row_counts()
        for address, said in (
            (ADD, {"credential": new}),
            (f"{ADD}/{row.id}/remove", {}),
            (f"{WAYS}/end", {}),
        ):
            assert (await ana.post(address, said)).status_code == 403
        said = {"credential": key.answered(asked(await stranger.get("/sign-in")))}
        assert (await stranger.post("/sign-in/passkey", said)).status_code == 403
        token = {"form_token": "x"}
        assert (await stranger.post("/sign-in/passkey", said | token)).status_code == 403
        assert await pages.stage.row_counts() == before


async def test_strangers_who_ask_leave_nothing_behind(pages: Pages) -> None:
    key = pages.authenticator()
    ana, stranger = await signed_in(pages.stage, fresh(8)), opened(pages.stage)
    async with ana.http, stranger.http:
        await pages.add(ana, key)
        before = await pages.stage.row_counts()
        for _ in range(20):
            await stranger.get("/sign-in")
        assert await pages.stage.row_counts() == before
        await pages.sign_in(stranger, key)
        pages.now = NOW + LASTS
        await pages.sign_in(stranger, key)  # what would be too old by now is forgotten
    async with pages.stage.sessions() as session:
        left = (await session.scalars(select(UsedChallenge.ends_at))).all()
    assert min(left) > NOW + LASTS
