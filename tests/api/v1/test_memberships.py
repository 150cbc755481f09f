"""Operators make drivers members, and end that; a site of members lets nobody else book."""

import asyncio
import uuid
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from db.documents import policy_to_document
from db.tables import AuditEntry, Membership, PolicyVersion
from domain.money.amount import Money
from domain.terms.payments import PaymentModel, PaymentRules
from domain.terms.tiers import Tier
from tests.api.stage import END, NOW, START, Stage, assert_problem
from tests.factories import make_policy

PATH = "/v1/operations/memberships"
ASKED = {"site_id": "north", "start": START, "end": END}
NOTHING = Money(0, "EUR")
FREE = make_policy(payments=PaymentRules(members=True))
ONLY = make_policy(
    deposit=NOTHING, reservation_fee=NOTHING, payments=PaymentRules(model=PaymentModel.MEMBERSHIP)
)


@pytest.fixture
def driver() -> str:
    """Who has never booked."""
    return f"driver-{uuid.uuid4().hex[:12]}"


async def give(stage: Stage, driver: str, *, key: str = "", by: str = "olga", **over: Any) -> httpx.Response:
    headers = stage.operators(by) | {"Idempotency-Key": key or uuid.uuid4().hex}
    return await stage.http.post(PATH, json={"driver_id": driver} | over, headers=headers)


async def end(stage: Stage, number: int, **body: Any) -> httpx.Response:
    return await stage.http.post(f"{PATH}/{number}/end", json=body, headers=stage.operators("otto"))


async def listed(stage: Stage, **params: Any) -> list[int]:
    answer = await stage.http.get(PATH, params=params, headers=stage.operators())
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


async def in_force(stage: Stage, policy: Any) -> None:
    async with stage.sessions.begin() as session:
        document = policy_to_document(policy)
        await session.merge(
            PolicyVersion(id=9_100, site_id="north", version=91, valid_from=NOW, document=document)
        )


