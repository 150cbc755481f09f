"""Sites are set up and changed by the API, by one code with seed files; what reservations stand by stays."""

from collections.abc import Mapping
from random import Random
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from activities.holds.activities import HoldActivities
from contracts.holds import ReleaseHolds
from db.changes import Kind, Subject, watch
from db.engine import own_connection
from db.seed import ChargerSeed, ConnectorSeed, PoolSeed, Seed, SeedInvalid, SiteSeed, seed
from db.tables import AuditEntry, Charger
from domain.reservation.release import ReleaseReason
from tests.api.stage import NOW, Stage, assert_problem, bearer, fresh_key
from tests.factories import NOON, make_booking

SITES = "/v1/operations/sites"
APART: dict[str, Any] = {"one_at_a_time": [], "keeps_local_list": False}
WHY = {"reason": "as it was built"}
TARIFF = {
    "currency": "EUR",
    "energy_per_kwh": {"minor": 59, "currency": "EUR"},
    "time_per_minute": {"minor": 0, "currency": "EUR"},
    "session_fee": {"minor": 0, "currency": "EUR"},
}


async def put(stage: Stage, path: str, **body: Any) -> httpx.Response:
    return await put_by(stage, stage.operators(), path, **body)


async def put_by(stage: Stage, who: Mapping[str, str], path: str, **body: Any) -> httpx.Response:
    return await stage.http.put(f"{SITES}/{path}", json=WHY | body, headers=who)


def built(site_id: str) -> SiteSeed:
    """Two pools of unlike plugs; two chargers that share a bay, one of them with plugs on one cable."""
    return SiteSeed(
        id=site_id,
        name=f"Site {site_id}",
        latitude=52.5,
        longitude=13.4,
        address="Quay 7",
        pools=(
            PoolSeed(id=f"{site_id}-dc", name="Fast", walk_in_connectors=1),
            PoolSeed(id=f"{site_id}-ac", name="Slow", connector_type="IEC_62196_T2", power_w=22_000),
        ),
        chargers=(
            ChargerSeed(
                id=f"{site_id}-1",
                connectors=(
                    ConnectorSeed(pool_id=f"{site_id}-dc", bay="A1"),
                    ConnectorSeed(pool_id=f"{site_id}-ac", number=2),
                    ConnectorSeed(pool_id=f"{site_id}-ac", number=3, bay="A2"),
                ),
                one_at_a_time=((2, 3),),
            ),
            ChargerSeed(
                id=f"{site_id}-2",
                connectors=(ConnectorSeed(pool_id=f"{site_id}-dc", bay="A1"),),
                keeps_local_list=True,
            ),
        ),
    )


def said(site: SiteSeed) -> dict[str, dict[str, Any]]:
    """The same by the API: paths below /sites, with what is sent there; in the order of a file."""
    own = ("name", "zone", "currency", "latitude", "longitude", "address")
    found: dict[str, dict[str, Any]] = {site.id: {name: getattr(site, name) for name in own}}
    for pool in site.pools:
        members = ("name", "connector_type", "power_w", "walk_in_connectors")
        found[f"{site.id}/pools/{pool.id}"] = {name: getattr(pool, name) for name in members}
    for charger in site.chargers:
        found[f"{site.id}/chargers/{charger.id}"] = {
            "connectors": [
                {"number": one.number, "pool_id": one.pool_id, "bay": one.bay} for one in charger.connectors
            ],
            "one_at_a_time": [list(group) for group in charger.one_at_a_time],
            "keeps_local_list": charger.keeps_local_list,
        }
    return found


async def sown(stage: Stage, *sites: SiteSeed) -> dict[str, int]:
    """Rows that were added or changed."""
    async with stage.sessions.begin() as session:
        found = await seed(session, Seed(sites=sites), now=NOW)
    return dict(found.added + found.changed)


async def say(stage: Stage, site: SiteSeed, order: Random | None = None) -> list[dict[str, Any]]:
    """All of it, pools before chargers, in any order otherwise."""
    paths = [*said(site)]
    if order is not None:
        paths.sort(key=lambda path: (path != site.id, "/chargers/" in path, order.random()))
    answers = [await put(stage, path, **said(site)[path]) for path in paths]
    assert {one.status_code for one in answers} == {200}, [one.text for one in answers]
    return [one.json() for one in answers]


