"""Operators credit drivers: alone up to their role's limit, beyond it when a second person agrees; once a key."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from db.tables import AuditEntry, Credit, Driver, LedgerEntry, LedgerTransaction, MoneyRequest, Notification
from domain.reservation.code import reservation_code
from tests.api.stage import NOW, Stage, assert_problem
from tests.factories import make_terms


@pytest.fixture
async def driver(stage: Stage) -> str:
    name = f"driver-{uuid.uuid4().hex[:12]}"
    async with stage.sessions.begin() as session:
        session.add(Driver(id=name, created_at=NOW, parent_tag=uuid.uuid4().hex[:20]))
    return name


async def given(
    stage: Stage,
    driver: str,
    minor: int,
    *,
    key: str = "",
    role: str | None = None,
    by: str = "olga",
    **over: Any,
) -> httpx.Response:
    body = {"amount_minor": minor, "currency": "EUR", "reason": "waited on the phone"} | over
    headers = stage.operators(by, role) | {"Idempotency-Key": key or uuid.uuid4().hex}
    return await stage.http.post(f"/v1/operations/drivers/{driver}/credits", json=body, headers=headers)


async def decided(stage: Stage, number: int, what: str, by: str, role: str) -> httpx.Response:
    path = f"/v1/operations/money-requests/{number}/{what}"
    return await stage.http.post(path, json={"reason": "fair"}, headers=stage.operators(by, role))


async def booked(stage: Stage, driver: str) -> dict[str, int]:
    """By account, what the ledger has of the driver."""
    async with stage.sessions() as session:
        rows = await session.execute(
            select(LedgerEntry.account, func.sum(LedgerEntry.amount_minor))
            .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
            .where(LedgerTransaction.driver_id == driver)
            .group_by(LedgerEntry.account)
        )
        return {account: int(minor) for account, minor in rows}


async def test_within_the_limit_it_is_given_booked_audited_and_told_once(stage: Stage, driver: str) -> None:
    until = (NOW + timedelta(days=90)).isoformat()
    answers = await asyncio.gather(
        *(given(stage, driver, 1000, key="same", expires_at=until) for _ in range(3))
    )
    assert {answer.status_code for answer in answers} == {201}, answers[0].text
    assert len({answer.json()["credit"]["id"] for answer in answers}) == 1
    credit = answers[0].json()["credit"]
    assert (credit["amount_minor"], credit["left_minor"], credit["origin"]) == (1000, 1000, "grant")
    assert (credit["granted_by"], credit["approved_by"], credit["driver_id"]) == ("olga", "", driver)
    assert await booked(stage, driver) == {"credits_granted": 1000, "driver_credit": -1000}
    async with stage.sessions() as session:
        told = await session.scalars(select(Notification.template).where(Notification.driver_id == driver))
        assert list(told) == ["credit_granted"]
        audited = await session.scalars(select(AuditEntry.code).where(AuditEntry.subject == driver))
        assert list(audited) == ["credit_granted"]
    mine = (await stage.http.get("/v1/credits", headers=stage.driver(driver))).json()["items"]
    assert [(one["id"], one["left_minor"]) for one in mine] == [(credit["id"], 1000)]


async def test_many_small_ones_are_no_way_around_the_limit(stage: Stage, driver: str) -> None:
    answers = [await given(stage, driver, 2000) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 202]
    assert answers[2].json()["credit"] is None
    at_once = await asyncio.gather(*(given(stage, driver, 1000) for _ in range(3)))
    assert sorted(answer.status_code for answer in at_once) == [201, 202, 202]
    assert (await booked(stage, driver))["driver_credit"] == -5000
    assert (await given(stage, driver, 40_000, role="manager", by="mira")).status_code == 201


async def test_beyond_it_another_person_of_a_higher_role_decides(stage: Stage, driver: str) -> None:
    asked = await given(stage, driver, 20_000, key="large")
    assert asked.status_code == 202
    request = asked.json()["request"]
    assert (request["state"], request["subject"], request["kind"]) == ("waiting", driver, "grant")
    assert await booked(stage, driver) == {}
    assert_problem(
        await decided(stage, request["number"], "approve", "olga", "finance"), 403, "second_person_needed"
    )
    assert_problem(
        await decided(stage, request["number"], "approve", "otto", "support"), 403, "beyond_authority"
    )
    for _ in range(2):
        assert (await decided(stage, request["number"], "approve", "mira", "manager")).status_code == 200
    assert await booked(stage, driver) == {"credits_granted": 20_000, "driver_credit": -20_000}
    again = await given(stage, driver, 20_000, key="large")
    assert (again.status_code, again.json()["request"]["state"]) == (202, "approved")
    async with stage.sessions() as session:
        (row,) = await session.scalars(select(Credit).where(Credit.driver_id == driver))
    assert (row.granted_by, row.approved_by) == ("olga", "mira")
    # What two people gave leaves the limit of one alone.
    assert (await given(stage, driver, 5000)).status_code == 201


async def test_what_is_refused_gives_nothing(stage: Stage, driver: str) -> None:
    number = (await given(stage, driver, 20_000)).json()["request"]["number"]
    assert (await decided(stage, number, "refuse", "mira", "manager")).status_code == 200
    assert await booked(stage, driver) == {}


async def test_what_would_have_expired_when_it_is_approved_waits_on(stage: Stage, driver: str) -> None:
    until = (NOW + timedelta(minutes=1)).isoformat()
    number = (await given(stage, driver, 20_000, expires_at=until)).json()["request"]["number"]
    async with stage.sessions.begin() as session:
        past = {"expires_at": (NOW - timedelta(seconds=1)).isoformat()}
        await session.execute(update(MoneyRequest).where(MoneyRequest.id == number).values(details=past))
    assert_problem(await decided(stage, number, "approve", "mira", "manager"), 422, "invalid_request")
    assert await booked(stage, driver) == {}


@pytest.mark.parametrize(
    ("over", "status", "code"),
    [
        ({"amount_minor": 0}, 422, "invalid_request"),
        ({"amount_minor": 10**11}, 422, "invalid_request"),
        ({"currency": "XXX"}, 422, "invalid_request"),
        ({"reason": ""}, 422, "invalid_request"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, 422, "invalid_request"),
        ({"reservation": "nonsense"}, 404, "reservation_code_invalid"),
        ({"reservation": "7F3K-2QVM-X9TA"}, 404, "reservation_unknown"),
    ],
)
async def test_bad_input_changes_nothing(
    stage: Stage, driver: str, over: dict[str, Any], status: int, code: str
) -> None:
    assert_problem(await given(stage, driver, 1000, **over), status, code)
    assert await booked(stage, driver) == {}


async def test_a_reservation_is_made_good_in_the_currency_of_its_terms(stage: Stage, driver: str) -> None:
    code = reservation_code(driver, "made good")
    await stage.publish(code, driver_id=driver, terms=make_terms())
    for minor in (1000, 20_000):
        refused = await given(stage, driver, minor, currency="USD", reservation=code)
        assert "EUR" in assert_problem(refused, 422, "credit_currency_mismatch")["detail"]
    assert await booked(stage, driver) == {}
    assert (await given(stage, driver, 1000, reservation=code)).status_code == 201


async def test_nobody_unknown_is_credited_and_no_key_serves_twice(stage: Stage, driver: str) -> None:
    assert_problem(await given(stage, "nobody", 1000), 404, "driver_unknown")
    assert (await given(stage, driver, 1000, key="once")).status_code == 201
    assert_problem(await given(stage, driver, 1001, key="once"), 422, "idempotency_key_reused")
    response = await stage.http.post(
        f"/v1/operations/drivers/{driver}/credits",
        json={"amount_minor": 1, "currency": "EUR", "reason": "x"},
        headers=stage.operators(),
    )
    assert_problem(response, 400, "idempotency_key_missing")
