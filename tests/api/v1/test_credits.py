"""Credits by API: drivers see their own with origin and uses, operators everybody's; a bill says what paid it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from db.tables import Credit, CreditUse
from domain.money.amount import Money
from domain.money.credits import CreditOrigin, CreditSpent
from domain.reservation.code import reservation_code
from tests.api.stage import NOW, Stage, assert_problem
from tests.factories.receipts import make_receipt

DAY = timedelta(days=1)
GIVEN, PAID = (reservation_code("driver", key) for key in ("given", "paid"))


@pytest.fixture(autouse=True)
async def three_credits(stage: Stage) -> AsyncIterator[None]:
    await _forget(stage)
    async with stage.sessions.begin() as session:
        given: list[dict[str, Any]] = [
            {
                "driver_id": "driver-1",
                "origin": "moved_away",
                "cause": "charger_fault",
                "reservation_code": GIVEN,
            },
            {"driver_id": "driver-2", "origin": "grant", "reason": "kept waiting at the phone"},
            {
                "driver_id": "driver-1",
                "origin": "negative_price",
                "granted_minor": 0,
                "reservation_code": PAID,
            },
        ]
        for number, values in enumerate(given, 1):
            plain = {"id": number, "key": f"k{number}", "currency": "EUR", "granted_minor": 500}
            at = {"granted_at": NOW - number * DAY, "expires_at": NOW + number * DAY}
            await session.execute(insert(Credit).values(plain | at | values))
        for step, minor in (("settle", 300), ("follow-up-1", -100)):
            await session.execute(
                insert(CreditUse).values(
                    credit_id=1, reservation_code=PAID, step=step, amount_minor=minor, at=NOW
                )
            )
    yield
    await _forget(stage)


async def _forget(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("DELETE FROM credit_uses"))
        await session.execute(text("DELETE FROM credits"))


async def listed(stage: Stage, path: str, who: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    response = await stage.http.get(path, params=query, headers=who)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def test_drivers_see_their_own_with_what_for_until_when_and_what_it_paid(stage: Stage) -> None:
    (mine,) = await listed(stage, "/v1/credits", stage.driver(), open=True)
    assert (mine["amount_minor"], mine["left_minor"], mine["origin"]) == (500, 300, "moved_away")
    assert (mine["text"], mine["cause"]) == ("another site than was booked", "charger_fault")
    assert mine["cause_text"]
    assert mine["reservation"] == GIVEN
    assert [(use["reservation"], use["amount_minor"]) for use in mine["uses"]] == [(PAID, 200)]
    assert "driver_id" not in mine
    assert [one["id"] for one in await listed(stage, "/v1/credits", stage.driver())] == [1, 3]


async def test_operators_filter_and_page(stage: Stage) -> None:
    path, olga = "/v1/operations/credits", stage.operators()
    (theirs,) = await listed(stage, path, olga, driver_id="driver-2")
    assert (theirs["driver_id"], theirs["reason"]) == ("driver-2", "kept waiting at the phone")
    assert [one["id"] for one in await listed(stage, path, olga, reservation=GIVEN)] == [1]
    first = (await stage.http.get(path, params={"limit": 2}, headers=olga)).json()
    assert [one["id"] for one in await listed(stage, path, olga, limit=2, cursor=first["next_cursor"])] == [3]
    response = await stage.http.get(path, params={"cursor": "x"}, headers=olga)
    assert_problem(response, 400, "cursor_invalid")


async def test_a_bill_says_which_credits_paid_it(stage: Stage) -> None:
    receipt = make_receipt(charge=500, captured=300)
    spent = CreditSpent(
        credit=1, amount=Money(200, "EUR"), origin=CreditOrigin.MOVED_AWAY, reservation=GIVEN, cause=""
    )
    receipt = type(receipt)(bill=receipt.bill, payments=receipt.payments, credits=(spent,))
    await stage.publish(PAID, deposit=Money(0, "EUR"), receipt=receipt)
    money = (await stage.http.get(f"/v1/reservations/{PAID}", headers=stage.driver())).json()["money"]
    assert (money["credit_spent_minor"], money["outstanding_minor"]) == (200, 0)
    (shown,) = money["credits_spent"]
    assert (shown["credit"], shown["amount_minor"], shown["reservation"]) == (1, 200, GIVEN)
    assert shown["text"] == "another site than was booked"