async def audited(stage: Stage, *subjects: str) -> list[str]:
    async with stage.sessions() as session:
        mine = select(AuditEntry.code).where(AuditEntry.subject.in_(subjects)).order_by(AuditEntry.id)
        return list(await session.scalars(mine))


@pytest.mark.parametrize("order", range(3))
async def test_a_file_and_the_api_lay_the_same_rows_in_whatever_order(stage: Stage, order: int) -> None:
    site, filed = built(f"said-{order}"), built(f"filed-{order}")
    assert all(one["created"] for one in await say(stage, site, Random(order)))
    assert await sown(stage, site) == {}, "a file finds nothing to add or change"
    assert (await sown(stage, filed)).keys() >= {"sites", "pools", "chargers", "connectors", "bays"}
    for answer in await say(stage, filed, Random(order)) + await say(stage, site):
        assert (answer["created"], answer["changes"]) == (False, [])
    assert await audited(stage, site.id, f"{site.id}-1") == [
        "site_set",
        "pool_set",
        "pool_set",
        "charger_set",
    ]
    for path, body in said(site).items():
        read = await stage.http.get(f"{SITES}/{path}", headers=stage.operators())
        assert read.json() == {"id": path.rsplit("/", 1)[-1]} | body
    shown = (await stage.http.get(f"/v1/sites/{site.id}", headers=stage.driver())).json()
    assert {one["bay"] for one in shown["connectors"]} == {"A1", "A2", None}
    topology = f"/v1/operations/chargers/{site.id}-1/topology"
    placed = (await stage.http.get(topology, headers=stage.operators())).json()["connectors"]
    assert [[one["charger_id"] for one in each["beside"]] for each in placed] == [
        [f"{site.id}-2"],
        [f"{site.id}-1"],
        [f"{site.id}-1"],
    ]


async def test_a_dry_run_tells_what_would_change_and_keeps_nothing(stage: Stage) -> None:
    site = built("tried")
    before = await stage.row_counts()
    tried = await put(stage, "tried", **said(site)["tried"], dry_run=True)
    assert (tried.json()["created"], tried.json()["dry_run"]) == (True, True)
    assert await stage.row_counts() == before
    await say(stage, site)
    path = "tried/chargers/tried-2"
    moved = APART | {"connectors": [{"number": 1, "pool_id": "tried-dc", "bay": "B7"}]}
    change = [
        {"member": "keeps_local_list", "before": True, "after": False},
        {"member": "connectors.1.bay", "before": "A1", "after": "B7"},
    ]
    before = await stage.row_counts()
    for _ in range(2):
        assert (await put(stage, path, **moved, dry_run=True)).json()["changes"] == change
    assert await stage.row_counts() == before
    assert (await put(stage, path, **moved)).json()["changes"] == change
    assert (await put(stage, path, **moved)).json()["changes"] == []


async def test_what_open_reservations_stand_by_is_changed_by_nobody(stage: Stage) -> None:
    site = built("held")
    await say(stage, site)
    pools = said(site)
    booking = make_booking("held", site_id="held", pool_id="held-ac")
    holds = HoldActivities(stage.sessions)
    held = (await holds.place_hold(booking)).held
    assert held is not None
    other = APART | {"connectors": [{"number": n, "pool_id": "held-dc"} for n in (2, 3)]}
    contradicting = [
        ("held", pools["held"] | {"zone": "Europe/London"}),
        ("held/pools/held-ac", pools["held/pools/held-ac"] | {"power_w": 11_000}),
        ("held/pools/held-ac", pools["held/pools/held-ac"] | {"connector_type": "CHADEMO"}),
        ("held/chargers/held-1", other),
    ]
    before = await stage.row_counts()
    for dry_run in (True, False):
        for path, body in contradicting:
            told = assert_problem(await put(stage, path, **body, dry_run=dry_run), 409, "promised_otherwise")
            assert booking.code in told["detail"]
    for pool in (
        PoolSeed(id="held-ac", name="Slow", connector_type="IEC_62196_T2", power_w=11_000),
        PoolSeed(id="north-dc", name="Not theirs"),
    ):
        with pytest.raises(SeedInvalid, match=f"site held: pool {pool.id}"):
            await sown(
                stage, SiteSeed(id="held", name="Site held", latitude=52.5, longitude=13.4, pools=(pool,))
            )
    assert await stage.row_counts() == before
    more = pools["held/pools/held-ac"] | {"power_w": 43_000, "name": "Not so slow"}
    assert (await put(stage, "held/pools/held-ac", **more)).status_code == 200
    await holds.release_holds(ReleaseHolds(code=booking.code, reason=ReleaseReason.CANCELLED, now=NOON))
    for path, body in contradicting:
        assert (await put(stage, path, **body)).status_code == 200


