"""A reservation's page while its driver charges: what it costs so far, as the meter tells it; where their money is."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from db.tables import ChargingSession, MeterReading
from domain.money.amount import Money
from tests.api.served import serving
from tests.api.stage import NOW, START, Stage
from tests.api.v1.test_sessions import began
from tests.api.web.test_live import cookies_of, following, soon
from tests.api.web.visits import ANA, BEN, OLGA, opened, signed_in
from tests.factories.policies import make_terms

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def nobody_charges(stage: Stage) -> AsyncIterator[None]:
    yield
    async with stage.sessions.begin() as session:
        await session.execute(delete(MeterReading))
        await session.execute(delete(ChargingSession))


async def charging(stage: Stage, **over: Any) -> str:
    """A reservation of Ana's whose transaction began ten minutes ago, at 0 Wh."""
    code = await stage.booked()
    slot = {"slot_start": NOW - 10 * MINUTE, "slot_end": NOW + 50 * MINUTE}
    await stage.publish(code, closed=True, **({"state": "CHARGING", "terms": make_terms()} | slot | over))
    at = NOW - 10 * MINUTE
    number = await began(
        stage, reservation_code=code, started_at=at, meter_start_wh=0, meter_last_wh=0, meter_at=at
    )
    async with stage.sessions.begin() as session:
        session.add(reading(number, 0, at, context="begin", told="start"))
    return code


def reading(
    number: int, wh: int, at: datetime, context: str = "sample", told: str = "transaction"
) -> MeterReading:
    return MeterReading(session_id=number, at=at, wh=wh, context=context, told=told, received_at=at)


async def measured(stage: Stage, code: str, wh: int, *, ago: timedelta) -> None:
    """As a gateway writes it."""
    async with stage.sessions.begin() as session:
        mine = update(ChargingSession).where(ChargingSession.reservation_code == code)
        number = await session.scalar(
            mine.values(meter_last_wh=wh, meter_at=NOW - ago).returning(ChargingSession.id)
        )
        assert number is not None
        session.add(reading(number, wh, NOW - ago))


async def test_energy_power_and_cost_are_told_as_the_meter_tells_them(stage: Stage) -> None:
    code = await charging(stage)
    async with (
        serving(stage.app) as address,
        following(address, f"/r/{code}/live", await cookies_of(stage, ANA)) as told,
    ):
        assert "<dd>0.00 kWh</dd>" in await soon(told)
        await measured(stage, code, 2000, ago=5 * MINUTE)
        first = await soon(told)
        assert "<dd>2.00 kWh</dd>" in first
        assert "<dd>24.0 kW</dd>" in first
        await measured(stage, code, 9000, ago=1 * MINUTE)
        second = await soon(told)
        assert "<dd>9.00 kWh</dd>" in second
        assert "<dd>105.0 kW</dd>" in second
        assert cost_in(second) != cost_in(first)
        about = re.search(r'<desc id="energy-about">([^<]*)</desc>', second)
        assert about is not None
        assert "9.00 kWh" in about[1], "a chart that says what it shows"
        assert 'role="img" aria-labelledby="energy-title energy-about"' in second
        assert "<td>9.00</td><td>105.0</td>" in second, "and its figures"


async def test_the_same_is_told_to_apps_and_to_nobody_elses(stage: Stage) -> None:
    code = await charging(stage)
    await measured(stage, code, 2000, ago=5 * MINUTE)
    there = f"/v1/reservations/{code}/charging"
    found = (await stage.http.get(there, headers=stage.driver())).json()
    assert (found["energy_wh"], found["power_w"]) == (2000, 24_000)
    assert found["points"][-1]["energy_wh"] == 2000
    assert found["cost"]["minor"] == sum(line["amount_minor"] for line in found["lines"])
    assert (await stage.http.get(there, headers=stage.driver("driver-2"))).status_code == 404
    assert (await stage.http.get(there, headers=stage.operators())).status_code == 200


