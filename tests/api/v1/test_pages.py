"""Lists are read page by page, all in the same way."""

from typing import Any

from api.v1.pagination import LARGEST_PAGE
from tests.api.stage import Stage

WHOLE = {
    "list_sites": "of one installation",
    "list_own_driver_groups": "a driver is in few",
    "list_driver_groups": "an operator names few",
    "list_ledger_accounts": "the chart",
    "list_webhook_endpoints": "a fleet has no more than twenty",
    "list_operators_webhook_endpoints": "neither has the operator, and few fleets have any",
    "list_contact_points": "nobody has more than ten",
    "list_telling_channels": "there are four",
}
"""Answered whole, and why there are never many. So may be what belongs to one thing (`/…/{code}/bills`); whatever else
may grow is paged: `cursor`, `limit`, `next_cursor`.
"""


def lists(document: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any], dict[str, Any]]]:
    """By operation: its path, its parameters and the schema of its answer."""
    found = {}
    for path, operations in document["paths"].items():
        operation = operations.get("get", {})
        if operation.get("operationId", "").startswith("list_"):
            answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
            schema = document["components"]["schemas"][answer["$ref"].rsplit("/", 1)[-1]]
            asked = {one["name"]: one["schema"] for one in operation.get("parameters", ())}
            found[operation["operationId"]] = (path, asked, schema)
    return found


async def test_every_list_that_may_grow_is_paged_in_the_same_way(stage: Stage) -> None:
    document = stage.app.openapi()
    found = lists(document)
    paged = {name for name, (_, asked, _) in found.items() if "limit" in asked}
    whole = {name for name in found.keys() - paged if "{" not in found[name][0]}
    assert whole == WHOLE.keys()
    for name in paged:
        path, asked, answer = found[name]
        assert {"cursor", "limit"} <= asked.keys(), name
        assert {"items", "next_cursor"} <= answer["properties"].keys(), name
        limit = asked["limit"]
        assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, LARGEST_PAGE, 50), name
        responses = document["paths"][path]["get"]["responses"]
        assert "Link" in responses["200"]["headers"], name
        assert "cursor_invalid" in responses["400"]["content"]["application/problem+json"]["examples"], name


async def test_links_lead_through_the_pages(stage: Stage) -> None:
    """They keep what was asked for; the last page has none."""
    group = "/v1/operations/driver-groups/paged"
    operators = stage.operators()
    assert (await stage.http.put(group, json={"name": "Paged"}, headers=operators)).status_code == 200
    drivers = [f"driver ü&{number}" for number in range(5)]
    for driver in drivers:
        put = await stage.http.put(f"{group}/members/{driver}", json={}, headers=operators)
        assert put.status_code == 200, put.text
    seen, there = [], f"{group}/members?limit=2"
    while there:
        page = await stage.http.get(there, headers=operators)
        seen.append([item["driver_id"] for item in page.json()["items"]])
        there = page.links.get("next", {}).get("url", "")
        assert ("limit=2" in there) == (page.json()["next_cursor"] is not None)
    assert seen == [drivers[:2], drivers[2:4], drivers[4:]]


async def test_a_cursor_of_another_list_is_refused(stage: Stage) -> None:
    for code in ("WyIyMDI2LTExLTIyVDEyOjAwOjAwKzAwOjAwIiwgIjEiXQ", "W10", "x"):
        for path in ("/v1/operations/driver-groups/paged/members", "/v1/operations/invoice-accounts"):
            answer = await stage.http.get(path, params={"cursor": code}, headers=stage.operators())
            assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid"), answer.text