async def test_connectors_that_are_promised_to_two_become_no_berth(stage: Stage) -> None:
    site = built("berths")
    await say(stage, site)
    apart = APART | {"connectors": [{"number": 1, "pool_id": "berths-dc", "bay": "B7"}]}
    assert (await put(stage, "berths/chargers/berths-2", **apart)).status_code == 200
    pool = said(site)["berths/pools/berths-dc"] | {"walk_in_connectors": 0}
    await put(stage, "berths/pools/berths-dc", **pool)
    holds = HoldActivities(stage.sessions)
    for name in ("berths-a", "berths-b"):
        booking = make_booking(name, site_id="berths", pool_id="berths-dc")
        assert (await holds.place_hold(booking)).held is not None
    together = said(site)["berths/chargers/berths-2"]
    told = await put(stage, "berths/chargers/berths-2", **together)
    assert_problem(told, 409, "berth_promised_twice")


async def test_who_may_set_up_what(stage: Stage) -> None:
    def at(**sites: str) -> dict[str, str]:
        return bearer(stage.issuer.mint("otto", scope="operator", more={"sites": sites}))

    site = built("owned")
    body = said(site)
    for who in (at(owned="owner"), at(**{"*": "owner"})):
        assert_problem(await put_by(stage, who, "owned", **body["owned"]), 403, "scope_missing")
    await say(stage, site)
    renamed = body["owned"] | {"name": "Owned by Otto"}
    assert_problem(await put_by(stage, at(owned="operator"), "owned", **renamed), 403, "site_forbidden")
    assert_problem(await put_by(stage, at(north="owner"), "owned", **renamed), 403, "site_forbidden")
    assert (await put_by(stage, at(owned="owner"), "owned", **renamed)).status_code == 200
    new = body["owned/pools/owned-ac"]
    assert (await put_by(stage, at(owned="operator"), "owned/pools/owned-b", **new)).json()["created"]


async def test_what_makes_no_sense_is_refused_and_changes_nothing(stage: Stage) -> None:
    site = built("sane")
    await say(stage, site)
    own, before = said(site)["sane"], await stage.row_counts()
    for wrong in (
        {"zone": "Mars/Olympus"},
        {"latitude": 0, "longitude": 0},
        {"latitude": 91},
        {"currency": "eur"},
        {"currency": "CHF"},
        {"name": ""},
        {"reason": ""},
        {"address": "x" * 301},
        {"surprise": 1},
    ):
        assert_problem(await put(stage, "sane", **own | wrong), 422, "invalid_request")
    pool = said(site)["sane/pools/sane-ac"]
    for wrong in ({"power_w": 0}, {"walk_in_connectors": -1}):
        assert_problem(await put(stage, "sane/pools/sane-ac", **pool | wrong), 422, "invalid_request")
    at_dc = {"number": 1, "pool_id": "sane-dc"}
    for connectors, groups in (
        ([at_dc | {"pool_id": "north-dc"}], []),
        ([at_dc | {"number": 0}], []),
        ([at_dc, at_dc], []),
        ([at_dc], [[1, 9]]),
    ):
        body = APART | {"connectors": connectors, "one_at_a_time": groups}
        told = await put(stage, "sane/chargers/sane-9", **body)
        assert_problem(told, 422, "invalid_request")
    assert_problem(await put(stage, "nowhere/pools/p", **pool), 404, "site_unknown")
    assert_problem(await put(stage, "sane/pools/north-dc", **pool), 409, "installed_elsewhere")
    foreign = await put(stage, "sane/chargers/NORTH-1", **APART, connectors=[at_dc])
    assert_problem(foreign, 409, "installed_elsewhere")
    assert await stage.row_counts() == before


