"""Prices that are asked for before booking: everything that it can cost, in figures and in words."""

from datetime import timedelta
from typing import Any

import pytest

from domain.reservation.code import reservation_code
from domain.settlement.costs_ahead import CostUntil
from tests.api.stage import END, NOW, START, Stage, assert_problem
from tests.factories import make_terms

ASKED = {"site_id": "north", "start": START, "end": END, "expected_energy_wh": 20_000}


async def quote(stage: Stage, who: dict[str, str] | None = None, **over: Any) -> dict[str, Any]:
    response = await stage.http.post("/v1/quotes", json=ASKED | over, headers=who or stage.driver())
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_quote_tells_everything_that_it_can_cost_in_figures_and_words(stage: Stage) -> None:
    told = await quote(stage)
    site = (await stage.http.get("/v1/sites/north", headers=stage.driver())).json()
    assert told["terms"] | {"words": [], "certainty": None} == site["terms"] | {"words": []}
    assert told["valid_until"] == "2026-11-22T12:15:00Z"
    assert (told["policy_version"], told["tariff_version"]) == (1, 1)
    assert told["cancel"] == [
        {"cost": {"minor": 200, "currency": "EUR"}, "until": None, "text": "Cancelling costs 2.00 EUR"}
    ]
    assert (told["arrive_by"], told["overstay_from"]) == ("2026-11-22T13:15:00Z", "2026-11-22T14:10:00Z")
    assert "Energy costs 0.50 EUR per kWh" in told["terms"]["words"]
    estimated = told["estimate"]
    assert {line["kind"]: line["amount_minor"] for line in estimated["lines"]} == {
        "reservation_fee": 300,
        "energy": 1000,
        "fee_credit": -300,
        "tax": 190,
    }
    assert estimated["charge"] == {"minor": 1190, "currency": "EUR"}
    assert estimated["text"] == "20 kWh over the whole slot come to 11.90 EUR in all, with tax"


async def test_it_is_read_again_in_another_language_and_by_nobody_else(stage: Stage) -> None:
    told = await quote(stage)
    path = f"/v1/quotes/{told['id']}"
    german = stage.driver() | {"Accept-Language": "de"}
    again = (await stage.http.get(path, headers=german)).json()
    assert again["cancel"][0]["text"] == "Eine Stornierung kostet 2,00 EUR"
    assert again["estimate"]["text"].startswith(
        "20 kWh über das ganze Zeitfenster ergeben insgesamt 11,90 EUR"
    )
    assert (await stage.http.get(path, headers=stage.driver())).json() == told
    for stranger in (stage.driver("driver-2"), stage.fleet()):
        assert_problem(await stage.http.get(path, headers=stranger), 404, "quote_unknown")


async def test_without_an_energy_nothing_is_estimated_and_free_cancelling_is_dated(stage: Stage) -> None:
    start = NOW + timedelta(days=3)
    told = await quote(
        stage,
        start=start.isoformat(),
        end=(start + timedelta(hours=1)).isoformat(),
        expected_energy_wh=None,
    )
    assert told["estimate"] is None
    assert [one["text"] for one in told["cancel"]] == [
        "Cancelling no later than 24 Nov 13:00 costs nothing",
        "Cancelling later costs 2.00 EUR",
    ]


async def test_a_fleet_asks_for_its_own_driver(stage: Stage) -> None:
    told = await quote(stage, stage.fleet(), driver_id="fleet-1-driver")
    assert (await stage.http.get(f"/v1/quotes/{told['id']}", headers=stage.fleet())).json() == told
    for body in (ASKED, ASKED | {"driver_id": "fleet-2-driver"}):
        refused = await stage.http.post("/v1/quotes", json=body, headers=stage.fleet())
        assert refused.status_code in (404, 422)


