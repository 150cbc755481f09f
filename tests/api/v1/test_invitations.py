"""Drivers come into a group by a code or by their e-mail domain; every way in ends as its operators say."""

import asyncio
from typing import Any

import httpx
import pytest

from domain.terms.invitations import MOST_ATTEMPTS
from tests.api.stage import Stage, assert_problem

GROUP = "/v1/operations/driver-groups/tenants"
SOON = "2026-12-31T23:00:00Z"


@pytest.fixture(autouse=True)
async def group(stage: Stage) -> None:
    made = await stage.http.put(GROUP, json={"name": "Tenants"}, headers=stage.operators())
    assert made.status_code == 200, made.text


async def invited(stage: Stage, **body: Any) -> dict[str, Any]:
    values = {"expires_at": SOON} | body
    answer = await stage.http.post(f"{GROUP}/invitations", json=values, headers=stage.operators())
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def redeem(stage: Stage, driver_id: str, code: str) -> httpx.Response:
    headers = stage.driver(driver_id)
    return await stage.http.post("/v1/driver-groups/redeem", json={"code": code}, headers=headers)


async def by_email(stage: Stage, driver_id: str, email: str | None) -> httpx.Response:
    return await stage.http.post("/v1/driver-groups/join-by-email", headers=stage.driver(driver_id, email))


async def groups_of(stage: Stage, driver_id: str) -> list[str]:
    answer = await stage.http.get("/v1/driver-groups", headers=stage.driver(driver_id))
    return [one["id"] for one in answer.json()["items"]]


async def test_a_code_takes_in_as_many_as_it_says_however_they_come_at_once(stage: Stage) -> None:
    made = await invited(stage, most_uses=2, member_until="2027-01-01T00:00:00Z")
    drivers = [f"tenant-{n}" for n in range(6)]
    answers = await asyncio.gather(*(redeem(stage, driver, made["code"].lower()) for driver in drivers))
    taken = [one for one in answers if one.status_code == 200]
    assert [(one.json()["id"], one.json()["until"]) for one in taken] == [
        ("tenants", "2027-01-01T00:00:00Z")
    ] * 2
    for one in answers:
        if one not in taken:
            assert_problem(one, 409, "invitation_used_up")
    winner = drivers[answers.index(taken[0])]
    assert (await redeem(stage, winner, made["code"])).json() == taken[0].json()
    listed = (await stage.http.get(f"{GROUP}/invitations", headers=stage.operators())).json()["items"]
    assert (listed[0]["id"], listed[0]["uses"], "code" in listed[0]) == (made["id"], 2, False)
    members = (await stage.http.get(f"{GROUP}/members", headers=stage.operators())).json()["items"]
    assert {one["joined_by"] for one in members} == {f"invitation:{made['id']}"}


async def test_who_comes_by_several_at_once_comes_once(stage: Stage) -> None:
    made = [await invited(stage) for _ in range(4)]
    put = stage.http.put(f"{GROUP}/members/eager", json={}, headers=stage.operators())
    answers = await asyncio.gather(put, *(redeem(stage, "eager", one["code"]) for one in made))
    assert {one.status_code for one in answers} == {200}, [one.text for one in answers]
    assert await groups_of(stage, "eager") == ["tenants"]
    listed = (await stage.http.get(f"{GROUP}/invitations", headers=stage.operators())).json()["items"]
    assert sum(one["uses"] for one in listed if one["id"] in {it["id"] for it in made}) <= 1


async def test_who_was_taken_out_does_not_come_back_by_the_same_code(stage: Stage) -> None:
    made = await invited(stage)
    assert (await redeem(stage, "moved-out", made["code"])).status_code == 200
    await stage.http.delete(f"{GROUP}/members/moved-out", headers=stage.operators())
    assert_problem(await redeem(stage, "moved-out", made["code"]), 409, "invitation_used")
    assert await groups_of(stage, "moved-out") == []
    again = await invited(stage)
    assert (await redeem(stage, "moved-out", again["code"])).status_code == 200


async def test_a_withdrawn_one_takes_in_nobody_and_who_came_stays(stage: Stage) -> None:
    made = await invited(stage)
    assert (await redeem(stage, "early", made["code"])).status_code == 200
    address = f"{GROUP}/invitations/{made['id']}/revoke"
    first = await stage.http.post(address, headers=stage.operators())
    assert first.json()["revoked_at"] is not None
    assert (await stage.http.post(address, headers=stage.operators())).json() == first.json()
    assert_problem(await redeem(stage, "late", made["code"]), 409, "invitation_revoked")
    assert await groups_of(stage, "early") == ["tenants"]
    other = await stage.http.post(f"{GROUP}/invitations/999999/revoke", headers=stage.operators())
    assert_problem(other, 404, "invitation_unknown")


async def test_guessing_is_slowed_down_and_right_codes_are_no_guesses(stage: Stage) -> None:
    made = await invited(stage)
    guesser = "guesser"
    assert (await redeem(stage, guesser, made["code"])).status_code == 200
    for _ in range(MOST_ATTEMPTS):
        assert_problem(await redeem(stage, guesser, "0000-0000-0000-0000"), 404, "invitation_unknown")
    refused = await redeem(stage, guesser, made["code"])
    assert_problem(refused, 429, "too_many_attempts")
    assert int(refused.headers["Retry-After"]) > 0
    assert (await redeem(stage, "somebody-else", made["code"])).status_code == 200


async def test_an_e_mail_domain_is_invited_and_only_a_verified_address_counts(stage: Stage) -> None:
    made = await invited(stage, domain="Example.com", expires_at=None)
    assert (made["domain"], made["code"]) == ("example.com", None)
    assert_problem(await by_email(stage, "anon", None), 403, "email_unverified")
    for elsewhere in ("anna@mail.example.com", "anna@example.com.evil.org", "anna@example.org"):
        assert_problem(await by_email(stage, "anna", elsewhere), 404, "invitation_unknown")
    joined = await by_email(stage, "anna", "anna@EXAMPLE.com")
    assert [one["id"] for one in joined.json()["items"]] == ["tenants"]
    assert await groups_of(stage, "anna") == ["tenants"]
    await stage.http.delete(f"{GROUP}/members/anna", headers=stage.operators())
    assert_problem(await by_email(stage, "anna", "anna@example.com"), 409, "invitation_used")
    unverified = stage.issuer.mint(
        "eve", scope="driver", more={"email": "eve@example.com", "email_verified": "true"}
    )
    answer = await stage.http.post(
        "/v1/driver-groups/join-by-email", headers={"Authorization": f"Bearer {unverified}"}
    )
    assert_problem(answer, 403, "email_unverified")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2036-01-01T00:00:00Z"},
        {"expires_at": SOON, "member_until": "2020-01-01T00:00:00Z"},
        {"expires_at": SOON, "most_uses": 0},
        {"domain": "no domain"},
        {"domain": "localhost"},
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(stage: Stage, body: dict[str, Any]) -> None:
    before = await stage.row_counts()
    answer = await stage.http.post(f"{GROUP}/invitations", json=body, headers=stage.operators())
    assert_problem(answer, 422, "invalid_request")
    assert await stage.row_counts() == before