async def test_who_follows_a_site_is_told(stage: Stage) -> None:
    site = built("told")
    await say(stage, site)
    listener = await own_connection(stage.sessions)
    try:
        await watch(stage.sessions, Subject(Kind.SITE, "told"))
        await listener.execute("LISTEN site_changed")
        pool = said(site)["told/pools/told-dc"] | {"walk_in_connectors": 0}
        await put(stage, "told/pools/told-dc", **pool)
        assert [one.payload async for one in listener.notifies(timeout=5, stop_after=1)] == ["told"]
        another = APART | {"connectors": [{"number": 1, "pool_id": "told-dc", "bay": "C1"}]}
        await put(stage, "told/chargers/told-3", **another)
        assert [one.payload async for one in listener.notifies(timeout=5, stop_after=1)] == ["told"]
    finally:
        await listener.close()


async def test_a_tariff_for_walk_ins_is_written_by_version_and_ended(stage: Stage) -> None:
    await say(stage, built("walked"))
    path = f"{SITES}/walked/walk-in-tariffs"

    async def write(rules: Any, key: str) -> httpx.Response:
        headers = stage.operators() | {"Idempotency-Key": key}
        return await stage.http.post(path, json={"rules": rules, "reason": "because"}, headers=headers)

    key = fresh_key()
    first = await write(TARIFF, key)
    assert (first.status_code, first.json()["version"]) == (201, 1), first.text
    assert (await write(TARIFF, key)).json() == first.json()
    dearer = await write({"session_fee": {"minor": 100, "currency": "EUR"}}, fresh_key())
    assert dearer.json()["rules"] == first.json()["rules"] | {
        "session_fee": {"minor": 100, "currency": "EUR"}
    }
    assert_problem(await write({"currency": "CHF"}, fresh_key()), 422, "rules_unusable")
    assert (await write(None, fresh_key())).json()["rules"] is None
    tried = await stage.http.post(f"{path}/preview", json={"rules": TARIFF}, headers=stage.operators())
    assert tried.json()["rules"] == first.json()["rules"]
    listed = await stage.http.get(path, headers=stage.operators())
    assert [one["version"] for one in listed.json()["items"]] == [3, 2, 1]
    assert (await audited(stage, "walked"))[-3:] == ["walk_in_tariff_set"] * 3


async def test_a_seed_takes_back_nothing_of_bays_and_cables_that_was_said_by_a_person(stage: Stage) -> None:
    site = built("cables")
    await sown(stage, site)
    body = said(site)["cables/chargers/cables-1"] | {"one_at_a_time": [[1, 2, 3]]}
    assert (await put(stage, "cables/chargers/cables-1", **body)).status_code == 200
    await sown(stage, site)
    async with stage.sessions() as session:
        assert (await session.get_one(Charger, "cables-1")).one_at_a_time == [[1, 2, 3]]


async def test_what_would_be_lost_by_silence_has_to_be_said(stage: Stage) -> None:
    """Two promises on one cable, nobody let in offline: by a member that was left out."""
    await say(stage, built("whole"))
    plugs = {"connectors": [{"number": 4, "pool_id": "whole-ac"}]}
    answer = await put(stage, "whole/chargers/whole-1", **plugs)
    missing = {one["pointer"] for one in assert_problem(answer, 422, "invalid_request")["errors"]}
    assert missing == {"#/one_at_a_time", "#/keeps_local_list"}


async def test_of_another_sites_charger_nothing_is_told(stage: Stage) -> None:
    await say(stage, built("theirs"))
    await say(stage, built("mine"))
    for number in (1, 9):
        body = APART | {"connectors": [], "one_at_a_time": [[1, number + 1]]}
        answer = await put(stage, "mine/chargers/theirs-1", dry_run=True, **body)
        assert_problem(answer, 409, "installed_elsewhere")
    for path, code in (
        ("mine/chargers/theirs-1", "charger_unknown"),
        ("mine/pools/theirs-dc", "pool_unknown"),
        ("nobodys/pools/theirs-dc", "site_unknown"),
        ("nobodys", "site_unknown"),
    ):
        assert_problem(await stage.http.get(f"{SITES}/{path}", headers=stage.operators()), 404, code)
