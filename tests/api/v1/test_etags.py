"""Two people who edit one thing: who has not seen the other's change changes nothing, however close they come."""

import asyncio
from dataclasses import replace

import pytest

from tests.api.stage import Stage, assert_problem, fresh_key
from tests.api.v1.edited_things import BUILT, MADE_BEFORE, THINGS, Thing

EDITORS = 6


@pytest.fixture(scope="module")
async def things(stage: Stage) -> dict[str, Thing]:
    """Each is there, in some edition of its own."""
    vehicle = await stage.http.post(
        "/v1/vehicles",
        json={"plugs": ["IEC_62196_T2"]},
        headers={**stage.driver(), "Idempotency-Key": fresh_key()},
    )
    changed = Thing(
        method="PATCH", path=f"/v1/vehicles/{vehicle.json()['id']}", member=("plate",), value="SK {}", body={},
        by="driver",
    )  # fmt: skip
    assert vehicle.headers["ETag"] == (await changed.read(stage)).headers["ETag"]
    card = await stage.http.put(
        "/v1/operations/drivers/driver-1/cards",
        json={"id_tag": "ED17ED", "reason": "Handed out"},
        headers=stage.operators(),
    )
    cards = Thing(
        method="PUT", path=f"/v1/operations/cards/{card.json()['id']}", member=("group_id",), value="G{}",
        body={"reason": "Told"},
    )  # fmt: skip
    for name in MADE_BEFORE:
        made = await THINGS[name].write(stage, 1, If_None_Match="*")
        assert made.status_code == 200, made.text
    billing = Thing(
        method="PUT", path=f"/v1/reservations/{await stage.booked()}/billing", member=("reference",), value="Visit {}",
        body={}, by="driver",
    )  # fmt: skip
    return {**THINGS, "vehicle": changed, "card": cards, "billing": billing}


async def test_who_has_not_seen_the_last_change_changes_nothing(
    stage: Stage, things: dict[str, Thing]
) -> None:
    for name, thing in things.items():
        seen = (await thing.read(stage)).headers["ETag"]
        first = await thing.write(stage, 2, If_Match=seen)
        assert first.status_code in (200, 201), f"{name}: {first.text}"
        now = first.headers["ETag"]
        assert now != seen, name
        shown = await thing.read(stage)
        assert shown.headers["ETag"] == now, name
        before = await stage.row_counts()
        for stale in (seen, f"W/{now}", f'"x", {seen}'):
            refused = await thing.write(stage, 3, If_Match=stale)
            assert_problem(refused, 412, "changed_meanwhile")
            assert refused.headers["ETag"] == now, name
        assert await stage.row_counts() == before, name
        assert (await thing.read(stage)).json() == shown.json(), name
        for fresh in (f"{seen}, {now}", "*"):
            again = await thing.write(stage, 4, If_Match=fresh)
            assert again.status_code in (200, 201), f"{name}: {again.text}"
            now = again.headers["ETag"]


async def test_of_editors_who_saw_the_same_one_wins(stage: Stage, things: dict[str, Thing]) -> None:
    for name, thing in things.items():
        seen = (await thing.read(stage)).headers["ETag"]
        writes = (thing.write(stage, 10 + number, If_Match=seen) for number in range(EDITORS))
        answers = await asyncio.gather(*writes)
        won = [one for one in answers if one.status_code in (200, 201)]
        assert len(won) == 1, f"{name}: {[one.status_code for one in answers]}"
        assert (await thing.read(stage)).headers["ETag"] == won[0].headers["ETag"], name
        for one in answers:
            if one is not won[0]:
                assert_problem(one, 412, "changed_meanwhile")
                assert one.headers["ETag"] == won[0].headers["ETag"], name


async def test_one_of_those_who_block_a_card_or_a_driver_having_seen_the_same_does(stage: Stage) -> None:
    card = await stage.http.put(
        "/v1/operations/drivers/driver-1/cards",
        json={"id_tag": "B10CED", "reason": "Handed out"},
        headers=stage.operators(),
    )
    driver = replace(THINGS["driver"], path="/v1/operations/drivers/barred")
    await driver.write(stage, 1)
    for path in (f"/v1/operations/cards/{card.json()['id']}", driver.path):
        shown = await stage.http.get(path, headers=stage.operators())
        headers = stage.operators() | {"If-Match": shown.headers["ETag"]}
        answers = await asyncio.gather(
            *(
                stage.http.post(f"{path}/block", json={"reason": f"{n}"}, headers=headers)
                for n in range(EDITORS)
            )
        )
        (won,) = [one for one in answers if one.status_code == 200]
        assert won.json()["blocked"]
        again = await stage.http.post(f"{path}/unblock", json={"reason": "found"}, headers=headers)
        assert_problem(again, 412, "changed_meanwhile")
        assert again.headers["ETag"] == won.headers["ETag"]


async def test_a_membership_ends_once_for_those_who_saw_the_same(stage: Stage) -> None:
    given = await stage.http.post(
        "/v1/operations/memberships",
        json={"driver_id": "driver-1"},
        headers=stage.operators() | {"Idempotency-Key": fresh_key()},
    )
    path, tag = f"/v1/operations/memberships/{given.json()['id']}", given.headers["ETag"]
    shown = await stage.http.get(path, headers=stage.operators() | {"If-None-Match": tag})
    assert (shown.status_code, shown.headers["ETag"]) == (304, tag)
    headers = stage.operators() | {"If-Match": tag}
    bodies = [{"at": f"2031-01-{day:02}T00:00:00Z"} for day in range(10, 10 + EDITORS)]
    answers = await asyncio.gather(
        *(stage.http.post(f"{path}/end", json=body, headers=headers) for body in bodies)
    )
    (won,) = [one for one in answers if one.status_code == 200]
    assert {one.status_code for one in answers} == {200, 412}
    shown = await stage.http.get(path, headers=stage.operators())
    assert (shown.json(), shown.headers["ETag"]) == (won.json(), won.headers["ETag"])
    other = await stage.http.get("/v1/operations/memberships/999999", headers=stage.operators())
    assert_problem(other, 404, "membership_unknown")