@pytest.mark.parametrize(
    ("over", "status", "code"),
    [
        ({"site_id": "atlantis"}, 404, "site_unknown"),
        ({"pool_id": "south-dc"}, 404, "pool_unknown"),
        ({"connector_type": "CHADEMO"}, 404, "pool_unknown"),
        ({"start": "2026-11-22T14:01:00+01:00"}, 422, "slot_invalid"),
        ({"start": "2026-11-21T14:00:00+01:00", "end": "2026-11-21T15:00:00+01:00"}, 422, "slot_in_past"),
        ({"expected_energy_wh": 0}, 422, "invalid_request"),
        ({"expected_energy_wh": 1.5}, 422, "invalid_request"),
        ({"price": 1}, 422, "invalid_request"),
    ],
)
async def test_what_cannot_be_booked_is_not_quoted_and_nothing_is_kept(
    stage: Stage, over: dict[str, Any], status: int, code: str
) -> None:
    before = await stage.row_counts()
    refused = await stage.http.post("/v1/quotes", json=ASKED | over, headers=stage.driver())
    assert_problem(refused, status, code)
    assert await stage.row_counts() == before


async def test_a_booking_passes_its_quote_on(stage: Stage) -> None:
    told = await quote(stage)
    assert (await stage.book(quote=told["id"])).status_code == 201


async def test_a_reservation_says_what_cancelling_and_moving_it_cost_now_and_later(stage: Stage) -> None:
    code = reservation_code("driver-1", "what-now")
    free, fee = make_terms().policy.cancellation
    costs = (
        CostUntil(cost=fee.fee, until=NOW - timedelta(hours=1)),
        CostUntil(cost=free.fee, until=NOW + timedelta(hours=1)),
        CostUntil(cost=fee.fee, until=None),
    )
    await stage.publish(code, terms=make_terms(), cancelling=costs, changing=costs[:2])
    told = (await stage.http.get(f"/v1/reservations/{code}", headers=stage.driver())).json()["costs"]
    assert [one["text"] for one in told["cancel"]] == [
        "Cancelling no later than 22 Nov 13:00 costs nothing",
        "Cancelling later costs 2.00 EUR",
    ]
    assert [one["text"] for one in told["reschedule"]] == [
        "Moving the slot no later than 22 Nov 13:00 costs nothing"
    ]


async def test_a_slot_may_be_asked_for_by_energy_and_is_booked_as_it_was_reckoned(stage: Stage) -> None:
    """11 kWh at 11 kW for an hour; above 80 % a battery takes direct current at a third of the power."""
    wanted = {"site_id": "north", "start": START, "connector_type": "IEC_62196_T2_COMBO"}

    async def asked(energy: dict[str, Any], status: int = 201) -> dict[str, Any]:
        response = await stage.http.post(
            "/v1/quotes", json={**wanted, "energy": energy}, headers=stage.driver()
        )
        assert response.status_code == status, response.text
        answer: dict[str, Any] = response.json()
        return answer

    told = await asked({"energy_wh": 11_000, "max_dc_w": 11_000})
    assert told["end"] == "2026-11-22T14:00:00Z"
    assert told["reckoned"] == {
        "energy_wh": 11_000,
        "tapered_wh": 0,
        "power_w": 11_000,
        "limited_by": "vehicle",
        "duration_seconds": 3_600,
    }
    assert told["expected_energy_wh"] == 11_000
    path = f"/v1/quotes/{told['id']}"
    assert (await stage.http.get(path, headers=stage.driver())).json() == told
    full = await asked({"battery_wh": 60_000, "soc_now": 20, "soc_target": 100, "max_dc_w": 72_000})
    assert (full["reckoned"]["energy_wh"], full["reckoned"]["tapered_wh"]) == (48_000, 12_000)
    assert 3_600 < full["reckoned"]["duration_seconds"] < 3_660
    counts = await stage.row_counts()
    much = await asked({"energy_wh": 100_000, "max_dc_w": 11_000}, 422)
    assert (much["code"], much["detail"]) == (
        "energy_beyond_slot",
        "100 kWh take longer at 11 kW than the 4 hours that one may book here; 44 kWh would fit",
    )
    for wrong in ({}, {"energy_wh": 1, "battery_wh": 1}, {"battery_wh": 1, "soc_now": 50, "soc_target": 50}):
        assert (await asked(wrong, 422))["code"] == "invalid_request"
    assert await stage.row_counts() == counts
