"""Every edit over the wire can ask that nobody has changed since what its editor read; the things of their own kind."""

import asyncio
from typing import Any

import httpx
from sqlalchemy import text

from db.queries.place.pool_locks import lock_pools
from db.tables import Charger
from tests.api.stage import Stage, assert_problem

EDITORS = 6
WHY = {"reason": "As it was built"}
SITE = "/v1/operations/sites/declared"
SET_UP: dict[str, dict[str, Any]] = {
    SITE: {"name": "D", "zone": "Europe/Berlin", "currency": "EUR", "latitude": 52.5, "longitude": 13.4},
    f"{SITE}/pools/declared-dc": {
        "name": "Fast", "connector_type": "CHADEMO", "power_w": 50_000, "walk_in_connectors": 0,
    },
    f"{SITE}/chargers/declared-1": {
        "connectors": [{"number": number, "pool_id": "declared-dc"} for number in (1, 2)],
        "one_at_a_time": [],
        "keeps_local_list": False,
    },
}  # fmt: skip
READ_ELSEWHERE = {"register_card": "read_card", "join_person": "read_person"}
"""What is edited at an address that nobody reads, and where it is read. A card is registered by what chargers read of
it, which stands in no address; as whom a person drives is read with the person.
"""


async def test_every_edit_can_ask_that_nobody_has_changed_it_since_it_was_read(stage: Stage) -> None:
    paths = stage.app.openapi()["paths"]
    reads = {there["get"]["operationId"]: there["get"] for there in paths.values() if "get" in there}
    blind, elsewhere = [], set()
    for there in paths.values():
        for edit in (there[method] for method in ("put", "patch") if method in there):
            name = edit["operationId"]
            if "get" not in there:
                elsewhere.add(name)
            shown = there.get("get") or reads.get(READ_ELSEWHERE.get(name, ""))
            is_read = shown is not None and "ETag" in shown["responses"]["200"]["headers"]
            asks = any(one["name"] == "If-Match" for one in edit.get("parameters", ()))
            if not is_read or not asks or "412" not in edit["responses"]:
                blind.append(name)
    assert blind == []
    assert elsewhere == READ_ELSEWHERE.keys()


async def test_what_is_read_with_a_tag_is_removed_by_it(stage: Stage) -> None:
    for path, there in stage.app.openapi()["paths"].items():
        shown = there.get("get", {}).get("responses", {}).get("200", {}).get("headers", {})
        if "ETag" in shown and "delete" in there:
            assert any(one["name"] == "If-Match" for one in there["delete"]["parameters"]), path


async def test_what_can_be_edited_by_its_tag_is_read_with_one(stage: Stage) -> None:
    for path, operations in stage.app.openapi()["paths"].items():
        for method, operation in operations.items():
            if not any(one["name"] == "If-Match" for one in operation.get("parameters", ())):
                continue
            assert "ETag" in operation["responses"]["412"]["headers"], f"{method} {path}"
            shown = operations.get("get", operation)
            for one in (shown,) if method == "delete" else (operation, shown):
                (status,) = [status for status in one["responses"] if status.startswith("2")]
                assert "ETag" in one["responses"][status]["headers"], f"{one['operationId']} {status}"


async def test_of_those_who_set_a_chargers_security_profile_having_seen_the_same_one_does(
    stage: Stage,
) -> None:
    path = "/v1/operations/chargers/NORTH-3/security-profile"
    shown = await stage.http.get(path, headers=stage.operators())
    assert shown.json() == {"charger_id": "NORTH-3", "security_profile": None}
    headers = stage.operators() | {"If-Match": shown.headers["ETag"]}
    bodies = [{"security_profile": profile} for profile in range(4)]
    answers = await asyncio.gather(*(stage.http.put(path, json=body, headers=headers) for body in bodies))
    (won,) = [one for one in answers if one.status_code == 200]
    assert {one.status_code for one in answers} == {200, 412}
    known = stage.operators() | {"If-None-Match": won.headers["ETag"]}
    assert (await stage.http.get(path, headers=known)).status_code == 304
    assert (await stage.http.get(path, headers=stage.operators())).json() == won.json()
    given_back = await stage.http.put(path, json={"security_profile": None}, headers=stage.operators())
    assert given_back.headers["ETag"] == shown.headers["ETag"]


async def test_of_those_who_register_one_card_at_once_one_does_and_its_tag_is_the_cards(stage: Stage) -> None:
    async def register(number: int, **headers: str) -> httpx.Response:
        body = {"id_tag": "0BCE0BCE", "group_id": f"G{number}", "reason": "Handed out"}
        path = "/v1/operations/drivers/driver-1/cards"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await stage.http.put(path, json=body, headers=stage.operators() | named)

    assert_problem(await register(0, If_Match="*"), 412, "changed_meanwhile")
    answers = await asyncio.gather(*(register(number, If_None_Match="*") for number in range(EDITORS)))
    (new,) = [one for one in answers if one.status_code == 200]
    assert {one.status_code for one in answers} == {200, 412}
    card = f"/v1/operations/cards/{new.json()['id']}"
    shown = await stage.http.get(card, headers=stage.operators())
    assert (shown.json(), shown.headers["ETag"]) == (new.json(), new.headers["ETag"])
    change = {"group_id": "G-changed", "reason": "Told"}
    changed = await stage.http.put(card, json=change, headers=stage.operators())
    again = await register(9, If_Match=new.headers["ETag"])
    assert_problem(again, 412, "changed_meanwhile")
    assert again.headers["ETag"] == changed.headers["ETag"]
    assert (await register(9, If_Match=changed.headers["ETag"])).json()["group_id"] == "G9"


async def test_a_charger_whose_topology_is_declared_this_moment_is_put_by_nobody_who_has_not_seen_it(
    stage: Stage,
) -> None:
    """The declaration is not committed yet when the other comes; without a tag the last one wins, as a whole."""
    for has_seen, status, shared in ((True, 412, [[1, 2]]), (False, 200, [])):
        for path, body in SET_UP.items():
            made = await stage.http.put(path, json=WHY | body, headers=stage.operators())
            assert made.status_code == 200, made.text
        headers = stage.operators() | ({"If-Match": made.headers["ETag"]} if has_seen else {})
        async with stage.sessions() as theirs:
            await lock_pools(theirs, ["declared-dc"])
            charger = await theirs.get_one(Charger, "declared-1")
            charger.one_at_a_time = [[1, 2]]
            await theirs.flush()
            mine = asyncio.create_task(stage.http.put(path, json=WHY | body, headers=headers))
            async with stage.sessions() as watcher:
                while not await watcher.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                    await watcher.rollback()
            await theirs.commit()
        answer = await mine
        assert answer.status_code == status, answer.text
        shown = await stage.http.get(path, headers=stage.operators())
        assert (shown.json()["one_at_a_time"], shown.headers["ETag"]) == (shared, answer.headers["ETag"])
