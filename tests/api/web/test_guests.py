"""Who may charge instead of a driver is named on a page, with a pass that is shown once, and taken off again."""

import re

import httpx
import pytest

from tests.api.stage import Stage, bearer
from tests.api.web.visits import BEN, UNREADABLE, Browser, form_token_in, opened, signed_in

MIA = {"name": "Mia <b>Berg</b>", "contact": "mia@example.org"}
_PASS = re.compile(r'href="[^"]*/g/([0-9A-Za-z_-]{32})"')
_ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
async def code(stage: Stage) -> str:
    made = await stage.booked()
    await stage.publish(made)
    return made


def pass_in(page: httpx.Response) -> str:
    found = _PASS.search(page.text)
    assert found is not None, page.text
    return found[1]


async def _visits(stage: Stage, secret: str) -> int:
    return (await stage.http.get("/v1/guest-visit", headers=bearer(secret))).status_code


async def test_a_guest_has_a_pass_that_is_shown_once_and_counts_until_they_are_removed(
    stage: Stage, ana: Browser, code: str
) -> None:
    assert f'href="/r/{code}/guests"' in (await ana.get(f"/r/{code}")).text
    page = await ana.get(f"/r/{code}/guests")
    assert "Nobody but you may charge" in page.text
    added = await ana.send(page, f"/r/{code}/guests", **MIA)
    assert added.headers["cache-control"] == "no-store"
    assert "Mia &lt;b&gt;Berg&lt;/b&gt;" in added.text
    first = pass_in(added)
    assert await _visits(stage, first) == 200
    again = await ana.get(f"/r/{code}/guests")
    assert "Mia &lt;b&gt;" in again.text
    assert not _PASS.search(again.text)
    second = pass_in(await ana.send(again, f"/r/{code}/guests/pass"))
    assert (await _visits(stage, first), await _visits(stage, second)) == (403, 200)
    for _ in range(2):
        assert (await ana.send(again, f"/r/{code}/guests/remove")).status_code == 303
    assert await _visits(stage, second) == 403
    assert "Nobody but you may charge" in (await ana.get(f"/r/{code}/guests")).text


async def test_somebody_else_has_another_pass(stage: Stage, ana: Browser, code: str) -> None:
    page = await ana.get(f"/r/{code}/guests")
    first = pass_in(await ana.send(page, f"/r/{code}/guests", **MIA))
    second = pass_in(await ana.send(page, f"/r/{code}/guests", name="Ole", contact="+49 30 1"))
    assert (await _visits(stage, first), await _visits(stage, second)) == (403, 200)


async def test_nobody_lets_others_charge_on_another_ones_account(
    stage: Stage, ana: Browser, code: str
) -> None:
    secret = pass_in(await ana.send(await ana.get(f"/r/{code}/guests"), f"/r/{code}/guests", **MIA))
    ben, anybody = await signed_in(stage, BEN), opened(stage)
    async with ben.http, anybody.http:
        page = await ben.get("/me")
        assert (await ben.get(f"/r/{code}/guests")).status_code == 404
        for path, said in (("guests", MIA), ("guests/pass", {}), ("guests/remove", {})):
            assert (await ben.send(page, f"/r/{code}/{path}", **said)).status_code == 404, path
            token = form_token_in(page)
            for form, origin in (({}, None), ({"form_token": token}, None), ({}, "https://evil.example")):
                headers = {} if origin is None else {"Origin": origin}
                forged = await ana.post(f"/r/{code}/{path}", said | form, **headers)
                assert forged.status_code == 403, path
        assert (await anybody.get(f"/r/{code}/guests")).status_code == 303, "to sign in"
    assert await _visits(stage, secret) == 200


async def test_of_what_is_over_nobody_becomes_a_guest(stage: Stage, ana: Browser, code: str) -> None:
    page = await ana.get(f"/r/{code}/guests")
    await stage.publish(code, closed=True, state="COMPLETED")
    assert (await ana.send(page, f"/r/{code}/guests", **MIA)).status_code == 409
    over = await ana.get(f"/r/{code}/guests")
    assert "This reservation is over" in over.text
    assert 'name="contact"' not in over.text


@pytest.mark.parametrize("odd", [{"name": " "}, {"contact": "a\x00b"}, {"name": "x" * 101}])
async def test_odd_names_are_nobodies(ana: Browser, code: str, odd: dict[str, str]) -> None:
    page = await ana.get(f"/r/{code}/guests")
    refused = await ana.send(page, f"/r/{code}/guests", **MIA | odd)
    assert refused.status_code == UNREADABLE
    assert next(iter(odd)) in refused.text


async def test_whoever_has_the_address_sees_where_and_when_and_nothing_of_who_booked(
    stage: Stage, ana: Browser, code: str
) -> None:
    secret = pass_in(await ana.send(await ana.get(f"/r/{code}/guests"), f"/r/{code}/guests", **MIA))
    mia = opened(stage, **_ENGLISH)
    async with mia.http:
        page = await mia.get(f"/g/{secret}")
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
        assert "noindex" in page.headers["x-robots-tag"]
        for hidden in ("driver-1", "EUR", "Mia", f"/r/{code}", "/cancel", "/extend"):
            assert hidden not in page.text, hidden
        assert "This place is booked for you" in page.text
        for path in ("cancel", "extend", "nothing"):
            assert (await mia.send(page, f"/g/{secret}/{path}")).status_code == 404, path
        done = await mia.send(page, f"/g/{secret}/check-in")
        assert (done.status_code, done.headers["location"]) == (303, f"/g/{secret}")
        assert 'class="state arrived"' in (await mia.get(f"/g/{secret}")).text
        assert (await mia.post(f"/g/{secret}/check-in", {})).status_code == 403, "no form of ours"
