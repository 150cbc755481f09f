"""Groups of drivers and memberships where several operators share an installation: each keeps its own."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.stage import Stage, assert_problem, bearer, fresh_key
from tests.factories.sites import make_seed, make_site, plant

GROUPS = "/v1/operations/driver-groups"
LINE = {"name": "Tenants", "who": "group", "names": ["tenants"], "allow": True}


def owner(stage: Stage, site: str, role: str = "owner") -> dict[str, str]:
    return bearer(stage.issuer.mint(f"{role}-of-{site}", scope="operator", more={"sites": {site: role}}))


@pytest.fixture(scope="module")
async def south(stage: Stage) -> None:
    await plant(stage.sessions, make_seed(make_site(site_id="south")))


@pytest.fixture(autouse=True)
async def groups(stage: Stage, south: None) -> None:
    """`tenants` are the north's, `staff` the installation's."""
    for who, group, body in (
        (owner(stage, "north"), "tenants", {"name": "Tenants", "site_id": "north"}),
        (stage.operators(), "staff", {"name": "Staff"}),
    ):
        made = await stage.http.put(f"{GROUPS}/{group}", json=body, headers=who)
        assert (made.status_code, made.json()["site_id"]) == (200, body.get("site_id")), made.text


async def test_who_keeps_another_site_finds_no_such_group(stage: Stage) -> None:
    south, north = owner(stage, "south"), owner(stage, "north")
    invited = await stage.http.post(
        f"{GROUPS}/tenants/invitations", json={"domain": "example.com"}, headers=north
    )
    assert invited.status_code == 201, invited.text
    asked: tuple[tuple[str, str, Any], ...] = (
        ("GET", "members", None),
        ("GET", "members/driver-9", None),
        ("PUT", "members/driver-9", {}),
        ("DELETE", "members/driver-9", None),
        ("GET", "invitations", None),
        ("POST", "invitations", {"domain": "example.com"}),
        ("POST", f"invitations/{invited.json()['id']}/revoke", None),
    )
    before = await stage.row_counts()
    for method, below, body in asked:
        response = await stage.http.request(method, f"{GROUPS}/tenants/{below}", json=body, headers=south)
        assert_problem(response, 404, "driver_group_unknown")
    for site in ("south", None):
        body = {"name": "Mine", "site_id": site}
        taken = await stage.http.put(
            f"{GROUPS}/tenants", json=body, headers=south if site else stage.operators()
        )
        assert_problem(taken, 409, "driver_group_taken")
    everybody = await stage.http.put(f"{GROUPS}/staff", json={"name": "Mine"}, headers=south)
    assert_problem(everybody, 403, "scope_missing")
    assert await stage.row_counts() == before
    assert await _ids(stage, south) == {"staff"}
    assert await _ids(stage, north) == {"staff", "tenants"}
    assert_problem(await stage.http.get(f"{GROUPS}/staff/members", headers=north), 403, "scope_missing")


async def test_an_owner_lets_their_own_tenants_in_and_others_of_the_site_only_see_them(stage: Stage) -> None:
    north, member = owner(stage, "north"), f"{GROUPS}/tenants/members/driver-1"
    assert (await stage.http.put(member, json={}, headers=north)).status_code == 200
    own = await stage.http.get("/v1/driver-groups", headers=stage.driver())
    assert [(one["id"], one["site_id"]) for one in own.json()["items"]] == [("tenants", "north")]
    for role in ("operator", "support", "auditor"):
        who = owner(stage, "north", role)
        seen = await stage.http.get(f"{GROUPS}/tenants/members", headers=who)
        assert [one["driver_id"] for one in seen.json()["items"]] == ["driver-1"]
        assert_problem(await stage.http.delete(member, headers=who), 403, "site_forbidden")
    assert (await stage.http.delete(member, headers=north)).status_code == 204
    assert (await stage.http.get("/v1/driver-groups", headers=stage.driver())).json()["items"] == []


async def test_rules_of_a_site_name_its_own_groups_and_the_installations(stage: Stage) -> None:
    prices = {"currency": "EUR", "groups": [{"name": "tenants", "told": "Tenants", "factor_percent": 80}]}
    for site, tenants in (("north", 201), ("south", 422)):
        for kind, rules in (("access", {"lines": [LINE]}), ("price", prices)):
            for group, status in (("tenants", tenants), ("staff", 201)):
                named = _renamed(rules, group)
                answer = await _write(stage, site, kind, named)
                assert answer.status_code == status, f"{site} {kind} {group}: {answer.text}"
                if status == 422:
                    assert_problem(answer, 422, "rules_unusable")


async def test_an_owner_gives_and_ends_memberships_of_the_site_alone(stage: Stage) -> None:
    north, south = owner(stage, "north"), owner(stage, "south")
    given = await _give(stage, north, site_id="north")
    assert given.status_code == 201, given.text
    assert_problem(await _give(stage, north, site_id="south"), 403, "site_forbidden")
    assert_problem(await _give(stage, north), 403, "scope_missing")
    everywhere = (await _give(stage, stage.operators())).json()["id"]
    at = f"/v1/operations/memberships/{given.json()['id']}/end"
    assert_problem(await stage.http.post(at, json={}, headers=south), 404, "membership_unknown")
    auditor = owner(stage, "north", "auditor")
    assert_problem(await stage.http.post(at, json={}, headers=auditor), 403, "site_forbidden")
    of_all = f"/v1/operations/memberships/{everywhere}/end"
    assert_problem(await stage.http.post(of_all, json={}, headers=north), 404, "membership_unknown")
    for who, seen in (
        (north, [given.json()["id"]]),
        (auditor, [given.json()["id"]]),
        (south, []),
        (
            bearer(stage.issuer.mint("ann", scope="operator", more={"sites": {"*": "auditor"}})),
            [given.json()["id"]],
        ),
        (stage.operators(), [everywhere, given.json()["id"]]),
    ):
        page = await stage.http.get("/v1/operations/memberships", headers=who)
        assert [one["id"] for one in page.json()["items"]] == seen
    ended = await stage.http.post(at, json={}, headers=north)
    assert (ended.status_code, ended.json()["ended_by"]) == (200, "owner-of-north")


async def test_of_two_who_take_one_id_at_once_one_gets_it(stage: Stage) -> None:
    wanted = [
        stage.http.put(f"{GROUPS}/taxis", json={"name": site, "site_id": site}, headers=owner(stage, site))
        for site in ("north", "south") * 3
    ]
    answers = await asyncio.gather(*wanted)
    sites = {one.json()["site_id"] for one in answers if one.status_code == 200}
    assert len(sites) == 1
    for one in answers:
        if one.status_code != 200:
            assert_problem(one, 409, "driver_group_taken")


async def _ids(stage: Stage, who: dict[str, str]) -> set[str]:
    listed = await stage.http.get(GROUPS, headers=who)
    assert listed.status_code == 200, listed.text
    return {one["id"] for one in listed.json()["items"]}


def _renamed(rules: dict[str, Any], group: str) -> dict[str, Any]:
    if "lines" in rules:
        return {"lines": [{**LINE, "names": [group]}]}
    return {**rules, "groups": [{**rules["groups"][0], "name": group}]}


async def _write(stage: Stage, site: str, kind: str, rules: dict[str, Any]) -> httpx.Response:
    headers = {**owner(stage, site), "Idempotency-Key": fresh_key()}
    path = f"/v1/operations/sites/{site}/{kind}-rules"
    return await stage.http.post(path, json={"rules": rules, "reason": "a test"}, headers=headers)


async def _give(stage: Stage, who: dict[str, str], **body: Any) -> httpx.Response:
    headers = {**who, "Idempotency-Key": fresh_key()}
    values = {"driver_id": "driver-1"} | body
    return await stage.http.post("/v1/operations/memberships", json=values, headers=headers)
