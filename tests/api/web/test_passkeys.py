"""Passkeys: whoever has added one signs in with it, once an answer, and nobody else does, however they try."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from api.desk.challenges import LASTS
from api.desk.passkeys import Passkeys
from api.desk.relying_party import assertion_in, registration_in, relying_party
from api.services import Services
from api.web.visitor import SESSION
from db.tables import Notification, Passkey, UsedChallenge
from domain.errors import PasskeyRefused
from domain.signing_in.passkeys import MOST_PASSKEYS
from tests.api.stage import NOW, Stage
from tests.api.web.authenticator import Authenticator
from tests.api.web.visits import ANA, BEN, OLGA, Browser, opened, signed_in

ORIGIN, DOMAIN = "https://book.example", "book.example"
WAYS, ADD = "/preferences/signing-in", "/preferences/passkeys"
_OPTIONS = re.compile(r'data-options="([^"]+)"')


def asked(page: httpx.Response) -> dict[str, Any]:
    found = _OPTIONS.search(page.text)
    assert found is not None, page.text
    options: dict[str, Any] = json.loads(unescape(found[1]))
    return options


@dataclass(kw_only=True)
class Pages:
    stage: Stage
    now: datetime = NOW

    def authenticator(self, **over: Any) -> Authenticator:
        return Authenticator(**({"origin": ORIGIN, "domain": DOMAIN} | over))

    async def add(self, who: Browser, authenticator: Authenticator, name: str = "Phone") -> httpx.Response:
        page = await who.get(WAYS)
        return await who.send(page, ADD, credential=authenticator.made(asked(page)), name=name)

    async def sign_in(
        self, browser: Browser, authenticator: Authenticator, back: str = "/me"
    ) -> httpx.Response:
        page = await browser.get(f"/sign-in?back={back}")
        said = authenticator.answered(asked(page))
        return await browser.send(page, "/sign-in/passkey", credential=said, back=back)

    async def rows(self, driver_id: str) -> list[Passkey]:
        async with self.stage.sessions() as session:
            found = select(Passkey).where(Passkey.driver_id == driver_id, Passkey.removed_at.is_(None))
            return list(await session.scalars(found.order_by(Passkey.id)))

    async def told(self, driver_id: str) -> list[str]:
        async with self.stage.sessions() as session:
            found = select(Notification.template).where(Notification.driver_id == driver_id)
            return list(await session.scalars(found.order_by(Notification.id)))


@pytest.fixture
async def pages(stage: Stage) -> AsyncIterator[Pages]:
    """As if browsers had them at https://book.example."""
    before: Services = stage.app.state.services
    pages = Pages(stage=stage)
    passkeys = Passkeys(stage.sessions, lambda: pages.now, relying_party(ORIGIN))
    stage.app.state.services = replace(before, desk=replace(before.desk, passkeys=passkeys))
    yield pages
    stage.app.state.services = before


def fresh(number: int) -> dict[str, Any]:
    return {"sub": f"passkey-driver-{number}", "scope": "driver"}


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


@pytest.mark.parametrize(
    ("address", "domain", "origin"),
    [
        ("https://book.example", "book.example", "https://book.example"),
        ("https://Book.Example:443/", "book.example", "https://book.example"),
        ("https://book.example:8443", "book.example", "https://book.example:8443"),
        ("http://localhost:8080", "localhost", "http://localhost:8080"),
        ("http://pages.localhost", "pages.localhost", "http://pages.localhost"),
    ],
)
def test_passkeys_are_for_the_domain_of_the_pages(address: str, domain: str, origin: str) -> None:
    party = relying_party(address)
    assert party is not None
    assert (party.domain, party.origin) == (domain, origin)


@pytest.mark.parametrize(
    "address", ["", "http://book.example", "http://127.0.0.1:8080", "https://[::1]", "https://10.0.0.1"]
)
def test_there_are_none_for_a_number_or_where_others_read_along(address: str) -> None:
    assert relying_party(address) is None


_MEMBERS = (
    "id", "rawId", "type", "response", "clientDataJSON", "authenticatorData", "signature", "userHandle",
    "attestationObject", "transports",
)  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_MEMBERS), inner, max_size=6),
    max_leaves=20,
)


@given(said=st.text(max_size=200) | _JSON.map(json.dumps))
def test_whatever_is_said_is_refused_by_its_name(said: str) -> None:
    for read in (assertion_in, registration_in):
        with pytest.raises(PasskeyRefused):
            read(said)


@given(data=st.binary(max_size=300), where=st.integers(min_value=0, max_value=40))
def test_a_passkey_of_nonsense_is_refused_by_its_name(data: bytes, where: int) -> None:
    """What an authenticator could never say, in place of what it says from some byte on."""
    party = relying_party(ORIGIN)
    assert party is not None
    made = json.loads(
        Authenticator(origin=ORIGIN, domain=DOMAIN).made({"user": {"id": "AA"}, "challenge": "AAAA"})
    )
    whole = base64url_to_bytes(made["response"]["attestationObject"])
    made["response"]["attestationObject"] = bytes_to_base64url(whole[:where] + data)
    try:
        party.added(registration_in(json.dumps(made)))
    except PasskeyRefused:
        return


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
