"""Engineers' endpoints by pages: a fleet's own, made with a secret that is shown once, tried, and looked after."""

import itertools
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape

import httpx
import pytest
from sqlalchemy import select, update

from db.tables import Notification, OutboxDelivery, WebhookEndpoint
from domain.telling.endpoints import MOST_ENDPOINTS, SECRET_LIVES_ON, EventKind
from tests.api.stage import NOW, Stage
from tests.api.web.visits import ANA, OLGA, Browser, signed_in

URL = "https://hooks.example.com/in"
_FLEETS = itertools.count()
_EDITION = re.compile(r'name="edition" value="([^"]+)"')


def edition_in(page: httpx.Response) -> str:
    found = _EDITION.search(page.text)
    assert found is not None, page.text
    return unescape(found[1])


async def add(browser: Browser, url: str = URL, **over: str | list[str]) -> httpx.Response:
    page = await browser.get("/webhooks")
    return await browser.send(page, "/webhooks", url=url, edition=edition_in(page), **over)


async def there(stage: Stage, fleet: str) -> list[WebhookEndpoint]:
    row = WebhookEndpoint
    async with stage.sessions() as session:
        kept = select(row).where(row.removed_at.is_(None), row.fleet_id == fleet).order_by(row.id)
        return list(await session.scalars(kept))


def of_fleet(fleet: str) -> dict[str, str]:
    return {"sub": f"dora-{fleet}", "scope": "fleet", "fleet_id": fleet}


@pytest.fixture
def fleet() -> str:
    """Which no other test has."""
    return f"hooks-of-pages-{next(_FLEETS)}"


@pytest.fixture
async def dora(stage: Stage, fleet: str) -> AsyncIterator[Browser]:
    browser = await signed_in(stage, of_fleet(fleet))
    async with browser.http:
        yield browser


async def test_its_secret_is_shown_once(stage: Stage, dora: Browser, fleet: str) -> None:
    made = await add(dora, kind=["reservation.confirmed", "reservation.no_show"])
    assert made.status_code == 200, made.text
    (row,) = await there(stage, fleet)
    assert (row.fleet_id, row.url, row.kinds) == (
        fleet, URL, ["reservation.confirmed", "reservation.no_show"],
    )  # fmt: skip
    assert row.secret in made.text
    assert made.headers["cache-control"] == "no-store"
    for address in ("/webhooks", f"/webhooks/{row.id}"):
        shown = await dora.get(address)
        assert URL in shown.text
        assert row.secret not in shown.text


async def test_pressed_twice_it_is_one(stage: Stage, dora: Browser, fleet: str) -> None:
    page = await dora.get("/webhooks")
    asked = {"url": URL, "edition": edition_in(page)}
    assert (await dora.send(page, "/webhooks", **asked)).status_code == 200
    assert (await dora.send(page, "/webhooks", **asked)).status_code == 412
    assert len(await there(stage, fleet)) == 1


async def test_a_test_event_is_among_what_it_was_told_and_is_sent_five_times_a_minute(
    stage: Stage, dora: Browser, fleet: str
) -> None:
    await add(dora)
    (row,) = await there(stage, fleet)
    page = await dora.get(f"/webhooks/{row.id}")
    for _ in range(5):
        assert (await dora.send(page, f"/webhooks/{row.id}/test")).status_code == 303
    assert (await dora.send(page, f"/webhooks/{row.id}/test")).status_code == 429
    told = await dora.get(f"/webhooks/{row.id}")
    assert told.text.count("<li><code>endpoint.tested</code>") == 5


