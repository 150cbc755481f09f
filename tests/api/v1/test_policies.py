"""Operators change a site's policy and tariff member by member: previewed, checked, by version."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from db.seed.sowing import seed
from tests.api.stage import END, NOW, START, Stage, assert_problem, fresh_key
from tests.factories.policies import make_policy
from tests.factories.sites import make_seed, make_site

BELOW = "/v1/operations/sites/north"


async def written(
    stage: Stage, rules: dict[str, Any], *, kind: str = "policies", key: str = "", **more: Any
) -> httpx.Response:
    headers = {**stage.operators(), "Idempotency-Key": key or fresh_key()}
    body = {"rules": rules, "reason": "test", **more}
    return await stage.http.post(f"{BELOW}/{kind}", json=body, headers=headers)


async def terms(stage: Stage) -> dict[str, Any]:
    body = {"site_id": "north", "start": START, "end": END}
    answer = await stage.http.post("/v1/quotes", json=body, headers=stage.driver())
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["terms"]
    return found


async def test_what_is_changed_holds_for_what_is_booked_from_then_on(stage: Stage) -> None:
    before = await terms(stage)
    listed = (await stage.http.get(f"{BELOW}/policies", headers=stage.operators())).json()["items"]
    patch = {"grace": "PT21M", "slots": {"longest": "PT3H"}}
    seen = await stage.http.post(
        f"{BELOW}/policies/preview", json={"rules": patch}, headers=stage.operators()
    )
    assert seen.status_code == 200, seen.text
    assert {one["member"] for one in seen.json()["changes"]} == {"grace", "slots.longest"}
    assert (await terms(stage))["grace_seconds"] == before["grace_seconds"]
    key = fresh_key()
    first = await written(stage, patch, key=key)
    assert first.status_code == 201, first.text
    assert first.json()["rules"] == seen.json()["rules"]
    assert (await written(stage, patch, key=key)).json() == first.json()
    after = await terms(stage)
    assert after["grace_seconds"] == 21 * 60
    assert after["no_show_fee"] == before["no_show_fee"]
    back = await written(stage, {"grace": None, "slots": {"longest": None}})
    assert back.json()["rules"]["grace"] == "PT15M"
    shown = (await stage.http.get(f"{BELOW}/policies", headers=stage.operators())).json()["items"]
    assert [one["version"] for one in shown[: len(shown) - len(listed)]] == [
        back.json()["version"],
        first.json()["version"],
    ]


async def test_what_is_sown_again_takes_back_nothing(stage: Stage) -> None:
    mine = make_policy(grace=timedelta(minutes=11))
    for grace, expected in ((11, 11), (11, 22), (12, 12)):
        site = make_site(chargers=3, walk_in=1, policy=replace(mine, grace=timedelta(minutes=grace)))
        async with stage.sessions.begin() as session:
            await seed(session, make_seed(site), now=NOW)
        assert (await terms(stage))["grace_seconds"] == expected * 60
        if expected == 11:
            assert (await written(stage, {"grace": "PT22M"})).status_code == 201


async def test_a_tariff_is_changed_the_same_way_and_a_quote_keeps_its_price(stage: Stage) -> None:
    body = {"site_id": "north", "start": START, "end": END}
    quote = (await stage.http.post("/v1/quotes", json=body, headers=stage.driver())).json()
    dearer = await written(stage, {"energy_per_kwh": {"minor": 83}}, kind="tariffs")
    assert dearer.status_code == 201, dearer.text
    assert (await terms(stage))["energy_per_kwh"] == {"minor": 83, "currency": "EUR"}
    kept = (await stage.http.get(f"/v1/quotes/{quote['id']}", headers=stage.driver())).json()
    assert kept["terms"]["energy_per_kwh"] == quote["terms"]["energy_per_kwh"]


@pytest.mark.parametrize(
    ("rules", "pointer"),
    [
        ({"grcae": "PT20M"}, "grcae"),
        ({"slots": {"longset": "PT3H"}}, "slots/longset"),
        ({"grace": 20}, "grace"),
        ({"grace": "twenty minutes"}, "grace"),
        ({"grace": "-PT1M"}, "grace"),
        ({"grace": "P999999D"}, "grace"),
        ({"open_reservations_per_driver": True}, "open_reservations_per_driver"),
        ({"open_reservations_per_driver": "3"}, "open_reservations_per_driver"),
        ({"open_reservations_per_driver": 10**40}, "open_reservations_per_driver"),
        ({"late_change_costs": 1}, "late_change_costs"),
        ({"no_show_fee": {"minor": 5, "currency": "SEK"}}, "no_show_fee"),
        ({"no_show_fee": {"minor": 10**12, "currency": "EUR"}}, "no_show_fee/minor"),
        ({"currency": "SEK"}, "currency"),
        ({"slots": {"shortest": "PT2H", "longest": "PT1H"}}, "slots/longest"),
        ({"slots": 7}, "slots"),
        ({"at_slot_end": "explode"}, "at_slot_end"),
        ({"tiers": [{"name": "a\u0000b"}]}, "tiers/0/name"),
        ({"tiers": [{"name": "gold", "graec": "PT1M"}]}, "tiers/0/graec"),
    ],
    ids=str,
)
async def test_what_does_not_fit_is_refused_by_member_and_changes_nothing(
    stage: Stage, rules: dict[str, Any], pointer: str
) -> None:
    counts = await stage.row_counts()
    for answer in (
        await written(stage, rules),
        await stage.http.post(f"{BELOW}/policies/preview", json={"rules": rules}, headers=stage.operators()),
    ):
        problem = assert_problem(answer, 422, "rules_unusable")
        assert f"#/rules/{pointer}" in [error["pointer"] for error in problem["errors"]]
    assert await stage.row_counts() == counts


async def test_what_is_planned_for_later_does_not_begin_with_another_change(stage: Stage) -> None:
    later = {"valid_from": "2027-01-01T00:00:00Z"}
    planned = await written(stage, {"no_show_fee": {"minor": 990}}, **later)
    assert planned.status_code == 201, planned.text
    seen = await stage.http.post(
        f"{BELOW}/policies/preview", json={"rules": {"grace": "PT23M"}}, headers=stage.operators()
    )
    assert {"grace", "no_show_fee"} == {one["member"] for one in seen.json()["changes"]}
    sooner = await written(stage, {"grace": "PT23M"})
    assert assert_problem(sooner, 422, "invalid_request")["errors"][0]["pointer"] == "#/valid_from"
    assert (await written(stage, {"grace": "PT23M"}, **later)).json()["rules"]["no_show_fee"]["minor"] == 990


async def test_only_operators_change_them_and_not_in_the_past(stage: Stage) -> None:
    for kind in ("policies", "tariffs"):
        headers = {**stage.driver(), "Idempotency-Key": fresh_key()}
        body = {"rules": {}, "reason": ""}
        refused = await stage.http.post(f"{BELOW}/{kind}", json=body, headers=headers)
        assert_problem(refused, 403, "scope_missing")
        past = await written(stage, {}, kind=kind, valid_from="2026-11-22T11:59:59Z")
        assert assert_problem(past, 422, "invalid_request")["errors"][0]["pointer"] == "#/valid_from"
