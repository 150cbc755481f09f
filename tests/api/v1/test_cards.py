"""Drivers and their cards by the API: entered, changed, blocked; what is blocked opens nothing from that moment on."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from activities.holds.activities import HoldActivities
from db.queries.charging.access import access_facts
from db.queries.charging.cards_at import holder_at
from db.seed import seed
from db.tables import AuditEntry, Driver, Token
from domain.charging.access import decide_access
from domain.charging.access_reasons import AccessReason
from ocpp_gateway.storage.local_lists import candidates
from tests.api.stage import NOW, Stage, assert_problem
from tests.factories import NOON, make_booking, make_driver, make_seed, make_site

DRIVERS, CARDS = "/v1/operations/drivers", "/v1/operations/cards"


@pytest.fixture
def driver() -> str:
    """Who was never here."""
    return f"driver-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def tag() -> str:
    return uuid.uuid4().hex[:8].upper()


async def say(stage: Stage, path: str, **body: Any) -> httpx.Response:
    method = "PUT" if path.endswith("/cards") or path.count("/") == 4 else "POST"
    body = {"reason": "because", **body}
    return await stage.http.request(method, path, json=body, headers=stage.operators())


async def registered(stage: Stage, driver: str, tag: str, **over: Any) -> dict[str, Any]:
    answer = await say(stage, f"{DRIVERS}/{driver}/cards", id_tag=tag, **over)
    assert answer.status_code == 200, answer.text
    card: dict[str, Any] = answer.json()
    return card


OPENS = {"blocked": False, "blocked_at": None}
BLOCKED = {"blocked": True, "blocked_at": NOW.strftime("%Y-%m-%dT%H:%M:%SZ")}


async def gate(stage: Stage, tag: str, at: datetime = NOW) -> AccessReason:
    async with stage.sessions() as session:
        connection = await session.connection()
        found = await access_facts(connection, charger_id="NORTH-1", id_tag=tag, now=at)
    return decide_access(found.token, tuple(found.connectors.values()), found.holds, at).reason


async def audited(stage: Stage, driver: str) -> list[str]:
    async with stage.sessions() as session:
        mine = select(AuditEntry).where(AuditEntry.subject == driver).order_by(AuditEntry.id)
        found = list(await session.scalars(mine))
    return [f"{entry.actor.split(':')[0]} {entry.code} {entry.detail.get('card', '')}" for entry in found]


async def test_a_card_is_registered_once_changed_blocked_and_given_back(
    stage: Stage, driver: str, tag: str
) -> None:
    until = "2026-11-22T11:00:00Z"
    card = await registered(stage, driver, tag.lower())
    shown = {"driver_id": driver, "card": f"…{tag[-4:]}", "group_id": None, **OPENS}
    assert card == {"id": card["id"], "expires_at": None, **shown}
    assert await registered(stage, driver, f" {tag}") == card
    assert await gate(stage, tag) is AccessReason.WALK_IN
    own = f"{CARDS}/{card['id']}"
    expired = [await say(stage, own, expires_at=until, group_id="G") for _ in range(2)]
    assert [one.json() for one in expired] == [card | {"expires_at": until, "group_id": "G"}] * 2
    assert await gate(stage, tag) is AccessReason.TOKEN_EXPIRED
    await registered(stage, driver, tag)
    for _ in range(2):
        assert (await say(stage, f"{own}/block")).json() == card | BLOCKED
    assert await gate(stage, tag) is AccessReason.TOKEN_BLOCKED
    assert (await registered(stage, driver, tag))["blocked"], "nobody gives a lost one back by registering it"
    for _ in range(2):
        assert (await say(stage, f"{own}/unblock")).json() == card
    assert await gate(stage, tag) is AccessReason.WALK_IN
    end = f"…{tag[-4:]}"
    assert await audited(stage, driver) == [
        f"operator card_set {end}",
        f"operator card_set {end}",
        f"operator card_set {end}",
        f"operator card_blocked {end}",
        f"operator card_unblocked {end}",
    ]


async def test_a_card_changes_hands_only_from_whom_it_is_named_to_be(
    stage: Stage, driver: str, tag: str
) -> None:
    card = await registered(stage, driver, tag)
    path, other = f"{DRIVERS}/{driver}-2/cards", {"id_tag": tag}
    for wrong in (other, other | {"former_driver_id": "driver-1"}):
        assert_problem(await say(stage, path, **wrong), 409, "card_taken")
    moved = await say(stage, path, **other, former_driver_id=driver)
    assert moved.json() == card | {"driver_id": f"{driver}-2"}
    async with stage.sessions() as session:
        connection = await session.connection()
        whose = [await holder_at(connection, tag, at) for at in (NOW - timedelta(minutes=1), NOW)]
    assert [one.driver_id for one in whose] == [driver, f"{driver}-2"]  # a start that is told late is of then
    listed = await stage.http.get(CARDS, params={"driver_id": driver}, headers=stage.operators())
    assert listed.json() == {"items": [], "next_cursor": None}
    assert_problem(await say(stage, path, id_tag="\u00e9"), 422, "invalid_request")
    assert_problem(await say(stage, path, id_tag="  "), 422, "invalid_request")
    for what in ("", "/block", "/unblock"):
        assert_problem(await say(stage, f"{CARDS}/c-none{what}"), 404, "card_unknown")


async def test_a_blocked_card_leaves_the_chargers_local_lists(stage: Stage, tag: str) -> None:
    name = uuid.uuid4().hex[:8]
    booked = await HoldActivities(stage.sessions).place_hold(make_booking(name))
    assert booked.held is not None
    card = await registered(stage, f"driver-{name}", tag)

    async def offered() -> set[str]:
        async with stage.sessions() as session:
            chargers = ("NORTH-1", "NORTH-2", "NORTH-3")
            found = await candidates(await session.connection(), chargers, NOON)
        return {one.id_tag for of_charger in found.values() for one in of_charger}

    assert {tag, booked.held.app_tag} <= await offered()
    await say(stage, f"{CARDS}/{card['id']}/block")
    left = await offered()
    assert tag not in left
    assert booked.held.app_tag in left, "the reservation opens by its own credential"


async def test_who_is_blocked_opens_nothing_and_stays_so_when_a_file_is_sown_again(
    stage: Stage, driver: str, tag: str
) -> None:
    for _ in range(2):
        put = await say(stage, f"{DRIVERS}/{driver}", fleet_id="fleet-9")
        assert (put.status_code, put.json()["fleet_id"]) == (200, "fleet-9"), put.text
    await registered(stage, driver, tag, expires_at="2030-01-01T00:00:00Z")
    for _ in range(2):
        answer = await stage.http.post(
            f"{DRIVERS}/{driver}/block", json={"reason": "unpaid"}, headers=stage.operators()
        )
        assert answer.json()["blocked"]
    assert await gate(stage, tag) is AccessReason.TOKEN_BLOCKED
    page = "?fleet_id=fleet-9&blocked=true"
    listed = await stage.http.get(f"{DRIVERS}{page}", headers=stage.operators())
    assert [one["id"] for one in listed.json()["items"]] == [driver]
    async with stage.sessions.begin() as session:
        plan = make_seed(
            make_site(chargers=3, walk_in=1), drivers=(make_driver(driver_id=driver, rfid=(tag,)),)
        )
        assert not (await seed(session, plan, now=NOW)).changed.keys() & {"drivers", "tokens"}
    shown = await stage.http.get(f"{DRIVERS}/{driver}", headers=stage.operators())
    assert shown.json() == put.json() | BLOCKED
    again = await stage.http.post(
        f"{DRIVERS}/{driver}/unblock", json={"reason": "paid"}, headers=stage.operators()
    )
    assert again.json() == put.json()
    assert await gate(stage, tag) is AccessReason.WALK_IN
    told = [one.split()[1] for one in await audited(stage, driver)]
    assert told == ["driver_entered", "card_set", "driver_barred", "driver_let_in"]
    assert_problem(
        await stage.http.get(f"{DRIVERS}/nobody", headers=stage.operators()), 404, "driver_unknown"
    )


async def test_a_file_and_the_api_lay_the_same_rows(stage: Stage, driver: str, tag: str) -> None:
    said = {"group_id": "G", "expires_at": "2030-01-01T00:00:00Z"}
    await say(stage, f"{DRIVERS}/{driver}", fleet_id="fleet-9")
    await registered(stage, driver, tag, **said)
    async with stage.sessions.begin() as session:
        by_file = make_driver(
            driver_id=f"{driver}-f", rfid=(f"F{tag}",), fleet_id="fleet-9", group_id="G",
            expires_at=NOON.replace(year=2030, month=1, day=1, hour=0),
        )  # fmt: skip
        await seed(session, make_seed(make_site(chargers=3), drivers=(by_file,)), now=NOW)
        rows = []
        for name, value in ((driver, tag), (f"{driver}-f", f"F{tag}")):
            person, card = await session.get_one(Driver, name), await session.get_one(Token, value)
            columns = (card.kind, card.group_id, card.blocked, card.expires_at, person.fleet_id)
            rows.append((*columns, person.blocked, person.created_at, person.stripe_customer))
    assert rows[0] == rows[1]


async def test_drivers_see_their_cards_and_report_one_as_lost(stage: Stage, driver: str, tag: str) -> None:
    card = await registered(stage, driver, tag)
    await registered(stage, f"{driver}-2", f"B{tag}")
    who = stage.driver(driver)
    own = await stage.http.get("/v1/cards", headers=who)
    assert own.json() == {"items": [card], "next_cursor": None}
    lost = f"/v1/cards/{card['id']}/report-lost"
    assert_problem(await stage.http.post(lost, headers=stage.driver(f"{driver}-2")), 404, "card_unknown")
    assert_problem(await stage.http.post(lost, headers=stage.fleet()), 404, "card_unknown")
    assert_problem(await stage.http.post(lost, headers=stage.operators()), 403, "scope_missing")
    assert await gate(stage, tag) is AccessReason.WALK_IN
    for _ in range(2):
        assert (await stage.http.post(lost, headers=who)).json() == card | BLOCKED
    assert await gate(stage, tag) is AccessReason.TOKEN_BLOCKED
    assert await audited(stage, driver) == [f"operator card_set …{tag[-4:]}", f"driver card_lost …{tag[-4:]}"]


async def test_cards_come_in_pages(stage: Stage, driver: str, tag: str) -> None:
    made = sorted([(await registered(stage, driver, f"{n}{tag}"))["id"] for n in range(3)])
    asked = {"driver_id": driver, "limit": "2"}
    first = (await stage.http.get(CARDS, params=asked, headers=stage.operators())).json()
    cursor = {"cursor": first["next_cursor"]}
    rest = (await stage.http.get(CARDS, params=asked | cursor, headers=stage.operators())).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == made
    assert rest["next_cursor"] is None


async def test_a_start_before_it_was_lost_is_judged_by_its_own_time(
    stage: Stage, driver: str, tag: str
) -> None:
    """Of a charger that was away, and tells of it late."""
    card = await registered(stage, driver, tag)
    await stage.http.post(f"/v1/cards/{card['id']}/report-lost", headers=stage.driver(driver))
    assert await gate(stage, tag) is AccessReason.TOKEN_BLOCKED
    assert await gate(stage, tag, NOW - timedelta(hours=1)) is AccessReason.WALK_IN


async def test_a_card_that_a_seed_gives_to_another_driver_keeps_no_group(
    stage: Stage, driver: str, tag: str
) -> None:
    for whose, group in ((driver, "FAMILY"), (f"{driver}-b", None)):
        one = make_driver(driver_id=whose, rfid=(tag,), group_id=group)
        async with stage.sessions.begin() as session:
            await seed(session, make_seed(make_site(chargers=3), drivers=(one,)), now=NOW)
    async with stage.sessions() as session:
        row = await session.get_one(Token, tag)
    assert (row.driver_id, row.group_id) == (f"{driver}-b", None)
