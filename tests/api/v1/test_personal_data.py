"""What is held about a driver, by the API and by pages: their own to drivers, anybody's to operators of all."""

import json

import httpx
from sqlalchemy import select, update

from db.tables import Farewell, Hold
from tests.api.stage import NOW, Stage, assert_problem
from tests.api.web.visits import ANA, OLGA, opened, signed_in

OWN, THEIRS = "/v1/personal-data", "/v1/operations/drivers/driver-1/export"


def held(answer: httpx.Response) -> dict[str, list[dict[str, str]]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    document = json.loads(answer.content)
    assert set(document) == {"driver_id", "made_at", "held"}
    found: dict[str, list[dict[str, str]]] = document["held"]
    return found


async def test_a_driver_takes_along_what_they_booked_and_nobody_elses(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code)
    mine = held(await stage.http.get(OWN, headers=stage.driver()))
    assert code in [row["code"] for row in mine["reservations"]]
    assert [row["id"] for row in mine["drivers"]] == ["driver-1"]
    theirs = held(await stage.http.get(OWN, headers=stage.driver("driver-2")))
    assert code not in json.dumps(theirs)
    for_olga = held(await stage.http.get(THEIRS, headers=stage.operators()))
    assert for_olga == mine


async def test_others_are_given_nothing(stage: Stage) -> None:
    assert_problem(await stage.http.get(OWN, headers=stage.fleet()), 403, "scope_missing")
    assert_problem(await stage.http.get(OWN, headers=stage.operators()), 403, "scope_missing")
    for who in (stage.driver(), stage.fleet()):
        assert_problem(await stage.http.get(THEIRS, headers=who), 403, "scope_missing")


async def test_the_page_has_the_same_file(stage: Stage) -> None:
    ana = await signed_in(stage, ANA)
    async with ana.http:
        assert "/me/data" in (await ana.get("/me")).text
        assert "/me/data/export" in (await ana.get("/me/data")).text
        file = await ana.get("/me/data/export")
        assert file.headers["content-disposition"] == 'attachment; filename="personal-data.json"'
        assert held(file) == held(await stage.http.get(OWN, headers=stage.driver()))
    for browser in (opened(stage), await signed_in(stage, OLGA)):
        async with browser.http:
            for page in ("/me/data", "/me/data/export"):
                assert (await browser.get(page)).status_code in (303, 403)


async def known(stage: Stage, driver: str) -> dict[str, list[dict[str, str]]]:
    return held(await stage.http.get(f"/v1/operations/drivers/{driver}/export", headers=stage.operators()))


async def test_who_is_erased_is_a_new_driver_with_the_same_token(stage: Stage) -> None:
    vera = stage.driver("vera", email="vera@example.org")
    code = await stage.booked(who=vera)
    await stage.publish(code, driver_id="vera", account="vera")
    refused = assert_problem(await stage.http.post(f"{OWN}/erasure", headers=vera), 409, "erasure_not_now")
    assert code in refused["detail"]
    told = (await stage.http.get("/v1/notices", headers=vera)).json()["items"]
    assert [one["template"] for one in told].count("erasure_asked") == 1
    await over(stage, code)
    added = await stage.http.post(
        "/v1/contact-points", json={"channel": "mail", "address": "vera@example.org"}, headers=vera
    )
    assert added.status_code == 200
    erased = await stage.http.post(f"{OWN}/erasure", headers=vera)
    assert erased.status_code == 200, erased.text
    alias = erased.json()["alias"]
    async with stage.sessions() as session:
        last = (await session.execute(select(Farewell.address, Farewell.why))).all()
    assert ("vera@example.org", "erased") in [tuple(one) for one in last]
    assert "vera" not in json.dumps(await known(stage, alias))
    assert all(rows == [] for rows in (await known(stage, "vera")).values())
    assert (await stage.http.get(f"/v1/reservations/{code}", headers=vera)).status_code == 404
    assert (await stage.http.get("/v1/contact-points", headers=vera)).json() == {"items": []}
    again = await stage.http.post(f"{OWN}/erasure", headers=vera)
    assert again.json()["alias"] is None
    audit = f"/v1/operations/reservations/{code}/audit"
    assert "vera" not in (await stage.http.get(audit, headers=stage.operators())).text
    anew = await stage.booked(who=vera)
    assert anew != code


async def over(stage: Stage, code: str) -> None:
    """As its workflow would leave it."""
    await stage.publish(code, driver_id="vera", account="vera", state="COMPLETED", closed=True)
    async with stage.sessions.begin() as session:
        await session.execute(
            update(Hold).where(Hold.reservation_code == code).values(released_at=NOW, release_reason="over")
        )


async def test_nobody_erases_others_but_operators_of_all(stage: Stage) -> None:
    theirs = "/v1/operations/drivers/driver-1/erasure"
    before = await stage.row_counts()
    for who in (stage.driver(), stage.driver("driver-2"), stage.fleet()):
        assert_problem(await stage.http.post(theirs, headers=who), 403, "scope_missing")
    assert_problem(await stage.http.post(f"{OWN}/erasure", headers=stage.operators()), 403, "scope_missing")
    assert await stage.row_counts() == before


async def test_a_key_that_made_something_makes_nothing_else_for_who_comes_back(stage: Stage) -> None:
    """Its record named who was erased, and went; what it made stays."""
    otto = stage.operators("otto") | {"Idempotency-Key": "once"}
    order = {"driver_id": "otto", "site_id": "north"}
    first = await stage.http.post("/v1/operations/memberships", json=order, headers=otto)
    assert first.status_code == 201, first.text
    erased = await stage.http.post("/v1/operations/drivers/otto/erasure", headers=stage.operators())
    assert erased.status_code == 200, erased.text
    again = await stage.http.post("/v1/operations/memberships", json=order, headers=otto)
    assert_problem(again, 422, "idempotency_key_reused")


async def test_the_page_erases_who_types_the_word_and_signs_them_out(stage: Stage) -> None:
    will = {"sub": "will", "scope": "driver", "email": "will@example.org", "email_verified": True}
    browser, other = await signed_in(stage, will), await signed_in(stage, will)
    async with browser.http, other.http:
        await browser.send(
            await browser.get("/preferences"), "/preferences/addresses", address="will@example.org"
        )
        page = await browser.get("/me/data")
        forged = await browser.post("/me/data/erase", {"word": "ERASE", "form_token": "forged"})
        assert forged.status_code == 403
        assert (await browser.send(page, "/me/data/erase", word="yes")).status_code == 422
        assert [row["address"] for row in (await known(stage, "will"))["contact_points"]] == [
            "will@example.org"
        ]
        done = await browser.send(page, "/me/data/erase", word=" erase ")
        assert done.status_code == 200
        assert "erased:" in done.text
        assert all(rows == [] for rows in (await known(stage, "will")).values())
        for one in (browser, other):
            assert (await one.get("/me")).status_code == 303
