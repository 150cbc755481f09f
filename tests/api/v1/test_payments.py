"""Where is my hold, by API: one's own, in words and figures, on the site's clock."""

from datetime import timedelta

from sqlalchemy import insert, update

from db.tables import Payment
from tests.api.stage import NOW, Stage, assert_problem


async def test_drivers_see_what_became_of_each_payment(stage: Stage) -> None:
    code = await stage.booked()
    async with stage.sessions.begin() as session:
        await session.execute(
            insert(Payment).values(
                reservation_code=code,
                step="deposit",
                payment_intent_id=f"pi_{code}",
                currency="EUR",
                amount_minor=1000,
                status="requires_capture",
                updated_at=NOW - timedelta(days=1),
            )
        )
    async with stage.sessions.begin() as session:
        await session.execute(
            update(Payment)
            .where(Payment.reservation_code == code)
            .values(status="succeeded", captured_minor=400, updated_at=NOW)
        )
    path = f"/v1/reservations/{code}/payments"
    (one,) = (await stage.http.get(path, headers=stage.driver())).json()["items"]
    assert (one["step"], one["state"], one["reference"]) == ("deposit", "taken", f"pi_{code}")
    assert (one["amount_minor"], one["taken_minor"], one["released_minor"], one["given_back_minor"]) == (
        1000,
        400,
        600,
        0,
    )
    assert one["placed_at"].startswith("2026-11-21T12:00")
    assert one["taken_at"] == one["released_at"]
    assert one["text"].startswith("4.00 EUR were taken")
    assert (await stage.http.get(path, headers=stage.operators())).status_code == 200
    assert_problem(await stage.http.get(path, headers=stage.driver("driver-2")), 404, "reservation_unknown")