async def test_what_was_missed_is_sent_once_more_and_to_who_is_paused_only_after_it_is_on(
    stage: Stage, dora: Browser, fleet: str
) -> None:
    await add(dora)
    (row,) = await there(stage, fleet)
    page = await dora.get(f"/webhooks/{row.id}")
    await dora.send(page, f"/webhooks/{row.id}/test")
    async with stage.sessions.begin() as session:
        its = OutboxDelivery.key == f"{row.id}:"
        await session.execute(update(OutboxDelivery).where(its).values(delivered_at=NOW, outcome="given_up"))
        paused = {"paused_at": NOW, "failing_since": NOW - timedelta(days=2), "failures": 30}
        this = update(WebhookEndpoint).where(WebhookEndpoint.id == row.id)
        await session.execute(this.values(**paused, last_answer="503"))
    shown = await dora.get(f"/webhooks/{row.id}")
    assert "given up after three days" in shown.text
    assert "503" in shown.text
    assert f'action="/webhooks/{row.id}/replay"' not in shown.text
    assert (await dora.send(shown, f"/webhooks/{row.id}/replay", hours="24")).status_code == 409
    asked = {"url": URL, "edition": edition_in(shown), "active": "true"}
    kept = await dora.send(shown, f"/webhooks/{row.id}", **asked)
    assert kept.status_code == 303
    assert '<p role="status">The endpoint is kept' in (await dora.get(kept.headers["location"])).text
    for told in ("Events that are sent once more: 1.", "There was no event to send once more."):
        again = await dora.send(shown, f"/webhooks/{row.id}/replay", hours="24")
        assert again.status_code == 303
        page = await dora.get(again.headers["location"])
        assert f'<p role="status">{told}' in page.text
        assert f'<a href="/webhooks/{row.id}">' in page.text, "look again, without what was done"
        refused = await dora.send(page, f"/webhooks/{row.id}/replay", hours="0")
        assert told not in refused.text
    async with stage.sessions() as session:
        assert set(await session.scalars(select(OutboxDelivery.outcome).where(its))) == {""}


async def test_what_was_changed_meanwhile_is_not_overwritten(stage: Stage, dora: Browser, fleet: str) -> None:
    await add(dora)
    (row,) = await there(stage, fleet)
    page = await dora.get(f"/webhooks/{row.id}")
    asked = {"edition": edition_in(page), "url": URL, "active": "true"}
    changed = asked | {"url": f"{URL}/2", "kind": EventKind.CHARGING.value}
    assert (await dora.send(page, f"/webhooks/{row.id}", **changed)).status_code == 303
    assert (await dora.send(page, f"/webhooks/{row.id}", **asked)).status_code == 412
    (kept,) = await there(stage, fleet)
    assert (kept.url, kept.kinds) == (f"{URL}/2", ["reservation.charging"])


async def test_a_fleet_is_told_who_hears_of_it_from_now_on(stage: Stage, dora: Browser, fleet: str) -> None:
    """Also of what operators do for it; not of what tells nobody more."""

    async def told() -> list[tuple[str, object]]:
        row = Notification
        async with stage.sessions() as session:
            found = select(row).where(row.fleet_id == fleet).order_by(row.id)
            return [(one.template, one.parameters) for one in await session.scalars(found)]

    await add(dora)
    (row,) = await there(stage, fleet)
    here = {"origin": "https://hooks.example.com"}
    assert await told() == [("endpoint_added", here)]
    elsewhere = {"url": "https://elsewhere.example/in", "active": "true"}
    for said, more in (
        ({"url": URL, "active": "true"}, []),
        ({"url": URL}, []),
        ({"url": URL, "active": "true"}, [("endpoint_changed", here)]),
        (
            elsewhere | {"kind": EventKind.CHARGING.value},
            [("endpoint_changed", {"origin": "https://elsewhere.example"})],
        ),
    ):
        before, page = await told(), await dora.get(f"/webhooks/{row.id}")
        kept = await dora.send(page, f"/webhooks/{row.id}", edition=edition_in(page), **said)
        assert kept.status_code == 303
        assert await told() == before + more
    olga = await signed_in(stage, OLGA)
    async with olga.http:
        await add(olga, f"{URL}/fleet", fleet=fleet)
        assert (await told())[-1] == ("endpoint_added", here)
        rows = await stage.row_counts()
        await add(olga, f"{URL}/own")
    after = await stage.row_counts()
    assert (after["webhook_endpoints"], after["notifications"]) == (
        rows["webhook_endpoints"] + 1, rows["notifications"],
    )  # fmt: skip


