"""What a driver has, on their pages, and never anything of somebody else's."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from db.tables import Credit, Notification, Payment, Token, Vehicle
from tests.api.stage import NOW, Stage
from tests.api.web.visits import ANA, BEN, OLGA, opened, signed_in

PAGES = ("charging", "vehicles", "cards", "credits", "money", "documents", "data")


@pytest.fixture
async def card(stage: Stage) -> Token:
    """Ana's."""
    async with stage.sessions.begin() as session:
        row = Token(value=uuid.uuid4().hex[:8].upper(), kind="rfid", driver_id="driver-1", blocked=False)
        session.add(row)
    async with stage.sessions() as session:
        return await session.get_one(Token, row.value)


async def test_they_are_for_drivers_alone(stage: Stage) -> None:
    stranger, olga = opened(stage), await signed_in(stage, OLGA)
    async with stranger.http, olga.http:
        for page in PAGES:
            assert (await stranger.get(f"/me/{page}")).status_code == 303
            assert (await olga.get(f"/me/{page}")).status_code == 403


async def test_a_lost_card_is_blocked_by_its_driver_and_nobody_else(stage: Stage, card: Token) -> None:
    ana, ben = await signed_in(stage, ANA), await signed_in(stage, BEN)
    lost = f"/me/cards/{card.card_id}/lost"
    async with ana.http, ben.http:
        theirs = await ben.get("/me/cards")
        assert card.value[-4:] not in theirs.text
        form = await ben.get("/preferences")
        assert (await ben.send(form, lost)).status_code == 404
        assert (await ana.post(lost, {"form_token": "forged"})).status_code == 403
        page = await ana.get("/me/cards")
        assert card.value not in page.text
        assert f"…{card.value[-4:]}" in page.text
        assert lost in page.text
        assert (await ana.send(page, lost)).status_code == 303
        after = (await ana.get("/me/cards")).text
        assert lost not in after
        assert "Blocked since" in after
    async with stage.sessions() as session:
        assert (await session.get_one(Token, card.value)).blocked


async def test_a_vehicle_is_added_once_however_often_it_is_sent_and_removed_by_its_driver(
    stage: Stage,
) -> None:
    ana, ben = await signed_in(stage, ANA), await signed_in(stage, BEN)
    async with ana.http, ben.http:
        page = await ana.get("/me/vehicles")
        said = {
            "plate": "B-EV <b>1</b>", "plugs": ["IEC_62196_T2_COMBO", "IEC_62196_T2"], "length_m": "5,25",
            "width_m": "", "battery_kwh": "77.4", "max_ac_kw": "11", "max_dc_kw": "", "trailer": "true",
        }  # fmt: skip
        for _ in range(2):
            assert (await ana.send(page, "/me/vehicles", **said)).status_code == 303
        async with stage.sessions() as session:
            (row,) = await session.scalars(select(Vehicle).where(Vehicle.plate == said["plate"]))
        assert (row.driver_id, row.fleet_id) == ("driver-1", None)
        assert (row.length_cm, row.width_cm, row.battery_wh, row.max_ac_w) == (525, None, 77_400, 11_000)
        assert (row.trailer, row.accessible_need, row.plugs) == (True, False, said["plugs"])
        shown = (await ana.get("/me/vehicles")).text
        assert "B-EV &lt;b&gt;1&lt;/b&gt;" in shown
        assert row.id not in (await ben.get("/me/vehicles")).text
        remove = f"/me/vehicles/{row.id}/remove"
        assert (await ben.send(await ben.get("/me/vehicles"), remove)).status_code == 404
        assert (await ana.send(page, remove)).status_code == 303
        assert row.id not in (await ana.get("/me/vehicles")).text


@pytest.mark.parametrize(
    "said",
    [
        {"plugs": []},
        {"plugs": "SCHUKO"},
        {"plugs": "CHADEMO", "length_m": "-1"},
        {"plugs": "CHADEMO", "length_m": "nan"},
        {"plugs": "CHADEMO", "battery_kwh": "a lot"},
        {"plugs": "CHADEMO", "battery_kwh": "1e300"},
        {"plugs": "CHADEMO", "plate": "x" * 65},
    ],
)
async def test_what_is_no_vehicle_adds_none(stage: Stage, said: dict[str, str | list[str]]) -> None:
    ana = await signed_in(stage, ANA)
    async with ana.http:
        page = await ana.get("/me/vehicles")
        before = await stage.row_counts()
        assert (await ana.send(page, "/me/vehicles", **said)).status_code == 422
        assert await stage.row_counts() == before


async def test_credits_and_money_are_told_to_whose_they_are(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code)
    async with stage.sessions.begin() as session:
        session.add(
            Credit(
                key=f"{code}:test", driver_id="driver-1", currency="EUR", granted_minor=1234, origin="grant",
                granted_at=NOW - timedelta(days=2), expires_at=NOW + timedelta(days=20), warn_at=None,
            )
        )  # fmt: skip
        session.add(
            Payment(
                reservation_code=code, step="deposit", payment_intent_id=f"pi_{code}", currency="EUR",
                amount_minor=2500, status="requires_capture", lapses_at=None, updated_at=NOW,
            )
        )  # fmt: skip
    ana, ben = await signed_in(stage, ANA), await signed_in(stage, BEN)
    async with ana.http, ben.http:
        assert "12.34" in (await ana.get("/me/credits")).text
        told = (await ana.get("/me/money")).text
        assert f"pi_{code}" in told
        assert "25.00" in told
        assert "12.34" not in (await ben.get("/me/credits")).text
        assert f"pi_{code}" not in (await ben.get("/me/money")).text
        mine = (await ana.get("/me")).text
        assert mine.index(f"/r/{code}") < mine.index("/me/vehicles")


async def test_an_operator_is_not_told_that_what_others_booked_is_theirs(stage: Stage) -> None:
    await stage.publish(await stage.booked(), driver_id="driver-1")
    olga, ana = await signed_in(stage, OLGA), await signed_in(stage, ANA)
    async with olga.http, ana.http:
        page = (await olga.get("/me")).text
        assert "Latest reservations" in page
        assert "My bookings" not in page
        assert "driver-1 · " in page
        assert '<a href="/me">' in page
        own = (await ana.get("/me")).text
        assert "My bookings" in own
        assert "driver-1 · " not in own


async def test_numbers_are_written_as_the_language_writes_them(stage: Stage) -> None:
    ana = await signed_in(stage, ANA, **{"Accept-Language": "de"})
    async with ana.http:
        page = await ana.get("/me/vehicles")
        typed = {"plate": "KI ZA 1", "plugs": "IEC_62196_T2_COMBO", "battery_kwh": "77.4", "width_m": "1.9"}
        assert (await ana.send(page, "/me/vehicles", **typed)).status_code == 303
        shown = (await ana.get("/me/vehicles")).text
        assert "77,4 kWh" in shown
        assert "1,90 m" in shown


async def test_when_one_was_told_something_is_said_to_the_minute(stage: Stage) -> None:
    code = await stage.booked()
    at = NOW - timedelta(seconds=19)
    told = {
        "driver_id": "driver-1",
        "reservation_code": code,
        "template": "confirmed",
        "parameters": {"bay": "1"},
    }
    async with stage.sessions.begin() as session:
        session.add(Notification(key=f"{code}:confirmed:1", at=at, **told))
    ana = await signed_in(stage, ANA)
    async with ana.http:
        page = (await ana.get("/me")).text
    assert f">{at:%H:%M}</time>" in page
    assert f"{at:%H:%M:%S}</time>" not in page