async def test_it_is_given_once_a_key_audited_listed_and_seen_by_its_driver(
    stage: Stage, driver: str
) -> None:
    until = (NOW + timedelta(days=365)).isoformat()
    answers = await asyncio.gather(*(give(stage, driver, key="same", valid_until=until) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {201}, answers[0].text
    told = answers[0].json()
    assert all(answer.json() == told for answer in answers)
    assert (told["site_id"], told["given_by"], told["ended_at"], told["ended_by"]) == (None, "olga", None, "")
    assert datetime.fromisoformat(told["valid_from"]) == NOW
    assert datetime.fromisoformat(told["given_at"]) == NOW
    assert_problem(await give(stage, driver, key="same"), 422, "idempotency_key_reused")
    async with stage.sessions() as session:
        audited = await session.scalars(select(AuditEntry.code).where(AuditEntry.subject == driver))
        assert list(audited) == ["membership_given"]
    mine = (await stage.http.get("/v1/memberships", headers=stage.driver(driver))).json()["items"]
    assert mine == [{name: told[name] for name in ("id", "site_id", "tier", "valid_from", "valid_until")}]
    assert (await stage.http.get("/v1/memberships", headers=stage.driver("driver-2"))).json()["items"] == []


async def test_lists_narrow_down_to_whom_where_and_what_is_valid_now(stage: Stage, driver: str) -> None:
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    here = (await give(stage, driver, site_id="north")).json()["id"]
    everywhere = (await give(stage, driver, valid_from=tomorrow)).json()["id"]
    assert await listed(stage, driver_id=driver) == [everywhere, here]
    assert await listed(stage, driver_id=driver, valid=True) == [here]
    assert await listed(stage, driver_id=driver, site_id="north") == [everywhere, here]
    assert await listed(stage, driver_id=driver, site_id="south") == [everywhere]
    page = await stage.http.get(PATH, params={"driver_id": driver, "limit": 1}, headers=stage.operators())
    following = page.json()["next_cursor"]
    assert await listed(stage, driver_id=driver, cursor=following) == [here]
    own = (await stage.http.get("/v1/memberships", params={"limit": 1}, headers=stage.driver(driver))).json()
    rest = {"cursor": own["next_cursor"]}
    again = (await stage.http.get("/v1/memberships", params=rest, headers=stage.driver(driver))).json()
    assert [one["id"] for one in own["items"] + again["items"]] == [everywhere, here]


async def test_it_ends_once_now_or_later_and_never_before(stage: Stage, driver: str) -> None:
    number = (await give(stage, driver)).json()["id"]
    later = NOW + timedelta(days=3)
    first = (await end(stage, number, at=later.isoformat())).json()
    assert datetime.fromisoformat(first["valid_until"]) == later
    assert (datetime.fromisoformat(first["ended_at"]), first["ended_by"]) == (NOW, "otto")
    assert (await end(stage, number, at=(later + timedelta(days=1)).isoformat())).json() == first
    assert datetime.fromisoformat((await end(stage, number)).json()["valid_until"]) == NOW
    async with stage.sessions() as session:
        audited = await session.scalars(
            select(AuditEntry.code).where(AuditEntry.subject == driver).order_by(AuditEntry.id)
        )
        assert list(audited) == ["membership_given", "membership_ended", "membership_ended"]
    ahead = (await give(stage, driver, valid_from=later.isoformat())).json()["id"]
    never = (await end(stage, ahead)).json()
    assert never["valid_from"] == never["valid_until"]


@pytest.mark.parametrize(
    ("over", "status", "code"),
    [
        ({"site_id": "atlantis"}, 404, "site_unknown"),
        ({"tier": "platinum"}, 422, "invalid_request"),
        ({"tier": "a\u0000b"}, 422, "invalid_request"),
        ({"valid_until": NOW.isoformat()}, 422, "invalid_request"),
        (
            {"valid_from": "2027-01-02T00:00:00Z", "valid_until": "2027-01-01T00:00:00Z"},
            422,
            "invalid_request",
        ),
        ({"fee": 0}, 422, "invalid_request"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
    stage: Stage, driver: str, over: dict[str, Any], status: int, code: str
) -> None:
    assert_problem(await give(stage, driver, **over), status, code)
    async with stage.sessions() as session:
        assert await session.scalar(select(Membership.id).where(Membership.driver_id == driver)) is None


async def test_no_membership_is_ended_that_is_not_there_nor_in_the_past(stage: Stage, driver: str) -> None:
    assert_problem(await end(stage, 999_999), 404, "membership_unknown")
    number = (await give(stage, driver)).json()["id"]
    before = (NOW - timedelta(seconds=1)).isoformat()
    assert_problem(await end(stage, number, at=before), 422, "invalid_request")


async def test_a_tier_is_of_the_policy_of_its_site_told_and_audited(stage: Stage, driver: str) -> None:
    await in_force(stage, make_policy(tiers=(Tier(name="gold", horizon=timedelta(days=60)),)))
    assert_problem(await give(stage, driver, site_id="north", tier="brass"), 422, "invalid_request")
    for site_id in ("north", None):
        given = await give(stage, driver, site_id=site_id, tier="gold")
        assert (given.status_code, given.json()["tier"]) == (201, "gold"), given.text
    async with stage.sessions() as session:
        facts = await session.scalars(select(AuditEntry.detail).where(AuditEntry.subject == driver))
        assert [fact["tier"] for fact in facts] == ["gold", "gold"]
    site = (await stage.http.get("/v1/sites/north", headers=stage.driver(driver))).json()
    assert site["terms"]["tier"] == "gold"
    assert site["terms"]["horizon_seconds"] == 60 * 86_400
    later = (NOW + timedelta(days=40)).replace(minute=0)
    asked = ASKED | {"start": later.isoformat(), "end": (later + timedelta(hours=1)).isoformat()}
    quoted = await stage.http.post("/v1/quotes", json=asked, headers=stage.driver(driver))
    assert quoted.status_code == 201, quoted.text
    refused = await stage.http.post("/v1/quotes", json=asked, headers=stage.driver("driver-2"))
    problem = assert_problem(refused, 422, "beyond_tier_horizon")
    assert datetime.fromisoformat(problem["opens"]) == later - timedelta(days=14)
    assert "members of gold can now" in problem["detail"]


async def test_a_member_is_told_and_quoted_neither_fee_nor_deposit(stage: Stage, driver: str) -> None:
    await in_force(stage, FREE)
    await give(stage, driver, site_id="north")
    who = stage.driver(driver)
    asked = await stage.http.post("/v1/quotes", json=ASKED | {"expected_energy_wh": 20_000}, headers=who)
    terms = asked.json()["terms"]
    assert (terms["payer"]["kind"], terms["payments"]["members"]) == ("member", True)
    assert (terms["deposit"]["minor"], terms["reservation_fee"]["minor"]) == (0, 0)
    assert terms["words"][0].startswith("As a member you pay nothing for the reservation")
    assert not [one for one in terms["words"] if one.startswith("The reservation costs")]
    assert [line["kind"] for line in asked.json()["estimate"]["lines"]] == ["energy", "tax"]
    other = (await stage.http.get("/v1/sites/north", headers=stage.driver("driver-2"))).json()["terms"]
    assert other["reservation_fee"]["minor"] == 300
    members = "Members pay nothing for the reservation, and nothing is held on their card"
    assert members in other["words"]


async def test_a_site_of_members_quotes_nobody_else_and_says_so_before(stage: Stage, driver: str) -> None:
    await in_force(stage, ONLY)
    who = stage.driver(driver)
    words = (await stage.http.get("/v1/sites/north", headers=who)).json()["terms"]["words"]
    assert words[0] == "Only members can book here"
    before = await stage.row_counts()
    refused = await stage.http.post("/v1/quotes", json=ASKED, headers=who)
    assert "ask the operator" in assert_problem(refused, 403, "membership_required")["detail"]
    assert await stage.row_counts() == before
    await give(stage, driver)
    assert (await stage.http.post("/v1/quotes", json=ASKED, headers=who)).status_code == 201