async def test_another_secret_is_shown_once_and_pressed_twice_it_is_one(
    stage: Stage, dora: Browser, fleet: str
) -> None:
    await add(dora)
    (row,) = await there(stage, fleet)
    page = await dora.get(f"/webhooks/{row.id}")
    press, seen = f"/webhooks/{row.id}/rotate-secret", edition_in(page)
    done = await dora.send(page, press, edition=seen)
    assert (done.status_code, done.headers["cache-control"]) == (200, "no-store")
    (after,) = await there(stage, fleet)
    assert after.secret != row.secret
    assert (after.previous_secret, after.previous_secret_until) == (row.secret, NOW + SECRET_LIVES_ON)
    assert after.secret in done.text
    assert (await dora.send(page, press, edition=seen)).status_code == 412
    shown = await dora.get(f"/webhooks/{row.id}")
    assert "with the present secret and with the one before" in shown.text
    for secret in (row.secret, after.secret):
        assert secret not in shown.text
    async with stage.sessions() as session:
        its = select(Notification.template).where(Notification.fleet_id == fleet).order_by(Notification.id)
        assert list(await session.scalars(its)) == ["endpoint_added", "endpoint_secret_changed"]


async def test_others_find_nothing(stage: Stage, dora: Browser, fleet: str) -> None:
    await add(dora)
    (row,) = await there(stage, fleet)
    dan = await signed_in(stage, of_fleet(f"{fleet}-other"))
    async with dan.http:
        page = await dan.get("/webhooks")
        assert URL not in page.text
        assert (await dan.get(f"/webhooks/{row.id}")).status_code == 404
        for press, said in (
            ("", {"url": URL, "edition": "x"}),
            ("/test", {}),
            ("/replay", {"hours": "1"}),
            ("/rotate-secret", {"edition": "x"}),
            ("/remove", {"edition": "x"}),
        ):
            assert (await dan.send(page, f"/webhooks/{row.id}{press}", **said)).status_code == 404, press
    ana = await signed_in(stage, ANA)
    async with ana.http:
        assert (await ana.get("/webhooks")).status_code == 403
    assert [one.url for one in await there(stage, fleet)] == [URL]


async def test_operators_see_everybodys_and_make_one_for_a_fleet(
    stage: Stage, dora: Browser, fleet: str
) -> None:
    await add(dora)
    olga = await signed_in(stage, OLGA)
    async with olga.http:
        page = await olga.get("/webhooks")
        assert URL in page.text
        assert f"Fleet {fleet}" in page.text
        made = await add(olga, f"{URL}/fleet", fleet=fleet)
        assert made.status_code == 200, made.text
    assert [one.fleet_id for one in await there(stage, fleet)] == [fleet, fleet]


@pytest.mark.parametrize(
    "url", ["http://hooks.example.com/", "https://127.0.0.1/", "javascript:alert(1)", "x" * 501, ""]
)
async def test_what_is_no_public_address_is_refused(
    stage: Stage, dora: Browser, fleet: str, url: str
) -> None:
    assert (await add(dora, url)).status_code == 422
    assert await there(stage, fleet) == []


async def test_an_address_is_no_markup(dora: Browser) -> None:
    made = await add(dora, 'https://hooks.example.com/?"><script>alert(1)</script>')
    assert "<script>alert" not in made.text
    assert "<script>alert" not in (await dora.get("/webhooks")).text


async def test_one_that_is_removed_is_gone(stage: Stage, dora: Browser, fleet: str) -> None:
    await add(dora)
    (row,) = await there(stage, fleet)
    page = await dora.get(f"/webhooks/{row.id}")
    elsewhere = f"{URL}/elsewhere"
    changed = await dora.send(page, f"/webhooks/{row.id}", url=elsewhere, active="true")
    assert changed.status_code == 303
    assert (await dora.send(page, f"/webhooks/{row.id}/remove")).status_code == 412
    assert [one.url for one in await there(stage, fleet)] == [elsewhere]
    page = await dora.get(f"/webhooks/{row.id}")
    assert (await dora.send(page, f"/webhooks/{row.id}/remove")).status_code == 303
    assert (await dora.get(f"/webhooks/{row.id}")).status_code == 404


async def test_there_can_be_no_more_than_there_may(stage: Stage, dora: Browser, fleet: str) -> None:
    for n in range(MOST_ENDPOINTS):
        assert (await add(dora, f"{URL}/{n}")).status_code == 200
    assert 'action="/webhooks"' not in (await dora.get("/webhooks")).text
