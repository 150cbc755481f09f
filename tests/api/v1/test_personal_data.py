"""What is held about a driver, by the API and by pages: their own to drivers, anybody's to operators of all."""

import json

import httpx

from tests.api.stage import Stage, assert_problem
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