async def test_a_countdown_is_read_without_scripts_and_counted_on_with_them(stage: Stage) -> None:
    code = await stage.booked()
    ana = await signed_in(stage, ANA, **{"Accept-Language": "en"})
    start = datetime.fromisoformat(START)
    for state, over, said in (
        ("CONFIRMED", {}, "Begins in 1 h"),
        (
            "LOCKED",
            {"slot_start": NOW - 5 * MINUTE, "arrive_by": NOW + 10 * MINUTE},
            "Kept for you for another 10 min",
        ),
        ("CHARGING", {"slot_start": NOW, "slot_end": NOW + 40 * MINUTE}, "Your time ends in 40 min"),
    ):
        await stage.publish(code, closed=True, state=state, **over)
        page = (await ana.get(f"/r/{code}")).text
        assert said in words_of(page)
        assert "data-until=" in page
    assert start > NOW
    await stage.publish(code, closed=True, state="COMPLETED")
    assert "data-until=" not in (await ana.get(f"/r/{code}")).text


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"payment_status": "authorised"}, "20.00 EUR is held on your card"),
        ({"payment_status": "card_saved", "authorised_from": NOW + 30 * MINUTE}, "from 13:30"),
        ({"payment_status": "action_required", "payment_due_at": NOW + 5 * MINUTE}, "by 13:05"),
        ({"payment_status": "released"}, "has been given back"),
        ({"payment_status": "declined"}, "nothing is held"),
    ],
)
async def test_a_driver_reads_where_their_money_is(stage: Stage, over: dict[str, Any], said: str) -> None:
    code = await stage.booked()
    zone = {"site_zone": "Europe/Berlin", "deposit": Money(2000, "EUR")}
    await stage.publish(code, closed=True, **zone, **over)
    page = (await (await signed_in(stage, ANA, **{"Accept-Language": "en"})).get(f"/r/{code}")).text
    assert said in words_of(page), words_of(page)
    olga = (await (await signed_in(stage, OLGA, **{"Accept-Language": "en"})).get(f"/r/{code}")).text
    assert said not in words_of(olga)


async def test_the_card_that_opens_the_bay_is_its_drivers_alone(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code, closed=True, id_tag="SK123456", bay="Bay 3")
    ana = await signed_in(stage, ANA)
    card = await ana.get(f"/r/{code}/card")
    assert "SK123456" in card.text
    assert "data:image/svg+xml" in card.text
    for other in (await signed_in(stage, BEN), await signed_in(stage, OLGA)):
        assert "SK123456" not in (await other.get(f"/r/{code}/card")).text
    assert (await opened(stage).get(f"/r/{code}/card")).status_code == 303, "to sign in"
    await stage.publish(code, closed=True, id_tag="SK123456", state="COMPLETED")
    assert (await ana.get(f"/r/{code}/card")).status_code == 404, "it opens nothing any more"


async def test_ways_to_the_bay_lead_elsewhere_only_when_pressed(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code, closed=True)
    ana = await signed_in(stage, ANA)
    page = (await ana.get(f"/r/{code}")).text
    assert '<a href="geo:' in page
    for name, host in (
        ("osm", "https://www.openstreetmap.org/"),
        ("apple", "https://maps.apple.com/"),
        ("google", "https://www.google.com/maps/"),
    ):
        assert f'href="/r/{code}/way/{name}"' in page
        answer = await ana.get(f"/r/{code}/way/{name}")
        assert (answer.status_code, answer.headers["location"].startswith(host)) == (303, True)
    assert (await ana.get(f"/r/{code}/way/evil.example")).status_code == 404
    assert (await (await signed_in(stage, BEN)).get(f"/r/{code}/way/osm")).status_code == 404


def cost_in(part: str) -> str:
    found = re.search(r"Cost so far</dt><dd>([^<]+)</dd>", part)
    assert found is not None, part
    return found[1]


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())