async def test_one_of_those_who_take_a_driver_out_of_a_group_or_leave_them_in_does(
    stage: Stage, things: dict[str, Thing]
) -> None:
    member = replace(things["member"], path=f"{things['group'].path}/members/leaving")
    missing = await stage.http.get(member.path, headers=stage.operators())
    assert_problem(missing, 404, "group_member_unknown")
    seen = (await member.write(stage, 1)).headers["ETag"]
    headers = stage.operators() | {"If-Match": seen}
    out = (stage.http.delete(member.path, headers=headers) for _ in range(EDITORS))
    stay = (member.write(stage, 2 + n, If_Match=seen) for n in range(EDITORS))
    answers = await asyncio.gather(*out, *stay)
    (won,) = [one for one in answers if one.is_success]
    assert {one.status_code for one in answers if one is not won} == {412}
    shown = await member.read(stage)
    assert shown.headers["ETag"] == won.headers["ETag"]
    now = stage.operators() | {"If-Match": won.headers["ETag"]}
    gone = await stage.http.delete(member.path, headers=now)
    assert (gone.status_code, gone.headers["ETag"]) == (204, (await member.read(stage)).headers["ETag"])
    never = await stage.http.delete(f"{things['group'].path}/members/nobody", headers=headers)
    assert_problem(never, 412, "changed_meanwhile")
    never = await stage.http.delete(f"{things['group'].path}/members/nobody", headers=stage.operators())
    assert (never.status_code, "ETag" in never.headers) == (204, False)


async def test_of_those_who_make_one_thing_at_once_one_makes_it(
    stage: Stage, things: dict[str, Thing]
) -> None:
    for name, path in (
        ("site", "/v1/operations/sites/new"),
        ("pool", f"{things['site'].path}/pools/new"),
        ("charger", f"{things['site'].path}/chargers/new"),
        ("group", "/v1/operations/driver-groups/new"),
        ("account", "/v1/operations/invoice-accounts/n"),
        ("member", "/v1/operations/driver-groups/edited/members/new"),
        ("driver", "/v1/operations/drivers/new"),
        ("person", "/v1/operations/people/new"),
    ):
        thing = replace(things[name], path=path)
        gone = await thing.write(stage, 1, If_Match="*")
        assert_problem(gone, 412, "changed_meanwhile")
        assert "ETag" not in gone.headers
        answers = await asyncio.gather(*(thing.write(stage, n, If_None_Match="*") for n in range(1, EDITORS)))
        assert sorted(one.status_code for one in answers) == [200, *[412] * (EDITORS - 2)], name


async def test_what_its_reader_has_is_not_sent_again(stage: Stage, things: dict[str, Thing]) -> None:
    for name, thing in things.items():
        shown = await thing.read(stage)
        tag = shown.headers["ETag"]
        for asked in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            known = await thing.read(stage, **{"If-None-Match": asked})
            if thing.whole:
                assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", tag), name
            else:
                assert (known.status_code, known.json()) == (200, shown.json()), name
        assert (await thing.read(stage, **{"If-None-Match": '"x"'})).json() == shown.json()


async def test_a_repeated_write_is_answered_as_before_whatever_came_after_it(stage: Stage) -> None:
    policies, key = THINGS["policies"], fresh_key()
    seen = (await policies.read(stage)).headers["ETag"]
    first = await policies.write(stage, 20, If_Match=seen, Idempotency_Key=key)
    assert (await policies.write(stage, 21)).status_code == 201
    again = await policies.write(stage, 20, If_Match=seen, Idempotency_Key=key)
    assert (again.status_code, again.json(), again.headers["ETag"]) == (
        201,
        first.json(),
        first.headers["ETag"],
    )


async def test_a_preview_shows_the_edition_that_is_there(stage: Stage, things: dict[str, Thing]) -> None:
    for name in ("hours", "site", "pool", "charger"):
        thing = things[name]
        seen = (await thing.read(stage)).headers["ETag"]
        body = {**thing.written(30), "dry_run": True}
        tried = await stage.http.put(thing.path, json=body, headers=stage.operators())
        assert (tried.status_code, tried.headers["ETag"]) == (200, seen), name
        assert (await thing.write(stage, 31, If_Match=seen)).status_code == 200, name
    new = things["site"].path.replace("edited", "tried")
    tried = await stage.http.put(new, json=BUILT | {"dry_run": True}, headers=stage.operators())
    assert (tried.status_code, "ETag" in tried.headers) == (200, False)


async def test_what_is_no_tag_is_refused(stage: Stage) -> None:
    for name, value in (("If-Match", "7"), ("If-Match", '"a'), ("If-None-Match", '"a"')):
        refused = await THINGS["group"].write(stage, 1, **{name: value})
        problem = assert_problem(refused, 422, "invalid_request")
        assert (problem["errors"][0]["in"], problem["errors"][0]["parameter"]) == ("header", name)
