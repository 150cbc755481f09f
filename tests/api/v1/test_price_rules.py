"""Operators let prices vary: what they write is checked, kept by version, and shown with its reasons."""

from typing import Any

import httpx

from tests.api.stage import END, START, Stage, assert_problem, fresh_key

ADDRESS = "/v1/operations/sites/north/price-rules"
NIGHT = {"name": "Night", "weekly": [{"start": "22:00", "end": "06:00"}], "energy_per_kwh": 29}
NOON = {"name": "Noon", "weekly": [{"start": "12:00", "end": "15:00"}], "energy_per_kwh": 61}


async def written(stage: Stage, rules: dict[str, Any] | None, key: str = "", **more: Any) -> httpx.Response:
    headers = {**stage.operators(), "Idempotency-Key": key or fresh_key()}
    return await stage.http.post(ADDRESS, json={"rules": rules, "reason": "test", **more}, headers=headers)


async def test_what_was_written_counts_for_quotes_and_is_told_with_its_reason(stage: Stage) -> None:
    body = {"site_id": "north", "start": START, "end": END}
    before = (await stage.http.post("/v1/quotes", json=body, headers=stage.driver())).json()["terms"]
    assert (before["price_rules_version"], before["price_reasons"]) == (None, [])
    key = fresh_key()
    first = await written(stage, {"currency": "EUR", "bands": [NIGHT, NOON]}, key)
    assert first.status_code == 201, first.text
    assert (await written(stage, {"currency": "EUR", "bands": [NIGHT, NOON]}, key)).json() == first.json()
    terms = (await stage.http.post("/v1/quotes", json=body, headers=stage.driver())).json()["terms"]
    assert terms["energy_per_kwh"] == {"minor": 61, "currency": "EUR"}
    assert terms["price_rules_version"] == first.json()["version"]
    assert terms["price_reasons"] == [
        {
            "price": "energy_per_kwh",
            "amount": {"minor": 61, "currency": "EUR"},
            "text": "Energy per kWh: 0.61 EUR at this time (Noon)",
        }
    ]
    assert "Energy costs 0.61 EUR per kWh" in terms["words"]
    query = {"from": START, "duration_minutes": "60"}
    shown = await stage.http.get("/v1/sites/north/availability", params=query, headers=stage.driver())
    windows, prices = shown.json()["pools"][0]["windows"], shown.json()["prices"]
    assert prices[windows[0]["price"]] == {
        "energy_per_kwh": terms["energy_per_kwh"],
        "time_per_minute": terms["time_per_minute"],
        "reservation_fee": terms["reservation_fee"],
        "price_rules_version": terms["price_rules_version"],
        "reasons": terms["price_reasons"],
    }
    assert {price["energy_per_kwh"]["minor"] for price in prices} == {29, 50, 61}
    site = (await stage.http.get("/v1/sites/north", headers=stage.driver())).json()["terms"]
    assert any("Prices vary" in sentence for sentence in site["words"])
    assert not any("Prices vary" in sentence for sentence in terms["words"])
    constant = await written(stage, None)
    shown = (await stage.http.get(ADDRESS, headers=stage.operators())).json()["items"]
    assert [one["version"] for one in shown] == [constant.json()["version"], first.json()["version"]]
    after = (await stage.http.post("/v1/quotes", json=body, headers=stage.driver())).json()["terms"]
    assert after["energy_per_kwh"] == before["energy_per_kwh"]


async def test_rules_that_contradict_each_other_are_refused_with_their_lines(stage: Stage) -> None:
    both = [NIGHT, {**NIGHT, "name": "Also night"}]
    counts = await stage.row_counts()
    refused = await written(stage, {"currency": "EUR", "bands": both})
    problem = assert_problem(refused, 422, "rules_unusable")
    assert [error["pointer"] for error in problem["errors"]] == ["#/rules/bands/1"]
    assert "bands[0]" in problem["errors"][0]["message"]
    foreign = await written(stage, {"currency": "SEK", "bands": [NIGHT]})
    assert [error["pointer"] for error in assert_problem(foreign, 422, "rules_unusable")["errors"]] == [
        "#/rules/currency"
    ]
    past = await written(stage, {"currency": "EUR", "bands": [NIGHT]}, valid_from="2026-11-22T11:59:59Z")
    assert assert_problem(past, 422, "invalid_request")["errors"][0]["pointer"] == "#/valid_from"
    assert await stage.row_counts() == counts


async def test_only_operators_write_prices(stage: Stage) -> None:
    body = {"rules": None, "reason": ""}
    headers = {**stage.driver(), "Idempotency-Key": fresh_key()}
    assert_problem(await stage.http.post(ADDRESS, json=body, headers=headers), 403, "scope_missing")


async def test_a_groups_price_is_told_to_who_is_in_it_and_a_group_that_is_not_there_is_refused(
    stage: Stage,
) -> None:
    rules = {
        "currency": "EUR",
        "groups": [{"name": "staff", "told": "Harbour staff", "factor_percent": 50}],
    }
    unknown = assert_problem(await written(stage, rules), 422, "rules_unusable")
    assert [error["pointer"] for error in unknown["errors"]] == ["#/rules/groups/0/name"]
    olga = stage.operators()
    await stage.http.put("/v1/operations/driver-groups/staff", json={"name": "Staff"}, headers=olga)
    assert (await written(stage, rules)).status_code == 201
    body = {"site_id": "north", "start": START, "end": END}
    anybody = (await stage.http.post("/v1/quotes", json=body, headers=stage.driver("driver-2"))).json()[
        "terms"
    ]
    await stage.http.put("/v1/operations/driver-groups/staff/members/driver-1", json={}, headers=olga)
    mine = (await stage.http.post("/v1/quotes", json=body, headers=stage.driver("driver-1"))).json()["terms"]
    assert anybody["price_reasons"] == []
    assert mine["energy_per_kwh"]["minor"] * 2 == anybody["energy_per_kwh"]["minor"]
    assert [one["text"] for one in mine["price_reasons"]] == [
        "Energy per kWh: 50 % for the group Harbour staff: 0.25 EUR"
    ]


async def test_rules_are_simulated_before_they_are_written(stage: Stage) -> None:
    address = f"{ADDRESS}/simulation"
    counts = await stage.row_counts()
    body = {"rules": {"currency": "EUR", "bands": [NIGHT]}}
    found = await stage.http.post(address, json=body, headers=stage.operators())
    assert found.status_code == 200, found.text
    told = found.json()
    assert (told["reservations"], told["charged"], told["bands"], told["complete"]) == (0, 0, [], True)
    both = {"rules": {"currency": "EUR", "bands": [NIGHT, {**NIGHT, "name": "Also night"}]}}
    refused = await stage.http.post(address, json=both, headers=stage.operators())
    assert assert_problem(refused, 422, "rules_unusable")["errors"][0]["pointer"] == "#/rules/bands/1"
    turned = {**body, "since": "2026-11-21T00:00:00Z", "until": "2026-11-20T00:00:00Z"}
    late = await stage.http.post(address, json=turned, headers=stage.operators())
    assert assert_problem(late, 422, "invalid_request")["errors"][0]["pointer"] == "#/since"
    assert_problem(await stage.http.post(address, json=body, headers=stage.driver()), 403, "scope_missing")
    assert await stage.row_counts() == counts
